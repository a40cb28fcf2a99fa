//! What moved each score, in sentences.

use propenso_scoring::{Asked, Language, Scorer, Workspace};

use crate::batch::Batch;
use crate::columns::Columns;
use crate::folio::Texts;
use crate::request::Decimal;
use crate::row_encoder::row_of;

/// Explains the scores of one file.
#[derive(Debug)]
pub(crate) struct Reasons<'r> {
    pub(crate) scorer: &'r Scorer,
    pub(crate) columns: &'r Columns,
    pub(crate) decimal: Option<Decimal>,
    /// Reasons per row.
    pub(crate) most: usize,
}

impl Reasons<'_> {
    /// Appends a row's reasons, the strongest first; empty texts where it has fewer.
    pub(crate) fn write(
        &self,
        (batch, at): (&Batch, usize),
        workspace: &mut Workspace,
        to: &mut Texts,
    ) {
        let contract = self.scorer.contract();
        let row = row_of((batch, at), self.columns, self.decimal, contract);
        // That the model can be explained was checked at the start.
        let asked = Asked {
            reasons: Some(self.most),
            counterfactual: false,
        };
        let answered = self.scorer.answer(&row, asked, workspace).ok();
        let explained = answered.and_then(|answered| answered.explanation);
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
