//! Rows put together from cells that come one after the other.

use super::book::{Rows, SheetCell, SheetError, SheetRow};
use crate::request::Limits;

/// The cells of a sheet as its file has them.
pub(super) trait Cells {
    /// The next cell; one that is empty may be left out. It is not asked behind the last.
    fn next(&mut self) -> Result<Option<SheetCell>, SheetError>;

    /// The sheet's last row, from 0, as far as the file says.
    fn last_row(&self) -> Option<u32>;
}

/// The rows of a sheet, whose cells must be in order.
pub(super) struct SheetRows<C> {
    cells: C,
    limits: Limits,
    /// The first cell of the next row.
    next: Option<SheetCell>,
    /// Whether the last cell was read.
    is_over: bool,
}

impl<C: Cells> SheetRows<C> {
    pub(super) fn of(cells: C, limits: Limits) -> Self {
        Self {
            cells,
            limits,
            next: None,
            is_over: false,
        }
    }

    /// Reads the next cell that is not empty.
    fn cell(&mut self) -> Result<Option<SheetCell>, SheetError> {
        while !self.is_over {
            let Some(cell) = self.cells.next()? else {
                self.is_over = true;
                break;
            };
            if cell.column as usize >= self.limits.columns {
                return Err(SheetError::Column(cell.row));
            }
            if cell.says() {
                return Ok(Some(cell));
            }
        }
        Ok(None)
    }
}

impl<C: Cells> Rows for SheetRows<C> {
    fn next(&mut self) -> Result<Option<SheetRow>, SheetError> {
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

    fn last_row(&self) -> Option<u32> {
        self.cells.last_row()
    }
}
