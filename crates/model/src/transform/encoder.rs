//! `OneHotEncoder` and `OrdinalEncoder` (`sklearn/preprocessing/_encoders.py`).
//!
//! Categories are numbers, or codes of texts; a missing value is a category of its own where
//! training saw one.

use std::collections::HashMap;

use crate::row_error::{RowError, RowProblem};

/// The categories of a column, by value.
#[derive(Debug, Clone, PartialEq)]
pub struct Categories {
    positions: HashMap<u64, u32>,
    /// Whether values beyond any number are refused, as they are in columns of numbers.
    refuses_infinite: bool,
}

impl Categories {
    /// Categories in the order of their positions; `None` when one is there twice.
    #[must_use]
    pub fn new(values: &[f64], are_numbers: bool) -> Option<Self> {
        let positions: HashMap<u64, u32> = (0..).zip(values).map(|(at, v)| (key(*v), at)).collect();
        (positions.len() == values.len()).then_some(Self {
            positions,
            refuses_infinite: are_numbers,
        })
    }

    fn position(&self, column: usize, value: f64) -> Result<Option<usize>, RowError> {
        if self.refuses_infinite && value.is_infinite() {
            return Err(RowError::new(column, RowProblem::Infinite));
        }
        Ok(self.positions.get(&key(value)).map(|at| *at as usize))
    }
}

/// Equal values have equal keys: one for both zeros, one for all NaNs.
fn key(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        (value + 0.0).to_bits()
    }
}

fn unknown(column: usize, value: f64) -> RowError {
    let problem = if value.is_nan() {
        RowProblem::Missing
    } else {
        RowProblem::UnknownCategory
    };
    RowError::new(column, problem)
}

/// One 0/1 value per kept category.
#[derive(Debug, Clone, PartialEq)]
pub struct OneHotEncoder {
    /// One per column.
    pub columns: Vec<OneHotColumn>,
}

/// A column of a [`OneHotEncoder`].
#[derive(Debug, Clone, PartialEq)]
pub struct OneHotColumn {
    /// The categories seen in training.
    pub categories: Categories,
    /// Where the 1 goes for each category: among this column's values, or nowhere for the dropped
    /// one. Infrequent categories share a place.
    pub places: Vec<Option<u32>>,
    /// Where it goes for a category not seen in training.
    pub unknown: UnknownPlace,
    /// How many values the column becomes.
    pub n_values: usize,
}

/// Where the 1 goes for a category not seen in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownPlace {
    /// The row is refused.
    Refused,
    /// There; nowhere for `None`.
    At(Option<u32>),
}

impl OneHotEncoder {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        let mut all = Vec::new();
        for (position, (column, value)) in self.columns.iter().zip(row).enumerate() {
            let place = match (
                column.categories.position(position, *value)?,
                column.unknown,
            ) {
                (Some(category), _) => column.places.get(category).copied().flatten(),
                (None, UnknownPlace::At(place)) => place,
                (None, UnknownPlace::Refused) => return Err(unknown(position, *value)),
            };
            let start = all.len();
            all.resize(start + column.n_values, 0.0);
            if let Some(one) = place.and_then(|place| all.get_mut(start + place as usize)) {
                *one = 1.0;
            }
        }
        Ok(all)
    }

    pub(super) fn origin(&self, value: usize) -> usize {
        let mut value = value;
        for (position, column) in self.columns.iter().enumerate() {
            if value < column.n_values {
                return position;
            }
            value -= column.n_values;
        }
        0
    }
}

/// One number per column.
#[derive(Debug, Clone, PartialEq)]
pub struct OrdinalEncoder {
    /// One per column.
    pub columns: Vec<OrdinalColumn>,
    /// Whether a missing value that is no category counts as unknown, or is refused.
    pub accepts_missing: bool,
}

/// A column of an [`OrdinalEncoder`].
#[derive(Debug, Clone, PartialEq)]
pub struct OrdinalColumn {
    /// The categories seen in training.
    pub categories: Categories,
    /// The number each category becomes.
    pub numbers: Vec<f64>,
    /// The number of a category not seen in training; `None` refuses the row.
    pub unknown: Option<f64>,
}

impl OrdinalEncoder {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        let encode = |(position, (column, value)): (usize, (&OrdinalColumn, &f64))| {
            let is_known = || column.categories.positions.contains_key(&key(*value));
            if value.is_nan() && !self.accepts_missing && !is_known() {
                return Err(unknown(position, *value));
            }
            column.encode(position, *value)
        };
        self.columns
            .iter()
            .zip(row)
            .enumerate()
            .map(encode)
            .collect()
    }
}

impl OrdinalColumn {
    fn encode(&self, position: usize, value: f64) -> Result<f64, RowError> {
        let category = self.categories.position(position, value)?;
        match category.and_then(|category| self.numbers.get(category)) {
            Some(number) => Ok(*number),
            None => self.unknown.ok_or_else(|| unknown(position, value)),
        }
    }
}

/// Encodes the columns that have an encoder, and leaves the others.
pub(super) fn recode(columns: &[Option<OrdinalColumn>], row: &[f64]) -> Result<Vec<f64>, RowError> {
    let values = columns.iter().zip(row).enumerate();
    values
        .map(|(position, (column, value))| match column {
            Some(column) => column.encode(position, *value),
            None => Ok(*value),
        })
        .collect()
}
