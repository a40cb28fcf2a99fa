//! The answers of one request, as they are kept together.

use std::sync::Arc;

use jiff::Timestamp;
use propenso_scoring::{Answered, Asked, Contract, Row};
use propenso_store::decision::{Deciding, DecisionId, Draft, RecordedWarning, Written};
use propenso_store::decision_log::writer::NotKept;

use super::{Desk, Mode, Record};
use crate::request_id::RequestId;

/// The answers of one request.
#[derive(Debug)]
pub struct Page {
    record: Arc<Record>,
    desk: Arc<Desk>,
    mode: Mode,
    /// The answers; `None` before the first is added. Apart, since one answer needs none, and its page goes through many hands.
    draft: Option<Box<Draft>>,
    /// The request's id.
    request: Option<RequestId>,
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
        request: Option<RequestId>,
    ) -> Self {
        Self {
            draft: None,
            request,
            record,
            desk,
            mode,
        }
    }

    /// Adds an answer, and names it. The contract is that of the scorer with which the page was begun.
    pub fn add(&mut self, contract: &Contract, line: &Line<'_>) -> DecisionId {
        let Self {
            record,
            desk,
            draft,
            request,
            ..
        } = self;
        let begun = || Box::new(Draft::new(desk.context.clone(), Timestamp::now()));
        let draft = draft.get_or_insert_with(begun);
        let keeping = record.keeping(contract, &desk.fields);
        line.with_deciding(contract, request.as_ref(), |deciding| {
            draft.push(deciding, &keeping)
        })
    }

    /// Keeps them: before this ends, where that is required.
    ///
    /// # Errors
    ///
    /// [`NotKept`] where it is required and cannot be.
    pub async fn keep(self) -> Result<(), NotKept> {
        match self.draft {
            None => Ok(()),
            Some(draft) => self.record.keep(draft.seal(), self.mode).await,
        }
    }

    /// Keeps the one answer of a request, and names it: with those of others that come at the same time. Before this ends, where that is
    /// required; otherwise it has no name where it is not kept.
    ///
    /// # Errors
    ///
    /// [`NotKept`] where it is required and cannot be.
    pub async fn keep_one(
        self,
        contract: &Contract,
        line: &Line<'_>,
    ) -> Result<Option<DecisionId>, NotKept> {
        debug_assert!(self.draft.is_none(), "one answer has no others beside it");
        let keeping = self.record.keeping(contract, &self.desk.fields);
        let request = self.request.as_ref();
        let written = line.with_deciding(contract, request, |deciding| {
            Written::new(deciding, &keeping)
        });
        let context = &self.desk.context;
        self.record.keep_one(context, written, self.mode).await
    }
}

impl Line<'_> {
    /// Gives the answer to `write`, as it is about to be kept.
    fn with_deciding<T>(
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
