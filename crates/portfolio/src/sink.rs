//! The forms a ranked file is written in.

pub(crate) mod json_lines;
pub(crate) mod parquet;
pub(crate) mod text;
pub(crate) mod workbook;
mod workbook_look;
mod workbook_summary;

use std::fmt;
use std::ops::Range;

use crate::batch::Batch;
use crate::error::PortfolioError;
use crate::finished::FinishedRows;
use crate::summary::Summary;

/// Writes rows in a form that only one thread can write.
pub(crate) trait TableWriter: Send {
    /// Writes some of these rows, in order.
    fn write(&mut self, rows: &dyn FinishedRows, some: Range<usize>) -> Result<(), PortfolioError>;

    /// Writes what remains, when all rows are there.
    fn finish(self: Box<Self>, summary: &Summary) -> Result<(), PortfolioError>;
}

/// Makes rows into bytes, on any thread.
pub(crate) trait LineStyle: fmt::Debug + Send + Sync {
    /// Writes the file's first bytes: a mark, the columns' names.
    fn write_header(&self, out: &mut Vec<u8>);

    /// Takes what [`Self::write_rows`] will need of these cells.
    fn keep(&self, cells: &mut Batch) -> Batch {
        std::mem::take(cells)
    }

    /// Counts the cells that [`Self::keep`] gives of a row with so many.
    fn n_kept(&self, n_columns: usize) -> usize {
        n_columns
    }

    /// Writes some of these rows, whose cells are what [`Self::keep`] gave.
    fn write_rows(&self, rows: &dyn FinishedRows, some: Range<usize>, out: &mut Vec<u8>);
}
