//! The answers of one request of many clients, as they are kept together.

use std::sync::Arc;

use jiff::Timestamp;
use propenso_scoring::Contract;
use propenso_store::decision::{DecisionId, Draft};
use propenso_store::decision_log::writer::NotKept;

use super::desk::Desk;
use super::line::Line;
use super::{Mode, Record};
use crate::request_id::RequestId;

/// The answers of one request of many clients.
#[derive(Debug)]
pub struct Page {
    record: Arc<Record>,
    desk: Arc<Desk>,
    mode: Mode,
    /// The answers; `None` before the first is added. Apart: a page goes through many hands.
    draft: Option<Box<Draft>>,
    /// The request's id.
    request: Option<RequestId>,
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
}
