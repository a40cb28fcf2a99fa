//! All that is done inside one transaction.

use crate::{FileRows, KeyRows, RegistryRows};

/// All that is done inside one transaction.
pub trait Rows: RegistryRows + KeyRows {
    /// Files, where the database keeps them: one that is a file itself has a folder beside it for them.
    fn files(&self) -> Option<&dyn FileRows>;
}
