//! From a row to features.

use std::borrow::Cow;
use std::sync::Arc;

use crate::contract::Blanks;
use crate::excerpt::excerpt;
use crate::input::{Feature, Input, NO_FEATURE, OnMissing, Output, Reading, year_month};
use crate::number::{self, Decimal, is_outer_blank, without_thousands};
use crate::row::Slot;
use crate::step::Step;
use crate::{Contract, Fault, FieldError, Raw, Row, Warning, WarningKind, WarningValue};

/// What one input's text came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// Sent, or taken as if it had been.
    Given(f64),
    /// Stands for a value that is missing: warned about once, so never again for being clipped.
    Imputed(f64),
    Band(usize),
    Missing,
}

/// What one input of a client was, for whoever counts them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observed {
    /// The number it is worth: an amount, a day, the code of a text, the place of a band.
    Value(f64),
    /// A text that neither contract nor model knows, or a number in no band.
    Unknown,
    /// Nothing was sent, or what means that there is nothing.
    Missing,
}

impl Contract {
    /// Turns a row into the model's features, in the model's order.
    ///
    /// `features` and `warnings` are emptied first. A row in order, in warm buffers, allocates
    /// nothing.
    ///
    /// # Errors
    ///
    /// *All* fields that cannot be used, in the contract's order; `features` is then empty.
    pub fn encode(
        &self,
        row: &Row<'_>,
        features: &mut Vec<f64>,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), Vec<FieldError>> {
        self.encode_observed(row, features, warnings, |_| ())
    }

    /// Turns a row into features as [`Self::encode`] does, and tells what each input was, in the contract's order: of a row
    /// with errors, of those that can be used.
    ///
    /// # Errors
    ///
    /// As [`Self::encode`].
    pub fn encode_observed(
        &self,
        row: &Row<'_>,
        features: &mut Vec<f64>,
        warnings: &mut Vec<Warning>,
        mut observe: impl FnMut(Observed),
    ) -> Result<(), Vec<FieldError>> {
        features.clear();
        warnings.clear();
        let mut errors = Vec::new();
        for (index, input) in self.inputs().iter().enumerate() {
            let slot = row.slot(index);
            let encoder = InputEncoder::new(self, input, warnings).beside(row);
            match encoder.encode(slot, features) {
                Ok(observed) => observe(observed),
                Err(fault) => errors.push(FieldError::new(input, slot, fault)),
            }
        }
        warnings.extend(row.unknown().iter().map(|name| Warning {
            input: excerpt(name).into(),
            kind: WarningKind::UnknownInput,
            value: None,
            used: None,
            did_you_mean: None,
        }));
        if errors.is_empty() {
            return Ok(());
        }
        features.clear();
        Err(errors)
    }

    /// What the input at `index` comes to in a row, before its features are made.
    pub(crate) fn value(&self, index: usize, row: &Row<'_>) -> Option<Value> {
        let mut warnings = Vec::new();
        let input = self.inputs().get(index)?;
        let mut encoder = InputEncoder::new(self, input, &mut warnings);
        encoder.read(row.slot(index)).ok()
    }
}

/// Encodes one input of a row, appending its features.
#[derive(Debug)]
pub struct InputEncoder<'e> {
    contract: &'e Contract,
    input: &'e Input,
    warnings: &'e mut Vec<Warning>,
    /// What the whole file has before its decimals: then `1.000` is clear.
    decimal: Option<Decimal>,
    /// The other inputs of the client, for features that count from one of them.
    row: Option<&'e Row<'e>>,
}

impl<'e> InputEncoder<'e> {
    /// Prepares one of the contract's inputs; what is imputed, clipped or guessed is added to `warnings`.
    pub fn new(contract: &'e Contract, input: &'e Input, warnings: &'e mut Vec<Warning>) -> Self {
        Self {
            contract,
            input,
            warnings,
            decimal: None,
            row: None,
        }
    }

    /// Tells what stands before the decimals of the whole file, where that is known: then `1.000` is clear.
    #[must_use]
    pub fn in_file(self, decimal: Option<Decimal>) -> Self {
        Self { decimal, ..self }
    }

    /// Tells what else the client sent; needed where the input is [counted from](Input::counted_from) another.
    #[must_use]
    pub fn beside(self, row: &'e Row<'e>) -> Self {
        Self {
            row: Some(row),
            ..self
        }
    }

    /// Appends the input's features, and tells what it was; the features of a wrong input may be incomplete.
    ///
    /// # Errors
    ///
    /// What is wrong with the value.
    pub fn encode(mut self, slot: &Slot<'_>, features: &mut Vec<f64>) -> Result<Observed, Fault> {
        let before = self.warnings.len();
        let value = self.read(slot)?;
        let observed = self.observed(value, before);
        self.write(value, features)?;
        Ok(observed)
    }

    /// Appends the features of a number that has been read already.
    ///
    /// # Errors
    ///
    /// As [`Self::encode`].
    pub fn encode_number(
        mut self,
        number: f64,
        features: &mut Vec<f64>,
    ) -> Result<Observed, Fault> {
        let Reading::Number(reading) = &self.input.reading else {
            return Err(Fault::NotANumber);
        };
        let value = Value::Given(reading.check(number)?);
        let observed = self.observed(value, self.warnings.len());
        self.write(value, features)?;
        Ok(observed)
    }

    /// What a value that was read is counted as. What was imputed or unknown is told by the warnings of its reading, which
    /// begin at `first`.
    fn observed(&self, value: Value, first: usize) -> Observed {
        for warning in self.warnings.iter().skip(first) {
            match warning.kind {
                WarningKind::Imputed => return Observed::Missing,
                WarningKind::Unseen if warning.is_missing() => return Observed::Missing,
                WarningKind::Unseen => return Observed::Unknown,
                _ => {}
            }
        }
        match (value, &self.input.output) {
            (Value::Missing | Value::Imputed(_), _) => Observed::Missing,
            (Value::Band(band), _) => Observed::Value(band as f64),
            (Value::Given(number), Output::Bands(bands)) => match bands.containing(number) {
                Some(band) => Observed::Value(band as f64),
                None => Observed::Unknown,
            },
            (Value::Given(number), _) if number.is_nan() => Observed::Missing,
            (Value::Given(number), _) => Observed::Value(number),
        }
    }

    fn read(&mut self, slot: &Slot<'_>) -> Result<Value, Fault> {
        match slot {
            Slot::Absent if matches!(self.input.reading, Reading::Ignored) => Ok(Value::Missing),
            Slot::Absent => {
                let value = self.input.absent.ok_or(Fault::Absent)?;
                self.warn(
                    WarningKind::Imputed,
                    None,
                    Some(WarningValue::number(value)),
                );
                // As if it had been sent: to the contract that says so, it counts as present.
                Ok(Value::Given(value))
            }
            Slot::Repeated(_) if !self.contract.takes_first => Err(Fault::Repeated),
            Slot::Given(raw) | Slot::Repeated(raw) => match raw {
                Raw::Missing => self.impute(None),
                Raw::Boolean(is_true) => self.read_boolean(*is_true),
                Raw::Other(kind) => Err(Fault::WrongType(kind)),
                Raw::Text(text) => self.read_text(text, true),
                Raw::Number(text) => self.read_text(text, false),
                Raw::Double(number) => self.read_double(*number),
            },
        }
    }

    /// True and false are 1 and 0 where a number is wanted; else the text that says so, as the contract or the model
    /// knows it.
    fn read_boolean(&mut self, is_true: bool) -> Result<Value, Fault> {
        let wrong = Fault::WrongType("boolean");
        match &self.input.reading {
            Reading::Ignored => Ok(Value::Missing),
            Reading::YearMonth | Reading::Date(_) | Reading::AnyText => Err(wrong),
            Reading::Number(number) => number.boolean(is_true).map(Value::Given),
            reading @ (Reading::Category(_) | Reading::Codes(_)) => {
                match reading.find_boolean(is_true) {
                    Some(value) => Ok(Value::Given(value)),
                    None => self
                        .read_unknown(if is_true { "True" } else { "False" })
                        .map_err(|_| wrong),
                }
            }
        }
    }

    /// A number is what its text is, which most inputs need not see.
    fn read_double(&mut self, number: f64) -> Result<Value, Fault> {
        match &self.input.reading {
            Reading::Number(reading)
                if number.is_finite() && self.contract.reads_numbers(self.input) =>
            {
                reading.check(number).map(Value::Given)
            }
            _ => self.read_text(&number.to_string(), false),
        }
    }

    /// `may_be_ambiguous` is false for JSON numbers, whose point is a decimal point.
    fn read_text(&mut self, sent: &str, may_be_ambiguous: bool) -> Result<Value, Fault> {
        let text = match self.contract.blanks {
            Blanks::Ignored => sent.trim_matches(is_outer_blank),
            Blanks::Kept => sent,
        };
        if matches!(self.input.reading, Reading::Ignored) {
            return Ok(Value::Missing);
        }
        // A model's categories are told apart to the last blank, as the original does.
        if let Reading::Category(categories) = &self.input.reading
            && let Some(value) = categories.find(sent)
        {
            return Ok(Value::Given(value));
        }
        // What the input accepts comes before what everywhere means missing: N/A is a value of
        // PORTADO.
        if let Reading::Codes(codes) = &self.input.reading
            && let Some(code) = codes.find(text)
        {
            return Ok(Value::Given(code));
        }
        if let Output::Bands(bands) = &self.input.output
            && let Some(band) = bands.labelled(text)
        {
            return Ok(Value::Band(band));
        }
        if self.contract.means_missing(text) {
            return self.impute(Some(sent));
        }
        match &self.input.reading {
            Reading::AnyText => Ok(Value::Given(1.0)),
            Reading::Ignored => Ok(Value::Missing),
            Reading::YearMonth => year_month(text).map(Value::Given),
            Reading::Date(date) => date.read(text).map(Value::Given),
            reading @ (Reading::Category(_) | Reading::Codes(_)) => {
                // `TRUE` of a query is what the model knows as Python's `True`.
                let is_true = number::boolean(text);
                match is_true.and_then(|is_true| reading.find_boolean(is_true)) {
                    Some(value) => Ok(Value::Given(value)),
                    None => self.read_unknown(sent),
                }
            }
            Reading::Number(reading) => {
                let text = match self.decimal.filter(|_| may_be_ambiguous) {
                    Some(decimal) => without_thousands(text, decimal),
                    None => Cow::Borrowed(text),
                };
                let (value, ambiguous) = match reading.read(&text) {
                    Ok(read) => read,
                    Err(Fault::NotANumber) => return self.read_band(sent),
                    Err(fault) => return Err(fault),
                };
                let may_be_ambiguous = may_be_ambiguous && self.decimal.is_none();
                if ambiguous && may_be_ambiguous {
                    let sent = Some(WarningValue::text(sent));
                    self.warn(
                        WarningKind::Ambiguous,
                        sent,
                        Some(WarningValue::number(value)),
                    );
                }
                Ok(Value::Given(value))
            }
        }
    }

    /// A text that is no number, where one of a band was wanted.
    fn read_band(&mut self, sent: &str) -> Result<Value, Fault> {
        let alike = match &self.input.output {
            Output::Bands(bands) if self.may_guess() => bands.alike(sent),
            _ => None,
        };
        let (band, label) = alike.ok_or(Fault::NotANumber)?;
        self.warn_of_guess(sent, label);
        Ok(Value::Band(band))
    }

    /// Whether a text may be taken for one that differs from it in case alone: not where the contract compares even
    /// blanks.
    fn may_guess(&self) -> bool {
        self.contract.blanks == Blanks::Ignored
    }

    fn warn_of_guess(&mut self, sent: &str, meant: &str) {
        let (sent, meant) = (WarningValue::text(sent), WarningValue::text(meant));
        self.warn(WarningKind::Guessed, Some(sent), Some(meant));
    }

    /// A text that is none of those known.
    fn read_unknown(&mut self, sent: &str) -> Result<Value, Fault> {
        let value = Some(WarningValue::text(sent));
        match &self.input.reading {
            Reading::Category(categories) if !categories.refuses_unknown => {
                self.warn(WarningKind::Unseen, value, None);
                // What the encoder never saw it takes for unknown, however near.
                if let (Some(warning), Some(alike)) =
                    (self.warnings.last_mut(), categories.alike(sent))
                {
                    warning.did_you_mean = Some(excerpt(alike));
                }
                Ok(Value::Given(categories.others.value(sent)))
            }
            Reading::Codes(codes) => {
                let Some(code) = codes.otherwise else {
                    let meant = codes.meant(sent).filter(|_| self.may_guess());
                    let (spelling, code) = meant.ok_or(Fault::UnknownSpelling)?;
                    self.warn_of_guess(sent, spelling);
                    return Ok(Value::Given(code));
                };
                // A code of no feature is no number that anybody would know.
                let used =
                    (code != NO_FEATURE || !self.is_one_hot()).then(|| WarningValue::number(code));
                self.warn(WarningKind::Unseen, value, used);
                Ok(Value::Given(code))
            }
            _ => Err(Fault::UnknownSpelling),
        }
    }

    fn impute(&mut self, sent: Option<&str>) -> Result<Value, Fault> {
        let (value, used) = match (self.input.missing, &self.input.output) {
            (OnMissing::Refuse, _) => return Err(Fault::Missing),
            // That it is missing is what the model wants to know.
            (OnMissing::Tell, _) => return Ok(Value::Missing),
            (OnMissing::Pass, _) => {
                if let Some(used) = self.input.imputes.clone() {
                    let sent = sent.map(WarningValue::text);
                    self.warn(WarningKind::Imputed, sent, Some(used));
                }
                return Ok(Value::Missing);
            }
            (OnMissing::Unseen, _) => {
                self.warn(WarningKind::Unseen, sent.map(WarningValue::text), None);
                return Ok(Value::Missing);
            }
            (OnMissing::Number(value), _) => {
                let used = self.input.imputes.clone();
                let used = used.unwrap_or_else(|| WarningValue::number(value));
                (Value::Imputed(value), used)
            }
            (OnMissing::Band(band), output) => {
                let label = match output {
                    Output::Bands(bands) => bands.bands.get(band).and_then(|b| b.label.as_deref()),
                    Output::Features(_) | Output::OneHot(_) => None,
                };
                (
                    Value::Band(band),
                    WarningValue::text(label.unwrap_or_default()),
                )
            }
        };
        self.warn(
            WarningKind::Imputed,
            sent.map(WarningValue::text),
            Some(used),
        );
        Ok(value)
    }

    fn write(&mut self, value: Value, features: &mut Vec<f64>) -> Result<(), Fault> {
        match &self.input.output {
            Output::Features(list) => {
                for feature in list {
                    let x = self.feature(feature, value)?;
                    // Forests read features as 32-bit floats: the cast that overflows is the test.
                    if self.contract.checks_float32 && !x.is_nan() && (x as f32).is_infinite() {
                        return Err(Fault::TooLarge);
                    }
                    features.push(x);
                }
            }
            Output::Bands(bands) => {
                let band = match value {
                    Value::Band(band) => Some(band),
                    Value::Given(number) | Value::Imputed(number) => {
                        let band = bands.containing(number);
                        if band.is_none() && !bands.zeros_outside {
                            return Err(out_of_bands(number, bands.extent()));
                        }
                        band
                    }
                    Value::Missing => None,
                };
                let one_hot = (0..bands.bands.len()).map(|i| f64::from(u8::from(Some(i) == band)));
                features.extend(one_hot);
            }
            Output::OneHot(count) => {
                let code = match value {
                    Value::Given(code) | Value::Imputed(code) => code,
                    Value::Band(_) | Value::Missing => NO_FEATURE,
                };
                features.extend((0..*count).map(|i| f64::from(u8::from(i as f64 == code))));
            }
        }
        Ok(())
    }

    fn is_one_hot(&self) -> bool {
        matches!(self.input.output, Output::OneHot(_))
    }

    /// The day that another input of the client is. Where that one is wrong it says so itself.
    fn day_of(&self, index: usize) -> f64 {
        let value = self.row.and_then(|row| self.contract.value(index, row));
        match value {
            Some(Value::Given(day) | Value::Imputed(day)) => day,
            _ => f64::NAN,
        }
    }

    fn feature(&mut self, feature: &Feature, value: Value) -> Result<f64, Fault> {
        let (start, given) = match value {
            _ if feature.is_present => (f64::from(u8::from(is_present(value))), false),
            Value::Given(number) => (number, true),
            Value::Imputed(number) => (number, false),
            // The model's own business, which takes NaN for missing.
            Value::Missing if self.contract.is_models_own => (f64::NAN, false),
            // Only inputs whose features all ask for presence get here; see `contract::check`.
            Value::Band(_) | Value::Missing => (0.0, false),
        };
        let start = match feature.since {
            Some(index) => start - self.day_of(index),
            None => start,
        };
        feature.steps.iter().try_fold(start, |before, &step| {
            if step == Step::Log1p && before <= -1.0 {
                return Err(Fault::NoLogarithm);
            }
            let after = step.apply(before);
            if given && matches!(step, Step::Clip { .. }) && after != before && !before.is_nan() {
                let sent = Some(WarningValue::number(before));
                self.warn(
                    WarningKind::Clipped,
                    sent,
                    Some(WarningValue::number(after)),
                );
            }
            Ok(after)
        })
    }

    fn warn(&mut self, kind: WarningKind, value: Option<WarningValue>, used: Option<WarningValue>) {
        let input = Arc::clone(&self.input.name);
        self.warnings.push(Warning {
            input,
            kind,
            value,
            used,
            did_you_mean: None,
        });
    }
}

fn is_present(value: Value) -> bool {
    matches!(value, Value::Given(_) | Value::Band(_))
}

fn out_of_bands(number: f64, (low, high): (f64, f64)) -> Fault {
    if number < low {
        Fault::BelowMinimum(low)
    } else if number > high {
        Fault::AboveMaximum(high)
    } else {
        Fault::OutOfRange
    }
}
