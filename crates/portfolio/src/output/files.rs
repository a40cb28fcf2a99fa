//! The files that lines and tables are written to, and standard output.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use super::parts::Parts;
use crate::error::PortfolioError;
use crate::pending_file::{PendingFile, WholeFile};

/// Bytes that are gathered before they are compressed or handed to standard output.
const BUFFER: usize = 1 << 16;

/// The file a table is written to: standard output gets a copy when it is whole.
pub(super) enum TableFile {
    Pending(PendingFile),
    ForStandardOutput(NamedTempFile),
}

/// Bytes as they are, or compressed.
pub(super) enum Packed {
    File(PendingFile),
    GzipFile(Box<GzEncoder<PendingFile>>),
    ZstdFile(Box<zstd::Encoder<'static, PendingFile>>),
    StandardOutput(io::BufWriter<io::Stdout>),
}

impl TableFile {
    pub(super) fn create(parts: &Parts) -> Result<Self, PortfolioError> {
        match parts.pending()? {
            Some(file) => Ok(Self::Pending(file)),
            None => NamedTempFile::new()
                .map(Self::ForStandardOutput)
                .map_err(|error| PortfolioError::io(Path::new("-"), error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Pending(file) => file.temporary(),
            Self::ForStandardOutput(file) => file.path(),
        }
    }

    pub(super) fn rename(&mut self, place: PathBuf) -> Result<(), PortfolioError> {
        match self {
            Self::Pending(file) => file.rename(place),
            Self::ForStandardOutput(_) => Ok(()),
        }
    }

    /// Stores it. There is none to name on standard output.
    pub(super) fn close(self) -> Result<Option<WholeFile>, PortfolioError> {
        match self {
            Self::Pending(file) => file.close().map(Some),
            Self::ForStandardOutput(file) => {
                let copied = file.reopen().and_then(|mut file| {
                    let mut out = io::stdout().lock();
                    io::copy(&mut file, &mut out)?;
                    out.flush()
                });
                copied.map_err(|error| PortfolioError::io(Path::new("-"), error))?;
                Ok(None)
            }
        }
    }
}

impl Packed {
    pub(super) fn create(parts: &Parts) -> Result<Self, PortfolioError> {
        let Some(file) = parts.pending()? else {
            return Ok(Self::StandardOutput(io::BufWriter::with_capacity(
                BUFFER,
                io::stdout(),
            )));
        };
        let path = parts.place();
        let extension = path.extension().and_then(|extension| extension.to_str());
        Ok(match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("gz") => Self::GzipFile(Box::new(GzEncoder::new(
                file,
                flate2::Compression::default(),
            ))),
            Some("zst") => {
                let encoder = zstd::Encoder::new(file, 0);
                Self::ZstdFile(Box::new(
                    encoder.map_err(|error| PortfolioError::io(&path, error))?,
                ))
            }
            _ => Self::File(file),
        })
    }

    pub(super) fn rename(&mut self, place: PathBuf) -> Result<(), PortfolioError> {
        match self {
            Self::File(file) => file.rename(place),
            Self::GzipFile(encoder) => encoder.get_mut().rename(place),
            Self::ZstdFile(encoder) => encoder.get_mut().rename(place),
            Self::StandardOutput(_) => Ok(()),
        }
    }

    /// Stores it. There is none to name on standard output.
    pub(super) fn close(self, place: &Path) -> Result<Option<WholeFile>, PortfolioError> {
        let failed = |error| PortfolioError::io(place, error);
        let file = match self {
            Self::File(file) => file,
            Self::GzipFile(encoder) => encoder.finish().map_err(failed)?,
            Self::ZstdFile(encoder) => encoder.finish().map_err(failed)?,
            Self::StandardOutput(mut out) => {
                out.flush().map_err(failed)?;
                return Ok(None);
            }
        };
        file.close().map(Some)
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::GzipFile(encoder) => encoder.write(bytes),
            Self::ZstdFile(encoder) => encoder.write(bytes),
            Self::StandardOutput(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
