//! What moved each score, in sentences.

use propenso_scoring::number::without_thousands;
use propenso_scoring::{Language, Outcome, Row, Score, Scorer, Workspace};

use crate::batch::{Batch, CellKind};
use crate::columns::Columns;
use crate::folio::{Scored, Texts};
use crate::request::Decimal;
use crate::row_encoder::raw;

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
        let row = self.row(batch, at);
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

    /// A row as a client alone would send it: its numbers can be read in one way only.
    fn row(&self, batch: &Batch, at: usize) -> Row<'static> {
        let contract = self.scorer.contract();
        let mut row = Row::new(contract);
        let inputs = contract.inputs().iter().zip(&self.columns.inputs);
        for (index, (input, column)) in inputs.enumerate() {
            let Some(column) = column else {
                continue;
            };
            let (text, kind) = (batch.cell(at, *column), batch.kind(at, *column));
            let is_written_number = kind == CellKind::Text && input.is_number();
            let text = match self.decimal.filter(|_| is_written_number) {
                Some(decimal) => without_thousands(text, decimal),
                None => text.into(),
            };
            row.replace(index, raw(&text, kind, input).into_owned());
        }
        row
    }
}
