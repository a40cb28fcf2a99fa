//! Numbers of lines, which an editor counts otherwise than a spreadsheet its rows: a quoted line end begins a line, too.

use super::Table;
use crate::source::{RowNames, count_line_ends};

impl Table {
    /// Gives the line that each row begins on, from 1, as an editor shows it; `None` where the file is no text.
    #[must_use]
    pub fn lines(&self) -> Option<Vec<u64>> {
        let first_line = self.first_line?;
        let mut n_quoted = 0;
        let mut lines = Vec::with_capacity(self.n_rows);
        for row in 0..self.n_rows {
            let rows_behind_header = self.row_number(row) - self.header_row - 1;
            lines.push(first_line + rows_behind_header + n_quoted);
            n_quoted += self.quoted_line_ends(row);
        }
        Some(lines)
    }

    /// The row's number as a spreadsheet counts, from 1.
    ///
    /// # Panics
    ///
    /// Beyond the last row.
    #[must_use]
    pub fn row_number(&self, row: usize) -> u64 {
        let (batch, at) = self.place(row);
        RowNames::row(batch.number(at))
    }

    fn quoted_line_ends(&self, row: usize) -> u64 {
        let (batch, at) = self.place(row);
        let cells = (0..batch.n_columns()).map(|column| batch.cell(at, column));
        cells.map(|cell| count_line_ends(cell.as_bytes())).sum()
    }
}

#[cfg(test)]
mod tests {
    use propenso_scoring::Contract;

    use crate::table::Table;

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let text = "\"de\nhoy\"\nVPT;\"no\nta\"\nS;1\n\nS;\"a\n\nb\"\nN;3\n";
        for end in ["\n", "\r\n", "\r"] {
            let table = Table::read(text.replace('\n', end).as_bytes(), &contract).unwrap();
            assert_eq!(table.lines().as_deref(), Some(&[5, 7, 10][..]), "{end:?}");
            assert_eq!(table.row_number(2), 6);
        }
    }
}
