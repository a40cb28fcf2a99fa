//! The hash of a portfolio's file, which is worked out beside other work.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use propenso_model::Sha256;
use propenso_portfolio::PortfolioError;

/// The hash of a file that another thread reads.
#[derive(Debug)]
pub struct FileHash {
    path: PathBuf,
    /// `None` where there was no thread to be had.
    begun: Option<JoinHandle<io::Result<Sha256>>>,
}

impl FileHash {
    /// Begins to read a file.
    pub(super) fn begin(path: &Path) -> Self {
        let path = path.to_owned();
        let file = path.clone();
        let begun = thread::Builder::new().spawn(move || hash_of(&file)).ok();
        Self { path, begun }
    }

    /// Waits for the hash.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Io`] when the file cannot be read.
    pub fn wait(self) -> Result<Sha256, PortfolioError> {
        let Self { path, begun } = self;
        let hash = match begun.map(JoinHandle::join).transpose() {
            Ok(hash) => hash.unwrap_or_else(|| hash_of(&path)),
            Err(panic) => std::panic::resume_unwind(panic),
        };
        hash.map_err(|error| PortfolioError::Io { path, error })
    }
}

fn hash_of(file: &Path) -> io::Result<Sha256> {
    Sha256::of_rest(File::open(file)?)
}
