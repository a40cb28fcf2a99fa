//! The answer for one client in English JSON: of `POST /v1/predict`, and of `predict --json`.

use propenso_scoring::{Answered, Score, Scorer, Warning};
use propenso_store::decision::DecisionId;
use serde::Serialize;

use super::counterfactual::CounterfactualAnswer;
use super::explanation::ExplanationAnswer;
use super::outcome::PredictionAnswer;

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
    /// Its name on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    warnings: Vec<Warning>,
    #[serde(flatten)]
    explanation: Option<ExplanationAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterfactual: Option<CounterfactualAnswer<'a>>,
}

impl<'a> Prediction<'a> {
    /// Puts what a scorer answered into its wire form.
    #[must_use]
    pub fn new(scorer: &'a Scorer, answered: Answered) -> Self {
        let Score { outcome, warnings } = answered.score;
        Self {
            answer: PredictionAnswer::new(scorer, outcome),
            decision: None,
            warnings,
            explanation: answered.explanation.map(ExplanationAnswer::from),
            counterfactual: CounterfactualAnswer::new(scorer, answered.counterfactual),
        }
    }

    /// Says under which name it is on record.
    #[must_use]
    pub fn decided(self, decision: Option<DecisionId>) -> Self {
        Self {
            decision: decision.map(|decision| decision.to_string()),
            ..self
        }
    }
}
