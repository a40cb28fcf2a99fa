//! What each thread keeps between batches.

use propenso_engine::{Answers, Scratch};
use propenso_scoring::Workspace;

use super::FirstPass;
use crate::batch::Batch;
use crate::count::Count;
use crate::decimals::Votes;
use crate::folio::{Folio, Texts};
use crate::row_encoder::{Encoded, Marks, RowEncoder};

/// A thread's own things.
pub(crate) struct FirstBench<'r> {
    pub(super) encoder: RowEncoder<'r>,
    pub(super) batch: Batch,
    pub(super) encoded: Encoded,
    pub(super) accepted: Accepted,
    /// The rows that are listed, of those.
    pub(super) listed: Vec<Listed>,
    pub(super) folio: Folio,
    pub(super) scratch: Scratch,
    pub(super) answers: Answers,
    pub(super) workspace: Workspace,
    /// What the debts say of the mark before their decimals.
    pub(super) votes: Votes,
    pub(crate) count: Count,
}

/// The rows of a batch whose inputs are in order.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    pub(super) rows: Vec<AcceptedRow>,
    /// What was noticed of each row's inputs, row by row.
    pub(super) marks: Vec<Marks>,
    pub(super) notes: Texts,
}

/// A row whose inputs are in order.
#[derive(Debug, Clone, Copy)]
pub(super) struct AcceptedRow {
    /// Its place in the batch.
    pub(super) at: usize,
    /// Euros; NaN where it is not known.
    pub(super) debt: f64,
}

/// An accepted row that goes on to the second pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    /// Its place among the accepted ones.
    pub(super) index: usize,
    /// Whether anybody may read its reasons.
    pub(super) is_explained: bool,
}

impl<'r> FirstBench<'r> {
    /// Makes a thread's own things for a pass.
    pub(super) fn new(pass: &FirstPass<'r>) -> Self {
        let contract = pass.scorer.contract();
        Self {
            encoder: RowEncoder::new(contract, pass.columns, pass.decimals).counting(pass.binning),
            batch: Batch::default(),
            encoded: Encoded::default(),
            accepted: Accepted::default(),
            listed: Vec::new(),
            folio: Folio::default(),
            scratch: Scratch::default(),
            answers: Answers::default(),
            workspace: Workspace::default(),
            votes: Votes::default(),
            count: Count::new(contract, pass.bands.is_some()).counting(pass.binning),
        }
    }
}
