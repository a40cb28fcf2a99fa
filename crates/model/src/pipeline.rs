//! How an estimator computes: transforms of the row, then scores, then the answer.

use crate::calibration::Calibration;
use crate::committee::Committee;
use crate::estimator::Answer;
use crate::forest::{Forest, Precision};
use crate::head::{Head, ValueLink};
use crate::linear::Linear;
use crate::naive_bayes::GaussianNaiveBayes;
use crate::network::Network;
use crate::row_error::{Accepts, RowError};
use crate::transform::{self, Transform};

/// Zero or more transforms and a predictor. Every estimator is one; a bare one has no transforms.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// What is done to the row first, in order.
    pub transforms: Vec<Transform>,
    /// What rows the predictor takes.
    pub accepts: Accepts,
    /// What makes scores of the transformed row.
    pub scoring: Scoring,
    /// What makes the answer of the scores.
    pub head: Head,
}

/// What makes scores of a row of features.
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
        let features = transform::apply(&self.transforms, row)?;
        self.score(&features)
            .map_err(|error| transform::trace(&self.transforms, error))
    }

    /// What its answers are held in: XGBoost's are float32, and so is what is made of nothing but them.
    #[must_use]
    pub fn answer_precision(&self) -> Precision {
        match (&self.head, &self.scoring) {
            (Head::Classes(head), _) if head.precision == Precision::Single => Precision::Single,
            (Head::Value(ValueLink::ExpSingle | ValueLink::LogisticSingle), _) => Precision::Single,
            (_, Scoring::Forest(forest)) => forest.sum_precision(),
            (_, Scoring::Linear(linear)) => linear.precision(),
            (_, Scoring::Network(network)) => network.precision(),
            (_, Scoring::Committee(committee)) => committee.answer_precision(),
            _ => Precision::Double,
        }
    }

    /// Trees that a row goes through, those of all members together. What has none counts as one.
    #[must_use]
    pub fn n_trees(&self) -> usize {
        let of = |members: &mut dyn Iterator<Item = &Self>| members.map(Self::n_trees).sum();
        match &self.scoring {
            Scoring::Forest(forest) => forest.trees().len(),
            Scoring::Committee(committee) => {
                of(&mut committee.members().iter().map(|member| &member.pipeline))
            }
            Scoring::Calibration(calibration) => {
                of(&mut calibration.members().iter().map(|member| &member.pipeline))
            }
            _ => 1,
        }
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
}
