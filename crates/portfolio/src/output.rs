//! The ranked file on its way out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use crate::error::PortfolioError;
use crate::first_pass::Keep;
use crate::pending_file::PendingFile;
use crate::plan::Plan;
use crate::request::Format;
use crate::sink::json_lines::JsonLinesStyle;
use crate::sink::parquet::ParquetWriter;
use crate::sink::text::TextStyle;
use crate::sink::workbook::WorkbookWriter;
use crate::sink::{LineStyle, TableWriter};
use crate::source::Source;
use crate::summary::Summary;

/// Bytes that are gathered before they are compressed or handed to standard output.
const BUFFER: usize = 1 << 16;

/// The ranked file. It has its name when it is finished, and not before.
///
/// Whether it is lines or a table is decided here, once: what keeps, finishes and writes rows hangs on the variant.
pub(crate) enum Output {
    /// Lines, which any thread makes.
    Lines(Lines),
    /// A table, which one thread writes.
    Table(Table),
}

/// A file of lines.
pub(crate) struct Lines {
    /// What makes lines of rows.
    pub(crate) style: Box<dyn LineStyle>,
    pub(crate) file: LineFile,
}

/// A file whose rows are written as they are.
pub(crate) struct Table {
    pub(crate) writer: Box<dyn TableWriter>,
    file: TableFile,
}

/// The file that lines are written to.
pub(crate) struct LineFile {
    bytes: Packed,
    place: PathBuf,
}

/// The file a table is written to: standard output gets a copy when it is whole.
enum TableFile {
    Pending(PendingFile),
    ForStandardOutput(NamedTempFile),
}

/// Bytes as they are, or compressed.
enum Packed {
    File(PendingFile),
    GzipFile(Box<GzEncoder<PendingFile>>),
    ZstdFile(Box<zstd::Encoder<'static, PendingFile>>),
    StandardOutput(io::BufWriter<io::Stdout>),
}

impl Output {
    /// Opens the file, at a path or on standard output.
    pub(crate) fn create(
        path: Option<&Path>,
        plan: &Plan,
        source: &dyn Source,
    ) -> Result<Self, PortfolioError> {
        let columns = &plan.columns;
        match plan.format {
            Format::Csv => {
                let separator = source.detected().separator;
                let style = TextStyle::new(plan.dialect, columns.clone(), separator);
                Lines::create(path, Box::new(style)).map(Self::Lines)
            }
            Format::JsonLines => {
                Lines::create(path, Box::new(JsonLinesStyle::new(columns))).map(Self::Lines)
            }
            Format::Xlsx => {
                let file = TableFile::create(path)?;
                let writer = WorkbookWriter::create(file.path(), columns)?;
                Ok(Self::Table(Table { writer, file }))
            }
            Format::Parquet => {
                let file = TableFile::create(path)?;
                let types = source.schema();
                let writer = ParquetWriter::create(file.path(), columns, types.as_deref())?;
                Ok(Self::Table(Table { writer, file }))
            }
        }
    }

    /// Tells what the first pass keeps of a row for this file.
    pub(crate) fn keep(&self) -> Keep<'_> {
        match self {
            Self::Lines(lines) => Keep::ForLines(&*lines.style),
            Self::Table(_) => Keep::Cells,
        }
    }

    /// Counts the cells that the first pass keeps of a row.
    pub(crate) fn n_kept(&self, plan: &Plan) -> usize {
        let n_columns = plan.columns.original.len();
        match self {
            Self::Lines(lines) => lines.style.n_kept(n_columns),
            Self::Table(_) => n_columns,
        }
    }

    /// Writes what remains, stores it all, and gives the file its name.
    pub(crate) fn finish(self, summary: &Summary) -> Result<(), PortfolioError> {
        match self {
            Self::Lines(lines) => lines.file.bytes.finish(&lines.file.place),
            Self::Table(table) => {
                table.writer.finish(summary)?;
                table.file.finish()
            }
        }
    }
}

impl Lines {
    fn create(path: Option<&Path>, style: Box<dyn LineStyle>) -> Result<Self, PortfolioError> {
        let mut header = Vec::new();
        style.write_header(&mut header);
        let mut file = LineFile {
            bytes: Packed::create(path)?,
            place: place(path),
        };
        file.write(&header)?;
        Ok(Self { style, file })
    }
}

impl LineFile {
    /// Writes some lines, in order.
    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), PortfolioError> {
        let written = self.bytes.write_all(lines);
        written.map_err(|error| PortfolioError::io(&self.place, error))
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
