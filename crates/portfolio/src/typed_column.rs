//! A column of a typed table: what stands in its cells, and the text that reads back as the same.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, TimeUnit};

use crate::batch::{CellKind, boolean};
use crate::day;
use crate::sink::text::shortest;

/// A column, in one of the types that are told apart.
#[derive(Debug)]
pub(crate) enum TypedColumn {
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
    /// Values that are there once, and where each row's is among them: a long text that many rows have is not copied.
    Shared {
        places: Vec<usize>,
        rows: ArrayRef,
        values: Box<TypedColumn>,
    },
    /// Nothing in any row.
    Null,
    /// Anything else, as Arrow shows it.
    Other(ArrayRef),
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TypedCell<'c> {
    /// Nothing, or what is no number.
    Empty,
    Text(&'c str),
    /// A double, which may be none.
    Double(f64),
    Whole(i64),
    /// A number's text.
    Number(String),
    Boolean(bool),
    /// A day as `31/12/2023`, with `14:05:09` behind a blank where it has a time.
    Day(String),
    /// As Arrow shows it.
    Other(String),
}

impl TypedColumn {
    pub(crate) fn of(array: &ArrayRef) -> Result<Self, ArrowError> {
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
            D::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let values = dictionary.values();
                let places = match values.is_empty() {
                    // All rows are null, and the places of the library would be behind its end.
                    true => vec![0; array.len()],
                    false => dictionary.normalized_keys(),
                };
                Self::Shared {
                    places,
                    rows: Arc::clone(array),
                    values: Box::new(Self::of(values)?),
                }
            }
            D::Null => Self::Null,
            _ => Self::Other(Arc::clone(array)),
        })
    }

    /// Whether its cells are what a client's can be.
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Self::Shared { values, .. } => values.is_plain(),
            Self::Other(_) => false,
            _ => true,
        }
    }

    /// Bytes of the texts that a cell refers to: those of a text that many rows share are counted for each.
    pub(crate) fn text_bytes(&self, row: usize) -> usize {
        match self {
            Self::Text(array) if !array.is_null(row) => array.as_string_view().value(row).len(),
            Self::Shared {
                places,
                rows,
                values,
            } if !rows.is_null(row) => values.text_bytes(places[row]),
            _ => 0,
        }
    }

    /// Gives what stands in a cell.
    pub(crate) fn cell(&self, row: usize) -> Result<TypedCell<'_>, ArrowError> {
        match self {
            Self::Text(array) if !array.is_null(row) => {
                Ok(TypedCell::Text(array.as_string_view().value(row)))
            }
            Self::Boolean(array) if !array.is_null(row) => {
                Ok(TypedCell::Boolean(array.as_boolean().value(row)))
            }
            Self::Shared {
                places,
                rows,
                values,
            } if !rows.is_null(row) => values.cell(places[row]),
            Self::Double(array) if !array.is_null(row) => {
                let number = array.as_primitive::<Float64Type>().value(row);
                Ok(TypedCell::Double(number))
            }
            Self::Integer(array) if !array.is_null(row) => {
                let number = array.as_primitive::<Int64Type>().value(row);
                Ok(TypedCell::Whole(number))
            }
            _ => {
                let mut text = String::new();
                let kind = self.write(row, usize::MAX / 2, &mut text)?;
                Ok(match kind {
                    _ if text.is_empty() => TypedCell::Empty,
                    CellKind::Number => TypedCell::Number(text),
                    CellKind::Date => TypedCell::Day(text),
                    CellKind::Text | CellKind::Boolean => TypedCell::Other(text),
                })
            }
        }
    }

    /// Appends a cell's text; nothing for null and for what is no number.
    ///
    /// A text that is longer than any row may be is cut: the row is refused then.
    pub(crate) fn write(
        &self,
        row: usize,
        most: usize,
        out: &mut String,
    ) -> Result<CellKind, ArrowError> {
        let (Self::Text(array)
        | Self::Integer(array)
        | Self::Natural(array)
        | Self::Single(array)
        | Self::Double(array)
        | Self::Decimal(array)
        | Self::Boolean(array)
        | Self::Day(array)
        | Self::Shared { rows: array, .. }
        | Self::Other(array)) = self
        else {
            return Ok(CellKind::Text);
        };
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
            Self::Shared { places, values, .. } => return values.write(places[row], most, out),
            Self::Other(array) => {
                let formatter = ArrayFormatter::try_new(array, &FormatOptions::default())?;
                out.push_str(&formatter.value(row).to_string());
                CellKind::Text
            }
            Self::Null => CellKind::Text,
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
