//! `SimpleImputer` (`sklearn/impute/_base.py`).

use crate::row_error::{RowError, RowProblem};

/// Puts a value in the place of missing ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Imputer {
    /// One per column of the row.
    pub columns: Vec<ImputedColumn>,
    /// Columns for which a value of 1 is added where they were missing, of 0 elsewhere.
    pub indicated: Vec<usize>,
}

/// What is done to one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImputedColumn {
    /// What counts as missing.
    pub missing: MissingValue,
    /// What stands for it; `None` where the column is dropped.
    pub fill: Option<f64>,
    /// Whether a missing value is taken, imputed or not.
    pub accepts_missing: bool,
}

/// What counts as missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MissingValue {
    /// A missing value.
    Nan,
    /// This number, or the category of this code.
    Value(f64),
    /// Nothing: a missing value is left as it is.
    Nothing,
}

impl MissingValue {
    fn is(self, value: f64) -> bool {
        match self {
            Self::Nan => value.is_nan(),
            Self::Value(missing) => value == missing,
            Self::Nothing => false,
        }
    }
}

impl ImputedColumn {
    fn check(self, position: usize, value: f64) -> Result<(), RowError> {
        if value.is_infinite() {
            return Err(RowError::new(position, RowProblem::Infinite));
        }
        if value.is_nan() && !self.accepts_missing {
            return Err(RowError::new(position, RowProblem::Missing));
        }
        Ok(())
    }
}

impl Imputer {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        for (position, (column, value)) in self.columns.iter().zip(row).enumerate() {
            column.check(position, *value)?;
        }
        let filled = row.iter().zip(&self.columns).filter_map(|(value, column)| {
            let fill = column.fill?;
            Some(if column.missing.is(*value) {
                fill
            } else {
                *value
            })
        });
        let was_missing = |column: &usize| self.columns[*column].missing.is(row[*column]);
        let indicated = self
            .indicated
            .iter()
            .map(|column| f64::from(u8::from(was_missing(column))));
        Ok(filled.chain(indicated).collect())
    }

    pub(super) fn origin(&self, value: usize) -> usize {
        let mut kept = (0..self.columns.len()).filter(|at| self.columns[*at].fill.is_some());
        let n_kept = kept.clone().count();
        kept.nth(value)
            .or_else(|| self.indicated.get(value.checked_sub(n_kept)?).copied())
            .unwrap_or(0)
    }
}
