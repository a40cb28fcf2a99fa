//! `PCA` and `TruncatedSVD` (`sklearn/decomposition`): a row onto components.

use crate::linear::Linear;
use crate::row_error::{Accepts, RowError};

/// A row less its mean, times components.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// What is subtracted from each column first.
    pub mean: Option<Vec<f64>>,
    /// The components, without intercepts.
    pub components: Linear,
    /// What each result is divided by.
    pub scale: Option<Vec<f64>>,
}

impl Projection {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        Accepts::FINITE.check(row)?;
        let mut values = match &self.mean {
            Some(mean) => {
                let centred: Vec<f64> = row.iter().zip(mean).map(|(x, m)| x - m).collect();
                self.components.scores(&centred)
            }
            None => self.components.scores(row),
        };
        if let Some(scale) = &self.scale {
            for (value, scale) in values.iter_mut().zip(scale) {
                *value /= scale;
            }
        }
        Ok(values)
    }
}
