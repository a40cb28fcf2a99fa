//! Parquet files. Their cells become text that reads back as the same value.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_cast::{can_cast_types, cast};
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::workbook::boolean;
use super::{Detected, Piece, Source};
use crate::batch::{Batch, CellKind};
use crate::day;
use crate::error::PortfolioError;
use crate::request::Format;
use crate::sink::text::shortest;

/// Rows that are read at once.
const ROWS: usize = 2_048;

struct ParquetSource {
    path: PathBuf,
    header: Vec<String>,
    detected: Detected,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
    n_rows: u64,
    total: u64,
}

/// Opens a Parquet file.
pub(super) fn open(path: &Path) -> Result<Box<dyn Source>, PortfolioError> {
    let file = File::open(path).map_err(|error| PortfolioError::io(path, error))?;
    let cannot = |error: &dyn std::fmt::Display| {
        PortfolioError::unreadable(
            path,
            (
                format!("no es un archivo Parquet que se pueda leer ({error}); escríbalo otra vez"),
                format!("it is no Parquet file that can be read ({error}); write it again"),
            ),
        )
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| cannot(&error))?;
    let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let schema = Arc::clone(builder.schema());
    let reader = builder
        .with_batch_size(ROWS)
        .build()
        .map_err(|error| cannot(&error))?;
    Ok(Box::new(ParquetSource {
        path: path.to_owned(),
        header: schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect(),
        detected: Detected {
            format: Format::Parquet,
            compression: None,
            encoding: None,
            separator: None,
            decimal: None,
            crlf: None,
            sheet: None,
            header_row: 1,
        },
        schema,
        reader,
        n_rows: 0,
        total,
    }))
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
        let cannot = |error: ArrowError| {
            PortfolioError::unreadable(
                &self.path,
                (
                    format!("está dañado ({error}); escríbalo otra vez"),
                    format!("it is damaged ({error}); write it again"),
                ),
            )
        };
        let Some(rows) = self.reader.next().transpose().map_err(cannot)? else {
            return Ok(None);
        };
        // As if it lay in a spreadsheet, below a row of names.
        let batch = batch(&rows, self.n_rows + 2).map_err(cannot)?;
        self.n_rows += rows.num_rows() as u64;
        Ok(Some(Piece::Rows(batch)))
    }

    fn position(&self) -> (u64, Option<u64>) {
        (self.n_rows, Some(self.total))
    }
}

fn batch(rows: &RecordBatch, first_number: u64) -> Result<Batch, ArrowError> {
    let columns = rows.columns().iter().map(Column::of);
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut batch = Batch::new(columns.len());
    let mut text = String::new();
    for (row, number) in (0..rows.num_rows()).zip(first_number..) {
        for column in &columns {
            text.clear();
            let kind = column.write(row, &mut text)?;
            batch.push(
                &text,
                if text.is_empty() {
                    CellKind::Text
                } else {
                    kind
                },
            );
        }
        batch.end_row(number);
    }
    Ok(batch)
}

/// A column, in one of the types that are told apart.
enum Column {
    Text(ArrayRef),
    Integer(ArrayRef),
    Natural(ArrayRef),
    Single(ArrayRef),
    Double(ArrayRef),
    /// Decimal numbers as text.
    Decimal(ArrayRef),
    Boolean(ArrayRef),
    /// Microseconds since 1970, in UTC.
    Day(ArrayRef),
    /// Anything else, as Arrow shows it.
    Other(ArrayRef),
}

impl Column {
    fn of(array: &ArrayRef) -> Result<Self, ArrowError> {
        use DataType as D;
        let text = || cast(array, &D::Utf8);
        Ok(match array.data_type() {
            D::Int8 | D::Int16 | D::Int32 | D::Int64 => Self::Integer(cast(array, &D::Int64)?),
            D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => Self::Natural(cast(array, &D::UInt64)?),
            D::Float16 | D::Float32 => Self::Single(cast(array, &D::Float32)?),
            D::Float64 => Self::Double(Arc::clone(array)),
            D::Decimal32(..) | D::Decimal64(..) | D::Decimal128(..) | D::Decimal256(..) => {
                Self::Decimal(text()?)
            }
            D::Boolean => Self::Boolean(Arc::clone(array)),
            D::Date32 | D::Date64 | D::Timestamp(..) => {
                let micros = D::Timestamp(TimeUnit::Microsecond, None);
                Self::Day(cast(&without_zone(array)?, &micros)?)
            }
            D::Utf8 | D::LargeUtf8 | D::Utf8View => Self::Text(text()?),
            D::Dictionary(_, value) if can_cast_types(value, &D::Utf8) => {
                Self::of(&cast(array, value)?)?
            }
            _ => Self::Other(Arc::clone(array)),
        })
    }

    /// Appends a cell's text; nothing for null and for what is no number.
    fn write(&self, row: usize, out: &mut String) -> Result<CellKind, ArrowError> {
        let (Self::Text(array)
        | Self::Integer(array)
        | Self::Natural(array)
        | Self::Single(array)
        | Self::Double(array)
        | Self::Decimal(array)
        | Self::Boolean(array)
        | Self::Day(array)
        | Self::Other(array)) = self;
        if array.is_null(row) {
            return Ok(CellKind::Text);
        }
        Ok(match self {
            Self::Text(array) => {
                out.push_str(array.as_string::<i32>().value(row));
                CellKind::Text
            }
            Self::Decimal(array) => {
                out.push_str(array.as_string::<i32>().value(row));
                CellKind::Number
            }
            Self::Integer(array) => {
                let number = array.as_primitive::<Int64Type>().value(row);
                out.push_str(itoa::Buffer::new().format(number));
                CellKind::Number
            }
            Self::Natural(array) => {
                let number = array.as_primitive::<UInt64Type>().value(row);
                out.push_str(itoa::Buffer::new().format(number));
                CellKind::Number
            }
            Self::Single(array) => {
                let number = array.as_primitive::<Float32Type>().value(row);
                if !number.is_nan() {
                    out.push_str(&number.to_string());
                }
                CellKind::Number
            }
            Self::Double(array) => {
                let number = array.as_primitive::<Float64Type>().value(row);
                if !number.is_nan() {
                    out.push_str(shortest(number, &mut zmij::Buffer::new()));
                }
                CellKind::Number
            }
            Self::Boolean(array) => {
                out.push_str(boolean(array.as_boolean().value(row)));
                CellKind::Boolean
            }
            Self::Day(array) => {
                let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
                out.push_str(&day::of_micros(micros).unwrap_or_default());
                CellKind::Date
            }
            Self::Other(array) => {
                let formatter = ArrayFormatter::try_new(array, &FormatOptions::default())?;
                out.push_str(&formatter.value(row).to_string());
                CellKind::Text
            }
        })
    }
}

/// Keeps a time with a zone as the moment in UTC.
fn without_zone(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            let utc = cast(array, &DataType::Timestamp(*unit, Some("+00:00".into())))?;
            cast(&utc, &DataType::Timestamp(*unit, None))
        }
        _ => Ok(Arc::clone(array)),
    }
}
