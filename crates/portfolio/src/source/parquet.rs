//! Parquet files. Their cells become text that reads back as the same value.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::bytes::becomes_too_much;
use super::guarded::guarded;
use super::text::too_wide;
use super::{Detected, Piece, Source};
use crate::batch::Batch;
use crate::error::PortfolioError;
use crate::request::{Format, Limits, Reading};
use crate::typed_batch::batch;

/// Rows that are decoded at once.
const ROWS: usize = 2_048;

struct ParquetSource {
    path: PathBuf,
    header: Vec<String>,
    detected: Detected,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
    /// Rows that are decoded, and how many of them were given.
    decoded: Option<(RecordBatch, usize)>,
    limits: Limits,
    n_rows: u64,
    total: u64,
    file_bytes: u64,
    /// Bytes and cells that were given.
    given: u64,
}

/// Opens a Parquet file.
pub(super) fn open(path: &Path, reading: &Reading) -> Result<Box<dyn Source>, PortfolioError> {
    let file = File::open(path).map_err(|error| PortfolioError::io(path, error))?;
    let file_bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let limits = reading.limits;
    let metadata = quietly(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()));
    let metadata = metadata.map_err(|error| cannot_open(path, &error))?;
    check(path, metadata.metadata(), limits, file_bytes)?;
    let schema = Arc::clone(metadata.schema());
    let total = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
    let reader = quietly(|| {
        let options = ArrowReaderOptions::new().with_schema(shared_texts(&schema));
        ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?
            .with_batch_size(ROWS)
            .build()
    });
    let names = schema.fields().iter().map(|field| field.name().clone());
    Ok(Box::new(ParquetSource {
        path: path.to_owned(),
        header: names.collect(),
        detected: Detected {
            format: Format::Parquet,
            compression: None,
            encoding: None,
            separator: None,
            decimal: reading.decimal,
            crlf: None,
            sheet: None,
            header_row: 1,
        },
        reader: reader.map_err(|error| cannot_open(path, &error))?,
        schema,
        decoded: None,
        limits,
        n_rows: 0,
        total,
        file_bytes,
        given: 0,
    }))
}

/// The columns' names of a Parquet file that is in memory, and its rows, decoded some at a time.
pub(crate) struct Decoded {
    pub(crate) schema: SchemaRef,
    reader: ParquetRecordBatchReader,
}

impl Decoded {
    /// Opens a file. `path` is what it is called where it cannot be read.
    pub(crate) fn open(bytes: Bytes, path: &Path, limits: Limits) -> Result<Self, PortfolioError> {
        let metadata = quietly(|| ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new()));
        let metadata = metadata.map_err(|error| cannot_open(path, &error))?;
        check(path, metadata.metadata(), limits, bytes.len() as u64)?;
        let schema = Arc::clone(metadata.schema());
        let reader = quietly(|| {
            let options = ArrowReaderOptions::new().with_schema(shared_texts(&schema));
            ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options)?
                .with_batch_size(ROWS)
                .build()
        });
        let reader = reader.map_err(|error| cannot_open(path, &error))?;
        Ok(Self { schema, reader })
    }

    /// Decodes the next rows; none behind the last.
    pub(crate) fn next(&mut self, path: &Path) -> Result<Option<RecordBatch>, PortfolioError> {
        let rows = quietly(|| self.reader.next().transpose());
        rows.map_err(|error| damaged(path, &error))
    }
}

/// Refuses what would take more room than any portfolio, or is compressed as is not read here.
fn check(
    path: &Path,
    metadata: &ParquetMetaData,
    limits: Limits,
    file_bytes: u64,
) -> Result<(), PortfolioError> {
    let n_columns = metadata.file_metadata().schema_descr().num_columns();
    if n_columns > limits.columns {
        return Err(too_wide(path, n_columns, limits.columns));
    }
    let chunks = metadata
        .row_groups()
        .iter()
        .flat_map(RowGroupMetaData::columns);
    let mut expanded = 0u64;
    for chunk in chunks {
        if let Compression::BROTLI(_) | Compression::LZO = chunk.compression() {
            return Err(unread_compression(path));
        }
        expanded =
            expanded.saturating_add(u64::try_from(chunk.uncompressed_size()).unwrap_or(u64::MAX));
    }
    match limits.may_become(file_bytes, expanded) {
        true => Ok(()),
        false => Err(becomes_too_much(path)),
    }
}

/// Asks for texts that share their bytes: a long text that a thousand rows have is in memory once.
fn shared_texts(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => {
            Arc::new(Field::clone(field).with_data_type(DataType::Utf8View))
        }
        DataType::Dictionary(_, value)
            if matches!(**value, DataType::Utf8 | DataType::LargeUtf8) =>
        {
            Arc::new(Field::clone(field).with_data_type(DataType::Utf8View))
        }
        _ => Arc::clone(field),
    });
    Arc::new(Schema::new_with_metadata(
        fields.collect::<Vec<_>>(),
        schema.metadata().clone(),
    ))
}

/// Calls the library, which panics on some damaged files.
fn quietly<T, E: std::fmt::Display>(call: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match guarded(call) {
        Some(outcome) => outcome.map_err(|error| error.to_string()),
        None => Err("its pages contradict each other".to_owned()),
    }
}

impl ParquetSource {
    /// Decodes the next rows; none behind the last.
    fn decode(&mut self) -> Result<Option<RecordBatch>, PortfolioError> {
        let rows = quietly(|| self.reader.next().transpose());
        rows.map_err(|error| damaged(&self.path, &error))
    }

    /// Takes as many of the decoded rows as fit into a batch.
    fn batch(&self, rows: &RecordBatch, from: usize) -> Result<(Batch, usize), PortfolioError> {
        // As if it lay in a spreadsheet, below a row of names.
        let first_number = self.n_rows + 2;
        let made = quietly(|| batch(rows, from, first_number, self.limits));
        match made.map_err(|error| damaged(&self.path, &error))? {
            Some(made) => Ok(made),
            None => Err(row_too_long(&self.path, first_number)),
        }
    }
}

impl Source for ParquetSource {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn detected(&self) -> &Detected {
        &self.detected
    }

    fn schema(&self) -> Option<SchemaRef> {
        Some(Arc::clone(&self.schema))
    }

    fn next(&mut self) -> Result<Option<Piece>, PortfolioError> {
        let (rows, from) = match self.decoded.take() {
            Some(decoded) => decoded,
            None => match self.decode()? {
                Some(rows) => (rows, 0),
                None if self.n_rows == self.total => return Ok(None),
                None => return Err(not_whole(&self.path, self.n_rows, self.total)),
            },
        };
        let (batch, to) = self.batch(&rows, from)?;
        self.n_rows += (to - from) as u64;
        self.given += (batch.n_bytes() + batch.n_rows() * batch.n_columns()) as u64;
        if !self.limits.may_become(self.file_bytes, self.given) {
            return Err(becomes_too_much(&self.path));
        }
        if to < rows.num_rows() {
            self.decoded = Some((rows, to));
        }
        Ok(Some(Piece::Rows(batch)))
    }

    fn position(&self) -> (u64, Option<u64>) {
        (self.n_rows, Some(self.total))
    }
}

fn cannot_open(path: &Path, error: &str) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!("no es un archivo Parquet que se pueda leer ({error}); escríbalo otra vez"),
            format!("it is no Parquet file that can be read ({error}); write it again"),
        ),
    )
}

fn damaged(path: &Path, error: &str) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!("está dañado ({error}); escríbalo otra vez"),
            format!("it is damaged ({error}); write it again"),
        ),
    )
}

fn not_whole(path: &Path, n_rows: u64, total: u64) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!("dice tener {total} filas y tiene {n_rows}: no está entero; pídalo otra vez"),
            format!(
                "it says that it has {total} rows and has {n_rows}: it is not whole; send it again"
            ),
        ),
    )
}

fn row_too_long(path: &Path, number: u64) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!("su fila {number} es más larga que ninguna de una cartera"),
            format!("its row {number} is longer than any of a portfolio"),
        ),
    )
}

fn unread_compression(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "está comprimido con brotli o LZO, que no se leen; escríbalo con zstd o snappy (en pandas, to_parquet(…, compression=\"zstd\"))",
            "it is compressed with brotli or LZO, which are not read; write it with zstd or snappy (in pandas, to_parquet(…, compression=\"zstd\"))",
        ),
    )
}
