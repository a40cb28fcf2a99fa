//! What a client sent for an input, for people to recognise.

use crate::encode::Value;
use crate::input::{Input, Output, Reading};
use crate::number::is_outer_blank;
use crate::quantity::Quantity;
use crate::row::Slot;
use crate::{Contract, Language, Raw, Row, WarningValue};

impl Contract {
    /// What a client sent for the input at `index`, as a person reads it; `None` where it means that nothing is known.
    #[must_use]
    pub fn shown(&self, index: usize, row: &Row<'_>, language: Language) -> Option<String> {
        let (value, quantity) = sent(index, self, row)?;
        Some(value.shown(quantity, language).into_owned())
    }

    /// A value that stands for the input at `index`, as a person reads it.
    #[must_use]
    pub fn shown_value(&self, index: usize, value: &WarningValue, language: Language) -> String {
        let quantity = match (self.inputs().get(index), value) {
            (Some(input), WarningValue::Number(number)) => Some(input.quantity(*number)),
            _ => None,
        };
        value.shown(quantity, language).into_owned()
    }
}

/// What a client sent for an input, and the number it is read as, where it is one that people reckon with; `None` where
/// it means that nothing is known.
pub(crate) fn sent(
    index: usize,
    contract: &Contract,
    row: &Row<'_>,
) -> Option<(WarningValue, Option<Quantity>)> {
    let input = contract.inputs().get(index)?;
    let (Slot::Given(raw) | Slot::Repeated(raw)) = row.slot(index) else {
        return None;
    };
    let text = match raw {
        Raw::Boolean(true) => "true".into(),
        Raw::Boolean(false) => "false".into(),
        _ => raw.as_text()?,
    };
    let quantity = match contract.value(index, row)? {
        // The model does not look at it, so its value is not missing: it is none.
        _ if !input.is_used() => None,
        Value::Imputed(_) | Value::Missing => return None,
        // A band is sent by its label, or stands for a missing value.
        Value::Band(_) if !is_label(text.trim_matches(is_outer_blank), input, contract) => {
            return None;
        }
        Value::Band(_) => None,
        Value::Given(number) => quantity(number, raw, input),
    };
    let value = match raw {
        Raw::Number(text) => WarningValue::number(text.parse().ok()?),
        Raw::Double(number) => WarningValue::number(*number),
        _ => WarningValue::text(&text),
    };
    Some((value, quantity))
}

fn is_label(text: &str, input: &Input, contract: &Contract) -> bool {
    match &input.output {
        Output::Bands(bands) => bands.labelled(text).is_some() || !contract.means_missing(text),
        Output::Features(_) | Output::OneHot(_) => false,
    }
}

/// A number among `ranges` is a code, such as a postal one, and is best known as it was sent.
fn quantity(number: f64, raw: &Raw<'_>, input: &Input) -> Option<Quantity> {
    match (&input.reading, raw) {
        (Reading::Number(reading), Raw::Text(_) | Raw::Number(_) | Raw::Double(_))
            if reading.ranges.is_empty() && number.is_finite() =>
        {
            Some(input.quantity(number))
        }
        _ => None,
    }
}
