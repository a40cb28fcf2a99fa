//! Who uses a data directory: servers share it, and what puts another in its place has it alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// The file that is locked. What is in it does not matter.
pub const LOCK: &str = ".lock";

/// The file that is locked by who works on the directory's portfolios.
pub const PORTFOLIOS_LOCK: &str = ".portfolios.lock";

/// A use of a data directory, until it is dropped or the process ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Why a data directory could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum DataLockError {
    /// Others use it.
    #[error("it is in use")]
    InUse,
    /// The system said something else; some shares know no locks.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl DataLock {
    /// Uses a data directory beside others that do so.
    ///
    /// # Errors
    ///
    /// [`DataLockError::InUse`] while somebody has it alone.
    pub fn shared(folder: &Path) -> Result<Self, DataLockError> {
        Self::lock(&folder.join(LOCK), File::try_lock_shared)
    }

    /// Uses a data directory alone.
    ///
    /// # Errors
    ///
    /// [`DataLockError::InUse`] while somebody uses it.
    pub fn alone(folder: &Path) -> Result<Self, DataLockError> {
        Self::lock(&folder.join(LOCK), File::try_lock)
    }

    /// Has the portfolios of a data directory alone, which others may use meanwhile.
    ///
    /// # Errors
    ///
    /// [`DataLockError::InUse`] while somebody else has them.
    pub fn portfolios(folder: &Path) -> Result<Self, DataLockError> {
        Self::lock(&folder.join(PORTFOLIOS_LOCK), File::try_lock)
    }

    fn lock(
        path: &Path,
        lock: impl FnOnce(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, DataLockError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        match lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(DataLockError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_share_it_and_one_has_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let shared = DataLock::shared(folder.path()).unwrap();
        let another = DataLock::shared(folder.path()).unwrap();
        let refused = DataLock::alone(folder.path()).unwrap_err();
        assert!(matches!(refused, DataLockError::InUse));
        drop((shared, another));
        let alone = DataLock::alone(folder.path()).unwrap();
        let refused = DataLock::shared(folder.path()).unwrap_err();
        assert!(matches!(refused, DataLockError::InUse));
        drop(alone);
        DataLock::shared(folder.path()).unwrap();
    }

    #[test]
    fn one_of_those_who_share_it_has_the_portfolios() {
        let folder = tempfile::tempdir().unwrap();
        let _shared = DataLock::shared(folder.path()).unwrap();
        let portfolios = DataLock::portfolios(folder.path()).unwrap();
        let refused = DataLock::portfolios(folder.path()).unwrap_err();
        assert!(matches!(refused, DataLockError::InUse));
        drop(portfolios);
        DataLock::portfolios(folder.path()).unwrap();
    }
}
