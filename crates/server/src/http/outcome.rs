//! Classes and their probabilities on the wire.

use propenso_model::Label;
use propenso_scoring::Scorer;
use serde::ser::{Serialize, SerializeMap, Serializer};

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

    /// Of two classes, the probability of the second: the one that scikit-learn calls positive.
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
