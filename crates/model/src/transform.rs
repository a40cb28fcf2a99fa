//! What a pipeline does to a row before it predicts.

use crate::row_error::RowError;

/// A step from a row to a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Transform {
    /// Keeps these values, in this order.
    Select(Vec<usize>),
}

impl Transform {
    /// The transformed row.
    ///
    /// # Errors
    ///
    /// [`RowError`] naming the value that is not taken.
    pub fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        match self {
            Self::Select(columns) => Ok(columns.iter().map(|column| row[*column]).collect()),
        }
    }

    /// The value of the row that a transformed value is made of.
    #[must_use]
    pub fn origin(&self, value: usize) -> usize {
        match self {
            Self::Select(columns) => columns.get(value).copied().unwrap_or(value),
        }
    }
}
