//! Gaussian naive Bayes.

use crate::forest::Precision;
use crate::numpy_sum::numpy_sum;

/// Means, variances and priors per class.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianNaiveBayes {
    /// (classes, features) in C order.
    means: Vec<f64>,
    /// (classes, features) in C order, all above 0.
    variances: Vec<f64>,
    priors: Vec<f64>,
    n_features: usize,
    /// What the parameters are held in.
    fitted: Precision,
    /// What sums over a row are held in.
    row: Precision,
}

impl GaussianNaiveBayes {
    /// Means and variances in C order, (classes, features), and a prior per class. `None` unless
    /// the counts agree, every number is finite, variances are above 0 and priors not below.
    #[must_use]
    pub fn new(
        means: Vec<f64>,
        variances: Vec<f64>,
        priors: Vec<f64>,
        n_features: usize,
    ) -> Option<Self> {
        let expected = priors.len().checked_mul(n_features)?;
        let is_sound = !priors.is_empty()
            && means.len() == expected
            && variances.len() == expected
            && means.iter().all(|x| x.is_finite())
            && variances.iter().all(|x| x.is_finite() && *x > 0.0)
            && priors.iter().all(|x| x.is_finite() && *x >= 0.0);
        is_sound.then_some(Self {
            means,
            variances,
            priors,
            n_features,
            fitted: Precision::Double,
            row: Precision::Double,
        })
    }

    /// The same model fitted in one precision, with sums over a row in another.
    #[must_use]
    pub fn rounded(self, fitted: Precision, row: Precision) -> Self {
        Self {
            fitted,
            row,
            ..self
        }
    }

    /// The narrowest that anything of it is held in.
    #[must_use]
    pub fn precision(&self) -> Precision {
        match (self.fitted, self.row) {
            (Precision::Double, Precision::Double) => Precision::Double,
            _ => Precision::Single,
        }
    }

    /// What the scores are held in.
    #[must_use]
    pub fn score_precision(&self) -> Precision {
        self.row
    }

    /// Number of classes.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.priors.len()
    }

    /// The joint log likelihood of each class (`sklearn/naive_bayes.py`,
    /// `_joint_log_likelihood`), of which [`crate::head::ClassLink::LogLikelihood`] makes probabilities.
    #[must_use]
    pub fn scores(&self, row: &[f64]) -> Vec<f64> {
        let (fitted, wide) = (|x| self.fitted.round(x), |x| self.row.round(x));
        let class = |(position, prior): (usize, &f64)| {
            let start = position * self.n_features;
            let means = &self.means[start..start + self.n_features];
            let variances = &self.variances[start..start + self.n_features];
            let two_pi = fitted(2.0 * std::f64::consts::PI);
            let logs = variances
                .iter()
                .map(|variance| fitted(fitted(two_pi * variance).ln()));
            let distances = row.iter().zip(means).zip(variances);
            let distances = distances.map(|((x, mean), variance)| {
                let difference = wide(x - mean);
                wide(wide(difference * difference) / variance)
            });
            let log_norm = numpy_sum(&logs.collect::<Vec<f64>>(), self.fitted);
            let distance = numpy_sum(&distances.collect::<Vec<f64>>(), self.row);
            wide(fitted(prior.ln()) + wide(fitted(-0.5 * log_norm) - wide(0.5 * distance)))
        };
        self.priors.iter().enumerate().map(class).collect()
    }
}
