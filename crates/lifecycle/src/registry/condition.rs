//! The registry's database as it is: whether it is whole, in which layout, and a copy of it. Nothing is brought up to date,
//! and no server that works on it meanwhile is kept waiting.

use std::path::Path;

use super::database::condition;
pub use super::database::condition::{Condition, LAYOUT};
use super::{DATABASE, RegistryError};

/// Looks at the database in a data directory; `None` where there is none.
///
/// # Errors
///
/// [`RegistryError`] when it cannot be read at all.
pub fn look(folder: &Path) -> Result<Option<Condition>, RegistryError> {
    let path = folder.join(DATABASE);
    let is_there = path.try_exists().map_err(|error| RegistryError::File {
        path: path.clone(),
        error,
    })?;
    is_there.then(|| condition::look(&path)).transpose()
}

/// Writes the database of a data directory, as it is at one moment, into a file that is not there yet.
///
/// # Errors
///
/// [`RegistryError`] when it cannot be read or the file cannot be written.
pub fn copy(folder: &Path, to: &Path) -> Result<(), RegistryError> {
    condition::copy(&folder.join(DATABASE), to)
}

/// Writes into the database what processes that were killed have written beside it, so that it can be moved as one file.
///
/// # Errors
///
/// [`RegistryError`] when it cannot be used.
pub fn settle(folder: &Path) -> Result<(), RegistryError> {
    condition::settle(&folder.join(DATABASE))
}
