//! Files, by the hash of what they hold: where several machines share a database, they share these too.

use crate::StoreError;

/// Bytes of a part of a file at the most: one is sent at a time.
pub const PART_BYTES: usize = 4 << 20;

/// What is done with files inside one transaction.
pub trait FileRows {
    /// Tells whether a file is kept.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn has_file(&self, hash: &str) -> Result<bool, StoreError>;

    /// What a file holds, if it is kept.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn file(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps a file, unless it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn put_file(&self, hash: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Removes a file, if it is kept.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn remove_file(&self, hash: &str) -> Result<(), StoreError>;
}
