//! Counterfactuals on the wire.

use std::sync::Arc;

use propenso_scoring::{Change, Counterfactual, Language, Scorer, Sought, WarningValue};
use serde::{Serialize, Serializer};

use super::outcome::{PredictionAnswer, Resultado};

/// Most instances of one request whose counterfactuals are searched: at a tenth of a second each, ten
/// seconds of a thread.
pub const MAX_INSTANCES: usize = 100;

/// The smallest change that flips a client's class, in the users' language.
#[derive(Debug, Serialize)]
pub struct Contrafactual<'s> {
    /// `None` where no change was found.
    cambios: Option<Vec<Cambio>>,
    #[serde(flatten)]
    resultado: Option<Resultado<'s>>,
    texto: String,
}

/// One input with another value, in the users' language.
#[derive(Debug, Serialize)]
struct Cambio {
    dato: Arc<str>,
    valor: Option<WarningValue>,
    #[serde(serialize_with = "as_sent")]
    propuesto: Option<WarningValue>,
    texto: String,
}

/// The smallest change that flips a client's class, in its wire form.
#[derive(Debug, Serialize)]
pub struct CounterfactualAnswer<'s> {
    /// `None` where no change was found.
    changes: Option<Vec<ChangeAnswer>>,
    #[serde(flatten)]
    answer: Option<PredictionAnswer<'s>>,
    text: String,
}

/// One input with another value, in its wire form.
#[derive(Debug, Serialize)]
struct ChangeAnswer {
    input: Arc<str>,
    value: Option<WarningValue>,
    #[serde(serialize_with = "as_sent")]
    proposed: Option<WarningValue>,
    text: String,
}

impl<'s> Contrafactual<'s> {
    /// Says what was found, in the users' language; `None` where nothing was sought.
    pub fn new(scorer: &'s Scorer, sought: Sought) -> Option<Self> {
        match sought {
            Sought::Not => None,
            Sought::InVain => Some(Self {
                cambios: None,
                resultado: None,
                texto: Counterfactual::none_message(Language::Spanish).to_owned(),
            }),
            Sought::Found(found) => Some(Self {
                texto: found.message(scorer, Language::Spanish),
                cambios: Some(found.changes.into_iter().map(Cambio::from).collect()),
                resultado: Some(Resultado::new(scorer, found.outcome)),
            }),
        }
    }
}

impl From<Change> for Cambio {
    fn from(change: Change) -> Self {
        Self {
            texto: change.message(Language::Spanish),
            dato: change.input,
            valor: change.value,
            propuesto: change.proposed,
        }
    }
}

impl<'s> CounterfactualAnswer<'s> {
    /// Says what was found, in its wire form; `None` where nothing was sought.
    pub fn new(scorer: &'s Scorer, sought: Sought) -> Option<Self> {
        match sought {
            Sought::Not => None,
            Sought::InVain => Some(Self {
                changes: None,
                answer: None,
                text: Counterfactual::none_message(Language::English).to_owned(),
            }),
            Sought::Found(found) => Some(Self {
                text: found.message(scorer, Language::English),
                changes: Some(found.changes.into_iter().map(ChangeAnswer::from).collect()),
                answer: Some(PredictionAnswer::new(scorer, found.outcome)),
            }),
        }
    }
}

impl From<Change> for ChangeAnswer {
    fn from(change: Change) -> Self {
        Self {
            text: change.message(Language::English),
            input: change.input,
            value: change.value,
            proposed: change.proposed,
        }
    }
}

/// Writes whole numbers without `.0`, which not every contract reads back as one.
fn as_sent<S: Serializer>(proposed: &Option<WarningValue>, to: S) -> Result<S::Ok, S::Error> {
    /// Up to here a double holds every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match proposed {
        Some(WarningValue::Number(number)) if number.fract() == 0.0 && number.abs() <= EXACT => {
            to.serialize_i64(*number as i64)
        }
        other => other.serialize(to),
    }
}
