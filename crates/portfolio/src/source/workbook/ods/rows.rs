//! The rows of an OpenDocument table. Whatever is repeated is so only as it is asked for, and nothing costs nothing.

use super::super::book::{Rows, SheetCell, SheetError, SheetRow};
use super::cell::{CellTag, repeats, shown};
use super::xml::{Node, Xml, attributes};
use crate::request::Limits;

/// Rows that LibreOffice has at most.
const LAST_ROW: u32 = 1 << 24;

/// Rows with something in them that a sheet may have again.
const MOST_REPEATED: u32 = 1 << 16;

/// A sheet's rows.
pub(super) struct OdsRows {
    xml: Xml,
    limits: Limits,
    /// The next row's number.
    number: u32,
    /// A row that comes again, so many times.
    again: Option<(SheetRow, u32)>,
    n_repeated: u32,
    /// Cells, and bytes of text, that only repeats make.
    n_made: u64,
    n_rows: Option<u32>,
}

impl OdsRows {
    /// Begins a sheet at its tag.
    pub(super) fn of(
        mut xml: Xml,
        limits: Limits,
        n_rows: Option<u32>,
    ) -> Result<Self, SheetError> {
        match xml.next()? {
            Node::Begin(start) if start.name().as_ref() == "table:table" => {}
            _ => return Err(SheetError::damaged("its table is not where it was")),
        }
        Ok(Self {
            xml,
            limits,
            number: 0,
            again: None,
            n_repeated: 0,
            n_made: 0,
            n_rows,
        })
    }

    /// Finds the next row's tag, and how many rows it stands for.
    fn find(&mut self) -> Result<Option<u32>, SheetError> {
        while self.xml.depth() > 0 {
            let within = self.xml.depth();
            match self.xml.next()? {
                Node::Begin(start) => match start.name().as_ref() {
                    "table:table-row" => return Ok(Some(repeated_rows(&start))),
                    "table:table-rows" | "table:table-row-group" | "table:table-header-rows" => {}
                    _ => self.xml.skip(within + 1)?,
                },
                Node::Over => return Err(SheetError::damaged("its XML ends too early")),
                Node::End | Node::Text(_) => {}
            }
        }
        Ok(None)
    }

    /// Reads a row's cells, to its end.
    fn cells(&mut self) -> Result<Vec<SheetCell>, SheetError> {
        let of_row = self.xml.depth();
        let (mut cells, mut column, mut n_bytes) = (Vec::new(), 0u32, 0);
        while self.xml.depth() >= of_row {
            let tag = match self.xml.next()? {
                Node::Begin(start) => match start.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => CellTag::of(&start),
                    _ => {
                        self.xml.skip(of_row + 1)?;
                        continue;
                    }
                },
                Node::Over => return Err(SheetError::damaged("its XML ends too early")),
                Node::End | Node::Text(_) => continue,
            };
            let cell = self.cell(&tag, column)?;
            let next = column.saturating_add(tag.n_columns);
            if cell.says() {
                if next as usize > self.limits.columns {
                    return Err(SheetError::Column(self.number));
                }
                n_bytes += cell.text.len() * tag.n_columns as usize;
                if n_bytes > self.limits.row_bytes {
                    return Err(SheetError::Length(self.number));
                }
                self.n_made += size(&cell) * u64::from(tag.n_columns - 1);
                cells.extend((column..next).map(|column| SheetCell {
                    column,
                    ..cell.clone()
                }));
            }
            column = next;
        }
        Ok(cells)
    }

    fn cell(&mut self, tag: &CellTag, column: u32) -> Result<SheetCell, SheetError> {
        let shown = shown(&mut self.xml, self.limits.row_bytes)?;
        let shown = shown.ok_or(SheetError::Length(self.number))?;
        let is_uncalculated = tag.is_uncalculated(&shown);
        let (text, kind) = tag.text(shown);
        Ok(SheetCell {
            row: self.number,
            column,
            text,
            kind,
            is_uncalculated,
        })
    }
}

/// What a cell takes: itself, and its text.
fn size(cell: &SheetCell) -> u64 {
    cell.text.len() as u64 + 1
}

/// The rows that a row's tag stands for.
fn repeated_rows(start: &quick_xml::events::BytesStart<'_>) -> u32 {
    attributes(start)
        .find(|(name, _)| *name == "table:number-rows-repeated")
        .map_or(1, |(_, count)| repeats(&count))
}

impl Rows for OdsRows {
    fn next(&mut self) -> Result<Option<SheetRow>, SheetError> {
        if let Some((mut row, left)) = self.again.take() {
            row.number += 1;
            if left > 1 {
                self.again = Some((row.clone(), left - 1));
            }
            return Ok(Some(row));
        }
        while let Some(n_rows) = self.find()? {
            let cells = self.cells()?;
            let number = self.number;
            self.number = number.saturating_add(n_rows);
            if cells.is_empty() {
                continue;
            }
            if self.number > LAST_ROW {
                return Err(SheetError::damaged(
                    "it has rows beyond the last there can be",
                ));
            }
            let of_row: u64 = cells.iter().map(size).sum();
            self.n_made = self.n_made.saturating_add(of_row * u64::from(n_rows - 1));
            self.n_repeated = self.n_repeated.saturating_add(n_rows - 1);
            if self.n_repeated > MOST_REPEATED || self.n_made > self.limits.expanded / 4 {
                return Err(SheetError::Repeated(number));
            }
            let row = SheetRow { number, cells };
            if n_rows > 1 {
                self.again = Some((row.clone(), n_rows - 1));
            }
            return Ok(Some(row));
        }
        Ok(None)
    }

    fn last_row(&self) -> Option<u32> {
        self.n_rows
    }
}
