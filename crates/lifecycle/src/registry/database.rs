//! The registry's database: the one place where SQL stands.
//!
//! - `schema`: the tables, brought up to date when they are opened
//! - `record`: versions and events as rows, and back; `stored_report`: the gates' reports as they are kept
//! - `holders`: who has keys
//! - `condition`: the database as it is, and a copy of it
//! - `shadow_days`: what shadows were compared with; `column`: columns' values as what they stand for

mod column;
pub(super) mod condition;
pub(super) mod holders;
pub(super) mod record;
mod schema;
pub(super) mod shadow_days;
mod stored_report;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::RegistryError;

/// How long one process waits for another to finish with the database.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the database could not be used, as it says itself.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DatabaseError(#[from] rusqlite::Error);

impl DatabaseError {
    pub(super) fn is_disk_full(&self) -> bool {
        self.0.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
    }
}

impl From<rusqlite::Error> for RegistryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(DatabaseError(error))
    }
}

/// A connection that threads take turns with.
#[derive(Debug)]
pub(super) struct Database(Mutex<Connection>);

impl Database {
    /// Opens the database in a file, making it where there is none.
    pub(super) fn open(path: &Path) -> Result<Self, RegistryError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        schema::prepare(&mut connection)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Waits for other processes no longer than this from now on.
    pub(super) fn hurry(&self, patience: Duration) -> Result<(), RegistryError> {
        Ok(self.lock().busy_timeout(patience)?)
    }

    /// Gives what a closure reads.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        read(&self.lock())
    }

    /// Keeps what a closure writes, in one transaction that no other process writes beside; nothing of it if it fails.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = write(&transaction)?;
        transaction.commit()?;
        Ok(written)
    }

    /// A thread that panicked in the middle has left no transaction open: it was rolled back.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
