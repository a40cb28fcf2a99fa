//! A table of anything, written row by row into a file that is whole or not there: text that a Spanish Excel opens, in which
//! no cell is a formula, or Parquet.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, StringBuilder, TimestampMillisecondBuilder, UInt64Builder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::Timestamp;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use propenso_scoring::Bilingual;

use crate::error::PortfolioError;
use crate::pending_file::PendingFile;
use crate::request::Readers;
use crate::sink::text::{Dialect, TextTable, shortest};

/// Rows that are in memory at a time.
const ROWS: usize = 8_192;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Texts.
    Text,
    /// Whole numbers, from 0 on.
    Count,
    /// Numbers, with the digits that bring back their bits.
    Number,
    /// Yes or no.
    Flag,
    /// Moments, to the millisecond.
    Moment,
}

/// What stands in a cell. One of another kind than its column's is empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'c> {
    /// Nothing.
    Empty,
    /// A text.
    Text(&'c str),
    /// A whole number.
    Count(u64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A moment.
    Moment(Timestamp),
}

/// A file that is being written. Dropped before its end, it is not there.
#[derive(Debug)]
pub struct TableFile {
    form: Form,
    pending: PendingFile,
    place: PathBuf,
    rows: usize,
}

enum Form {
    Text {
        table: TextTable,
    },
    Parquet {
        writer: Box<ArrowWriter<File>>,
        schema: SchemaRef,
        columns: Vec<Builder>,
    },
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text { .. } => "Text",
            Self::Parquet { .. } => "Parquet",
        })
    }
}

impl TableFile {
    /// Begins a file, whose form its name says. What is there under this name stays until the new one is whole.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Request`] for a name of another form, and what the system says.
    pub fn create(
        place: &Path,
        columns: &[(&str, ColumnKind)],
        readers: Readers,
    ) -> Result<Self, PortfolioError> {
        let ending = place.extension().map(OsStr::to_ascii_lowercase);
        let is_parquet = match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("csv") => false,
            Some("parquet" | "pq") => true,
            _ => {
                return Err(PortfolioError::Request(Bilingual::new(
                    "llame al archivo .csv o .parquet",
                    "name the file .csv or .parquet",
                )));
            }
        };
        let pending = PendingFile::create(place, readers)?;
        let form = match is_parquet {
            true => parquet_form(pending.temporary(), columns)
                .map_err(|error| PortfolioError::io(place, error))?,
            false => {
                let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
                let table = TextTable::new(Dialect::SPANISH_EXCEL, &names);
                Form::Text { table }
            }
        };
        Ok(Self {
            form,
            pending,
            place: place.to_owned(),
            rows: 0,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), PortfolioError> {
        match &mut self.form {
            Form::Text { table } => {
                let texts: Vec<String> = cells.iter().map(|cell| as_text(*cell)).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                table.push_row(&texts);
            }
            Form::Parquet { columns, .. } => {
                let cells = cells.iter().copied().chain(std::iter::repeat(Cell::Empty));
                for (column, cell) in columns.iter_mut().zip(cells) {
                    column.push(cell);
                }
            }
        }
        self.rows += 1;
        match self.rows >= ROWS {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Stores it and gives it its name.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn finish(mut self) -> Result<(), PortfolioError> {
        self.flush()?;
        if let Form::Parquet { writer, .. } = self.form {
            writer
                .close()
                .map_err(|error| PortfolioError::io(&self.place, std::io::Error::other(error)))?;
        }
        self.pending.finish()
    }

    fn flush(&mut self) -> Result<(), PortfolioError> {
        self.rows = 0;
        let written = match &mut self.form {
            Form::Text { table } => self.pending.write_all(&table.take()),
            Form::Parquet {
                writer,
                schema,
                columns,
            } => {
                let arrays = columns.iter_mut().map(Builder::finish).collect();
                let batch = RecordBatch::try_new(Arc::clone(schema), arrays);
                let batch = batch.map_err(std::io::Error::other);
                batch.and_then(|batch| writer.write(&batch).map_err(std::io::Error::other))
            }
        };
        written.map_err(|error| PortfolioError::io(&self.place, error))
    }
}

fn parquet_form(path: &Path, columns: &[(&str, ColumnKind)]) -> std::io::Result<Form> {
    let fields = columns
        .iter()
        .map(|(name, kind)| Field::new(*name, data_type(*kind), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let level = ZstdLevel::try_new(3).unwrap_or_default();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .build();
    let file = File::create(path)?;
    let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
    Ok(Form::Parquet {
        writer: Box::new(writer.map_err(std::io::Error::other)?),
        schema,
        columns: columns
            .iter()
            .map(|(_, kind)| Builder::new(*kind))
            .collect(),
    })
}

fn data_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text => DataType::Utf8,
        ColumnKind::Count => DataType::UInt64,
        ColumnKind::Number => DataType::Float64,
        ColumnKind::Flag => DataType::Boolean,
        ColumnKind::Moment => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    }
}

fn as_text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_owned(),
        Cell::Count(count) => count.to_string(),
        Cell::Number(number) => {
            let mut buffer = zmij::Buffer::new();
            shortest(number, &mut buffer).replace('.', ",")
        }
        Cell::Flag(is_so) => u8::from(is_so).to_string(),
        Cell::Moment(at) => at.to_string(),
    }
}

/// The cells of a column that are not in the file yet.
enum Builder {
    Text(StringBuilder),
    Count(UInt64Builder),
    Number(Float64Builder),
    Flag(BooleanBuilder),
    Moment(TimestampMillisecondBuilder),
}

impl Builder {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(StringBuilder::new()),
            ColumnKind::Count => Self::Count(UInt64Builder::new()),
            ColumnKind::Number => Self::Number(Float64Builder::new()),
            ColumnKind::Flag => Self::Flag(BooleanBuilder::new()),
            ColumnKind::Moment => {
                Self::Moment(TimestampMillisecondBuilder::new().with_data_type(data_type(kind)))
            }
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => column.append_value(text),
            (Self::Count(column), Cell::Count(count)) => column.append_value(count),
            (Self::Number(column), Cell::Number(number)) => column.append_value(number),
            (Self::Flag(column), Cell::Flag(is_so)) => column.append_value(is_so),
            (Self::Moment(column), Cell::Moment(at)) => column.append_value(at.as_millisecond()),
            (Self::Text(column), _) => column.append_null(),
            (Self::Count(column), _) => column.append_null(),
            (Self::Number(column), _) => column.append_null(),
            (Self::Flag(column), _) => column.append_null(),
            (Self::Moment(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Count(column) => Arc::new(column.finish()),
            Self::Number(column) => Arc::new(column.finish()),
            Self::Flag(column) => Arc::new(column.finish()),
            Self::Moment(column) => Arc::new(column.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [(&str, ColumnKind); 5] = [
        ("texto", ColumnKind::Text),
        ("fila", ColumnKind::Count),
        ("número", ColumnKind::Number),
        ("sí", ColumnKind::Flag),
        ("cuándo", ColumnKind::Moment),
    ];

    fn write(place: &Path, n_rows: usize) {
        let mut file = TableFile::create(place, &COLUMNS, Readers::Owner).unwrap();
        for row in 0..n_rows {
            let cells = [
                Cell::Text("=1+1;ñ"),
                Cell::Count(row as u64),
                Cell::Number(0.1 + 0.2),
                Cell::Flag(true),
                Cell::Moment(Timestamp::UNIX_EPOCH),
            ];
            file.push(if row == 1 { &[Cell::Empty; 5] } else { &cells })
                .unwrap();
            assert!(!place.exists());
        }
        file.finish().unwrap();
    }

    #[test]
    fn text_is_what_a_spanish_excel_opens() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("salida.CSV");
        write(&place, 2);
        assert_eq!(
            std::fs::read_to_string(&place).unwrap(),
            "\u{feff}texto;fila;número;sí;cuándo\r\n\
             \"'=1+1;ñ\";0;0,30000000000000004;1;1970-01-01T00:00:00Z\r\n;;;;\r\n"
        );
    }

    #[test]
    fn parquet_has_the_kinds() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("salida.parquet");
        write(&place, ROWS + 2);
        let file = File::open(&place).unwrap();
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file);
        let reader = reader.unwrap();
        let types: Vec<_> = reader
            .schema()
            .fields()
            .iter()
            .map(|field| field.data_type().clone())
            .collect();
        assert_eq!(types, COLUMNS.map(|(_, kind)| data_type(kind)));
        let rows: usize = reader
            .build()
            .unwrap()
            .map(|batch| batch.unwrap().num_rows())
            .sum();
        assert_eq!(rows, ROWS + 2);
    }

    #[test]
    fn one_that_is_dropped_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("salida.csv");
        drop(TableFile::create(&place, &COLUMNS, Readers::Owner).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let other = TableFile::create(&folder.path().join("salida.xls"), &COLUMNS, Readers::Owner);
        assert!(matches!(other, Err(PortfolioError::Request(_))));
    }
}
