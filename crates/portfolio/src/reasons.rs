//! What moved each score, in sentences.

use propenso_scoring::{Language, Outcome, Score, Scorer, Workspace};

use crate::batch::Batch;
use crate::columns::Columns;
use crate::folio::{Scored, Texts};
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
        scored: &Scored,
        workspace: &mut Workspace,
        to: &mut Texts,
    ) {
        let score = Score {
            outcome: Outcome::Payer {
                pays: scored.pays,
                probability: Some(scored.probability),
            },
            warnings: Vec::new(),
        };
        let contract = self.scorer.contract();
        let row = row_of((batch, at), self.columns, self.decimal, contract);
        // That the model can be explained was checked at the start.
        let explained = self.scorer.explain(&row, &score, self.most, workspace);
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
