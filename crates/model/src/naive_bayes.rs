//! Gaussian naive Bayes.

/// Means, variances and priors per class.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianNaiveBayes {
    /// (classes, features) in C order.
    means: Vec<f64>,
    /// (classes, features) in C order, all above 0.
    variances: Vec<f64>,
    priors: Vec<f64>,
    n_features: usize,
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
        })
    }

    /// Number of classes.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.priors.len()
    }

    /// The joint log likelihood of each class (`sklearn/naive_bayes.py`,
    /// `_joint_log_likelihood`); softmax makes probabilities of them.
    #[must_use]
    pub fn scores(&self, row: &[f64]) -> Vec<f64> {
        let class = |(position, prior): (usize, &f64)| {
            let start = position * self.n_features;
            let means = &self.means[start..start + self.n_features];
            let variances = &self.variances[start..start + self.n_features];
            let mut log_norm = 0.0;
            let mut distance = 0.0;
            for ((x, mean), variance) in row.iter().zip(means).zip(variances) {
                log_norm += (2.0 * std::f64::consts::PI * variance).ln();
                distance += (x - mean).powi(2) / variance;
            }
            prior.ln() + (-0.5 * log_norm - 0.5 * distance)
        };
        self.priors.iter().enumerate().map(class).collect()
    }
}
