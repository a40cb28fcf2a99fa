//! Files stored by content hash: written once, never changed, checked whenever they are read.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use propenso_model::{Blob, Sha256};

use super::RegistryError;
use crate::private;

/// Files begun by this process.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

/// A folder of files named by the hash of what they hold.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Opens the folder, making it where there is none.
    pub(super) fn open(folder: PathBuf) -> Result<Self, RegistryError> {
        // With the data directory, where that is missing.
        private::create_folder(&folder).map_err(|error| unusable(&folder, error))?;
        Ok(Self { folder })
    }

    /// Where a file lies.
    pub(super) fn path(&self, hash: Sha256) -> PathBuf {
        self.folder.join(hash.to_string())
    }

    /// Stores some bytes, unless they are there. A file under its hash's name is always whole: it is
    /// written under another name, synchronised, and renamed.
    pub(super) fn put(&self, file: &Blob) -> Result<Sha256, RegistryError> {
        let hash = file.sha256();
        let path = self.path(hash);
        if self.get(hash).is_ok() {
            return Ok(hash);
        }
        // Two processes, and two threads of one, may store the same file at once: each writes its own.
        let number = UNFINISHED.fetch_add(1, Ordering::Relaxed);
        let unfinished = format!("{hash}.{}-{number}.tmp", std::process::id());
        let unfinished = self.folder.join(unfinished);
        write_synced(&unfinished, file.bytes()).map_err(|error| unusable(&unfinished, error))?;
        fs::rename(&unfinished, &path).map_err(|error| unusable(&path, error))?;
        sync_folder(&self.folder).map_err(|error| unusable(&self.folder, error))?;
        Ok(hash)
    }

    /// Stores some bytes that were stored a moment ago, if they were removed since.
    pub(super) fn put_again(&self, file: &Blob) -> Result<(), RegistryError> {
        match self.path(file.sha256()).exists() {
            true => Ok(()),
            false => self.put(file).map(drop),
        }
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, hash: Sha256) -> Result<(), RegistryError> {
        let path = self.path(hash);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unusable(&path, error)),
            _ => Ok(()),
        }
    }

    /// A file, which is what its name says.
    pub(super) fn get(&self, hash: Sha256) -> Result<Blob, RegistryError> {
        let path = self.path(hash);
        let file = Blob::of_file(&path).map_err(|error| unusable(&path, error))?;
        if file.sha256() == hash {
            Ok(file)
        } else {
            Err(RegistryError::Damaged { path })
        }
    }

    /// Removes what a process that was killed has left behind. Younger files may be somebody's at work.
    pub(super) fn sweep(&self, older_than: std::time::Duration) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for entry in entries.flatten() {
            let is_unfinished = entry.path().extension().is_some_and(|end| end == "tmp");
            let age = entry
                .metadata()
                .and_then(|m| m.modified())
                .map(|at| at.elapsed());
            if is_unfinished && matches!(age, Ok(Ok(age)) if age > older_than) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename is on disk only when its folder is. Windows has no such call, and its file system keeps names
/// in a journal.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn unusable(path: &Path, error: std::io::Error) -> RegistryError {
    RegistryError::File {
        path: path.to_owned(),
        error,
    }
}
