//! What a model says of a client, as far as two models are compared.

use propenso_scoring::Outcome;

/// A class and a probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// 1 for a payer, 0 for a non-payer; without a contract's decision the position of the class.
    pub class: usize,
    /// P(pays); without a decision that of the second class; a regressor's number. `None` for a model without
    /// probabilities.
    pub probability: Option<f64>,
}

impl From<&Outcome> for Opinion {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Payer { pays, probability } => Self {
                class: usize::from(*pays),
                probability: *probability,
            },
            Outcome::Class {
                class,
                probabilities,
            } => Self {
                class: *class,
                probability: probabilities.get(1).copied(),
            },
            Outcome::Value(value) => Self {
                class: 0,
                probability: Some(*value),
            },
        }
    }
}
