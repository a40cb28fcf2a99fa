//! The ranked file on its way out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow_schema::Schema;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use crate::error::PortfolioError;
use crate::finished::OutputColumns;
use crate::first_pass::Keep;
use crate::output_name::OutputName;
use crate::pending_file::{PendingFile, WholeFile};
use crate::plan::Plan;
use crate::request::{Format, PortfolioRequest, Readers};
use crate::sink::json_lines::JsonLinesStyle;
use crate::sink::parquet::ParquetWriter;
use crate::sink::text::TextStyle;
use crate::sink::workbook::WorkbookWriter;
use crate::sink::{LineStyle, TableWriter};
use crate::source::Source;
use crate::summary::Summary;

/// Bytes that are gathered before they are compressed or handed to standard output.
const BUFFER: usize = 1 << 16;

/// The most files that a list is cut into.
const MOST_FILES: u64 = 10_000;

/// The ranked file, or the files that it is cut into. They have their names when all are finished, and not before.
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
    kind: TableKind,
    parts: Parts,
}

/// The file that lines are written to.
pub(crate) struct LineFile {
    bytes: Packed,
    header: Vec<u8>,
    parts: Parts,
}

/// What a table's files have in common.
struct TableKind {
    columns: OutputColumns,
    /// The types of the original columns, for a Parquet file; a workbook has none.
    parquet: Option<Option<Schema>>,
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

/// The places of the files.
struct Parts {
    /// `None` is standard output.
    path: Option<PathBuf>,
    readers: Readers,
    /// How many files the list is cut into; `None` where it is one.
    of: Option<u64>,
    /// The one that is being written, from 0.
    now: u64,
    /// Those before it.
    whole: Vec<WholeFile>,
}

impl Output {
    /// Opens the file, at a path or on standard output.
    pub(crate) fn create(
        request: &PortfolioRequest,
        plan: &Plan,
        source: &dyn Source,
    ) -> Result<Self, PortfolioError> {
        let columns = &plan.columns;
        let parts = Parts::new(request);
        let parquet = match plan.format {
            Format::Csv => {
                let separator = source.detected().separator;
                let style = TextStyle::new(plan.dialect, columns.clone(), separator);
                return Lines::create(parts, Box::new(style)).map(Self::Lines);
            }
            Format::JsonLines => {
                let style = JsonLinesStyle::new(columns);
                return Lines::create(parts, Box::new(style)).map(Self::Lines);
            }
            Format::Xlsx => None,
            Format::Parquet => Some(source.schema().map(|schema| (*schema).clone())),
        };
        let kind = TableKind {
            columns: columns.clone(),
            parquet,
        };
        Table::create(parts, kind).map(Self::Table)
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

    /// Cuts the list into so many files, before any row is written.
    pub(crate) fn split(
        &mut self,
        n_files: u64,
        request: &PortfolioRequest,
    ) -> Result<(), PortfolioError> {
        if n_files > MOST_FILES {
            return Err(PortfolioError::Request(format!(
                "the list would be {n_files} files, and {MOST_FILES} are the most; give --split a greater number"
            )));
        }
        let parts = match self {
            Self::Lines(lines) => &mut lines.file.parts,
            Self::Table(table) => &mut table.parts,
        };
        parts.of = Some(n_files);
        parts.check(n_files, request)?;
        let first = parts.place();
        match self {
            Self::Lines(lines) => lines.file.bytes.rename(first),
            Self::Table(table) => table.file.rename(first),
        }
    }

    /// Writes what remains, stores it all, and gives the files their names. Gives those that a list was cut into.
    pub(crate) fn finish(self, summary: &Summary) -> Result<Vec<PathBuf>, PortfolioError> {
        let (mut parts, last) = match self {
            Self::Lines(Lines { file, .. }) => {
                let last = file.bytes.close(&file.parts.place())?;
                (file.parts, last)
            }
            Self::Table(table) => {
                table.writer.finish(summary)?;
                (table.parts, table.file.close()?)
            }
        };
        parts.whole.extend(last);
        parts.name()
    }
}

impl Lines {
    fn create(parts: Parts, style: Box<dyn LineStyle>) -> Result<Self, PortfolioError> {
        let mut header = Vec::new();
        style.write_header(&mut header);
        let mut file = LineFile {
            bytes: Packed::create(&parts)?,
            parts,
            header,
        };
        file.write_header()?;
        Ok(Self { style, file })
    }
}

impl LineFile {
    /// Writes some lines, in order.
    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), PortfolioError> {
        let written = self.bytes.write_all(lines);
        written.map_err(|error| PortfolioError::io(&self.parts.place(), error))
    }

    /// Goes on to this file, which is the same or the next.
    pub(crate) fn go_to(&mut self, part: u64) -> Result<(), PortfolioError> {
        while self.parts.now < part {
            let place = self.parts.place();
            self.parts.now += 1;
            let next = Packed::create(&self.parts)?;
            let full = std::mem::replace(&mut self.bytes, next);
            self.parts.whole.extend(full.close(&place)?);
            self.write_header()?;
        }
        Ok(())
    }

    fn write_header(&mut self) -> Result<(), PortfolioError> {
        let written = self.bytes.write_all(&self.header);
        written.map_err(|error| PortfolioError::io(&self.parts.place(), error))
    }
}

impl Table {
    fn create(parts: Parts, kind: TableKind) -> Result<Self, PortfolioError> {
        let file = TableFile::create(&parts)?;
        Ok(Self {
            writer: kind.writer(file.path())?,
            file,
            kind,
            parts,
        })
    }

    /// Goes on to this file, which is the same or the next.
    pub(crate) fn go_to(&mut self, part: u64, summary: &Summary) -> Result<(), PortfolioError> {
        while self.parts.now < part {
            self.parts.now += 1;
            let file = TableFile::create(&self.parts)?;
            let writer = self.kind.writer(file.path())?;
            std::mem::replace(&mut self.writer, writer).finish(summary)?;
            let full = std::mem::replace(&mut self.file, file);
            self.parts.whole.extend(full.close()?);
        }
        Ok(())
    }
}

impl TableKind {
    fn writer(&self, path: &Path) -> Result<Box<dyn TableWriter>, PortfolioError> {
        match &self.parquet {
            Some(types) => ParquetWriter::create(path, &self.columns, types.as_ref()),
            None => WorkbookWriter::create(path, &self.columns),
        }
    }
}

impl TableFile {
    fn create(parts: &Parts) -> Result<Self, PortfolioError> {
        match parts.pending()? {
            Some(file) => Ok(Self::Pending(file)),
            None => NamedTempFile::new()
                .map(Self::ForStandardOutput)
                .map_err(|error| PortfolioError::io(Path::new("-"), error)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Pending(file) => file.temporary(),
            Self::ForStandardOutput(file) => file.path(),
        }
    }

    fn rename(&mut self, place: PathBuf) -> Result<(), PortfolioError> {
        match self {
            Self::Pending(file) => file.rename(place),
            Self::ForStandardOutput(_) => Ok(()),
        }
    }

    /// Stores it. There is none to name on standard output.
    fn close(self) -> Result<Option<WholeFile>, PortfolioError> {
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
    fn create(parts: &Parts) -> Result<Self, PortfolioError> {
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

    fn rename(&mut self, place: PathBuf) -> Result<(), PortfolioError> {
        match self {
            Self::File(file) => file.rename(place),
            Self::GzipFile(encoder) => encoder.get_mut().rename(place),
            Self::ZstdFile(encoder) => encoder.get_mut().rename(place),
            Self::StandardOutput(_) => Ok(()),
        }
    }

    /// Stores it. There is none to name on standard output.
    fn close(self, place: &Path) -> Result<Option<WholeFile>, PortfolioError> {
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

impl Parts {
    fn new(request: &PortfolioRequest) -> Self {
        Self {
            path: request.output.clone(),
            readers: request.readers,
            of: None,
            now: 0,
            whole: Vec::new(),
        }
    }

    /// Creates the file that is to be written; none for standard output.
    fn pending(&self) -> Result<Option<PendingFile>, PortfolioError> {
        let file = self.path.as_ref();
        file.map(|_| PendingFile::create(&self.place(), self.readers))
            .transpose()
    }

    /// Where the file belongs that is being written; `-` is standard output.
    fn place(&self) -> PathBuf {
        match (&self.path, self.of) {
            (Some(path), Some(of)) => OutputName::new(path).part(self.now + 1, of),
            (Some(path), None) => path.clone(),
            (None, _) => "-".into(),
        }
    }

    /// Refuses to replace what the run reads, or another file that it writes.
    fn check(&self, n_files: u64, request: &PortfolioRequest) -> Result<(), PortfolioError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let known = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let others = [&request.input, &request.page, &request.suppress];
        let others: Vec<PathBuf> = others
            .into_iter()
            .flatten()
            .map(|path| known(path))
            .collect();
        let name = OutputName::new(path);
        let mut places = (1..=n_files).map(|number| name.part(number, n_files));
        match places.find(|place| others.contains(&known(place))) {
            None => Ok(()),
            Some(place) => Err(PortfolioError::Request(format!(
                "{} would be one of the list's files, and is another file of this run; give --output another name",
                place.display()
            ))),
        }
    }

    /// Gives the files their names. Those with the numbers behind, which an earlier run with more clients left, are
    /// removed: they would be taken for this one's.
    fn name(mut self) -> Result<Vec<PathBuf>, PortfolioError> {
        let whole = std::mem::take(&mut self.whole);
        let names = whole.into_iter().map(WholeFile::name);
        let names = names.collect::<Result<Vec<_>, _>>()?;
        if self.of.is_none() {
            return Ok(Vec::new());
        }
        loop {
            self.now += 1;
            let left = self.place();
            match std::fs::remove_file(&left) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
                Err(error) => return Err(PortfolioError::io(&left, error)),
            }
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
