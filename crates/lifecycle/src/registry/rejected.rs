//! The files of rejected versions, which are kept for a while.

use jiff::{SignedDuration, Timestamp};
use propenso_model::Blob;

use super::{Registry, RegistryError, Version, record};

impl Registry {
    /// A version's model file.
    ///
    /// # Errors
    ///
    /// [`RegistryError::NotKept`] when it was rejected and its time is over; else as [`Self::file`].
    pub fn model(&self, version: &Version) -> Result<Blob, RegistryError> {
        self.store.read(|rows| self.check_kept(rows, version))?;
        self.file(version.content.model)
    }

    /// Removes the files of versions that were rejected, and of which nothing was said for so many days.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the database or a file cannot be used.
    pub fn clear_rejected(&self, keep_days: u32) -> Result<(), RegistryError> {
        let keep = SignedDuration::from_hours(24 * i64::from(keep_days));
        let Ok(before) = Timestamp::now().checked_sub(keep) else {
            return Ok(());
        };
        // Behind the lock: what another process takes into use meanwhile stays.
        self.store.write(|rows| {
            for hash in record::expired_files(rows, before)? {
                self.remove(rows, hash)?;
            }
            Ok(())
        })
    }
}
