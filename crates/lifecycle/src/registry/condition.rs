//! The registry's database as it is: whether it is whole, in which layout, and a copy of it. Nothing is brought up to date,
//! and no server that works on it meanwhile is kept waiting.

use std::path::Path;

use jiff::Timestamp;
use propenso_store::sqlite::condition;
pub use propenso_store::sqlite::condition::LAYOUT;

use super::{DATABASE, RegistryError};

/// What a registry's database is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its layout.
    pub layout: usize,
    /// What is damaged, as the database says itself; empty where nothing is.
    pub damage: Vec<String>,
    /// When something happened last.
    pub last_event: Option<Timestamp>,
}

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
    let looked = is_there.then(|| condition::look(&path)).transpose()?;
    Ok(looked.map(|looked| Condition {
        layout: looked.layout,
        damage: looked.damage,
        last_event: looked.last_event.and_then(|at| at.parse().ok()),
    }))
}

/// Writes the database of a data directory, as it is at one moment, into a file that is not there yet.
///
/// # Errors
///
/// [`RegistryError`] when it cannot be read or the file cannot be written.
pub fn copy(folder: &Path, to: &Path) -> Result<(), RegistryError> {
    Ok(condition::copy(&folder.join(DATABASE), to)?)
}

/// Writes into the database what processes that were killed have written beside it, so that it can be moved as one file.
///
/// # Errors
///
/// [`RegistryError`] when it cannot be used.
pub fn settle(folder: &Path) -> Result<(), RegistryError> {
    Ok(condition::settle(&folder.join(DATABASE))?)
}
