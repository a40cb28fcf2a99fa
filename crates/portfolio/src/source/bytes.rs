//! A file's bytes, decompressed as they are read.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use crate::error::PortfolioError;
use crate::request::Limits;

/// Bytes that tell what a file is.
const MAGIC: usize = 16;

/// The problem of a file without anything in it, in Spanish and English.
pub(super) const EMPTY: (&str, &str) = (
    "está vacío; una cartera tiene una fila con los nombres de las columnas y una fila por cliente",
    "it is empty; a portfolio has a row with the columns' names and a row for each client",
);

/// A file's bytes, from the first on.
pub(crate) struct Bytes {
    reader: Box<dyn Read + Send>,
    /// The first few, before decompression.
    pub(crate) magic: Vec<u8>,
    /// The first few, decompressed.
    pub(crate) beginning: Vec<u8>,
    /// `gzip` or `zstd`.
    pub(crate) compression: Option<&'static str>,
    taken: Arc<AtomicU64>,
    total: Option<u64>,
    limits: Limits,
    /// Bytes that were given.
    given: u64,
    pub(crate) path: PathBuf,
}

impl Bytes {
    /// Opens a file, or standard input.
    pub(crate) fn open(path: Option<&Path>, limits: Limits) -> Result<Self, PortfolioError> {
        let name = path.unwrap_or(Path::new("-")).to_owned();
        let failed = |error| PortfolioError::io(&name, error);
        let (mut file, total): (Box<dyn Read + Send>, _) = match path {
            None => (Box::new(io::stdin()), None),
            Some(path) => {
                let file = File::open(path).map_err(failed)?;
                let metadata = file.metadata().map_err(failed)?;
                if metadata.is_dir() {
                    return Err(PortfolioError::unreadable(
                        path,
                        (
                            "es una carpeta; indique el archivo que está en ella",
                            "it is a folder; name the file in it",
                        ),
                    ));
                }
                // A pipe has no length.
                (Box::new(file), metadata.is_file().then_some(metadata.len()))
            }
        };
        let mut magic = Vec::new();
        Read::by_ref(&mut file)
            .take(MAGIC as u64)
            .read_to_end(&mut magic)
            .map_err(failed)?;
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            reader: Cursor::new(magic.clone()).chain(file),
            taken: Arc::clone(&taken),
        };
        let (reader, compression): (Box<dyn Read + Send>, _) = match *magic {
            [0x1f, 0x8b, ..] => (Box::new(MultiGzDecoder::new(counted)), Some("gzip")),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                let decoder = zstd::Decoder::new(counted).map_err(failed)?;
                (Box::new(decoder), Some("zstd"))
            }
            _ => (Box::new(counted), None),
        };
        let mut bytes = Self {
            reader,
            magic,
            beginning: Vec::new(),
            compression,
            taken,
            total,
            limits,
            given: 0,
            path: name,
        };
        bytes.look()?;
        Ok(bytes)
    }

    /// Takes a look at the first few bytes, which are read again.
    fn look(&mut self) -> Result<(), PortfolioError> {
        let mut beginning = Vec::new();
        self.read(MAGIC, &mut beginning)?;
        let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        self.reader = Box::new(Cursor::new(beginning.clone()).chain(reader));
        self.beginning = beginning;
        self.given = 0;
        Ok(())
    }

    /// Bytes taken from the file so far, and how many it has, where that is known.
    pub(crate) fn position(&self) -> (u64, Option<u64>) {
        (self.taken.load(Ordering::Relaxed), self.total)
    }

    /// Appends up to so many bytes. Gives whether there may be more.
    pub(crate) fn read(
        &mut self,
        n_bytes: usize,
        to: &mut Vec<u8>,
    ) -> Result<bool, PortfolioError> {
        let before = to.len();
        to.reserve(n_bytes);
        let read = Read::by_ref(&mut self.reader)
            .take(n_bytes as u64)
            .read_to_end(to);
        read.map_err(|error| match self.compression {
            Some(_) => PortfolioError::unreadable(
                &self.path,
                (
                    format!("no se puede descomprimir ({error}); pídalo otra vez"),
                    format!("it cannot be decompressed: {error}; send it again"),
                ),
            ),
            None => PortfolioError::io(&self.path, error),
        })?;
        self.given += (to.len() - before) as u64;
        let taken = self.taken.load(Ordering::Relaxed);
        if self.compression.is_some() && !self.limits.may_become(taken, self.given) {
            return Err(becomes_too_much(&self.path));
        }
        Ok(to.len() - before == n_bytes)
    }
}

/// A small file would become a huge one.
pub(super) fn becomes_too_much(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "es cientos de veces mayor sin comprimir, como ninguna cartera; si de verdad es una, descomprímala antes",
            "it is hundreds of times larger when it is not compressed, as no portfolio is; if it is one indeed, decompress it first",
        ),
    )
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.reader.read(buffer)?;
        self.taken.fetch_add(n_bytes as u64, Ordering::Relaxed);
        Ok(n_bytes)
    }
}
