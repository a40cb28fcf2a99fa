//! What a model file holds, once it is understood.

use std::fmt;

use crate::forest::Forest;
use crate::label::Label;
use crate::version::Version;

/// What an estimator answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// A probability per class, in this order.
    Classes(Vec<Label>),
    /// One number.
    Value,
}

/// What an estimator takes and answers, and who wrote it: everything but the way it computes.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// Class of the estimator that predicts, without its module: `RandomForestClassifier`.
    pub class: String,
    /// Classes around it, outermost first: `RandomizedSearchCV`.
    pub wrappers: Vec<String>,
    /// The scikit-learn version that wrote it.
    pub version: Version,
    /// That version as written, with all its parts.
    pub version_text: String,
    /// Number of features of a row.
    pub n_features: usize,
    /// Names of the features in order, when it was fitted on a DataFrame with scikit-learn 1.0 or
    /// newer.
    pub feature_names: Option<Vec<String>>,
    /// Whether rows with missing values (NaN) are accepted.
    pub accepts_missing: bool,
    /// What it answers.
    pub output: Output,
}

impl Signature {
    /// Number of values of an answer: one per class, or 1.
    #[must_use]
    pub fn n_values(&self) -> usize {
        match &self.output {
            Output::Classes(classes) => classes.len(),
            Output::Value => 1,
        }
    }

    /// Refuses the rows that scikit-learn refuses: infinite values and values beyond f32 always,
    /// missing ones unless [`Self::accepts_missing`] (`sklearn/utils/validation.py`,
    /// `check_array`; `sklearn/tree/_classes.py`, `_support_missing_values`).
    ///
    /// # Errors
    ///
    /// [`RowError`] naming the first offending feature.
    pub fn check_row(&self, features: &[f64]) -> Result<(), RowError> {
        let expected = self.n_features;
        if features.len() != expected {
            let problem = RowProblem::Count {
                expected,
                found: features.len(),
            };
            return Err(RowError {
                feature: 0,
                problem,
            });
        }
        for (feature, value) in features.iter().enumerate() {
            let problem = if value.is_nan() {
                if self.accepts_missing {
                    continue;
                }
                RowProblem::Missing
            } else if (*value as f32).is_infinite() {
                RowProblem::TooLarge
            } else {
                continue;
            };
            return Err(RowError { feature, problem });
        }
        Ok(())
    }
}

/// An estimator that can predict, whichever library wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimator {
    /// What it takes and answers.
    pub signature: Signature,
    /// The trees behind it.
    pub forest: Forest,
}

impl Estimator {
    /// The reference answer for a row: probabilities in class order, or the predicted value.
    ///
    /// # Errors
    ///
    /// [`RowError`] as [`Signature::check_row`].
    pub fn predict(&self, features: &[f64]) -> Result<Vec<f64>, RowError> {
        self.signature.check_row(features)?;
        let mut output = vec![0.0; self.signature.n_values()];
        self.forest.predict(features, &mut output);
        Ok(output)
    }
}

/// Position of the class scikit-learn's `predict` answers: the first of the largest values.
#[must_use]
pub fn decide(probabilities: &[f64]) -> usize {
    let mut best = 0;
    for (position, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = position;
        }
    }
    best
}

/// A row that the model does not accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("feature {feature}: {problem}")]
pub struct RowError {
    /// Index of the feature.
    pub feature: usize,
    /// What is wrong with it.
    pub problem: RowProblem,
}

/// Why a row is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowProblem {
    /// A missing value where the model takes none.
    Missing,
    /// Infinite, or beyond the range of a 32-bit float (3.4e38).
    TooLarge,
    /// Not as many values as the model has features.
    Count {
        /// The model's number of features.
        expected: usize,
        /// The row's.
        found: usize,
    },
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("this model accepts no missing value"),
            Self::TooLarge => f.write_str("the value is infinite or beyond the range of float32"),
            Self::Count { expected, found } => {
                write!(
                    f,
                    "the model takes {expected} features, the row has {found}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_wins() {
        assert_eq!(decide(&[0.5, 0.5]), 0);
        assert_eq!(decide(&[0.2, 0.4, 0.4]), 1);
        assert_eq!(decide(&[0.0]), 0);
    }
}
