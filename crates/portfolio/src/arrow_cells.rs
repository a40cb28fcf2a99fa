//! Arrow's columns as cells: text that reads back as the same value, beside what it was. A table of a file and one in
//! memory come to the same.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_cast::{can_cast_types, cast};
use arrow_schema::{ArrowError, DataType, TimeUnit};

use crate::batch::{Batch, CellKind, boolean};
use crate::day;
use crate::request::Limits;
use crate::sink::text::shortest;

/// Makes a batch of decoded rows, from one of them on, and tells where the next one begins. `None` for a row that is longer
/// than any.
pub(crate) fn batch(
    rows: &RecordBatch,
    from: usize,
    first_number: u64,
    limits: Limits,
) -> Result<Option<(Batch, usize)>, ArrowError> {
    let columns = rows.columns().iter().map(Column::of);
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut batch = Batch::new(columns.len());
    let mut text = String::new();
    for (row, number) in (from..rows.num_rows()).zip(first_number..) {
        let before = batch.n_bytes();
        for column in &columns {
            text.clear();
            let kind = column.write(row, limits.row_bytes, &mut text)?;
            if batch.n_bytes() - before + text.len() > limits.row_bytes + columns.len() {
                return Ok(None);
            }
            let kind = if text.is_empty() {
                CellKind::Text
            } else {
                kind
            };
            batch.push(&text, kind);
        }
        batch.end_row(number);
        if batch.n_bytes() > limits.batch {
            return Ok(Some((batch, row + 1)));
        }
    }
    Ok(Some((batch, rows.num_rows())))
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
            D::Utf8View => Self::Text(Arc::clone(array)),
            D::Utf8 | D::LargeUtf8 => Self::Text(cast(array, &D::Utf8View)?),
            D::Dictionary(_, value) if can_cast_types(value, &D::Utf8) => {
                Self::of(&cast(array, value)?)?
            }
            _ => Self::Other(Arc::clone(array)),
        })
    }

    /// Appends a cell's text; nothing for null and for what is no number.
    ///
    /// A text that is longer than any row may be is cut: the row is refused then.
    fn write(&self, row: usize, most: usize, out: &mut String) -> Result<CellKind, ArrowError> {
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
                let text = array.as_string_view().value(row);
                // Whatever is beyond makes the row too long.
                out.push_str(&text[..text.floor_char_boundary(most * 2)]);
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
