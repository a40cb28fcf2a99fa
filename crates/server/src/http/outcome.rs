//! Outcomes on the wire: classes and their probabilities, in two languages.

use std::borrow::Cow;

use propenso_model::Label;
use propenso_scoring::{Outcome, Scorer};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A class by its own label: a number, a boolean or a text, as the training data had it.
#[derive(Debug)]
pub struct ClassLabel<'s>(Option<&'s Label>);

impl<'s> ClassLabel<'s> {
    /// The label of a scorer's class.
    #[must_use]
    pub fn of(scorer: &'s Scorer, class: usize) -> Self {
        Self(scorer.classes().get(class))
    }
}

impl Serialize for ClassLabel<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(Label::Int(label)) => to.serialize_i64(*label),
            Some(Label::Float(label)) => to.serialize_f64(*label),
            Some(Label::Bool(label)) => to.serialize_bool(*label),
            Some(Label::Text(label)) => to.serialize_str(label),
            None => to.serialize_none(),
        }
    }
}

/// Probabilities by label, in the model's order.
#[derive(Debug)]
pub struct Probabilities<'s> {
    labels: &'s [Label],
    values: Vec<f64>,
}

impl<'s> Probabilities<'s> {
    /// The probabilities of a scorer's classes; `None` where the model has none.
    #[must_use]
    pub fn of(scorer: &'s Scorer, values: Vec<f64>) -> Option<Self> {
        let labels = scorer.classes();
        (!values.is_empty()).then_some(Self { labels, values })
    }

    /// The probability of the second of two classes, which scikit-learn calls positive.
    #[must_use]
    pub fn of_second(&self) -> Option<f64> {
        match self.values[..] {
            [_, second] => Some(second),
            _ => None,
        }
    }
}

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.values.len()))?;
        for (label, value) in self.labels.iter().zip(&self.values) {
            map.serialize_entry(&label.to_string(), value)?;
        }
        map.end()
    }
}

/// An outcome in its wire form.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum PredictionAnswer<'a> {
    /// The answer by the contract's decision.
    Payer {
        /// The class: 1 for a payer, 0 for a non-payer.
        class: u8,
        /// The contract's word for it.
        label: Cow<'a, str>,
        /// The probability of paying.
        probability: Option<f64>,
    },
    /// The answer by the model's own classes.
    Class {
        /// The class.
        class: ClassLabel<'a>,
        /// The class as text.
        label: Cow<'a, str>,
        /// The second class's probability, where there are two.
        #[serde(skip_serializing_if = "Option::is_none")]
        probability: Option<f64>,
        /// The probability of each class.
        #[serde(skip_serializing_if = "Option::is_none")]
        probabilities: Option<Probabilities<'a>>,
    },
    /// A regressor's.
    Value {
        /// The number.
        value: f64,
    },
}

impl<'a> PredictionAnswer<'a> {
    /// An outcome in its wire form.
    #[must_use]
    pub fn new(scorer: &'a Scorer, outcome: Outcome) -> Self {
        let label = scorer.label(&outcome);
        match outcome {
            Outcome::Payer { pays, probability } => Self::Payer {
                class: u8::from(pays),
                label,
                probability,
            },
            Outcome::Class {
                class,
                probabilities,
            } => {
                let probabilities = Probabilities::of(scorer, probabilities);
                Self::Class {
                    class: ClassLabel::of(scorer, class),
                    label,
                    probability: probabilities.as_ref().and_then(Probabilities::of_second),
                    probabilities,
                }
            }
            Outcome::Value(value) => Self::Value { value },
        }
    }
}

/// An outcome, in the users' language.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Resultado<'s> {
    /// The answer by the contract's decision.
    Pagador {
        /// Its label.
        clasificacion: Cow<'s, str>,
        /// The class: 1 for a payer, 0 for a non-payer.
        clase: u8,
        /// The probability of paying.
        probabilidad: Option<f64>,
    },
    /// The answer by the model's own classes.
    Clase {
        /// The class as text.
        clasificacion: Cow<'s, str>,
        /// The class.
        clase: ClassLabel<'s>,
        /// The probability of each class.
        #[serde(skip_serializing_if = "Option::is_none")]
        probabilidades: Option<Probabilities<'s>>,
    },
    /// A regressor's.
    Valor {
        /// The number.
        valor: f64,
    },
}

impl<'s> Resultado<'s> {
    /// An outcome, in the users' language.
    #[must_use]
    pub fn new(scorer: &'s Scorer, outcome: Outcome) -> Self {
        let clasificacion = scorer.label(&outcome);
        match outcome {
            Outcome::Payer { pays, probability } => Self::Pagador {
                clasificacion,
                clase: u8::from(pays),
                probabilidad: probability,
            },
            Outcome::Class {
                class,
                probabilities,
            } => Self::Clase {
                clasificacion,
                clase: ClassLabel::of(scorer, class),
                probabilidades: Probabilities::of(scorer, probabilities),
            },
            Outcome::Value(valor) => Self::Valor { valor },
        }
    }
}
