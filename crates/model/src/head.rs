//! The last step of a prediction: scores become probabilities and a class, or a value.

use crate::estimator::{Answer, decide};
use crate::forest::Precision;
use crate::network::{logistic, softmax};

/// How scores become an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Head {
    /// A regressor: the score through the inverse of its link.
    Value(ValueLink),
    /// The scores are the probabilities; the first of the largest is the class.
    Probabilities,
    /// The one score is the probability of the second of two classes, which is answered where it is
    /// above one half: `MLPClassifier` and Keras.
    ProbabilityOfSecond,
    /// The scores count votes: the first of the largest is the class, and there are no
    /// probabilities.
    Votes,
    /// A classifier's scores: one for two classes, else one per class.
    Classes(ClassHead),
}

/// How a classifier's scores become probabilities and a class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassHead {
    /// How scores become probabilities.
    pub link: ClassLink,
    /// Which class is answered.
    pub decide: Decide,
    /// Whether the scores are the estimator's `decision_function`.
    pub has_decision: bool,
    /// What probabilities are rounded to on the way.
    pub precision: Precision,
    /// What the scores are divided by before they are linked; the decision function is not. 1 for
    /// all but adaptive boosting and LightGBM's random forests.
    pub divisor: f64,
}

/// The inverse of a regressor's link function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueLink {
    /// The score itself.
    Identity,
    /// `exp(score)`: Poisson, gamma and Tweedie losses.
    Exp,
    /// `1 / (1 + exp(-score))`.
    Logistic,
    /// `1 / (1 + exp(-factor * score))`: LightGBM's `binary` in a regressor.
    Sigmoid {
        /// LightGBM's `sigmoid` parameter.
        factor: f64,
    },
    /// `log(1 + exp(score))`: LightGBM's `cross_entropy_lambda`.
    Softplus,
    /// The square of the score with the score's sign: LightGBM's `reg_sqrt`.
    SignedSquare,
    /// As `Exp`, in f32.
    ExpSingle,
    /// As `Logistic`, in f32.
    LogisticSingle,
    /// 1 above 0, else 0: XGBoost's hinge.
    Step,
}

/// How a classifier's scores become probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClassLink {
    /// Two classes: what a regressor's link makes of the score is the probability of the second. ONNX's
    /// tree classifiers, and classifiers of XGBoost and LightGBM with a regressor's objective, whose
    /// "probabilities" may lie beyond 0 and 1.
    Value(ValueLink),
    /// There are none (`LinearSVC`, `RidgeClassifier`, hinge losses).
    None,
    /// `p = 1 / (1 + exp(-factor * score))`. Two classes: (1 - p, p). More: one against the rest,
    /// each divided by their sum (`sklearn/linear_model/_base.py`, `_predict_proba_lr`).
    Logistic {
        /// 1, except for the exponential loss (2) and LightGBM's `sigmoid` parameter.
        factor: f64,
    },
    /// As `Logistic`, but the classes' probabilities are left as they are: LightGBM's
    /// `multiclassova`.
    LogisticEach {
        /// LightGBM's `sigmoid` parameter.
        factor: f64,
    },
    /// As `Logistic`, but a row for which every class is 0 has no probabilities: they are NaN, as in scikit-learn up
    /// to 1.8.
    LogisticOrNone,
    /// Softmax of the scores; of (-s, s) for two classes.
    Softmax,
    /// The scores are logarithms of what is proportional to the probabilities, one per class: each less the logarithm
    /// of their sum, as exponent (`sklearn/naive_bayes.py`). Where scores are large this is not softmax: it
    /// rounds otherwise.
    LogLikelihood,
    /// `(clip(score, -1, 1) + 1) / 2`, normalised (`sklearn/linear_model/_stochastic_gradient.py`).
    ModifiedHuber,
}

/// Which class is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decide {
    /// The first of the largest probabilities.
    Probability,
    /// Two classes: the second where the score is above 0. More: the first of the largest scores.
    Score,
    /// As `Score`, but a score of exactly 0 is the second class.
    ScoreOrZero,
    /// Two classes: the second where its probability is above one half. More: the first of the
    /// largest probabilities.
    Half,
}

impl Head {
    /// The answer for some scores.
    #[must_use]
    pub fn answer(self, scores: &[f64]) -> Answer {
        let mut answer = Answer::default();
        self.write(scores, &mut answer);
        answer
    }

    /// Writes the answer for some scores into one that may hold another. Allocates nothing once that
    /// has held an answer of the same head.
    pub fn write(self, scores: &[f64], answer: &mut Answer) {
        answer.class = 0;
        answer.values.clear();
        answer.decision.clear();
        match self {
            Self::Value(link) => answer
                .values
                .extend(scores.iter().map(|score| link.apply(*score))),
            Self::Probabilities => {
                answer.values.extend_from_slice(scores);
                answer.class = decide(scores);
            }
            Self::ProbabilityOfSecond => {
                let second = scores[0];
                answer.values.extend([1.0 - second, second]);
                answer.class = usize::from(second > 0.5);
            }
            Self::Votes => answer.class = decide(scores),
            Self::Classes(head) => head.write(scores, answer),
        }
    }

    /// The same head where all is computed in f64: smooth enough to measure slopes.
    #[must_use]
    pub fn in_double(self) -> Self {
        match self {
            Self::Classes(head) => Self::Classes(ClassHead {
                precision: Precision::Double,
                link: match head.link {
                    ClassLink::Value(link) => ClassLink::Value(link.in_double()),
                    link => link,
                },
                ..head
            }),
            Self::Value(link) => Self::Value(link.in_double()),
            other => other,
        }
    }

    /// Whether the answer has probabilities, or a value.
    #[must_use]
    pub fn has_values(self) -> bool {
        !matches!(
            self,
            Self::Votes
                | Self::Classes(ClassHead {
                    link: ClassLink::None,
                    ..
                })
        )
    }
}

impl ValueLink {
    fn apply(self, score: f64) -> f64 {
        match self {
            Self::Identity => score,
            Self::Exp => score.exp(),
            Self::Logistic => logistic(score),
            Self::Sigmoid { factor } => logistic(factor * score),
            Self::Softplus => score.exp().ln_1p(),
            Self::SignedSquare if score == 0.0 => 0.0,
            Self::SignedSquare => score.signum() * score * score,
            Self::ExpSingle => f64::from((score as f32).exp()),
            Self::LogisticSingle => logistic_single(score),
            Self::Step => f64::from(u8::from(score > 0.0)),
        }
    }

    /// The same where all is computed in f64.
    fn in_double(self) -> Self {
        match self {
            Self::ExpSingle => Self::Exp,
            Self::LogisticSingle => Self::Logistic,
            other => other,
        }
    }
}

impl ClassHead {
    fn write(self, scores: &[f64], answer: &mut Answer) {
        // Division by 1 leaves every bit.
        match scores {
            [score] => answer
                .values
                .extend(self.pair(score / self.divisor).into_iter().flatten()),
            _ => {
                let linked = scores.iter().map(|score| score / self.divisor);
                answer.values.extend(linked);
                self.link_each(&mut answer.values);
            }
        }
        answer.class = match (self.decide, scores) {
            (Decide::Probability, _) => decide(&answer.values),
            (Decide::Half, [_]) => usize::from(answer.values[1] > 0.5),
            (Decide::Half, _) => decide(&answer.values),
            (Decide::Score, [score]) => usize::from(*score > 0.0),
            (Decide::ScoreOrZero, [score]) => usize::from(*score >= 0.0),
            (Decide::Score | Decide::ScoreOrZero, scores) => decide(scores),
        };
        if self.has_decision {
            answer.decision.extend_from_slice(scores);
        }
    }

    /// The probabilities of two classes.
    fn pair(self, score: f64) -> Option<[f64; 2]> {
        let second = match self.link {
            ClassLink::None => return None,
            ClassLink::Value(link) => link.apply(score),
            ClassLink::Softmax => {
                let mut pair = [-score, score];
                softmax(&mut pair);
                return Some(pair);
            }
            ClassLink::Logistic { factor } | ClassLink::LogisticEach { factor } => {
                self.logistic(factor * score)
            }
            ClassLink::LogisticOrNone => self.logistic(score),
            ClassLink::LogLikelihood => return None,
            ClassLink::ModifiedHuber => (score.clamp(-1.0, 1.0) + 1.0) / 2.0,
        };
        Some([self.round(1.0 - second), second])
    }

    /// Turns the scores of more than two classes into their probabilities.
    fn link_each(self, values: &mut Vec<f64>) {
        match self.link {
            ClassLink::None => values.clear(),
            ClassLink::Value(link) => {
                for value in values {
                    *value = link.apply(*value);
                }
            }
            ClassLink::Softmax => self.softmax(values),
            ClassLink::LogisticEach { factor } => {
                for value in values {
                    *value = self.logistic(factor * *value);
                }
            }
            ClassLink::Logistic { factor } => {
                for value in values.iter_mut() {
                    *value = self.logistic(factor * *value);
                }
                normalise(values);
            }
            ClassLink::LogisticOrNone => {
                for value in values.iter_mut() {
                    *value = self.logistic(*value);
                }
                let sum: f64 = values.iter().sum();
                values.iter_mut().for_each(|value| *value /= sum);
            }
            ClassLink::LogLikelihood => self.log_likelihood(values),
            ClassLink::ModifiedHuber => {
                for value in values.iter_mut() {
                    *value = (value.clamp(-1.0, 1.0) + 1.0) / 2.0;
                }
                normalise(values);
            }
        }
    }

    fn logistic(self, score: f64) -> f64 {
        match self.precision {
            Precision::Double => logistic(score),
            Precision::Single => logistic_single(score),
        }
    }

    fn softmax(self, values: &mut [f64]) {
        if self.precision == Precision::Double {
            return softmax(values);
        }
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // XGBoost sums in double and rounds the rest (`src/common/math.h`, `Softmax`).
        let mut sum = 0.0;
        for value in values.iter_mut() {
            *value = f64::from(((*value - largest) as f32).exp());
            sum += *value;
        }
        for value in values {
            *value = self.round(*value / f64::from(sum as f32));
        }
    }

    /// `exp(x - logsumexp(x))` of each.
    fn log_likelihood(self, values: &mut [f64]) {
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let largest = if largest.is_finite() { largest } else { 0.0 };
        let exponent = |value: &f64| self.round(self.round(value - largest).exp());
        let sum = values
            .iter()
            .map(exponent)
            .fold(0.0, |sum, next| self.round(sum + next));
        let log_sum = self.round(self.round(sum.ln()) + largest);
        for value in values {
            *value = self.round(self.round(*value - log_sum).exp());
        }
    }

    fn round(self, value: f64) -> f64 {
        self.precision.round(value)
    }
}

/// The logistic function as XGBoost computes it in f32 (`src/common/math.h`, `Sigmoid`).
fn logistic_single(score: f64) -> f64 {
    let denominator = (-score as f32).min(88.7).exp() + 1.0 + 1e-16;
    f64::from(1.0 / denominator)
}

/// Divides each by their sum; all are alike where the sum is 0.
fn normalise(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    let n_values = values.len() as f64;
    for value in values {
        *value = if sum == 0.0 {
            1.0 / n_values
        } else {
            *value / sum
        };
    }
}
