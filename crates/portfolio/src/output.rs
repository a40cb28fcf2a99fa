//! The ranked file on its way out.

mod files;
mod parts;

use std::io::Write;
use std::path::{Path, PathBuf};

use arrow_schema::Schema;

use crate::error::PortfolioError;
use crate::finished::OutputColumns;
use crate::first_pass::Keep;
use crate::plan::Plan;
use crate::request::{Format, PortfolioRequest};
use crate::sink::json_lines::JsonLinesStyle;
use crate::sink::parquet::ParquetWriter;
use crate::sink::text::TextStyle;
use crate::sink::workbook::WorkbookWriter;
use crate::sink::{LineStyle, TableWriter};
use crate::source::Source;
use crate::summary::Summary;
use files::{Packed, TableFile};
use parts::Parts;

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
            // The others are read only, and no list is asked for in them.
            Format::Xlsx | Format::Ods | Format::Xls => None,
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
            return Err(PortfolioError::request(
                format!(
                    "la lista serían {n_files} archivos y como mucho son {MOST_FILES}; dé un número mayor a --split"
                ),
                format!(
                    "the list would be {n_files} files, and {MOST_FILES} are the most; give --split a greater number"
                ),
            ));
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
