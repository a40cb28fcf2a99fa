//! How much a client owes.

use propenso_scoring::Contract;
use propenso_scoring::number::{self, Notation, is_outer_blank, without_thousands};

use crate::batch::{Batch, CellKind};
use crate::decimals::{Decimals, Vote, Votes};
use crate::request::Decimal;
use crate::row_encoder::shown;

/// Reads the debt's column of one file.
#[derive(Debug)]
pub(crate) struct Debt<'r> {
    contract: &'r Contract,
    column: Option<usize>,
    decimal: Option<Decimal>,
}

impl<'r> Debt<'r> {
    pub(crate) fn new(contract: &'r Contract, column: Option<usize>, decimals: &Decimals) -> Self {
        Self {
            contract,
            column,
            decimal: column.and_then(|column| decimals.of(column)),
        }
    }

    /// A row's debt in euros, as written: not clipped, not imputed. NaN where it is not known.
    ///
    /// Counts what the text says of the mark before decimals.
    pub(crate) fn of(&self, batch: &Batch, row: usize, votes: &mut Votes) -> f64 {
        let Some(column) = self.column else {
            return f64::NAN;
        };
        let text = batch.cell(row, column);
        if batch.kind(row, column) == CellKind::Number {
            return text.parse().unwrap_or(f64::NAN);
        }
        if let Some((debt, mark)) = number::plain_with_mark(text.as_bytes()) {
            if let Some(mark) = mark {
                votes.add(Vote::For(mark));
            }
            return debt;
        }
        let text = shown(text);
        if let Some(vote) = Vote::of(text) {
            votes.add(vote);
        }
        let text = text.trim_matches(is_outer_blank);
        if self.contract.means_missing(text) {
            return f64::NAN;
        }
        let text = match self.decimal {
            Some(decimal) => without_thousands(text, decimal),
            None => text.into(),
        };
        number::parse(&text, Notation::Money).map_or(f64::NAN, |number| number.value)
    }
}
