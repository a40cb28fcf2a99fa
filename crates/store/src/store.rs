//! A database, whichever it is.

use std::path::Path;
use std::time::Duration;

#[cfg(feature = "postgres")]
use crate::condition::Condition;
#[cfg(feature = "postgres")]
use crate::postgres::address::Address;
#[cfg(feature = "postgres")]
use crate::postgres::{self, Postgres};
use crate::sqlite::Sqlite;
use crate::{Rows, StoreError};

/// A database. May be shared by threads, and several processes may use the same one.
#[derive(Debug)]
pub struct Store(BackEnd);

#[derive(Debug)]
enum BackEnd {
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Box<Postgres>),
}

/// Leave to do something that is done by one process at a time, until it is dropped.
#[derive(Debug)]
pub struct Alone {
    #[cfg(feature = "postgres")]
    _lock: Option<postgres::Alone>,
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

    /// Opens a database of PostgreSQL, making its tables where there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be used.
    #[cfg(feature = "postgres")]
    pub fn postgres(address: &Address) -> Result<Self, StoreError> {
        let postgres = Postgres::open(address)?;
        Ok(Self(BackEnd::Postgres(Box::new(postgres))))
    }

    /// Looks at a database of PostgreSQL, and changes nothing; `None` where nothing was kept yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be read.
    #[cfg(feature = "postgres")]
    pub fn look_at_postgres(address: &Address) -> Result<Option<Condition>, StoreError> {
        Postgres::look(address)
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
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(postgres) => postgres.read(|rows| read(rows)),
        }
    }

    /// Keeps what a closure writes, in one transaction that nobody else writes beside; nothing of it if it fails. Where the
    /// database went away while it was asked to keep it, nobody knows: it is [`StoreError::Unreachable`].
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
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(postgres) => postgres.write(|rows| write(rows)),
        }
    }

    /// Tells whether files are kept in the database.
    #[must_use]
    pub fn keeps_files(&self) -> bool {
        match &self.0 {
            BackEnd::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(_) => true,
        }
    }

    /// Keeps a file where the database keeps files, in a transaction of its own that others write beside.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables))]
    pub fn put_file(&self, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
        match &self.0 {
            BackEnd::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(postgres) => postgres.put_file(hash, bytes),
        }
    }

    /// Takes leave to do something that is done by one process at a time, whichever machine it is on; `None` while another does
    /// it. A database that is a file asks nobody: there, the machine's own locks are for that.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables))]
    pub fn alone(&self, what: &[u8; 8]) -> Result<Option<Alone>, StoreError> {
        match &self.0 {
            BackEnd::Sqlite(_) => Ok(Some(Alone {
                #[cfg(feature = "postgres")]
                _lock: None,
            })),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(postgres) => {
                let lock = postgres.alone(i64::from_be_bytes(*what))?;
                Ok(lock.map(|lock| Alone { _lock: Some(lock) }))
            }
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
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(postgres) => {
                postgres.hurry(patience);
                Ok(())
            }
        }
    }
}
