//! Files beside the ranked one: rejected rows, suppressed rows.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::PortfolioError;
use crate::pending_file::PendingFile;
use crate::request::Readers;
use crate::sink::text::{Dialect, TextTable};

/// A file beside the output, which is only there if it has rows.
pub(crate) struct SideFile {
    place: PathBuf,
    readers: Readers,
    header: Vec<u8>,
    file: Option<PendingFile>,
}

impl SideFile {
    pub(crate) fn new(place: &Path, readers: Readers, dialect: Dialect, columns: &[&str]) -> Self {
        Self {
            place: place.to_owned(),
            readers,
            header: TextTable::new(dialect, columns).take(),
            file: None,
        }
    }

    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), PortfolioError> {
        if lines.is_empty() {
            return Ok(());
        }
        let failed = |error| PortfolioError::io(&self.place, error);
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = self
                    .file
                    .insert(PendingFile::create(&self.place, self.readers)?);
                file.write_all(&self.header).map_err(failed)?;
                file
            }
        };
        file.write_all(lines).map_err(failed)
    }

    /// Gives the file its name. Without rows, one of an earlier run is removed: it would be taken for this one's. Tells
    /// whether there is a file.
    pub(crate) fn finish(self) -> Result<bool, PortfolioError> {
        if let Some(file) = self.file {
            file.finish()?;
            return Ok(true);
        }
        match std::fs::remove_file(&self.place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(PortfolioError::io(&self.place, error))
            }
            _ => Ok(false),
        }
    }
}
