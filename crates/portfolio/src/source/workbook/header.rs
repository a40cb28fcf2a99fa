//! The row of a sheet with the columns' names.

use super::book::{Rows, SheetCell, SheetError};
use crate::known_columns::KnownColumns;
use crate::request::Reading;

/// Rows among which the header is looked for.
const FIRST_ROWS: u32 = 50;

/// The row with the columns' names, counted from 0.
pub(super) struct Header {
    pub(super) row: u32,
    pub(super) first_column: u32,
    pub(super) cells: Vec<String>,
    /// The known columns that it names.
    pub(super) n_matched: usize,
    /// Rows above it that say something.
    pub(super) n_titles: u64,
    pub(super) last_row: Option<u32>,
}

impl Header {
    /// Finds the row that was named; else the one that names most inputs, or the first that says anything.
    pub(super) fn find(
        rows: &mut dyn Rows,
        reading: &Reading,
        known: &dyn KnownColumns,
    ) -> Result<Option<Self>, SheetError> {
        let wanted = reading.header_row;
        let last = wanted.unwrap_or(FIRST_ROWS);
        let mut best: Option<Self> = None;
        let mut n_said = 0;
        while let Some(row) = rows.next()? {
            if row.number >= last {
                break;
            }
            if row.is_blank() {
                continue;
            }
            let n_titles = n_said;
            n_said += 1;
            if wanted.is_some_and(|wanted| row.number + 1 != wanted) {
                continue;
            }
            let header = Self {
                n_titles,
                ..Self::of(row.number, &row.cells, known)
            };
            if best
                .as_ref()
                .is_none_or(|best| header.n_matched > best.n_matched)
            {
                best = Some(header);
            }
        }
        let end = rows.last_row();
        Ok(best.map(|header| Self {
            last_row: end.filter(|end| *end > header.row),
            ..header
        }))
    }

    fn of(row: u32, cells: &[SheetCell], known: &dyn KnownColumns) -> Self {
        let first_column = cells.first().map_or(0, |cell| cell.column);
        let mut names: Vec<String> = Vec::new();
        for cell in cells {
            // Cells are in order, and none is beyond the last column there can be.
            names.resize((cell.column - first_column) as usize, String::new());
            names.push(cell.text.clone());
        }
        Self {
            n_matched: known.count(&names),
            row,
            first_column,
            cells: names,
            n_titles: 0,
            last_row: None,
        }
    }
}
