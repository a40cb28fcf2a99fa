//! Classifiers whose scores are calibrated (`sklearn/calibration.py`, `sklearn/isotonic.py`).

use crate::forest::Precision;
use crate::network::{logistic, softmax};
use crate::pipeline::Pipeline;
use crate::row_error::{RowError, RowProblem};

/// The mean of one or more calibrated classifiers.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    members: Vec<Calibrated>,
    n_classes: usize,
}

/// One classifier with its calibrators.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// The classifier.
    pub pipeline: Pipeline,
    /// Whether its `decision_function` is calibrated, or else its probabilities.
    pub uses_decision: bool,
    /// How.
    pub method: Method,
}

/// How scores are calibrated.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// One curve per score, each with the class it gives the probability of; then normalised.
    Curves(Vec<(usize, Curve)>),
    /// Softmax of the logits times a factor.
    Temperature {
        /// The factor: `beta_`.
        beta: f64,
    },
}

/// A function from a score to a probability.
#[derive(Debug, Clone, PartialEq)]
pub enum Curve {
    /// `expit(-(a * score + b))`.
    Sigmoid {
        /// `a_`
        a: f64,
        /// `b_`
        b: f64,
        /// What it is computed in. numpy 1 multiplies float32 scores by float64 numbers in float32, numpy 2 in
        /// float64.
        precision: Precision,
    },
    /// Linear interpolation between points, constant beyond the first and last.
    Isotonic(Isotonic),
}

/// The points of an isotonic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotonic {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Isotonic {
    /// Points by rising `x`. `None` without points, or when they do not rise or are not finite.
    #[must_use]
    pub fn new(x: Vec<f64>, y: Vec<f64>) -> Option<Self> {
        let is_sound = !x.is_empty()
            && x.len() == y.len()
            && x.iter().chain(&y).all(|value| value.is_finite())
            && x.is_sorted();
        is_sound.then_some(Self { x, y })
    }

    /// `numpy.interp`.
    fn at(&self, score: f64) -> f64 {
        let last = self.x.len() - 1;
        let score = score.clamp(self.x[0], self.x[last]);
        let right = self.x.partition_point(|x| *x <= score);
        if right > last {
            return self.y[last];
        }
        let left = right.saturating_sub(1);
        let slope = (self.y[right] - self.y[left]) / (self.x[right] - self.x[left]);
        slope * (score - self.x[left]) + self.y[left]
    }
}

impl Calibration {
    /// Calibrated classifiers over `n_classes`; `None` without any, or when a curve is for a class
    /// that does not exist.
    #[must_use]
    pub fn new(members: Vec<Calibrated>, n_classes: usize) -> Option<Self> {
        let fits = members.iter().all(|member| match &member.method {
            Method::Curves(curves) => curves.iter().all(|(class, _)| *class < n_classes),
            Method::Temperature { beta } => beta.is_finite(),
        });
        (fits && !members.is_empty() && n_classes > 1).then_some(Self { members, n_classes })
    }

    /// The calibrated classifiers.
    #[must_use]
    pub fn members(&self) -> &[Calibrated] {
        &self.members
    }

    /// The probabilities of a row.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::answer`].
    pub fn scores(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        let mut sums = vec![0.0; self.n_classes];
        for member in &self.members {
            let values = member.probabilities(row, self.n_classes)?;
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
        for sum in &mut sums {
            *sum /= self.members.len() as f64;
        }
        Ok(sums)
    }
}

impl Calibrated {
    fn probabilities(&self, row: &[f64], n_classes: usize) -> Result<Vec<f64>, RowError> {
        let answer = self.pipeline.answer(row)?;
        let scores = match (self.uses_decision, &answer.values[..]) {
            (true, _) => answer.decision,
            (false, [_, second]) if n_classes == 2 => vec![*second],
            (false, _) => answer.values,
        };
        let mut values = match &self.method {
            Method::Curves(curves) => by_curves(curves, &scores, n_classes)?,
            Method::Temperature { beta } => self.by_temperature(*beta, scores),
        };
        for value in &mut values {
            if 1.0 < *value && *value <= 1.0 + 1e-5 {
                *value = 1.0;
            }
        }
        Ok(values)
    }

    /// `_convert_to_logits` and `_TemperatureScaling.predict`.
    fn by_temperature(&self, beta: f64, scores: Vec<f64>) -> Vec<f64> {
        let logits = match (&scores[..], self.uses_decision) {
            ([score], true) => vec![-score, *score],
            (_, true) => scores,
            ([second], false) => vec![(1.0 - second + 1e-12).ln(), (second + 1e-12).ln()],
            (_, false) => scores.iter().map(|p| (p + 1e-12).ln()).collect(),
        };
        let mut values: Vec<f64> = logits.iter().map(|logit| beta * logit).collect();
        softmax(&mut values);
        values
    }
}

/// `expit(-(a * score + b))` of `_SigmoidCalibration.predict`.
fn sigmoid(a: f64, b: f64, score: f64, precision: Precision) -> f64 {
    match precision {
        Precision::Double => logistic(-(a * score + b)),
        Precision::Single => {
            let exponent = -(a as f32 * score as f32 + b as f32);
            f64::from(1.0 / (1.0 + (-exponent).exp()))
        }
    }
}

fn by_curves(
    curves: &[(usize, Curve)],
    scores: &[f64],
    n_classes: usize,
) -> Result<Vec<f64>, RowError> {
    let mut values = vec![0.0; n_classes];
    for ((class, curve), score) in curves.iter().zip(scores) {
        values[*class] = match curve {
            Curve::Sigmoid { a, b, precision } => sigmoid(*a, *b, *score, *precision),
            // scikit-learn refuses what is not finite here.
            Curve::Isotonic(_) if !score.is_finite() => {
                return Err(RowError::new(0, RowProblem::NoAnswer));
            }
            Curve::Isotonic(isotonic) => isotonic.at(*score),
        };
    }
    if n_classes == 2 {
        values[0] = 1.0 - values[1];
        return Ok(values);
    }
    let sum: f64 = values.iter().sum();
    for value in &mut values {
        *value = if sum == 0.0 {
            1.0 / n_classes as f64
        } else {
            *value / sum
        };
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolates_and_clips() {
        let curve = Isotonic::new(vec![0.0, 1.0, 3.0], vec![0.1, 0.5, 0.9]).unwrap();
        assert_eq!(curve.at(-1.0), 0.1);
        assert_eq!(curve.at(0.0), 0.1);
        assert_eq!(curve.at(1.0), 0.5);
        assert_eq!(curve.at(2.0), 0.7);
        assert_eq!(curve.at(9.0), 0.9);
        assert_eq!(Isotonic::new(vec![2.0], vec![0.3]).unwrap().at(7.0), 0.3);
        assert_eq!(Isotonic::new(vec![], vec![]), None);
        assert_eq!(Isotonic::new(vec![1.0, 0.0], vec![0.0, 1.0]), None);
    }
}
