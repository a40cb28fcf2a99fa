//! Text with a separator between cells.

use crate::portfolio::batch::Batch;
use crate::portfolio::error::PortfolioError;

/// Some whole rows of a text file.
#[derive(Debug)]
pub(crate) struct TextPiece {
    text: String,
    separator: u8,
    n_columns: usize,
    first_number: u64,
}

impl TextPiece {
    /// The rows, cell by cell.
    pub(crate) fn read(self, batch: &mut Batch) -> Result<(), PortfolioError> {
        batch.clear(self.n_columns);
        for (line, number) in self.text.lines().zip(self.first_number..) {
            batch.push_line(line, self.separator, number);
        }
        Ok(())
    }
}
