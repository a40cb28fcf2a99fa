//! `PCA` and `TruncatedSVD` (`sklearn/decomposition`): a row onto components.

use crate::forest::Precision;
use crate::linear::Linear;
use crate::row_error::{Accepts, RowError};

/// A row less its mean, times components.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The components, without intercepts.
    pub components: Linear,
    /// What is subtracted.
    pub centre: Centre,
    /// What each result is divided by.
    pub scale: Option<Vec<f64>>,
    /// What all is computed in.
    pub precision: Precision,
    /// What the components are held in, and the projected mean is computed in.
    pub fitted: Precision,
}

/// What a projection subtracts, and when. The two differ in their last digits, and in more where means are large.
#[derive(Debug, Clone, PartialEq)]
pub enum Centre {
    /// Nothing.
    None,
    /// The mean, from the row.
    Before(Vec<f64>),
    /// The projected mean, from the projected row.
    After(Vec<f64>),
}

impl Projection {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        Accepts::FINITE.check(row)?;
        let mut values = match &self.centre {
            Centre::Before(mean) => {
                let mut centred = row.to_vec();
                self.each(&mut centred, mean, |x, mean| x - mean);
                self.components.scores(&centred)
            }
            Centre::After(projected) => {
                let mut values = self.components.scores(row);
                self.each(&mut values, projected, |x, mean| x - mean);
                values
            }
            Centre::None => self.components.scores(row),
        };
        if let Some(scale) = &self.scale {
            self.each(&mut values, scale, |x, scale| x / scale);
        }
        Ok(values)
    }

    fn each(&self, values: &mut [f64], by: &[f64], f: fn(f64, f64) -> f64) {
        for (value, by) in values.iter_mut().zip(by) {
            *value = self.precision.round(f(*value, *by));
        }
    }
}
