//! Scalers (`sklearn/preprocessing/_data.py`): arithmetic on each column by itself.

use crate::forest::Precision;
use crate::row_error::{Accepts, Magnitude, RowError};

/// Steps on each column, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaler {
    /// Each with one number per column.
    pub steps: Vec<ScaleStep>,
    /// What the values are held in after each step.
    pub precision: Precision,
}

/// One step, with a number per column.
#[derive(Debug, Clone, PartialEq)]
pub enum ScaleStep {
    /// `x - by`
    Subtract(Vec<f64>),
    /// `x / by`
    Divide(Vec<f64>),
    /// `x * by`
    Multiply(Vec<f64>),
    /// `x + by`
    Add(Vec<f64>),
    /// Clips to bounds that are the same for all columns. NaN stays.
    Clip {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
}

impl Scaler {
    /// Scalers pass missing values on and refuse infinite ones.
    pub const ACCEPTS: Accepts = Accepts {
        missing: true,
        magnitude: Magnitude::Finite,
    };

    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        Self::ACCEPTS.check(row)?;
        let mut values = row.to_vec();
        for step in &self.steps {
            step.apply(&mut values);
            for value in &mut values {
                *value = self.precision.round(*value);
            }
        }
        Ok(values)
    }
}

impl ScaleStep {
    fn apply(&self, values: &mut [f64]) {
        let each = |values: &mut [f64], by: &[f64], f: fn(f64, f64) -> f64| {
            for (value, by) in values.iter_mut().zip(by) {
                *value = f(*value, *by);
            }
        };
        match self {
            Self::Subtract(by) => each(values, by, |x, by| x - by),
            Self::Divide(by) => each(values, by, |x, by| x / by),
            Self::Multiply(by) => each(values, by, |x, by| x * by),
            Self::Add(by) => each(values, by, |x, by| x + by),
            Self::Clip { low, high } => {
                for value in values {
                    // Not `f64::clamp`, which panics on bounds it dislikes.
                    if *value < *low {
                        *value = *low;
                    } else if *value > *high {
                        *value = *high;
                    }
                }
            }
        }
    }
}
