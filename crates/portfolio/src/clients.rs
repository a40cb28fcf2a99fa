//! The clients of a file's rows, grouped in bounded memory.
//!
//! Rows are sorted by what their ids hash to; only those of clients with several rows are kept.

use std::path::Path;

use crate::error::PortfolioError;
use crate::ranking::Sorter;
use crate::repeats::{Client, Repeats};

/// Bits of a row's number, below the client's hash.
const ROW_BITS: u32 = 40;

/// The clients of rows, from the first row to the last.
#[derive(Debug)]
pub(crate) struct Clients {
    sorter: Sorter,
    n_rows: u64,
}

impl Clients {
    /// Makes a list that goes to files in this folder when it is long.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            sorter: Sorter::new(folder),
            n_rows: 0,
        }
    }

    /// Adds the next row's client; none where it is a client of its own.
    pub(crate) fn push(&mut self, client: Option<Client>) -> Result<(), PortfolioError> {
        let row = self.n_rows;
        self.n_rows += 1;
        match client {
            Some(client) => self
                .sorter
                .push_entry((client.number() << ROW_BITS) | u128::from(row)),
            None => Ok(()),
        }
    }

    /// Finds the rows of clients who have several.
    pub(crate) fn repeats(self) -> Result<Repeats, PortfolioError> {
        let mut repeats = Repeats::default();
        let mut before: Option<(u128, u64)> = None;
        self.sorter.in_order(|entry| {
            let (client, row) = (entry >> ROW_BITS, entry as u64 & ((1 << ROW_BITS) - 1));
            match before {
                Some((same, first)) if same == client => repeats.add(first, row),
                _ => before = Some((client, row)),
            }
        })?;
        Ok(repeats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_of_a_client_has_the_place() {
        let mut clients = Clients::new(&std::env::temp_dir());
        for id in ["a", "b", " a", "c", "=\"a\"", "b", "", ""] {
            clients.push(Client::of(id)).unwrap();
        }
        let mut repeats = clients.repeats().unwrap();
        let order = [4, 5, 3, 0, 1, 2, 6, 7];
        let has_place = order.map(|row| repeats.has_place(row));
        assert_eq!(
            has_place,
            [false, false, false, true, true, true, false, false]
        );
    }
}
