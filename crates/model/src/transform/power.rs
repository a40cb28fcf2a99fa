//! `PowerTransformer` (`sklearn/preprocessing/_data.py`).

use crate::row_error::{RowError, RowProblem};
use crate::transform::scaler::Scaler;

/// A power of each column, then a scaler.
#[derive(Debug, Clone, PartialEq)]
pub struct Power {
    /// Which family of powers.
    pub method: PowerMethod,
    /// The power of each column.
    pub lambdas: Vec<f64>,
    /// 2 less the power, which values below 0 are raised to: rounded where the power is held in float32.
    pub complements: Vec<f64>,
    /// What is done to the results.
    pub scaler: Option<Scaler>,
}

/// A family of power transforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerMethod {
    /// Yeo and Johnson (2000); takes any number.
    YeoJohnson,
    /// The same by `expm1` and `log1p` (scipy's `_yeojohnson_transform`), which differs where values are small.
    StableYeoJohnson,
    /// Box and Cox (1964); takes numbers above 0.
    BoxCox,
}

impl Power {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        Scaler::ACCEPTS.check(row)?;
        let mut values = Vec::with_capacity(row.len());
        let powers = self
            .lambdas
            .iter()
            .copied()
            .zip(self.complements.iter().copied());
        for (position, (x, (lambda, complement))) in row.iter().zip(powers).enumerate() {
            if self.method == PowerMethod::BoxCox && *x <= 0.0 {
                return Err(RowError::new(position, RowProblem::NotPositive));
            }
            values.push(self.method.of(*x, lambda, complement));
        }
        match &self.scaler {
            Some(scaler) => scaler.apply(&values),
            None => Ok(values),
        }
    }
}

impl PowerMethod {
    fn of(self, x: f64, lambda: f64, complement: f64) -> f64 {
        match self {
            // A lambda of NaN marks a column that was constant: it is left alone.
            Self::YeoJohnson if lambda.is_nan() => x,
            Self::YeoJohnson if x >= 0.0 => {
                if lambda.abs() < f64::EPSILON {
                    x.ln_1p()
                } else {
                    ((x + 1.0).powf(lambda) - 1.0) / lambda
                }
            }
            Self::YeoJohnson => {
                if (lambda - 2.0).abs() > f64::EPSILON {
                    -((-x + 1.0).powf(complement) - 1.0) / complement
                } else {
                    -(-x).ln_1p()
                }
            }
            Self::StableYeoJohnson if lambda.is_nan() => x,
            Self::StableYeoJohnson if x >= 0.0 => {
                if lambda.abs() < f64::EPSILON {
                    x.ln_1p()
                } else {
                    (lambda * x.ln_1p()).exp_m1() / lambda
                }
            }
            Self::StableYeoJohnson => {
                if (lambda - 2.0).abs() > f64::EPSILON {
                    -(complement * (-x).ln_1p()).exp_m1() / complement
                } else {
                    -(-x).ln_1p()
                }
            }
            Self::BoxCox => {
                if lambda.abs() < 1e-19 {
                    x.ln()
                } else {
                    (lambda * x.ln()).exp_m1() / lambda
                }
            }
        }
    }
}
