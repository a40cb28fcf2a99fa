//! Parquet files: the original columns in the types they came in, the added ones in theirs.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::batch::{Batch, CellKind};
use crate::day;
use crate::error::PortfolioError;
use crate::finished::{FinishedRows, OutputColumns, Role, Slot, Value};
use crate::sink::TableWriter;
use crate::summary::Summary;

/// Rows of a row group: so many are in memory.
const ROW_GROUP: usize = 1 << 16;

/// A Parquet file that is being written.
pub(crate) struct ParquetWriter {
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    columns: OutputColumns,
    path: PathBuf,
}

impl ParquetWriter {
    /// Begins a file, replacing what is there. `types` are those of the original columns, where they had some.
    pub(crate) fn create(
        path: &Path,
        columns: &OutputColumns,
        types: Option<&Schema>,
    ) -> Result<Box<dyn TableWriter>, PortfolioError> {
        let schema = Arc::new(schema(columns, types));
        let file = File::create(path).map_err(|error| PortfolioError::io(path, error))?;
        let level = ZstdLevel::try_new(3).unwrap_or_default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        Ok(Box::new(Self {
            writer: writer.map_err(|error| failed(path, error))?,
            schema,
            columns: columns.clone(),
            path: path.to_owned(),
        }))
    }

    fn rows(
        &self,
        rows: &dyn FinishedRows,
        some: &Range<usize>,
    ) -> Result<RecordBatch, ArrowError> {
        let slots = self.columns.slots().into_iter().zip(self.schema.fields());
        let columns = slots.map(|(slot, field)| match slot {
            Slot::Original(at) => original(rows.cells(), some.clone(), at, field.data_type()),
            Slot::Added(at) => Ok(added(rows, some.clone(), at, field.data_type())),
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

impl TableWriter for ParquetWriter {
    fn write(&mut self, rows: &dyn FinishedRows, some: Range<usize>) -> Result<(), PortfolioError> {
        let batch = self
            .rows(rows, &some)
            .map_err(|error| failed(&self.path, error))?;
        self.writer
            .write(&batch)
            .map_err(|error| failed(&self.path, error))
    }

    fn finish(self: Box<Self>, _: &Summary) -> Result<(), PortfolioError> {
        self.writer
            .close()
            .map(drop)
            .map_err(|error| failed(&self.path, error))
    }
}

fn failed(
    path: &Path,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> PortfolioError {
    PortfolioError::io(path, std::io::Error::other(error))
}

fn schema(columns: &OutputColumns, types: Option<&Schema>) -> Schema {
    let of_input = |at: usize| {
        types
            .and_then(|types| types.fields().get(at))
            .map(|field| field.data_type())
    };
    let fields = columns.slots().into_iter().map(|slot| {
        let kind = match slot {
            Slot::Original(at) => {
                let kept = of_input(at).filter(|kind| comes_back(kind)).cloned();
                kept.unwrap_or(DataType::Utf8)
            }
            Slot::Added(at) => kind(columns.added[at].role),
        };
        Field::new(columns.name(slot), kind, true)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

/// Tells whether a value of this type is the same after it has been text.
fn comes_back(kind: &DataType) -> bool {
    use DataType as D;
    kind.is_integer()
        || matches!(
            kind,
            D::Float32
                | D::Float64
                | D::Boolean
                | D::Date32
                | D::Utf8
                | D::LargeUtf8
                | D::Utf8View
                | D::Decimal128(..)
                | D::Decimal256(..)
                | D::Timestamp(
                    arrow_schema::TimeUnit::Second
                        | arrow_schema::TimeUnit::Millisecond
                        | arrow_schema::TimeUnit::Microsecond,
                    None
                )
        )
}

fn kind(role: Role) -> DataType {
    match role {
        Role::Probability | Role::Expected | Role::Net => DataType::Float64,
        Role::Class | Role::Decile | Role::Rank => DataType::Int64,
        Role::Label | Role::Band | Role::Group | Role::Fits | Role::Notes | Role::Reason(_) => {
            DataType::Utf8
        }
    }
}

fn original(
    cells: &Batch,
    rows: Range<usize>,
    column: usize,
    kind: &DataType,
) -> Result<ArrayRef, ArrowError> {
    let texts = rows.map(|row| {
        let text = cells.cell(row, column);
        match (text.is_empty(), cells.kind(row, column)) {
            (true, _) => None,
            (_, CellKind::Date) if *kind != DataType::Utf8 => day::iso(text),
            (_, CellKind::Boolean) if *kind == DataType::Boolean => {
                Some((text == "VERDADERO").to_string())
            }
            _ => Some(text.to_owned()),
        }
    });
    let texts: StringArray = texts.collect();
    // What does not come back must not become a null.
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(&texts, kind, &options)
}

fn added(rows: &dyn FinishedRows, some: Range<usize>, column: usize, kind: &DataType) -> ArrayRef {
    let values = some.map(|row| rows.added(row, column));
    match kind {
        DataType::Float64 => {
            let mut array = Float64Builder::new();
            for value in values {
                array.append_option(match value {
                    Value::Number(number) => Some(number),
                    _ => None,
                });
            }
            Arc::new(array.finish())
        }
        DataType::Int64 => {
            let mut array = Int64Builder::new();
            for value in values {
                array.append_option(match value {
                    Value::Count(count) => i64::try_from(count).ok(),
                    _ => None,
                });
            }
            Arc::new(array.finish())
        }
        _ => {
            let mut array = StringBuilder::new();
            for value in values {
                array.append_option(match value {
                    Value::Text(text) => Some(text),
                    _ => None,
                });
            }
            Arc::new(array.finish())
        }
    }
}
