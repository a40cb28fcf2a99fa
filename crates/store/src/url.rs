//! Where a database is, as somebody writes it down.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::access_log::AccessLog;
use crate::access_log::sqlite::SqliteAccesses;
use crate::condition::Condition;
use crate::decision_log::DecisionLog;
#[cfg(feature = "postgres")]
use crate::decision_log::chain_file;
use crate::decision_log::sqlite::SqliteDecisions;
#[cfg(feature = "postgres")]
use crate::postgres::address::{Address, AddressError};
#[cfg(feature = "postgres")]
use crate::postgres::{self, PostgresAccesses, PostgresDecisions};
use crate::sqlite::condition;
use crate::{Store, StoreError};

/// The database's file in a data directory.
pub const FILE: &str = "registry.db";

/// How the database that is inside is written.
const INSIDE: &str = "sqlite:";

/// Where a database is. A password in it is shown to nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file in the data directory.
    #[default]
    DataDirectory,
    /// A database that several machines share.
    #[cfg(feature = "postgres")]
    Postgres(Box<Address>),
}

/// A text that says nowhere. It is not repeated: there may be a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreUrlError {
    /// It is another kind of database.
    #[error("it is sqlite: or postgres://USER:PASSWORD@HOST/DATABASE")]
    Unknown,
    /// SQLite's file is where the rest of the data is.
    #[error(
        "SQLite's file is {FILE} in the data directory: write sqlite: alone, and say where that is with data_dir"
    )]
    Elsewhere,
    /// It is no address of PostgreSQL that can be used.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Address(#[from] AddressError),
    /// This program cannot speak with PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    #[error("this program was built without PostgreSQL")]
    WithoutPostgres,
}

impl StoreUrl {
    /// Reads a text. `authorities` are certificates of who may vouch for a database on another machine.
    ///
    /// # Errors
    ///
    /// [`StoreUrlError`].
    pub fn read(text: &str, authorities: Option<PathBuf>) -> Result<Self, StoreUrlError> {
        if let Some(file) = text.strip_prefix(INSIDE) {
            return match file.is_empty() || file == FILE {
                true => Ok(Self::DataDirectory),
                false => Err(StoreUrlError::Elsewhere),
            };
        }
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err(StoreUrlError::Unknown);
        }
        Self::of_postgres(text, authorities)
    }

    #[cfg(feature = "postgres")]
    fn of_postgres(text: &str, authorities: Option<PathBuf>) -> Result<Self, StoreUrlError> {
        let address = Address::new(text, authorities)?;
        Ok(Self::Postgres(Box::new(address)))
    }

    #[cfg(not(feature = "postgres"))]
    fn of_postgres(_: &str, _: Option<PathBuf>) -> Result<Self, StoreUrlError> {
        Err(StoreUrlError::WithoutPostgres)
    }

    /// Tells whether several machines may share it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        *self != Self::DataDirectory
    }

    /// Opens it, making its tables where there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be used.
    pub fn open(&self, data_dir: &Path) -> Result<Store, StoreError> {
        match self {
            Self::DataDirectory => Store::sqlite(&data_dir.join(FILE)),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => Store::postgres(address),
        }
    }

    /// Opens the decisions: files in a folder, or the shared database, in which this folder has a chain of its own. The folder
    /// must be there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they cannot be used.
    pub fn open_decisions(&self, folder: &Path) -> Result<Arc<dyn DecisionLog>, StoreError> {
        match self {
            Self::DataDirectory => Ok(Arc::new(SqliteDecisions::open(folder))),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => {
                let chain = chain_file::open(folder)?;
                Ok(Arc::new(PostgresDecisions::open(address, chain)?))
            }
        }
    }

    /// Opens the log of accesses: a file in a folder, which must be there, or in the shared database.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be used.
    pub fn open_accesses(&self, folder: &Path) -> Result<Arc<dyn AccessLog>, StoreError> {
        match self {
            Self::DataDirectory => Ok(Arc::new(SqliteAccesses::open(folder)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => Ok(Arc::new(PostgresAccesses::open(address)?)),
        }
    }

    /// The key for pseudonyms that all machines share: the one that is kept, else `made`, which is kept from then on. `None`
    /// where each data directory has its own.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables))]
    pub fn pseudonym_key(&self, made: &str) -> Result<Option<String>, StoreError> {
        match self {
            Self::DataDirectory => Ok(None),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => postgres::pseudonym_key(address, made).map(Some),
        }
    }

    /// Looks at it, and changes nothing. `None` where nothing was kept yet; a file must be there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be read at all.
    pub fn look(&self, data_dir: &Path) -> Result<Option<Condition>, StoreError> {
        match self {
            Self::DataDirectory => condition::look(&data_dir.join(FILE)).map(Some),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => Store::look_at_postgres(address),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataDirectory => f.write_str(INSIDE),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_read() {
        let read = |text: &str| StoreUrl::read(text, None);
        assert_eq!(read("sqlite:"), Ok(StoreUrl::DataDirectory));
        assert_eq!(read("sqlite:registry.db"), Ok(StoreUrl::DataDirectory));
        assert_eq!(read("sqlite:/var/x.db"), Err(StoreUrlError::Elsewhere));
        for wrong in ["", "mysql://u:secreto@h/d", "secreto"] {
            let error = read(wrong).unwrap_err();
            assert_eq!(error, StoreUrlError::Unknown, "{wrong}");
            assert!(!error.to_string().contains("secreto"));
        }
        assert!(!StoreUrl::default().is_shared());
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_password_is_shown_to_nobody() {
        let url = StoreUrl::read("postgres://ana:secreto@localhost/riesgo", None).unwrap();
        assert!(url.is_shared());
        assert_eq!(url.to_string(), "postgres://ana@localhost/riesgo");
        assert!(!format!("{url:?}").contains("secreto"));
    }
}
