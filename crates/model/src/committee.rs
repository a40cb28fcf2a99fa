//! Estimators heard together: voting, bagging, calibration, adaptive boosting.

use crate::estimator::Answer;
use crate::forest::Precision;
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
    /// As `Votes`, divided by the sum of weights.
    VoteShares,
    /// The value at which half the weight is reached, members ordered by value: `AdaBoostRegressor`.
    WeightedMedian,
    /// Adaptive boosting by probabilities: `_samme_proba` of
    /// `sklearn/ensemble/_weight_boosting.py`. One score for two classes.
    SammeR,
    /// Adaptive boosting by votes. One score for two classes.
    Samme {
        /// What a member says of the classes it did not choose is -weight / this; `None` for 0, as
        /// up to 1.2.
        against: Option<f64>,
    },
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

    /// Whether every member has probabilities, or is a regressor.
    #[must_use]
    pub fn all_have_values(&self) -> bool {
        self.members
            .iter()
            .all(|member| member.pipeline.head.has_values())
    }

    /// What its scores are held in: the mean of float32 is float32 where members see the whole row (voting), and
    /// float64 where it is summed up in an array of its own (bagging).
    #[must_use]
    pub fn answer_precision(&self) -> Precision {
        let is_single = |member: &Member| {
            member.columns.is_none() && member.pipeline.answer_precision() == Precision::Single
        };
        if self.rule == Rule::Mean && self.members.iter().all(is_single) {
            Precision::Single
        } else {
            Precision::Double
        }
    }

    /// Scores of a row.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::answer`].
    pub fn scores(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        self.hear(row).map(|(scores, _)| scores)
    }

    /// Scores of a row, and the mean of the members' decision functions where all have one of the
    /// same length (`sklearn/ensemble/_bagging.py`, `decision_function`).
    ///
    /// # Errors
    ///
    /// As [`Pipeline::answer`].
    pub fn hear(&self, row: &[f64]) -> Result<(Vec<f64>, Vec<f64>), RowError> {
        let mut scores = vec![0.0; self.n_scores];
        let mut decision: Option<Vec<f64>> = None;
        let mut total = 0.0;
        let mut said = Vec::new();
        for (position, member) in self.members.iter().enumerate() {
            let answer = member.answer(row)?;
            total += member.weight;
            member.speak(self.rule, &answer, &mut scores);
            if self.rule == Rule::WeightedMedian {
                said.extend(answer.values.first().map(|value| (*value, member.weight)));
            }
            decision = match decision {
                None if position == 0 => Some(answer.decision),
                Some(sums) if sums.len() == answer.decision.len() => Some(
                    sums.iter()
                        .zip(&answer.decision)
                        .map(|(sum, value)| sum + value)
                        .collect(),
                ),
                _ => None,
            };
        }
        match self.rule {
            Rule::Votes => {}
            Rule::WeightedMedian => scores = vec![weighted_median(said)],
            _ => scores.iter_mut().for_each(|score| *score /= total),
        }
        if let (Rule::SammeR | Rule::Samme { .. }, [first, second]) = (self.rule, &scores[..]) {
            scores = vec![-first + second];
        }
        let mut decision = decision.unwrap_or_default();
        for value in &mut decision {
            *value /= self.members.len() as f64;
        }
        Ok((scores, decision))
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

    /// Adds what a member says to the scores.
    fn speak(&self, rule: Rule, answer: &Answer, scores: &mut [f64]) {
        let chosen = self.classes.get(answer.class).copied();
        match rule {
            Rule::Mean => {
                for (value, class) in answer.values.iter().zip(&self.classes) {
                    scores[*class] += value * self.weight;
                }
            }
            Rule::Votes | Rule::VoteShares => {
                if let Some(chosen) = chosen {
                    scores[chosen] += self.weight;
                }
            }
            Rule::WeightedMedian => {}
            Rule::SammeR => {
                let n_classes = scores.len() as f64;
                // As `numpy.clip`, which leaves NaN.
                let clip = |p: f64| if p < f64::EPSILON { f64::EPSILON } else { p };
                let logs = answer.values.iter().map(|p| clip(*p).ln());
                let logs: Vec<f64> = logs.collect();
                let mean = (1.0 / n_classes) * logs.iter().sum::<f64>();
                for (log, class) in logs.iter().zip(&self.classes) {
                    scores[*class] += (n_classes - 1.0) * (log - mean);
                }
            }
            Rule::Samme { against } => {
                for (class, score) in scores.iter_mut().enumerate() {
                    if Some(class) == chosen {
                        *score += self.weight;
                    } else if let Some(against) = against {
                        *score += -1.0 / against * self.weight;
                    }
                }
            }
        }
    }
}

/// `_get_median_predict` of `sklearn/ensemble/_weight_boosting.py`.
fn weighted_median(mut said: Vec<(f64, f64)>) -> f64 {
    said.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let total: f64 = said.iter().map(|(_, weight)| weight).sum();
    let mut reached = 0.0;
    for (value, weight) in &said {
        reached += weight;
        if reached >= 0.5 * total {
            return *value;
        }
    }
    said.first().map_or(f64::NAN, |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::weighted_median;

    #[test]
    fn the_median_by_weight() {
        assert_eq!(
            weighted_median(vec![(3.0, 1.0), (1.0, 1.0), (2.0, 1.0)]),
            2.0
        );
        assert_eq!(
            weighted_median(vec![(3.0, 5.0), (1.0, 1.0), (2.0, 1.0)]),
            3.0
        );
        assert_eq!(weighted_median(vec![(1.0, 1.0), (2.0, 1.0)]), 1.0);
    }
}
