//! Where scored rows wait until their places are known.

use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::SpooledTempFile;

use crate::error::PortfolioError;

/// Bytes that are kept in memory; more go to a file.
const IN_MEMORY: usize = 16 << 20;

/// Bytes of folios, in order. Its file has no name and is gone with the process.
#[derive(Debug)]
pub(crate) struct Spool {
    file: SpooledTempFile,
    folder: PathBuf,
}

impl Spool {
    /// Makes an empty spool, whose file is in this folder when it has one.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            file: tempfile::spooled_tempfile_in(IN_MEMORY, folder),
            folder: folder.to_owned(),
        }
    }

    /// Appends a folio's bytes.
    pub(crate) fn push(&mut self, folio: &[u8]) -> Result<(), PortfolioError> {
        let length = (folio.len() as u64).to_le_bytes();
        let written = self
            .file
            .write_all(&length)
            .and_then(|()| self.file.write_all(folio));
        written.map_err(|error| PortfolioError::io(&self.folder, error))
    }

    /// Begins to give the folios, from the first on.
    pub(crate) fn rewind(&mut self) -> Result<(), PortfolioError> {
        self.file
            .rewind()
            .map_err(|error| PortfolioError::io(&self.folder, error))
    }

    /// The next folio's bytes; `None` behind the last.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, PortfolioError> {
        self.read()
            .map_err(|error| PortfolioError::io(&self.folder, error))
    }

    fn read(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut length = [0; 8];
        // Written by this process: at its end there is not even half a number.
        if self.file.read(&mut length[..1])? == 0 {
            return Ok(None);
        }
        self.file.read_exact(&mut length[1..])?;
        let length = u64::from_le_bytes(length);
        let mut folio = Vec::with_capacity(length as usize);
        Read::by_ref(&mut self.file)
            .take(length)
            .read_to_end(&mut folio)?;
        match folio.len() as u64 == length {
            true => Ok(Some(folio)),
            false => Err(std::io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Spool;

    #[test]
    fn first_in_first_out() {
        let mut spool = Spool::new(&std::env::temp_dir());
        for n in 0..200u8 {
            spool.push(&vec![n; usize::from(n) * 997]).unwrap();
        }
        spool.rewind().unwrap();
        for n in 0..200u8 {
            assert_eq!(spool.next().unwrap(), Some(vec![n; usize::from(n) * 997]));
        }
        assert_eq!(spool.next().unwrap(), None);
    }
}
