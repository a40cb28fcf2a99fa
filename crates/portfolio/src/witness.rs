//! Whoever keeps what each client of a portfolio was answered, before the list is given to anybody.

use std::fmt::Debug;
use std::io;

use propenso_scoring::{Outcome, Row, WarningKind};

/// Keeps what each client was answered. Rows are written down on the threads that score them, taken in the file's order, and kept
/// before any file of the run gets its name.
pub trait Witness: Debug + Sync {
    /// Writes down some rows, in the file's order.
    fn write(&self, rows: &mut dyn Iterator<Item = WitnessedRow<'_>>) -> Vec<u8>;

    /// Takes what was written of the rows behind those that it has.
    ///
    /// # Errors
    ///
    /// What the disk says.
    fn take(&self, written: Vec<u8>) -> io::Result<()>;

    /// Forgets all that it has: the file is read again, in another way.
    ///
    /// # Errors
    ///
    /// What the disk says.
    fn forget(&self) -> io::Result<()>;

    /// Keeps all that it has.
    ///
    /// # Errors
    ///
    /// What stands in the way; then the run fails, and nothing is given to anybody.
    fn keep(&self) -> io::Result<()>;
}

/// A client's row, and what came out.
#[derive(Debug)]
pub struct WitnessedRow<'a> {
    /// The row as the client alone would send it.
    pub row: Row<'a>,
    /// What came out.
    pub outcome: Outcome,
    /// What was noticed of the inputs, by their places in the contract.
    pub warnings: Vec<(usize, WarningKind)>,
    /// The client's id, where the file has a column of them.
    pub id: Option<&'a str>,
    /// Whether the client was put aside to measure against; `None` where nobody is.
    pub is_control: Option<bool>,
    /// The row of the file as a spreadsheet counts, from 1; of a workbook's further sheets with the sheet's number, from 0, above
    /// the lower forty bits.
    pub number: u64,
}
