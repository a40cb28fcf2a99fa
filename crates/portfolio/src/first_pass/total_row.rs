//! Rows that hold the sums of others, as people write them below a table.

use super::FirstPass;
use crate::batch::Batch;

impl FirstPass<'_> {
    /// Tells whether a row holds the sums of others: it says so where a client has its id, and has nothing of a client but
    /// numbers.
    pub(super) fn is_total(&self, batch: &Batch, row: usize) -> bool {
        let id = self.columns.id.unwrap_or(0);
        // Nearly all rows are told by the first byte of their id.
        let first = batch.cell(row, id).trim_start().bytes().next();
        if first.is_some_and(|byte| !byte.is_ascii_alphabetic()) {
            return false;
        }
        let says = |column: usize| says_total(batch.cell(row, column));
        let is_nameless = first.is_none() || says(id);
        if !is_nameless || !(0..batch.n_columns()).any(says) {
            return false;
        }
        let inputs = self.columns.of_inputs(self.scorer.contract());
        let mut words = inputs.filter(|(input, _)| !input.is_number());
        words.all(|(_, column)| {
            column.is_none_or(|column| {
                let cell = batch.cell(row, column).trim();
                cell.is_empty() || says_total(cell)
            })
        })
    }
}

/// Tells whether a cell is how people name a row of sums.
fn says_total(cell: &str) -> bool {
    let mut words = cell
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let names = ["total", "totales", "subtotal", "suma", "sumas"];
    names.iter().any(|name| first.eq_ignore_ascii_case(name))
}
