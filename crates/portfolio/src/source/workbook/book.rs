//! What the three forms of workbooks have in common: sheets, whose rows are read from the first to the last.

use std::borrow::Cow;

use crate::batch::CellKind;

/// Sheets that a workbook may have.
pub(super) const MOST_SHEETS: usize = 1_000;

/// Letters of a sheet's name that are kept; Excel has 31.
pub(super) const LONGEST_NAME: usize = 255;

/// A workbook of any form.
pub(super) trait Book: Send {
    /// Its sheets, in their order.
    fn sheets(&self) -> &[Sheet];

    /// Begins a sheet; `None` for one that has no cells, as one of charts.
    fn rows(&mut self, sheet: usize) -> Result<Option<Box<dyn Rows + '_>>, SheetError>;

    /// Refuses a sheet with formulas below a row, from 0, that have no value, where its rows do not tell.
    fn check_formulas(&mut self, _sheet: usize, _header_row: u32) -> Result<(), SheetError> {
        Ok(())
    }
}

/// A sheet's name, and whether people see it.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) is_hidden: bool,
}

/// The rows of a sheet that have cells, each below the one before.
pub(super) trait Rows {
    fn next(&mut self) -> Result<Option<SheetRow>, SheetError>;

    /// The sheet's last row, from 0, as far as the file says.
    fn last_row(&self) -> Option<u32>;
}

/// A row of a sheet, and its cells that are not empty, from left to right.
#[derive(Debug, Clone)]
pub(super) struct SheetRow {
    /// Its number, from 0.
    pub(super) number: u32,
    pub(super) cells: Vec<SheetCell>,
}

/// A cell that is not empty.
#[derive(Debug, Clone)]
pub(super) struct SheetCell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) text: String,
    pub(super) kind: CellKind,
    /// Whether it is a formula that nobody calculated, which has no text.
    pub(super) is_uncalculated: bool,
}

impl SheetCell {
    /// Tells whether it says anything.
    pub(super) fn says(&self) -> bool {
        self.is_uncalculated || !self.text.is_empty()
    }
}

impl SheetRow {
    /// Tells whether its cells have blanks at most.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }
}

/// Why a sheet cannot be read on.
#[derive(Debug, thiserror::Error)]
pub(super) enum SheetError {
    #[error(transparent)]
    Xlsx(#[from] calamine::XlsxError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// What its form does not allow.
    #[error("{0}")]
    Damaged(Cow<'static, str>),
    /// Cells that are not in the order of rows and columns.
    #[error("its cells are not in order at row {}", .0 + 1)]
    Order(u32),
    /// A cell beyond the last column there can be.
    #[error("row {} has a cell beyond the last column that Excel has", .0 + 1)]
    Column(u32),
    /// A row with more text than any of a portfolio.
    #[error("row {} is longer than any of a portfolio", .0 + 1)]
    Length(u32),
    /// Hardly any of its cells says anything.
    #[error("its rows are nearly empty and its header has thousands of columns")]
    Sparse,
    /// A small file that becomes a huge table.
    #[error("its cells are hundreds of times larger than the file, as those of no portfolio are")]
    Huge,
    /// Far more rows that say the same than clients do.
    #[error("row {} is repeated more often than any of a portfolio", .0 + 1)]
    Repeated(u32),
    /// A formula without a value, in a row from 0.
    #[error("its formulas were never calculated, the first one in row {}", .0 + 1)]
    NotCalculated(u32),
}

impl SheetError {
    pub(super) fn damaged(problem: impl Into<Cow<'static, str>>) -> Self {
        Self::Damaged(problem.into())
    }
}
