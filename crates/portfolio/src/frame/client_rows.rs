//! Rows of anything, cell by cell.

use crate::batch::{Batch, CellKind, boolean};
use crate::sink::text::shortest;

/// Rows that stand in one piece.
const ROWS: usize = 2_048;

/// Rows of anything, made cell by cell: as many cells a row as there are columns.
#[derive(Debug)]
pub struct ClientRows {
    header: Vec<String>,
    batches: Vec<Batch>,
    n_rows: u64,
}

impl ClientRows {
    /// Makes room for rows of these columns.
    #[must_use]
    pub fn new(header: Vec<String>) -> Self {
        Self {
            batches: vec![Batch::new(header.len())],
            header,
            n_rows: 0,
        }
    }

    /// Adds a cell that is text; an empty one is missing.
    pub fn text(&mut self, text: &str) {
        self.push(text, CellKind::Text);
    }

    /// Adds a number.
    pub fn number(&mut self, number: f64) {
        match number.is_nan() {
            true => self.text(""),
            false => self.push(shortest(number, &mut zmij::Buffer::new()), CellKind::Number),
        }
    }

    /// Adds a number by its own text, which may have more digits than a double.
    pub fn number_text(&mut self, text: &str) {
        self.push(text, CellKind::Number);
    }

    /// Adds a truth value.
    pub fn boolean(&mut self, is_true: bool) {
        self.push(boolean(is_true), CellKind::Boolean);
    }

    /// Adds a day as `31/12/2023`, or `31/12/2023 14:05:09`.
    pub fn day(&mut self, text: &str) {
        self.push(text, CellKind::Date);
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        let number = self.n_rows;
        self.n_rows += 1;
        let batch = self.batch();
        batch.end_row(number);
        if batch.n_rows() >= ROWS {
            let n_columns = self.header.len();
            self.batches.push(Batch::new(n_columns));
        }
    }

    fn push(&mut self, text: &str, kind: CellKind) {
        self.batch().push(text, kind);
    }

    fn batch(&mut self) -> &mut Batch {
        if self.batches.is_empty() {
            self.batches.push(Batch::new(self.header.len()));
        }
        let last = self.batches.len() - 1;
        &mut self.batches[last]
    }

    pub(super) fn into_parts(self) -> (Vec<String>, Vec<Batch>) {
        (self.header, self.batches)
    }
}
