//! What moved each score, in sentences.

use propenso_scoring::{AnsweredRow, Language, Scorer, Workspace};

use crate::batch::BatchRow;
use crate::columns::Columns;
use crate::decimals::Decimals;
use crate::folio::Texts;
use crate::row_encoder::row_of;

/// Explains the scores of one file.
#[derive(Debug)]
pub(crate) struct Reasons<'r> {
    pub(crate) scorer: &'r Scorer,
    pub(crate) columns: &'r Columns,
    pub(crate) decimals: &'r Decimals,
    /// Reasons per row.
    pub(crate) most: usize,
}

/// A row that was just scored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScoredRow<'b> {
    pub(crate) cells: BatchRow<'b>,
    pub(crate) answered: AnsweredRow<'b>,
}

impl Reasons<'_> {
    /// Appends a row's reasons, the strongest first; empty texts where it has fewer.
    pub(crate) fn write(&self, scored: ScoredRow<'_>, workspace: &mut Workspace, to: &mut Texts) {
        let contract = self.scorer.contract();
        let row = row_of(scored.cells, self.columns, self.decimals, contract);
        let explained = self
            .scorer
            .explain_row(&row, scored.answered, self.most, workspace);
        // That the model can be explained was checked at the start.
        let reasons = explained
            .map(|explained| explained.reasons)
            .unwrap_or_default();
        for number in 0..self.most {
            let reason = reasons.get(number);
            let text = reason.map(|reason| reason.message(Language::Spanish));
            to.push(text.as_deref().unwrap_or_default());
        }
    }
}
