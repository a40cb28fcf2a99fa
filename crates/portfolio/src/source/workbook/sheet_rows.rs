//! A sheet, row by row.

use std::fs::File;
use std::io::BufReader;

use calamine::XlsxError;

use super::Workbook;
use super::cell::text_of;
use crate::batch::CellKind;

/// The rows of a sheet that have cells.
pub(super) struct SheetRows<'w> {
    cells: calamine::XlsxCellReader<'w, BufReader<File>>,
    /// The first cell of the next row.
    next: Option<SheetCell>,
    /// Whether the last cell was read. The reader must not be asked behind it.
    is_over: bool,
}

impl<'w> SheetRows<'w> {
    pub(super) fn of(workbook: &'w mut Workbook, sheet: &str) -> Result<Self, XlsxError> {
        Ok(Self {
            cells: workbook.worksheet_cells_reader(sheet)?,
            next: None,
            is_over: false,
        })
    }
}

/// A row of a sheet, and its cells that are not empty.
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

impl SheetRows<'_> {
    /// The sheet's last row, from 0.
    pub(super) fn last_row(&self) -> u32 {
        self.cells.dimensions().end.0
    }

    pub(super) fn next(&mut self) -> Result<Option<SheetRow>, XlsxError> {
        let first = match self.next.take() {
            Some(cell) => Some(cell),
            None => self.cell()?,
        };
        let Some(first) = first else {
            return Ok(None);
        };
        let number = first.row;
        let mut cells = vec![first];
        while let Some(cell) = self.cell()? {
            if cell.row != number {
                self.next = Some(cell);
                break;
            }
            cells.push(cell);
        }
        Ok(Some(SheetRow { number, cells }))
    }

    /// Reads the next cell that is not empty.
    fn cell(&mut self) -> Result<Option<SheetCell>, XlsxError> {
        while !self.is_over {
            let Some(cell) = self.cells.next_cell()? else {
                self.is_over = true;
                break;
            };
            let (row, column) = cell.get_position();
            let (text, kind) = text_of(cell.get_value());
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
