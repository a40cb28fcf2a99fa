//! SQLite: one file, compiled in, for one machine.
//!
//! - `schema`: the tables, brought up to date when they are opened
//! - `versions`, `events`, `shadow_days`, `day_counts`: the registry; `holders`: who has keys
//! - `connection`: how a file is opened
//! - [`condition`]: the database as it is, and a copy of it

pub mod condition;
pub(crate) mod connection;
mod day_counts;
mod events;
mod holders;
mod registry;
mod schema;
mod shadow_days;
mod versions;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::StoreError;
use crate::files::FileRows;
use crate::rows::Rows;

/// How long one process waits for another to finish with the database.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection that threads take turns with.
#[derive(Debug)]
pub(crate) struct Sqlite(Mutex<Connection>);

/// What one transaction sees.
pub(crate) struct SqliteRows<'c>(Transaction<'c>);

impl Rows for SqliteRows<'_> {
    fn files(&self) -> Option<&dyn FileRows> {
        None
    }
}

impl Sqlite {
    /// Opens the database in a file, making it where there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = connection::open_to_write(path, PATIENCE)?;
        schema::prepare(&mut connection)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Waits for other processes no longer than this from now on.
    pub(crate) fn hurry(&self, patience: Duration) -> Result<(), StoreError> {
        Ok(self.lock().busy_timeout(patience)?)
    }

    /// Gives what a closure reads, as it is at one moment.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&SqliteRows<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let rows = begin(&mut connection, TransactionBehavior::Deferred)?;
        read(&rows)
    }

    /// Keeps what a closure writes, in one transaction that no other process writes beside; nothing of it if it fails.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&SqliteRows<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let rows = begin(&mut connection, TransactionBehavior::Immediate)?;
        let written = write(&rows)?;
        rows.0.commit().map_err(StoreError::from)?;
        Ok(written)
    }

    /// A thread that panicked in the middle has left no transaction open: it was rolled back.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin(
    connection: &mut Connection,
    behavior: TransactionBehavior,
) -> Result<SqliteRows<'_>, StoreError> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    Ok(SqliteRows(transaction))
}
