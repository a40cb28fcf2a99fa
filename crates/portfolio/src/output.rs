//! The ranked file on its way out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use crate::error::PortfolioError;
use crate::finished::OutputColumns;
use crate::pending_file::PendingFile;
use crate::request::Format;
use crate::second_pass::Ready;
use crate::sink::json_lines::JsonLinesStyle;
use crate::sink::parquet::ParquetWriter;
use crate::sink::text::{Dialect, TextStyle};
use crate::sink::workbook::WorkbookWriter;
use crate::sink::{LineStyle, TableWriter};
use crate::source::Source;
use crate::summary::Summary;

/// Bytes that are gathered before they are compressed or handed to standard output.
const BUFFER: usize = 1 << 16;

/// How a file's rows are written.
pub(crate) enum Style {
    /// By any thread, as lines.
    Text(TextStyle),
    JsonLines(JsonLinesStyle),
    /// By one thread, as a table.
    Table(Format),
}

impl Style {
    pub(crate) fn new(
        format: Format,
        dialect: Dialect,
        columns: &OutputColumns,
        source: &dyn Source,
    ) -> Self {
        match format {
            Format::Csv => {
                let columns = columns.clone();
                Self::Text(TextStyle::new(
                    dialect,
                    columns,
                    source.detected().separator,
                ))
            }
            Format::JsonLines => Self::JsonLines(JsonLinesStyle::new(columns)),
            Format::Xlsx | Format::Parquet => Self::Table(format),
        }
    }

    /// What makes lines of rows.
    pub(crate) fn lines(&self) -> Option<&dyn LineStyle> {
        match self {
            Self::Text(style) => Some(style),
            Self::JsonLines(style) => Some(style),
            Self::Table(_) => None,
        }
    }
}

/// The ranked file. It has its name when it is finished, and not before.
pub(crate) enum Output {
    Lines {
        out: Packed,
        place: PathBuf,
    },
    Table {
        writer: Box<dyn TableWriter>,
        file: TableFile,
    },
}

/// The file a table is written to: standard output gets a copy when it is whole.
pub(crate) enum TableFile {
    Pending(PendingFile),
    ForStandardOutput(NamedTempFile),
}

/// Bytes as they are, or compressed.
pub(crate) enum Packed {
    File(PendingFile),
    GzipFile(Box<GzEncoder<PendingFile>>),
    ZstdFile(Box<zstd::Encoder<'static, PendingFile>>),
    StandardOutput(io::BufWriter<io::Stdout>),
}

impl Output {
    /// Opens the file, at a path or on standard output.
    pub(crate) fn create(
        path: Option<&Path>,
        style: &Style,
        columns: &OutputColumns,
        source: &dyn Source,
    ) -> Result<Self, PortfolioError> {
        let Some(style) = style.lines() else {
            let file = TableFile::create(path)?;
            let temporary = file.path();
            let writer = match style {
                Style::Table(Format::Parquet) => {
                    ParquetWriter::create(temporary, columns, source.schema().as_deref())?
                }
                _ => WorkbookWriter::create(temporary, columns)?,
            };
            return Ok(Self::Table { writer, file });
        };
        let mut header = Vec::new();
        style.write_header(&mut header);
        let mut output = Self::Lines {
            out: Packed::create(path)?,
            place: place(path),
        };
        output.write_bytes(&header)?;
        Ok(output)
    }

    /// Writes some rows, in order.
    pub(crate) fn write(&mut self, ready: &Ready<'_>) -> Result<(), PortfolioError> {
        match (self, ready) {
            (Self::Table { writer, .. }, Ready::Rows(rows)) => writer.write(&**rows),
            (lines, Ready::Lines { bytes, .. }) => lines.write_bytes(bytes),
            // A style makes lines or it does not.
            (Self::Lines { .. }, Ready::Rows(_)) => Ok(()),
        }
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), PortfolioError> {
        match self {
            Self::Lines { out, place } => out
                .write_all(bytes)
                .map_err(|error| PortfolioError::io(place, error)),
            Self::Table { .. } => Ok(()),
        }
    }

    /// Writes what remains, stores it all, and gives the file its name.
    pub(crate) fn finish(self, summary: &Summary) -> Result<(), PortfolioError> {
        match self {
            Self::Lines { out, place } => out.finish(&place),
            Self::Table { writer, file } => {
                writer.finish(summary)?;
                file.finish()
            }
        }
    }
}

impl TableFile {
    fn create(path: Option<&Path>) -> Result<Self, PortfolioError> {
        match path {
            Some(path) => PendingFile::create(path).map(Self::Pending),
            None => NamedTempFile::new()
                .map(Self::ForStandardOutput)
                .map_err(|error| PortfolioError::io(&place(None), error)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Pending(file) => file.temporary(),
            Self::ForStandardOutput(file) => file.path(),
        }
    }

    fn finish(self) -> Result<(), PortfolioError> {
        match self {
            Self::Pending(file) => file.finish(),
            Self::ForStandardOutput(file) => {
                let copied = file.reopen().and_then(|mut file| {
                    let mut out = io::stdout().lock();
                    io::copy(&mut file, &mut out)?;
                    out.flush()
                });
                copied.map_err(|error| PortfolioError::io(&place(None), error))
            }
        }
    }
}

impl Packed {
    fn create(path: Option<&Path>) -> Result<Self, PortfolioError> {
        let Some(path) = path else {
            return Ok(Self::StandardOutput(io::BufWriter::with_capacity(
                BUFFER,
                io::stdout(),
            )));
        };
        let file = PendingFile::create(path)?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        Ok(match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("gz") => Self::GzipFile(Box::new(GzEncoder::new(
                file,
                flate2::Compression::default(),
            ))),
            Some("zst") => {
                let encoder = zstd::Encoder::new(file, 0);
                Self::ZstdFile(Box::new(
                    encoder.map_err(|error| PortfolioError::io(path, error))?,
                ))
            }
            _ => Self::File(file),
        })
    }

    fn finish(self, place: &Path) -> Result<(), PortfolioError> {
        let failed = |error| PortfolioError::io(place, error);
        match self {
            Self::File(file) => file.finish(),
            Self::GzipFile(encoder) => encoder.finish().map_err(failed)?.finish(),
            Self::ZstdFile(encoder) => encoder.finish().map_err(failed)?.finish(),
            Self::StandardOutput(mut out) => out.flush().map_err(failed),
        }
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

/// A path, or `-`.
fn place(path: Option<&Path>) -> PathBuf {
    path.unwrap_or(Path::new("-")).to_owned()
}
