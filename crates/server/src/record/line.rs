//! One answer, as it is about to be kept.

use propenso_scoring::{Answered, Asked, Contract, Row};
use propenso_store::decision::{Deciding, RecordedWarning};

use crate::request_id::RequestId;

/// One answer, and what it was given to.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// What was sent.
    pub row: &'a Row<'a>,
    /// What was asked besides the score.
    pub asked: Asked,
    /// What came out.
    pub answered: &'a Answered,
    /// The client's reference, where one was given.
    pub client: Option<&'a str>,
}

impl Line<'_> {
    /// Gives the answer to `write`, as it is about to be kept.
    pub(super) fn with_deciding<T>(
        &self,
        contract: &Contract,
        request: Option<&RequestId>,
        write: impl FnOnce(&Deciding<'_>) -> T,
    ) -> T {
        let Self {
            answered, asked, ..
        } = *self;
        write(&Deciding {
            row: self.row,
            outcome: &answered.score.outcome,
            warnings: &RecordedWarning::of_all(&answered.score.warnings, contract),
            client: self.client,
            reasons: asked.reasons.zip(answered.explanation.as_ref()),
            counterfactual: &answered.counterfactual,
            request: request.map(RequestId::name),
            control: None,
            file_row: None,
        })
    }
}
