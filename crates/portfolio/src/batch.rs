//! Some rows of a portfolio, as text.

use crate::bytes::{read_numbers, read_text, take_array, take_text, write_numbers, write_text};

/// Some consecutive rows of as many columns as the header has.
///
/// All text is in one buffer, with one byte between cells: a row of a text file that has no quotes lies here
/// as it lay there, and can be written again as one piece. A short row holds its own cells only; those behind them are
/// empty: a header of thousands of columns must not make its rows large.
#[derive(Debug, Default, Clone)]
pub(crate) struct Batch {
    text: String,
    /// Where each cell ends; the next one begins a byte later.
    ends: Vec<u32>,
    /// What each cell was; empty where all are text.
    kinds: Vec<CellKind>,
    rows: Vec<RowHead>,
    n_columns: usize,
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchRow<'b> {
    batch: &'b Batch,
    at: usize,
}

impl<'b> BatchRow<'b> {
    /// A cell's text; panics beyond the batch.
    #[inline]
    pub(crate) fn cell(self, column: usize) -> &'b str {
        self.batch.cell(self.at, column)
    }

    /// Gives [`Batch::key`] of a cell.
    #[inline]
    pub(crate) fn key(self, column: usize) -> Option<u128> {
        self.batch.key(self.at, column)
    }

    /// Gives what a cell was.
    pub(crate) fn kind(self, column: usize) -> CellKind {
        self.batch.kind(self.at, column)
    }
}

/// The kind that a cell had where it came from. Its text is the same in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CellKind {
    /// Text, or nothing.
    #[default]
    Text,
    /// A number of a typed table, in Rust's shortest form that reads back as the same double: a point in it is a
    /// decimal point.
    Number,
    /// A day as `31/12/2023`, with `14:05:09` behind a blank where it has a time.
    Date,
    /// `VERDADERO` or `FALSO`.
    Boolean,
}

impl CellKind {
    fn of(byte: u8) -> Self {
        let kinds = [Self::Number, Self::Date, Self::Boolean];
        let found = kinds.into_iter().find(|kind| *kind as u8 == byte);
        found.unwrap_or_default()
    }
}

/// Gives the word that a Spanish Excel shows.
pub(crate) fn boolean(is_true: bool) -> &'static str {
    if is_true { "VERDADERO" } else { "FALSO" }
}

/// A row without its cells.
#[derive(Debug, Clone, Copy)]
struct RowHead {
    /// Row of the file as a spreadsheet counts, from 1.
    number: u64,
    start: u32,
    /// The place of its first cell's end.
    first: u32,
    n_cells: u32,
    is_line: bool,
    /// How many cells it had, where that is not the header's number.
    odd_cells: Option<u32>,
}

impl Batch {
    /// Makes an empty batch for rows of so many cells.
    pub(crate) fn new(n_columns: usize) -> Self {
        Self {
            n_columns,
            ..Self::default()
        }
    }

    /// Empties it and keeps its memory.
    pub(crate) fn clear(&mut self, n_columns: usize) {
        self.text.clear();
        self.ends.clear();
        self.kinds.clear();
        self.rows.clear();
        self.n_columns = n_columns;
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Tells whether there is such a byte in any cell.
    pub(crate) fn has_byte(&self, byte: u8) -> bool {
        memchr::memchr(byte, self.text.as_bytes()).is_some()
    }

    /// Bytes of text.
    pub(crate) fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// Gives one of the rows.
    pub(crate) fn row(&self, at: usize) -> BatchRow<'_> {
        BatchRow { batch: self, at }
    }

    /// A cell's text; panics beyond the batch.
    #[inline]
    pub(crate) fn cell(&self, row: usize, column: usize) -> &str {
        assert!(column < self.n_columns);
        let head = &self.rows[row];
        if column >= head.n_cells as usize {
            return "";
        }
        let at = head.first as usize + column;
        let end = self.ends[at] as usize;
        let start = match column {
            0 => head.start,
            _ => self.ends[at - 1] + 1,
        };
        &self.text[start as usize..end]
    }

    /// A number that stands for a cell's text alone: its bytes and its length. `None` for more than 15 bytes.
    #[inline]
    pub(crate) fn key(&self, row: usize, column: usize) -> Option<u128> {
        let cell = self.cell(row, column);
        let length = cell.len();
        if length == 0 {
            return Some(0);
        }
        if length > 15 {
            return None;
        }
        let start = cell.as_ptr() as usize - self.text.as_ptr() as usize;
        // Sixteen bytes are read at once where there are as many, and those behind the cell are masked away.
        let bytes = match self.text.as_bytes().get(start..start + 16) {
            Some(bytes) => bytes.try_into().unwrap_or_default(),
            None => {
                let mut bytes = [0; 16];
                bytes[..length].copy_from_slice(cell.as_bytes());
                bytes
            }
        };
        let text = u128::from_le_bytes(bytes) & ((1 << (8 * length)) - 1);
        Some(text | ((length as u128) << 120))
    }

    /// Gives what a cell was.
    pub(crate) fn kind(&self, row: usize, column: usize) -> CellKind {
        let head = &self.rows[row];
        if column >= head.n_cells as usize {
            return CellKind::Text;
        }
        let kind = self.kinds.get(head.first as usize + column);
        kind.copied().unwrap_or_default()
    }

    /// Tells whether any cell is more than text.
    pub(crate) fn is_typed(&self) -> bool {
        !self.kinds.is_empty()
    }

    /// The row of the file as a spreadsheet counts, from 1.
    pub(crate) fn number(&self, row: usize) -> u64 {
        self.rows[row].number
    }

    /// Counts the cells that the row had; `None` where there were as many as in the header.
    pub(crate) fn odd_cells(&self, row: usize) -> Option<u32> {
        self.rows[row].odd_cells
    }

    /// The row as it lay in a text file, without its line end, where no cell of it was quoted.
    pub(crate) fn line(&self, row: usize) -> Option<&str> {
        let head = self.rows.get(row).filter(|head| head.is_line)?;
        let last = (head.first + head.n_cells).checked_sub(1)?;
        let end = *self.ends.get(last as usize)?;
        Some(&self.text[head.start as usize..end as usize])
    }

    /// Adds the rows of another batch of as many columns.
    pub(crate) fn append(&mut self, more: &Self) {
        for (row, head) in more.rows.iter().enumerate() {
            for column in 0..head.n_cells as usize {
                self.push(more.cell(row, column), more.kind(row, column));
            }
            self.end_row(head.number);
        }
    }

    /// Keeps some of the rows.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        if keep.iter().all(|keep| *keep) {
            return;
        }
        let mut kept = Self::new(self.n_columns);
        for (row, head) in self.rows.iter().enumerate() {
            if keep.get(row) == Some(&true) {
                for column in 0..head.n_cells as usize {
                    kept.push(self.cell(row, column), self.kind(row, column));
                }
                kept.end_row(head.number);
            }
        }
        *self = kept;
    }

    /// Appends the batch's bytes, without what only a reader wants to know.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend((self.n_columns as u64).to_le_bytes());
        write_numbers(&self.ends, out);
        let kinds: Vec<u8> = self.kinds.iter().map(|kind| *kind as u8).collect();
        out.extend((kinds.len() as u64).to_le_bytes());
        out.extend_from_slice(&kinds);
        out.extend((self.rows.len() as u64).to_le_bytes());
        for head in &self.rows {
            out.extend(head.number.to_le_bytes());
            out.extend(head.start.to_le_bytes());
            out.extend(head.first.to_le_bytes());
            out.extend(head.n_cells.to_le_bytes());
        }
        write_text(&self.text, out);
    }

    /// The batch of these bytes; `None` if they are not a whole one's.
    pub(crate) fn read(from: &mut &[u8]) -> Option<Self> {
        let n_columns = usize::try_from(u64::from_le_bytes(take_array(from)?)).ok()?;
        let ends = read_numbers(from)?;
        let n_kinds = usize::try_from(u64::from_le_bytes(take_array(from)?)).ok()?;
        let (kinds, rest) = from.split_at_checked(n_kinds)?;
        *from = rest;
        let n_rows = u64::from_le_bytes(take_array(from)?);
        let head = |from: &mut &[u8]| {
            Some(RowHead {
                number: u64::from_le_bytes(take_array(from)?),
                start: u32::from_le_bytes(take_array(from)?),
                first: u32::from_le_bytes(take_array(from)?),
                n_cells: u32::from_le_bytes(take_array(from)?),
                is_line: false,
                odd_cells: None,
            })
        };
        Some(Self {
            rows: (0..n_rows).map(|_| head(from)).collect::<Option<_>>()?,
            kinds: kinds.iter().map(|kind| CellKind::of(*kind)).collect(),
            text: read_text(from)?,
            ends,
            n_columns,
        })
    }

    /// Counts the bytes that [`Self::write_row`] appends.
    pub(crate) fn row_size(&self, row: usize) -> usize {
        let per_cell = if self.is_typed() { 5 } else { 4 };
        21 + self.rows[row].n_cells as usize * per_cell + self.row_text(row).len()
    }

    /// Appends one row's bytes.
    pub(crate) fn write_row(&self, row: usize, out: &mut Vec<u8>) {
        let head = self.rows[row];
        out.extend(head.number.to_le_bytes());
        out.push(u8::from(self.is_typed()));
        out.extend(head.n_cells.to_le_bytes());
        let first = head.first as usize;
        for end in &self.ends[first..first + head.n_cells as usize] {
            out.extend((end - head.start).to_le_bytes());
        }
        if self.is_typed() {
            let columns = 0..head.n_cells as usize;
            out.extend(columns.map(|column| self.kind(row, column) as u8));
        }
        write_text(self.row_text(row), out);
    }

    /// Takes what [`Self::write_row`] wrote of a batch with as many columns, and adds it; `None` if it is not whole.
    pub(crate) fn push_row(&mut self, from: &mut &[u8]) -> Option<()> {
        let number = u64::from_le_bytes(take_array(from)?);
        let [is_typed] = take_array(from)?;
        let n_cells = u32::from_le_bytes(take_array(from)?);
        let (ends, rest) = from.split_at_checked((n_cells as usize).checked_mul(4)?)?;
        *from = rest;
        let start = self.text.len() as u32;
        let (ends, _) = ends.as_chunks();
        if is_typed != 0 {
            let (kinds, rest) = from.split_at_checked(n_cells as usize)?;
            *from = rest;
            self.kinds.resize(self.ends.len(), CellKind::Text);
            self.kinds
                .extend(kinds.iter().map(|kind| CellKind::of(*kind)));
        }
        let first = self.ends.len() as u32;
        let ends = ends.iter().map(|end| u32::from_le_bytes(*end) + start);
        self.ends.extend(ends);
        self.text.push_str(take_text(from)?);
        self.text.push('\n');
        self.rows.push(RowHead {
            number,
            start,
            first,
            n_cells,
            is_line: false,
            odd_cells: None,
        });
        Some(())
    }

    /// The text of a row's cells, with what lies between them.
    fn row_text(&self, row: usize) -> &str {
        let head = &self.rows[row];
        let start = head.start;
        let last = head.n_cells.checked_sub(1);
        let end = last.map_or(start, |last| self.ends[(head.first + last) as usize]);
        &self.text[start as usize..end as usize]
    }

    /// Adds a cell to the row that is being made.
    pub(crate) fn push(&mut self, cell: &str, kind: CellKind) {
        if kind != CellKind::Text || !self.kinds.is_empty() {
            self.kinds.resize(self.ends.len(), CellKind::Text);
            self.kinds.push(kind);
        }
        self.text.push_str(cell);
        self.end_cell();
    }

    /// Adds a cell that is written right here.
    pub(crate) fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        if !self.kinds.is_empty() {
            self.kinds.resize(self.ends.len() + 1, CellKind::Text);
        }
        write(&mut self.text);
        self.end_cell();
    }

    fn end_cell(&mut self) {
        self.ends.push(self.text.len() as u32);
        self.text.push('\n');
    }

    /// Ends the row that is being made: its missing cells are empty, those beyond the header's are left out.
    pub(crate) fn end_row(&mut self, number: u64) {
        let found = self.ends.len() - self.n_ended();
        self.end_row_of(number, found);
    }

    /// Ends a row that had so many cells, of which those beyond the header's need not have been added.
    pub(crate) fn end_row_of(&mut self, number: u64, found: usize) {
        let first = self.n_ended();
        let start = match first.checked_sub(1) {
            None => 0,
            // One byte lies behind each cell.
            Some(last) => self.ends[last] + 1,
        };
        if self.ends.len() > first + self.n_columns {
            self.ends.truncate(first + self.n_columns);
            self.kinds.truncate(first + self.n_columns);
            let end = self.ends.last().map_or(start, |end| end + 1);
            self.text.truncate(end as usize);
        }
        self.rows.push(RowHead {
            number,
            start,
            first: first as u32,
            n_cells: (self.ends.len() - first) as u32,
            is_line: false,
            odd_cells: (found != self.n_columns).then_some(found as u32),
        });
    }

    /// The cells of the rows that are ended.
    fn n_ended(&self) -> usize {
        let last = self.rows.last();
        last.map_or(0, |head| (head.first + head.n_cells) as usize)
    }

    /// Adds a row as it lies in a text file, where `separator` is between its cells and nothing is quoted. Does nothing
    /// to a row that has not as many cells as the header, and says so.
    #[inline]
    pub(crate) fn push_line(&mut self, line: &str, separator: u8, number: u64) -> bool {
        let start = self.text.len();
        let first = self.ends.len();
        let ends = memchr::memchr_iter(separator, line.as_bytes());
        self.ends.extend(ends.map(|at| (start + at) as u32));
        self.ends.push((start + line.len()) as u32);
        if self.ends.len() - first != self.n_columns {
            self.ends.truncate(first);
            return false;
        }
        self.text.push_str(line);
        self.text.push('\n');
        self.rows.push(RowHead {
            number,
            start: start as u32,
            first: first as u32,
            n_cells: self.n_columns as u32,
            is_line: true,
            odd_cells: None,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Batch, CellKind};

    #[test]
    fn lines_and_cells_side_by_side() {
        let mut batch = Batch::new(3);
        batch.push_line("a;;c", b';', 2);
        batch.push("x", CellKind::Text);
        batch.push("1.5", CellKind::Number);
        batch.push("", CellKind::Text);
        batch.end_row(3);
        batch.push_line("ñ;é;1", b';', 5);
        assert_eq!((batch.n_rows(), batch.n_columns()), (3, 3));
        assert_eq!(batch.line(0), Some("a;;c"));
        assert_eq!(batch.line(1), None);
        assert_eq!(batch.line(2), Some("ñ;é;1"));
        let cells: Vec<&str> = (0..9).map(|i| batch.cell(i / 3, i % 3)).collect();
        assert_eq!(cells, ["a", "", "c", "x", "1.5", "", "ñ", "é", "1"]);
        assert_eq!(batch.kind(1, 1), CellKind::Number);
        assert_eq!(batch.kind(2, 1), CellKind::Text);
        assert_eq!((batch.number(1), batch.number(2)), (3, 5));
    }

    #[test]
    fn rows_one_by_one_come_back_as_they_were() {
        let mut batch = Batch::new(2);
        batch.push_line("a;ñ", b';', 2);
        batch.push("1.5", CellKind::Number);
        batch.push("", CellKind::Text);
        batch.end_row(7);
        let mut untyped = Batch::new(2);
        untyped.push_line("x;y", b';', 9);
        let mut bytes = Vec::new();
        for (batch, row) in [(&batch, 1), (&untyped, 0), (&batch, 0)] {
            let before = bytes.len();
            batch.write_row(row, &mut bytes);
            assert_eq!(bytes.len() - before, batch.row_size(row));
        }
        let mut read = Batch::new(2);
        let from = &mut &bytes[..];
        while !from.is_empty() {
            read.push_row(from).unwrap();
        }
        let cells: Vec<&str> = (0..6).map(|i| read.cell(i / 2, i % 2)).collect();
        assert_eq!(cells, ["1.5", "", "x", "y", "a", "ñ"]);
        let kinds: Vec<CellKind> = (0..6).map(|i| read.kind(i / 2, i % 2)).collect();
        assert_eq!((kinds[0], kinds[2]), (CellKind::Number, CellKind::Text));
        assert_eq!((read.number(0), read.number(2)), (7, 2));
        // A row is whole or it is told.
        let mut one = Vec::new();
        batch.write_row(1, &mut one);
        for length in 0..one.len() {
            assert!(
                Batch::new(2).push_row(&mut &one[..length]).is_none(),
                "{length}"
            );
        }
    }

    #[test]
    fn keys_stand_for_the_text_alone() {
        let texts = ["", "a", "\0", "a\0", "fifteen bytes..", "b", "a", ""];
        let mut batch = Batch::new(8);
        batch.push_line(&texts.join(";"), b';', 1);
        for (a, first) in texts.iter().enumerate() {
            for (b, second) in texts.iter().enumerate() {
                assert_eq!(batch.key(0, a) == batch.key(0, b), first == second);
            }
        }
        batch.clear(1);
        batch.push_line("sixteen bytes...", b';', 1);
        assert_eq!(batch.key(0, 0), None);
    }

    #[test]
    fn rows_of_other_lengths_are_told() {
        let mut batch = Batch::new(2);
        for cell in ["a", "b", "c"] {
            batch.push(cell, CellKind::Text);
        }
        batch.end_row(2);
        batch.push("a", CellKind::Text);
        batch.end_row(3);
        assert!(!batch.push_line("a;b;c", b';', 4) && !batch.push_line("a", b';', 4));
        assert!(batch.push_line("a;b", b';', 4));
        assert_eq!(batch.odd_cells(0), Some(3));
        assert_eq!(batch.odd_cells(1), Some(1));
        assert_eq!(batch.odd_cells(2), None);
        assert_eq!((batch.cell(0, 1), batch.cell(1, 1)), ("b", ""));
        assert_eq!(
            (batch.kind(1, 1), batch.key(1, 1)),
            (CellKind::Text, Some(0))
        );
        assert_eq!(batch.line(2), Some("a;b"));
        assert_eq!(batch.line(0), None);
        batch.clear(1);
        batch.push_line("z", b';', 1);
        assert_eq!(batch.cell(0, 0), "z");
    }
}
