//! The answers of one request, as they are kept together.

use std::sync::Arc;

use jiff::Timestamp;
use propenso_scoring::{Answered, Asked, Contract, Row};
use propenso_store::decision::Keeping;
use propenso_store::decision::{Deciding, DecisionId, Draft, RecordedWarning};
use propenso_store::decision_log::writer::NotKept;

use super::policy::ClientRule;
use super::{Desk, Mode, Record};

/// The answers of one request.
#[derive(Debug)]
pub struct Page {
    record: Arc<Record>,
    desk: Arc<Desk>,
    mode: Mode,
    draft: Draft,
    /// The request's id.
    request: Option<String>,
}

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

impl Page {
    pub(super) fn new(
        record: Arc<Record>,
        desk: Arc<Desk>,
        mode: Mode,
        request: Option<&str>,
    ) -> Self {
        Self {
            draft: Draft::new(desk.context.clone(), Timestamp::now()),
            request: request.map(ToOwned::to_owned),
            record,
            desk,
            mode,
        }
    }

    /// Adds an answer, and names it. The contract is that of the scorer with which the page was begun.
    pub fn add(&mut self, contract: &Contract, line: &Line<'_>) -> DecisionId {
        let Line {
            answered, asked, ..
        } = *line;
        let explanation = answered.explanation.as_ref();
        let deciding = Deciding {
            row: line.row,
            outcome: &answered.score.outcome,
            warnings: &RecordedWarning::of_all(&answered.score.warnings, contract),
            client: line.client,
            reasons: asked.reasons.zip(explanation),
            counterfactual: &answered.counterfactual,
            request: self.request.as_deref(),
            control: None,
            file_row: None,
        };
        let client = self.record.settings.client;
        let keeping = Keeping {
            contract,
            fields: &self.desk.fields,
            key: &self.record.key,
            clients: client != ClientRule::None,
            references: client == ClientRule::Both,
        };
        self.draft.push(&deciding, &keeping)
    }

    /// Keeps them: before this ends, where that is required.
    ///
    /// # Errors
    ///
    /// [`NotKept`] where it is required and cannot be.
    pub async fn keep(self) -> Result<(), NotKept> {
        self.record.keep(self.draft.seal(), self.mode).await
    }
}
