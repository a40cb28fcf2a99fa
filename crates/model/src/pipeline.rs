//! How an estimator computes: transforms of the row, then scores, then the answer.

use std::borrow::Cow;

use crate::calibration::Calibration;
use crate::committee::Committee;
use crate::estimator::Answer;
use crate::forest::Forest;
use crate::head::Head;
use crate::linear::Linear;
use crate::naive_bayes::GaussianNaiveBayes;
use crate::network::Network;
use crate::row_error::{Accepts, RowError};
use crate::transform::Transform;

/// Zero or more transforms and a predictor. Every estimator is one; a bare one has no transforms.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// What is done to the row first, in order.
    pub transforms: Vec<Transform>,
    /// What rows the predictor takes.
    pub accepts: Accepts,
    /// From the transformed row to scores.
    pub scoring: Scoring,
    /// From scores to the answer.
    pub head: Head,
}

/// From a row of features to scores.
#[derive(Debug, Clone, PartialEq)]
pub enum Scoring {
    /// Trees.
    Forest(Forest),
    /// A row times coefficients.
    Linear(Linear),
    /// A feed-forward network.
    Network(Network),
    /// Gaussian naive Bayes.
    NaiveBayes(GaussianNaiveBayes),
    /// The same scores for every row: `Dummy*`.
    Constant(Vec<f64>),
    /// Other estimators, heard together.
    Committee(Committee),
    /// Other classifiers, whose scores are calibrated.
    Calibration(Calibration),
}

impl Pipeline {
    /// A predictor without transforms.
    #[must_use]
    pub fn bare(accepts: Accepts, scoring: Scoring, head: Head) -> Self {
        Self {
            transforms: Vec::new(),
            accepts,
            scoring,
            head,
        }
    }

    /// The answer for a row of inputs.
    ///
    /// # Errors
    ///
    /// [`RowError`] naming the input that a transform or the predictor does not take.
    pub fn answer(&self, row: &[f64]) -> Result<Answer, RowError> {
        let features = self.features(row)?;
        self.score(&features)
            .map_err(|error| self.trace(error, self.transforms.len()))
    }

    /// What the transforms make of a row of inputs: the features that the scoring sees.
    ///
    /// # Errors
    ///
    /// [`RowError`] naming the input that a transform does not take.
    pub fn features<'r>(&self, row: &'r [f64]) -> Result<Cow<'r, [f64]>, RowError> {
        let mut features = Cow::Borrowed(row);
        for (position, transform) in self.transforms.iter().enumerate() {
            let transformed = transform
                .apply(&features)
                .map_err(|error| self.trace(error, position))?;
            features = Cow::Owned(transformed);
        }
        Ok(features)
    }

    fn score(&self, features: &[f64]) -> Result<Answer, RowError> {
        self.accepts.check(features)?;
        let scores = match &self.scoring {
            Scoring::Forest(forest) => {
                let mut scores = vec![0.0; forest.n_values()];
                forest.predict(features, &mut scores);
                scores
            }
            Scoring::Linear(linear) => linear.scores(features),
            Scoring::Network(network) => network.scores(features),
            Scoring::NaiveBayes(model) => model.scores(features),
            Scoring::Constant(scores) => scores.clone(),
            Scoring::Calibration(calibration) => calibration.scores(features)?,
            Scoring::Committee(committee) => {
                let (scores, decision) = committee.hear(features)?;
                let mut answer = self.head.answer(&scores);
                if answer.decision.is_empty() {
                    answer.decision = decision;
                }
                return Ok(answer);
            }
        };
        Ok(self.head.answer(&scores))
    }

    /// An error about a value that some transforms made, as one about the input it was made of.
    #[must_use]
    pub fn trace(&self, error: RowError, n_transforms: usize) -> RowError {
        let made_of = |input, transform: &Transform| transform.origin(input);
        let input = self.transforms[..n_transforms]
            .iter()
            .rev()
            .fold(error.input, made_of);
        RowError { input, ..error }
    }
}
