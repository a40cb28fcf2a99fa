//! A database, whichever it is.

use std::path::Path;
use std::time::Duration;

use crate::sqlite::Sqlite;
use crate::{KeyRows, RegistryRows, StoreError};

/// All that is done inside one transaction.
pub trait Rows: RegistryRows + KeyRows {}

impl<R: RegistryRows + KeyRows> Rows for R {}

/// A database. May be shared by threads, and several processes may use the same one.
#[derive(Debug)]
pub struct Store(BackEnd);

#[derive(Debug)]
enum BackEnd {
    Sqlite(Sqlite),
}

impl Store {
    /// Opens a database in a file, making it where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be used.
    pub fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Sqlite::open(path).map(BackEnd::Sqlite).map(Self)
    }

    /// Gives what a closure reads, all of it as it is at one moment.
    ///
    /// # Errors
    ///
    /// What the closure says, or why nothing could be read.
    pub fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&dyn Rows) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.0 {
            BackEnd::Sqlite(sqlite) => sqlite.read(|rows| read(rows)),
        }
    }

    /// Keeps what a closure writes, in one transaction that nobody else writes beside; nothing of it if it fails.
    ///
    /// # Errors
    ///
    /// What the closure says, or why nothing could be written.
    pub fn write<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&dyn Rows) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.0 {
            BackEnd::Sqlite(sqlite) => sqlite.write(|rows| write(rows)),
        }
    }

    /// Waits for others no longer than this from now on.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn hurry(&self, patience: Duration) -> Result<(), StoreError> {
        match &self.0 {
            BackEnd::Sqlite(sqlite) => sqlite.hurry(patience),
        }
    }
}
