//! Estimators heard together: voting, bagging, calibration, adaptive boosting.

use crate::estimator::Answer;
use crate::pipeline::Pipeline;
use crate::row_error::RowError;

/// Estimators over the same row, and how their answers become scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Committee {
    members: Vec<Member>,
    rule: Rule,
    n_scores: usize,
}

/// One estimator of a committee.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The estimator.
    pub pipeline: Pipeline,
    /// Positions in the committee's row of the values it sees; `None` for all.
    pub columns: Option<Vec<usize>>,
    /// The committee's class for each of its own.
    pub classes: Vec<usize>,
    /// How much it counts.
    pub weight: f64,
}

/// How members' answers become scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Values (probabilities, or a regressor's value) weighted, summed in order, divided by the sum
    /// of weights.
    Mean,
    /// One vote of the member's weight for its class.
    Votes,
    /// As `Votes`, divided by the number of members.
    VoteShares,
}

impl Committee {
    /// A committee; `None` without members, or when a member's classes are beyond `n_scores`.
    #[must_use]
    pub fn new(members: Vec<Member>, rule: Rule, n_scores: usize) -> Option<Self> {
        let fits = !members.is_empty()
            && members
                .iter()
                .all(|member| member.classes.iter().all(|class| *class < n_scores));
        fits.then_some(Self {
            members,
            rule,
            n_scores,
        })
    }

    /// The members.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Scores of a row.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::answer`].
    pub fn scores(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        let mut scores = vec![0.0; self.n_scores];
        let mut total = 0.0;
        for member in &self.members {
            let answer = member.answer(row)?;
            total += member.weight;
            match self.rule {
                Rule::Mean => {
                    for (value, class) in answer.values.iter().zip(&member.classes) {
                        scores[*class] += value * member.weight;
                    }
                }
                Rule::Votes | Rule::VoteShares => {
                    if let Some(class) = member.classes.get(answer.class) {
                        scores[*class] += member.weight;
                    }
                }
            }
        }
        if self.rule != Rule::Votes {
            for score in &mut scores {
                *score /= total;
            }
        }
        Ok(scores)
    }
}

impl Member {
    fn answer(&self, row: &[f64]) -> Result<Answer, RowError> {
        let Some(columns) = &self.columns else {
            return self.pipeline.answer(row);
        };
        let picked: Vec<f64> = columns.iter().map(|column| row[*column]).collect();
        self.pipeline.answer(&picked).map_err(|error| RowError {
            input: columns.get(error.input).copied().unwrap_or(error.input),
            ..error
        })
    }
}
