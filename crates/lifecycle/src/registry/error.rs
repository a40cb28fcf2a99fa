//! Why the registry could not do something.

use std::path::PathBuf;

use propenso_store::StoreError;

use super::Refusal;
use crate::disk_full::is_disk_full;
use crate::keys::KeyRefusal;

/// Why the registry could not do something.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The action is not allowed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What is asked of holders and keys cannot be done.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    /// A file or folder of the registry cannot be used.
    #[error("{}: {error}; check that the data directory exists and may be written to", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file of a rejected version was removed when its time was over.
    #[error(
        "version {0} was rejected, and its file is kept no longer ([models] keep_days); add the file again"
    )]
    NotKept(u32),
    /// A stored file is not what its name says.
    #[error("{} is damaged; put the original file there, or add the model again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The database was written by a later program.
    #[error(
        "the registry has layout {found}, this program knows layouts up to {known}; use the newer propenso that wrote it"
    )]
    Newer {
        /// The layout found.
        found: usize,
        /// The latest known.
        known: usize,
    },
    /// The database cannot be used.
    #[error("the registry's database: {0}")]
    Database(StoreError),
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Newer { found, known } => Self::Newer { found, known },
            error => Self::Database(error),
        }
    }
}

impl RegistryError {
    /// Tells whether the database does not answer, or has no time.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Database(StoreError::Unreachable(_) | StoreError::Busy(_))
        )
    }

    /// Tells whether there was no room on the disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::File { error, .. } => is_disk_full(error),
            Self::Database(error) => error.is_disk_full(),
            Self::Refused(_)
            | Self::NotKept(_)
            | Self::Key(_)
            | Self::Damaged { .. }
            | Self::Newer { .. } => false,
        }
    }
}
