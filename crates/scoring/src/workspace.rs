//! Room that a scoring needs, so that none allocates.

use propenso_engine::{Answer, Answers, ExplainScratch, Explanation, Scratch};

use crate::encode::Observed;

/// Room a scoring needs, kept by the caller between rows so that none allocates.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(crate) features: Vec<f64>,
    pub(crate) together: Together,
    pub(crate) observed: Vec<Observed>,
    pub(crate) answer: Answer,
    pub(crate) scratch: Scratch,
    pub(crate) explain: ExplainScratch,
    pub(crate) explanation: Explanation,
    pub(crate) explanations: Vec<Explanation>,
}

/// Room that scoring clients together needs.
#[derive(Debug, Default)]
pub(crate) struct Together {
    /// The features of all rows that could be encoded, row after row.
    pub(crate) features: Vec<f64>,
    /// What their inputs were, row after row.
    pub(crate) observed: Vec<Observed>,
    pub(crate) answers: Answers,
}
