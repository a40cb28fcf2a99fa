//! The hash of a portfolio's file, which is worked out beside other work.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use propenso_model::Sha256;

/// The hash of a file that another thread reads.
#[derive(Debug)]
pub struct FileHash(Hashing);

#[derive(Debug)]
enum Hashing {
    Begun(JoinHandle<io::Result<Sha256>>),
    /// There was no thread to be had.
    Due(PathBuf),
}

impl FileHash {
    /// Begins to read a file.
    pub(super) fn begin(path: &Path) -> Self {
        let file = path.to_owned();
        let begun = thread::Builder::new().spawn(move || hash_of(&file));
        Self(begun.map_or_else(|_| Hashing::Due(path.to_owned()), Hashing::Begun))
    }

    /// Waits for the hash.
    ///
    /// # Errors
    ///
    /// That the file cannot be read.
    pub(super) fn wait(self) -> io::Result<Sha256> {
        match self.0 {
            Hashing::Due(path) => hash_of(&path),
            Hashing::Begun(thread) => match thread.join() {
                Ok(hash) => hash,
                Err(panic) => std::panic::resume_unwind(panic),
            },
        }
    }
}

fn hash_of(file: &Path) -> io::Result<Sha256> {
    Sha256::of_rest(File::open(file)?)
}
