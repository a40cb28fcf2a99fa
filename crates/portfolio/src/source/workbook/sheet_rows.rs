//! A sheet, row by row.

use std::fs::File;
use std::io::BufReader;

use calamine::XlsxError;

use super::Workbook;
use super::cell::{text_of, zeros_of};
use crate::batch::CellKind;
use crate::request::Limits;

/// The rows of a sheet that have cells.
pub(super) struct SheetRows<'w> {
    cells: calamine::XlsxCellReader<'w, BufReader<File>>,
    limits: Limits,
    /// The digits that numbers of each style are filled up to with zeros.
    zeros: Vec<usize>,
    /// The first cell of the next row.
    next: Option<SheetCell>,
    /// Whether the last cell was read. The reader must not be asked behind it.
    is_over: bool,
}

/// A row of a sheet, and its cells that are not empty, from left to right.
pub(super) struct SheetRow {
    /// Its number, from 0.
    pub(super) number: u32,
    pub(super) cells: Vec<SheetCell>,
}

/// A cell that is not empty.
pub(super) struct SheetCell {
    row: u32,
    pub(super) column: u32,
    pub(super) text: String,
    pub(super) kind: CellKind,
}

/// Why a sheet cannot be read on.
#[derive(Debug, thiserror::Error)]
pub(super) enum SheetError {
    #[error(transparent)]
    Reader(#[from] XlsxError),
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
}

impl<'w> SheetRows<'w> {
    pub(super) fn of(
        workbook: &'w mut Workbook,
        sheet: &str,
        limits: Limits,
    ) -> Result<Self, SheetError> {
        let cells = workbook.worksheet_cells_reader(sheet)?;
        Ok(Self {
            zeros: cells.styles().iter().map(zeros_of).collect(),
            cells,
            limits,
            next: None,
            is_over: false,
        })
    }

    /// The sheet's last row, from 0, as it says.
    pub(super) fn last_row(&self) -> u32 {
        self.cells.dimensions().end.0
    }

    pub(super) fn next(&mut self) -> Result<Option<SheetRow>, SheetError> {
        let first = match self.next.take() {
            Some(cell) => Some(cell),
            None => self.cell()?,
        };
        let Some(first) = first else {
            return Ok(None);
        };
        let (number, mut last) = (first.row, first.column);
        let mut n_bytes = first.text.len();
        let mut cells = vec![first];
        while let Some(cell) = self.cell()? {
            if cell.row < number || (cell.row == number && cell.column <= last) {
                return Err(SheetError::Order(number));
            }
            if cell.row != number {
                self.next = Some(cell);
                break;
            }
            n_bytes += cell.text.len();
            if n_bytes > self.limits.row_bytes {
                return Err(SheetError::Length(number));
            }
            last = cell.column;
            cells.push(cell);
        }
        Ok(Some(SheetRow { number, cells }))
    }

    /// Reads the next cell that is not empty.
    fn cell(&mut self) -> Result<Option<SheetCell>, SheetError> {
        while !self.is_over {
            let Some((cell, style)) = self.cells.next_cell_with_style_id()? else {
                self.is_over = true;
                break;
            };
            let (row, column) = cell.get_position();
            if column as usize >= self.limits.columns {
                return Err(SheetError::Column(row));
            }
            let n_digits = self.zeros.get(style).copied().unwrap_or(0);
            let (text, kind) = text_of(cell.get_value(), n_digits);
            if !text.is_empty() {
                return Ok(Some(SheetCell {
                    row,
                    column,
                    text,
                    kind,
                }));
            }
        }
        Ok(None)
    }
}

impl SheetRow {
    /// Tells whether its cells have blanks at most.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }
}
