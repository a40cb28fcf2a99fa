//! Why a database could not do something.

use std::error::Error;

/// What the database said itself.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why a database could not do something. Then nothing of it was kept, unless it went away in the very moment of keeping it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room on the disk that it is on.
    #[error("{0}")]
    DiskFull(Cause),
    /// Others have worked on it for longer than they are waited for.
    #[error("{0}")]
    Busy(Cause),
    /// It may not be written to.
    #[error("{0}")]
    ReadOnly(Cause),
    /// Nothing answers where it should be.
    #[error("{0}; check that it runs, and that [store] url says where")]
    Unreachable(Cause),
    /// It was written by a later program.
    #[error(
        "the database has layout {found}, this program knows layouts up to {known}; use the newer propenso that wrote it"
    )]
    Newer {
        /// The layout found.
        found: usize,
        /// The latest known.
        known: usize,
    },
    /// A row is not what this program writes.
    #[error("a row of `{table}` cannot be read: {cause}")]
    Row {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        cause: Cause,
    },
    /// Something else.
    #[error("{0}")]
    Failed(Cause),
}

impl StoreError {
    /// A row that is not what this program writes.
    pub fn row(table: &'static str, cause: impl Into<Cause>) -> Self {
        let cause = cause.into();
        Self::Row { table, cause }
    }

    /// Tells whether there was no room on the disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull(error.into()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error.into()),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(error.into()),
            _ => Self::Failed(error.into()),
        }
    }
}
