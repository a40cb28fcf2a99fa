//! Where a registry is.

use std::fmt;
use std::path::{Path, PathBuf};

use propenso_store::url::FILE;
use propenso_store::{Store, StoreUrl};

use super::RegistryError;
use crate::private;

/// Where a registry is: a data directory, and a database, which is a file there or one that several machines share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The data directory. With a shared database, it keeps copies of files for this machine.
    pub folder: PathBuf,
    /// The database.
    pub url: StoreUrl,
}

impl Place {
    /// Tells whether there is a registry, as far as this machine knows: one that is shared is asked.
    ///
    /// # Errors
    ///
    /// [`RegistryError::File`] when the folder cannot be looked into.
    pub fn is_there(&self) -> Result<bool, RegistryError> {
        let path = self.folder.join(FILE);
        match self.url.is_shared() {
            true => Ok(true),
            false => path
                .try_exists()
                .map_err(|error| RegistryError::File { path, error }),
        }
    }

    /// Opens the database, making folder and tables where there are none.
    pub(super) fn open(&self) -> Result<Store, RegistryError> {
        private::create_folder(&self.folder).map_err(|error| RegistryError::File {
            path: self.folder.clone(),
            error,
        })?;
        Ok(self.url.open(&self.folder)?)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.url.is_shared() {
            true => self.url.fmt(f),
            false => self.folder.display().fmt(f),
        }
    }
}

impl From<PathBuf> for Place {
    /// A data directory with all in it.
    fn from(folder: PathBuf) -> Self {
        let url = StoreUrl::DataDirectory;
        Self { folder, url }
    }
}

impl From<&Path> for Place {
    fn from(folder: &Path) -> Self {
        folder.to_owned().into()
    }
}

impl From<&PathBuf> for Place {
    fn from(folder: &PathBuf) -> Self {
        folder.clone().into()
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}
