//! The answer for one client in English JSON: of `POST /v1/predict`, and of `predict --json`.

use std::borrow::Cow;

use propenso_scoring::{Answered, Outcome, Score, Scorer, Warning};
use serde::Serialize;

use super::counterfactual::CounterfactualAnswer;
use super::explanation::ExplanationAnswer;
use super::outcome::{ClassLabel, Probabilities};

/// Which model and contract gave an answer.
#[derive(Debug, Serialize)]
pub struct ModelName<'a> {
    /// Its number in the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    hash: String,
    contract: &'a str,
}

impl<'a> ModelName<'a> {
    /// The names of what answered.
    #[must_use]
    pub fn of(scorer: &'a Scorer, version: Option<u32>) -> Self {
        Self {
            version,
            hash: scorer.model().to_string(),
            contract: scorer.contract().name(),
        }
    }
}

/// The answer for one client.
#[derive(Debug, Serialize)]
pub struct Prediction<'a> {
    #[serde(flatten)]
    answer: PredictionAnswer<'a>,
    warnings: Vec<Warning>,
    #[serde(flatten)]
    explanation: Option<ExplanationAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterfactual: Option<CounterfactualAnswer<'a>>,
}

/// An outcome in its wire form.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum PredictionAnswer<'a> {
    /// By the contract's decision.
    Payer {
        /// 1 for a payer, 0 for a non-payer.
        class: u8,
        /// The contract's word for it.
        label: Cow<'a, str>,
        /// P(pays).
        probability: Option<f64>,
    },
    /// By the model's own classes.
    Class {
        /// The class.
        class: ClassLabel<'a>,
        /// The class as text.
        label: Cow<'a, str>,
        /// Of two classes, the second's.
        #[serde(skip_serializing_if = "Option::is_none")]
        probability: Option<f64>,
        /// Of each class.
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

impl<'a> Prediction<'a> {
    /// Puts what a scorer answered into its wire form.
    #[must_use]
    pub fn new(scorer: &'a Scorer, answered: Answered) -> Self {
        let Score { outcome, warnings } = answered.score;
        Self {
            answer: PredictionAnswer::new(scorer, outcome),
            warnings,
            explanation: answered.explanation.map(ExplanationAnswer::from),
            counterfactual: CounterfactualAnswer::new(scorer, answered.counterfactual),
        }
    }
}
