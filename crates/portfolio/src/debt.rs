//! How much a client owes.

use propenso_scoring::Contract;
use propenso_scoring::number::{self, Notation, is_outer_blank, without_thousands};

use crate::batch::{Batch, CellKind};
use crate::request::Decimal;

/// Reads the debt's column of one file.
#[derive(Debug)]
pub(crate) struct Debt<'r> {
    contract: &'r Contract,
    column: Option<usize>,
    decimal: Option<Decimal>,
}

impl<'r> Debt<'r> {
    pub(crate) fn new(
        contract: &'r Contract,
        column: Option<usize>,
        decimal: Option<Decimal>,
    ) -> Self {
        Self {
            contract,
            column,
            decimal,
        }
    }

    /// A row's debt in euros, as written: not clipped, not imputed. NaN where it is not known.
    pub(crate) fn of(&self, batch: &Batch, row: usize) -> f64 {
        let Some(column) = self.column else {
            return f64::NAN;
        };
        let text = batch.cell(row, column);
        if let Some(debt) = number::plain(text.as_bytes()) {
            return debt;
        }
        if batch.kind(row, column) == CellKind::Number {
            return text.parse().unwrap_or(f64::NAN);
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
