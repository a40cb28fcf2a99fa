//! `{"predictions": […]}`: what MLflow, KServe's first protocol, SageMaker and Vertex call an answer.
//!
//! | method | contract with a decision | classes | number |
//! |---|---|---|---|
//! | `predict` | 1 for a payer, 0 for a non-payer | the class's label | the number |
//! | `predict_proba` | P(paying) | all probabilities, in the model's order | none |

use propenso_scoring::{Answered, Outcome, ScoreExplanation, Scorer};
use serde::Serialize;
use serde::ser::Serializer;

use super::batched::Written;
use super::method::Method;
use super::outcome::ClassLabel;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The answers to a request's clients.
#[derive(Debug, Serialize)]
pub(super) struct Predictions<'s> {
    predictions: Vec<Value<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanations: Option<Vec<Explained>>,
    #[serde(skip)]
    method: Method,
    /// Whether a client has none of what is asked.
    #[serde(skip)]
    is_short: bool,
}

/// The answer to one.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Value<'s> {
    Payer(u8),
    Class(ClassLabel<'s>),
    Number(f64),
    Probabilities(Vec<f64>),
}

/// What moved a score, input by input.
#[derive(Debug, Serialize)]
struct Explained {
    base: f64,
    #[serde(serialize_with = "by_input")]
    contributions: ScoreExplanation,
}

fn by_input<S: Serializer>(explanation: &ScoreExplanation, to: S) -> Result<S::Ok, S::Error> {
    let reasons = explanation.reasons.iter();
    to.collect_map(reasons.map(|reason| (&*reason.input, reason.contribution)))
}

impl<'s> Predictions<'s> {
    /// Begins with none.
    pub(super) fn new(method: Method) -> Self {
        Self {
            predictions: Vec::new(),
            explanations: (method == Method::Explain).then(Vec::new),
            method,
            is_short: false,
        }
    }

    /// Adds one.
    pub(super) fn add(&mut self, scorer: &'s Scorer, answered: Answered) {
        let outcome = answered.score.outcome;
        let value = match self.method {
            Method::Predict | Method::Explain => Some(predicted(scorer, &outcome)),
            Method::PredictProba => probable(outcome),
        };
        self.is_short |= value.is_none();
        self.predictions.extend(value);
        if let Some((explanations, explanation)) =
            self.explanations.as_mut().zip(answered.explanation)
        {
            explanations.push(Explained {
                base: explanation.base,
                contributions: explanation,
            });
        }
    }

    /// Writes them as JSON.
    ///
    /// # Errors
    ///
    /// 422 where probabilities are asked of a model that has none.
    pub(super) fn written(self) -> Result<Written, Problem> {
        if self.is_short {
            return Err(Problem::new(
                ProblemKind::CannotBeAsked,
                "this model gives no probabilities; ask for \"predict\"",
            ));
        }
        Written::json(&self)
    }
}

fn predicted<'s>(scorer: &'s Scorer, outcome: &Outcome) -> Value<'s> {
    match outcome {
        Outcome::Payer { pays, .. } => Value::Payer(u8::from(*pays)),
        Outcome::Class { class, .. } => Value::Class(ClassLabel::of(scorer, *class)),
        Outcome::Value(value) => Value::Number(*value),
    }
}

fn probable<'s>(outcome: Outcome) -> Option<Value<'s>> {
    match outcome {
        Outcome::Payer { probability, .. } => probability.map(Value::Number),
        Outcome::Class { probabilities, .. } => {
            (!probabilities.is_empty()).then_some(Value::Probabilities(probabilities))
        }
        Outcome::Value(_) => None,
    }
}
