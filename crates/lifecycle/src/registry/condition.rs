//! The registry's database as it is: whether it is whole, in which layout, and a copy of it. Nothing is brought up to date,
//! and no server that works on it meanwhile is kept waiting.

use std::path::Path;

use jiff::Timestamp;
use propenso_store::sqlite::condition;
pub use propenso_store::sqlite::condition::LAYOUT;
use propenso_store::url::FILE;

use super::{Place, RegistryError};

/// What a registry's database is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its layout.
    pub layout: usize,
    /// The layout that this program writes.
    pub known: usize,
    /// What is damaged, as the database says itself; empty where nothing is.
    pub damage: Vec<String>,
    /// When something happened last.
    pub last_event: Option<Timestamp>,
}

/// Looks at the database of a data directory or another place; `None` where there is none.
///
/// # Errors
///
/// [`RegistryError`] when it cannot be read at all.
pub fn look(place: impl Into<Place>) -> Result<Option<Condition>, RegistryError> {
    let place = place.into();
    if !place.is_there()? {
        return Ok(None);
    }
    let looked = place.url.look(&place.folder)?;
    Ok(looked.map(|looked| Condition {
        layout: looked.layout,
        known: looked.known,
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
    Ok(condition::copy(&folder.join(FILE), to)?)
}

/// Writes into the database what processes that were killed have written beside it, so that it can be moved as one file.
///
/// # Errors
///
/// [`RegistryError`] when it cannot be used.
pub fn settle(folder: &Path) -> Result<(), RegistryError> {
    Ok(condition::settle(&folder.join(FILE))?)
}
