//! The registry's files: in the folder, and in the database where several machines share it.

use std::path::PathBuf;

use propenso_model::{Blob, Sha256};
use propenso_store::Rows;

use super::{Registry, RegistryError, State, Version};

impl Registry {
    /// A stored file, checked against its hash. One that only others have had yet is fetched.
    ///
    /// # Errors
    ///
    /// [`RegistryError::File`] when it is missing, [`RegistryError::Damaged`] when it is another.
    pub fn file(&self, hash: Sha256) -> Result<Blob, RegistryError> {
        match self.files.get(hash) {
            Err(_) if self.store.keeps_files() => {}
            found => return found,
        }
        let name = hash.to_string();
        let fetched = self.store.read(|rows| match rows.files() {
            Some(files) => Ok::<_, RegistryError>(files.file(&name)?),
            None => Ok(None),
        })?;
        let Some(fetched) = fetched else {
            return self.files.get(hash);
        };
        let fetched = Blob::from(fetched);
        if fetched.sha256() != hash {
            let path = self.files.path(hash);
            return Err(RegistryError::Damaged { path });
        }
        // What the folder has no room for is fetched again the next time.
        if let Err(error) = self.files.put(&fetched) {
            tracing::warn!(%error, "a file of the registry was fetched, and cannot be kept on this machine");
        }
        Ok(fetched)
    }

    /// Stores a version's file again, if it is missing or damaged.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when it cannot be written.
    pub fn mend(&self, file: &Blob) -> Result<(), RegistryError> {
        self.keep(file).map(drop)
    }

    /// Where a stored file lies, once this machine has it.
    #[must_use]
    pub fn path(&self, hash: Sha256) -> PathBuf {
        self.files.path(hash)
    }

    /// Tells whether a version's model file is there. Rejected ones are kept for a while only.
    #[must_use]
    pub fn keeps(&self, version: &Version) -> bool {
        let is_kept = |rows: &dyn Rows| self.is_kept(rows, version);
        match self.store.keeps_files() {
            true => self.store.read(is_kept).unwrap_or(false),
            false => self.files.path(version.content.model).exists(),
        }
    }

    /// Stores a file, before what names it.
    pub(super) fn keep(&self, file: &Blob) -> Result<Sha256, RegistryError> {
        let hash = self.files.put(file)?;
        self.store.put_file(&hash.to_string(), file.bytes())?;
        Ok(hash)
    }

    /// Stores a file that was stored a moment ago, if it was removed since.
    pub(super) fn keep_on(&self, rows: &dyn Rows, file: &Blob) -> Result<(), RegistryError> {
        self.files.put_again(file)?;
        if let Some(files) = rows.files() {
            files.put_file(&file.sha256().to_string(), file.bytes())?;
        }
        Ok(())
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, rows: &dyn Rows, hash: Sha256) -> Result<(), RegistryError> {
        if let Some(files) = rows.files() {
            files.remove_file(&hash.to_string())?;
        }
        self.files.remove(hash)
    }

    /// Refuses a rejected version whose file is there no longer.
    pub(super) fn check_kept(
        &self,
        rows: &dyn Rows,
        version: &Version,
    ) -> Result<(), RegistryError> {
        if version.state == State::Rejected && !self.is_kept(rows, version)? {
            return Err(RegistryError::NotKept(version.number));
        }
        Ok(())
    }

    fn is_kept(&self, rows: &dyn Rows, version: &Version) -> Result<bool, RegistryError> {
        let hash = version.content.model;
        match rows.files() {
            // What this machine has a copy of may be nobody's any more.
            Some(files) => Ok(files.has_file(&hash.to_string())?),
            None => Ok(self.files.path(hash).exists()),
        }
    }
}
