//! `SimpleImputer` (`sklearn/impute/_base.py`).

use crate::row_error::{Accepts, RowError};

/// Puts a value in the place of missing ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Imputer {
    /// What rows are taken.
    pub accepts: Accepts,
    /// What counts as missing.
    pub missing: MissingValue,
    /// What stands for it, one per column; `None` where the column is dropped.
    pub fills: Vec<Option<f64>>,
    /// Columns for which a value of 1 is added where they were missing, of 0 elsewhere.
    pub indicated: Vec<usize>,
}

/// What counts as missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MissingValue {
    /// NaN.
    Nan,
    /// This number, or the category of this code.
    Value(f64),
}

impl MissingValue {
    fn is(self, value: f64) -> bool {
        match self {
            Self::Nan => value.is_nan(),
            Self::Value(missing) => value == missing,
        }
    }
}

impl Imputer {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        self.accepts.check(row)?;
        let filled = row.iter().zip(&self.fills).filter_map(|(value, fill)| {
            let fill = (*fill)?;
            Some(if self.missing.is(*value) {
                fill
            } else {
                *value
            })
        });
        let indicated = self
            .indicated
            .iter()
            .map(|column| f64::from(u8::from(self.missing.is(row[*column]))));
        Ok(filled.chain(indicated).collect())
    }

    pub(super) fn origin(&self, value: usize) -> usize {
        let mut kept = (0..self.fills.len()).filter(|column| self.fills[*column].is_some());
        let n_kept = kept.clone().count();
        kept.nth(value)
            .or_else(|| self.indicated.get(value.checked_sub(n_kept)?).copied())
            .unwrap_or(0)
    }
}
