//! What a frame's rows are made of, and how they become cells and numbers.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use propenso_scoring::Contract;

use super::Piece;
use crate::batch::{Batch, CellKind};
use crate::columns::Columns;
use crate::decimals::{Evidence, Vote, Votes};
use crate::error::PortfolioError;
use crate::request::Limits;
use crate::row_encoder::{ask_texts, shown};
use crate::sink::text::shortest;
use crate::typed_batch;

/// The rows of a frame.
#[derive(Debug)]
pub(super) enum Content {
    Arrow(Vec<RecordBatch>),
    Matrix {
        values: Vec<f64>,
        n_columns: usize,
        is_by_column: bool,
    },
    Cells(Vec<Batch>),
}

/// One of a piece's columns of numbers.
#[derive(Debug)]
pub(super) enum NumberColumn<'p> {
    Arrow(&'p ArrayRef),
    Matrix {
        values: &'p [f64],
        first: usize,
        step: usize,
    },
}

impl Content {
    /// Goes through the rows in pieces of so many.
    pub(super) fn pieces(&self, most: usize) -> impl Iterator<Item = Piece<'_>> + Send {
        let parts: Vec<(usize, usize)> = match self {
            Self::Arrow(batches) => {
                let rows = batches.iter().map(RecordBatch::num_rows);
                rows.enumerate().collect()
            }
            Self::Matrix {
                values, n_columns, ..
            } => vec![(0, values.len().checked_div(*n_columns).unwrap_or(0))],
            Self::Cells(batches) => batches.iter().map(Batch::n_rows).enumerate().collect(),
        };
        let mut first = 0;
        parts.into_iter().flat_map(move |(part, n_rows)| {
            let before = first;
            first += n_rows;
            (0..n_rows).step_by(most).map(move |from| Piece {
                content: self,
                part,
                from,
                to: n_rows.min(from + most),
                first: before + from,
            })
        })
    }

    /// Asks all numbers that are texts what they have before their decimals.
    pub(super) fn evidence(&self, columns: &Columns, contract: &Contract) -> Evidence {
        let inputs = columns.of_inputs(contract);
        let numbers = inputs.filter_map(|(input, column)| column.filter(|_| input.is_number()));
        let mut evidence = Evidence::default();
        for column in numbers {
            let mut votes = Votes::default();
            match self {
                Self::Matrix { .. } => {}
                Self::Arrow(batches) => {
                    for batch in batches {
                        add_votes(batch.column(column), &mut votes);
                    }
                }
                Self::Cells(batches) => {
                    for batch in batches {
                        ask_texts(batch, column, &mut votes);
                    }
                }
            }
            evidence.add(column, votes);
        }
        evidence
    }
}

/// Asks the texts of a column of Arrow.
fn add_votes(array: &ArrayRef, votes: &mut Votes) {
    let mut ask = |text: Option<&str>| {
        if let Some(vote) = text.and_then(|text| Vote::of(shown(text))) {
            votes.add(vote);
        }
    };
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(&mut ask),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(&mut ask),
        DataType::Utf8View => array.as_string_view().iter().for_each(&mut ask),
        DataType::Dictionary(_, value) => {
            if let Ok(texts) = arrow_cast::cast(array, value) {
                add_votes(&texts, votes);
            }
        }
        _ => {}
    }
}

impl<'c> Piece<'c> {
    pub(super) fn n_rows(&self) -> usize {
        self.to - self.from
    }

    /// A column, where its numbers need no text.
    pub(super) fn numbers(&self, column: usize) -> Option<NumberColumn<'c>> {
        match self.content {
            Content::Cells(_) => None,
            Content::Arrow(batches) => {
                let array = batches.get(self.part)?.columns().get(column)?;
                is_of_numbers(array.data_type()).then_some(NumberColumn::Arrow(array))
            }
            Content::Matrix {
                values,
                n_columns,
                is_by_column,
            } => {
                let n_rows = values.len() / n_columns;
                let (first, step) = match is_by_column {
                    true => (column * n_rows, 1),
                    false => (column, *n_columns),
                };
                Some(NumberColumn::Matrix {
                    values,
                    first,
                    step,
                })
            }
        }
    }

    /// The cells of some of the columns, in the order that they are given in; of rows that are cells already, all.
    pub(super) fn cells(&self, columns: &[usize]) -> Result<Cow<'c, Batch>, PortfolioError> {
        match self.content {
            Content::Cells(batches) => Ok(Cow::Borrowed(&batches[self.part])),
            Content::Arrow(_) if columns.is_empty() => Ok(Cow::Owned(self.no_cells())),
            Content::Arrow(batches) => {
                let rows = batches[self.part].slice(self.from, self.n_rows());
                let rows = rows.project(columns).map_err(|error| unread(&error))?;
                let mut batch = Batch::new(columns.len());
                let mut from = 0;
                while from < rows.num_rows() {
                    let number = (self.first + from) as u64;
                    let made = typed_batch::batch(&rows, from, number, Limits::default());
                    let made = made.map_err(|error| unread(&error))?;
                    let (more, to) = made.ok_or_else(|| too_long(self.first + from))?;
                    match from {
                        0 => batch = more,
                        _ => batch.append(&more),
                    }
                    from = to;
                }
                Ok(Cow::Owned(batch))
            }
            Content::Matrix { .. } => {
                let mut batch = Batch::new(columns.len());
                let numbers: Vec<_> = columns
                    .iter()
                    .filter_map(|column| self.numbers(*column))
                    .collect();
                let mut buffer = zmij::Buffer::new();
                for row in self.from..self.to {
                    for column in &numbers {
                        match column.get(row) {
                            number if number.is_nan() => batch.push("", CellKind::Text),
                            number => batch.push(shortest(number, &mut buffer), CellKind::Number),
                        }
                    }
                    batch.end_row((self.first + row - self.from) as u64);
                }
                Ok(Cow::Owned(batch))
            }
        }
    }

    /// The place in [`Self::cells`] of the piece's first row.
    pub(super) fn first_cell_row(&self) -> usize {
        match self.content {
            Content::Cells(_) => self.from,
            Content::Arrow(_) | Content::Matrix { .. } => 0,
        }
    }

    /// Whether [`Self::cells`] has all columns, whichever are asked for.
    pub(super) fn is_of_cells(&self) -> bool {
        matches!(self.content, Content::Cells(_))
    }

    fn no_cells(&self) -> Batch {
        let mut batch = Batch::new(0);
        for row in 0..self.n_rows() {
            batch.end_row((self.first + row) as u64);
        }
        batch
    }

    /// Writes a column's numbers; NaN where there is none.
    pub(super) fn write_numbers(&self, column: &NumberColumn<'_>, to: &mut Vec<f64>) {
        to.clear();
        let array = match column {
            NumberColumn::Matrix { .. } => {
                to.extend((self.from..self.to).map(|row| column.get(row)));
                return;
            }
            NumberColumn::Arrow(array) => array.slice(self.from, self.n_rows()),
        };
        match array.data_type() {
            DataType::Float64 => write::<Float64Type>(&array, to, |number| number),
            DataType::Int8 => write::<Int8Type>(&array, to, f64::from),
            DataType::Int16 => write::<Int16Type>(&array, to, f64::from),
            DataType::Int32 => write::<Int32Type>(&array, to, f64::from),
            DataType::Int64 => write::<Int64Type>(&array, to, |number| number as f64),
            DataType::UInt8 => write::<UInt8Type>(&array, to, f64::from),
            DataType::UInt16 => write::<UInt16Type>(&array, to, f64::from),
            DataType::UInt32 => write::<UInt32Type>(&array, to, f64::from),
            DataType::UInt64 => write::<UInt64Type>(&array, to, |number| number as f64),
            _ => {}
        }
    }
}

impl NumberColumn<'_> {
    /// A number of a matrix.
    #[inline]
    fn get(&self, row: usize) -> f64 {
        match self {
            Self::Matrix {
                values,
                first,
                step,
            } => values.get(first + row * step).copied().unwrap_or(f64::NAN),
            Self::Arrow(_) => f64::NAN,
        }
    }
}

/// The types whose numbers are the doubles that their texts read back as. Single precision is not among them: 0.1 in it is
/// a tenth to whoever wrote it, as in a file.
fn is_of_numbers(of: &DataType) -> bool {
    use DataType as D;
    matches!(
        of,
        D::Float64
            | D::Int8
            | D::Int16
            | D::Int32
            | D::Int64
            | D::UInt8
            | D::UInt16
            | D::UInt32
            | D::UInt64
    )
}

fn write<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    to: &mut Vec<f64>,
    number: impl Fn(T::Native) -> f64,
) {
    let array = array.as_primitive::<T>();
    match array.null_count() {
        0 => to.extend(array.values().iter().map(|value| number(*value))),
        _ => to.extend(array.iter().map(|value| value.map_or(f64::NAN, &number))),
    }
}

fn unread(error: &arrow_schema::ArrowError) -> PortfolioError {
    PortfolioError::request(
        format!("una columna no se puede leer: {error}"),
        format!("a column cannot be read: {error}"),
    )
}

fn too_long(row: usize) -> PortfolioError {
    PortfolioError::request(
        format!("la fila {row} es más larga que ninguna de una cartera"),
        format!("row {row} is longer than any of a portfolio"),
    )
}
