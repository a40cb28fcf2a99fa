//! Linear scores: a row times coefficients, plus intercepts.

use crate::forest::Precision;

/// One score per row of coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    coefficients: Vec<f64>,
    intercepts: Vec<f64>,
    n_features: usize,
    precision: Precision,
}

impl Linear {
    /// Coefficients in C order, (scores, features), and an intercept per score. `None` unless the
    /// counts agree and every number is finite.
    #[must_use]
    pub fn new(coefficients: Vec<f64>, intercepts: Vec<f64>, n_features: usize) -> Option<Self> {
        let expected = intercepts.len().checked_mul(n_features)?;
        let is_sound = !intercepts.is_empty()
            && coefficients.len() == expected
            && coefficients
                .iter()
                .chain(&intercepts)
                .all(|x| x.is_finite());
        is_sound.then_some(Self {
            coefficients,
            intercepts,
            n_features,
            precision: Precision::Double,
        })
    }

    /// The same scores, summed in this precision.
    #[must_use]
    pub fn rounded(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// What scores are summed in.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Number of scores.
    #[must_use]
    pub fn n_scores(&self) -> usize {
        self.intercepts.len()
    }

    /// Number of features of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The scores of a row, summed in feature order. The original goes through BLAS, whose order
    /// of additions depends on the machine; results agree to the last bits.
    #[must_use]
    pub fn scores(&self, row: &[f64]) -> Vec<f64> {
        let score = |(position, intercept): (usize, &f64)| {
            let start = position * self.n_features;
            let weights = &self.coefficients[start..start + self.n_features];
            let products = weights.iter().zip(row);
            match self.precision {
                Precision::Double => products.map(|(w, x)| w * x).sum::<f64>() + intercept,
                Precision::Single => {
                    // BLAS's kernels for float32 fuse each product with its addition.
                    let add = |sum: f32, (w, x): (&f64, &f64)| (*w as f32).mul_add(*x as f32, sum);
                    f64::from(products.fold(0.0, add) + *intercept as f32)
                }
            }
        };
        self.intercepts.iter().enumerate().map(score).collect()
    }
}
