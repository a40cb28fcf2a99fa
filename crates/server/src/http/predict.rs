//! `POST /v1/predict`: many clients in one request, in JSON.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use propenso_scoring::{
    Counterfactual, Language, Outcome, Row, Score, ScoreExplanation, Scorer, Warning, Workspace,
};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::counterfactual::{self, CounterfactualAnswer, MAX_INSTANCES};
use super::explanation::{ExplanationAnswer, MAX_EXPLAINED};
use super::outcome::{ClassLabel, Probabilities};
use super::problem::{FieldProblem, MAX_LISTED, Problem};
use super::{App, body, instance, with_workspace};

/// Bodies above this size are scored off the threads that serve connections.
const INLINE_BYTES: usize = 32 << 10;

/// Answers all instances, or refuses the request with every field that cannot be used.
///
/// # Errors
///
/// 400 for malformed JSON, 413 for a body that is too long, 422 for a wrong structure or wrong
/// fields.
pub async fn answer(State(app): State<Arc<App>>, request: Body) -> Result<Response, Problem> {
    let bytes = body::read(request, app.settings.max_body_bytes).await?;
    let plain = if bytes.len() <= INLINE_BYTES {
        score(&app.scorer, &bytes)?
    } else {
        score_elsewhere(Arc::clone(&app), bytes.clone()).await?
    };
    let json = match plain {
        Some(json) => json,
        None => counterfactual::elsewhere(move || explore(&app.scorer, &bytes)).await?,
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

async fn score_elsewhere(app: Arc<App>, bytes: Bytes) -> Result<Option<Vec<u8>>, Problem> {
    let scoring = tokio::task::spawn_blocking(move || score(&app.scorer, &bytes));
    match scoring.await {
        Ok(answer) => answer,
        // Back on this task, where the panic is caught, logged and answered like any other.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The answer, or `None` when it takes a search, which waits for its turn.
fn score(scorer: &Scorer, bytes: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    let request = PredictRequest::read(bytes)?;
    if request.takes_longer() {
        return Ok(None);
    }
    with_workspace(|workspace| respond(scorer, &request, workspace)).map(Some)
}

/// The answer with explanations, counterfactuals, or both.
fn explore(scorer: &Scorer, bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let request = PredictRequest::read(bytes)?;
    let refused = |sentence: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, sentence);
    let n_instances = request.instances.len();
    if request.explain.is_some() {
        let check = scorer.check_explanation();
        check.map_err(|error| refused(error.to_string()))?;
        if n_instances > MAX_EXPLAINED {
            return Err(refused(format!(
                "there are {n_instances} instances, and at most {MAX_EXPLAINED} of a request are \
                 explained; send fewer, or ask without \"explain\""
            )));
        }
    }
    if request.counterfactual {
        let check = scorer.check_counterfactual();
        check.map_err(|error| refused(error.to_string()))?;
        if n_instances > MAX_INSTANCES {
            return Err(refused(format!(
                "there are {n_instances} instances, and counterfactuals are searched for at most \
                 {MAX_INSTANCES} of a request; send fewer, or ask without \"counterfactual\""
            )));
        }
    }
    with_workspace(|workspace| respond(scorer, &request, workspace))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PredictRequest<'a> {
    #[serde(borrow)]
    instances: Vec<&'a RawValue>,
    /// Whether each prediction comes with the smallest change that flips its class.
    #[serde(default)]
    counterfactual: bool,
    /// How many of the inputs that moved it most each prediction comes with.
    explain: Option<usize>,
}

impl<'a> PredictRequest<'a> {
    /// Whether more is asked than scores.
    fn takes_longer(&self) -> bool {
        self.counterfactual || self.explain.is_some()
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        serde_json::from_slice(bytes).map_err(|error| malformed(&error))
    }
}

#[derive(Serialize)]
struct PredictResponse<'a> {
    model: ModelName<'a>,
    predictions: Vec<Prediction<'a>>,
}

/// Which model and contract gave an answer.
#[derive(Debug, Serialize)]
pub struct ModelName<'a> {
    hash: String,
    contract: &'a str,
}

impl<'a> ModelName<'a> {
    /// The names of a scorer's parts.
    #[must_use]
    pub fn of(scorer: &'a Scorer) -> Self {
        Self {
            hash: scorer.model().to_string(),
            contract: scorer.contract().name(),
        }
    }
}

/// The answer for one client.
#[derive(Debug, Serialize)]
pub struct Prediction<'a> {
    #[serde(flatten)]
    answer: PredictionAnswer<'a>,
    warnings: Vec<Warning>,
    #[serde(flatten)]
    explanation: Option<ExplanationAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterfactual: Option<CounterfactualAnswer<'a>>,
}

/// An outcome in its wire form.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum PredictionAnswer<'a> {
    /// By the contract's decision.
    Payer {
        /// 1 for a payer, 0 for a non-payer.
        class: u8,
        /// The contract's word for it.
        label: Cow<'a, str>,
        /// P(pays).
        probability: Option<f64>,
    },
    /// By the model's own classes.
    Class {
        /// The class.
        class: ClassLabel<'a>,
        /// The class as text.
        label: Cow<'a, str>,
        /// Of two classes, the second's.
        #[serde(skip_serializing_if = "Option::is_none")]
        probability: Option<f64>,
        /// Of each class.
        #[serde(skip_serializing_if = "Option::is_none")]
        probabilities: Option<Probabilities<'a>>,
    },
    /// A regressor's.
    Value {
        /// The number.
        value: f64,
    },
}

impl<'a> PredictionAnswer<'a> {
    /// An outcome in its wire form.
    #[must_use]
    pub fn new(scorer: &'a Scorer, outcome: Outcome) -> Self {
        let label = scorer.label(&outcome);
        match outcome {
            Outcome::Payer { pays, probability } => Self::Payer {
                class: u8::from(pays),
                label,
                probability,
            },
            Outcome::Class {
                class,
                probabilities,
            } => {
                let probabilities = Probabilities::of(scorer, probabilities);
                Self::Class {
                    class: ClassLabel::of(scorer, class),
                    label,
                    probability: probabilities.as_ref().and_then(Probabilities::of_second),
                    probabilities,
                }
            }
            Outcome::Value(value) => Self::Value { value },
        }
    }
}

impl<'a> Prediction<'a> {
    /// A score in its wire form.
    #[must_use]
    pub fn new(scorer: &'a Scorer, score: Score) -> Self {
        Self {
            answer: PredictionAnswer::new(scorer, score.outcome),
            warnings: score.warnings,
            explanation: None,
            counterfactual: None,
        }
    }

    /// The same with what moved it.
    #[must_use]
    pub fn with_explanation(mut self, explanation: Option<ScoreExplanation>) -> Self {
        self.explanation = explanation.map(ExplanationAnswer::from);
        self
    }

    /// The same with what was found of a counterfactual.
    #[must_use]
    pub fn with_counterfactual(
        mut self,
        scorer: &'a Scorer,
        found: Option<Counterfactual>,
    ) -> Self {
        self.counterfactual = Some(CounterfactualAnswer::new(scorer, found));
        self
    }
}

fn respond(
    scorer: &Scorer,
    request: &PredictRequest<'_>,
    workspace: &mut Workspace,
) -> Result<Vec<u8>, Problem> {
    let mut predictions = Vec::with_capacity(request.instances.len());
    // Kept only where they are needed again, once it is known that all can be answered.
    let mut scored: Vec<(Row<'_>, Score)> = Vec::new();
    let mut problems = Problems::default();
    for (row, json) in request.instances.iter().enumerate() {
        match instance::read(json, scorer.contract()) {
            Ok(fields) => match scorer.score(&fields, workspace) {
                Ok(score) if request.takes_longer() => scored.push((fields, score)),
                Ok(score) => predictions.push(Prediction::new(scorer, score)),
                Err(errors) => problems.add(
                    errors
                        .into_iter()
                        .map(|error| FieldProblem::of_field(row, error, Language::English)),
                ),
            },
            Err(_) => problems.add([not_an_object(row)].into_iter()),
        }
    }
    if problems.total > 0 {
        return Err(Problem::fields(
            problems.listed,
            problems.total,
            Language::English,
        ));
    }
    for (row, score) in scored {
        // That the model can be explained, and has a class to flip, was checked before.
        let mut explain = |most| scorer.explain(&row, &score, most, workspace).ok();
        let explanation = request.explain.and_then(&mut explain);
        let mut search = || {
            scorer
                .counterfactual(&row, &score, workspace)
                .ok()
                .flatten()
        };
        let found = request.counterfactual.then(&mut search);
        let mut prediction = Prediction::new(scorer, score).with_explanation(explanation);
        if let Some(found) = found {
            prediction = prediction.with_counterfactual(scorer, found);
        }
        predictions.push(prediction);
    }
    let response = PredictResponse {
        model: ModelName::of(scorer),
        predictions,
    };
    serde_json::to_vec(&response).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the answer could not be written",
        )
    })
}

/// All problems counted, the first ones listed.
#[derive(Default)]
struct Problems {
    listed: Vec<FieldProblem>,
    total: usize,
}

impl Problems {
    fn add(&mut self, problems: impl ExactSizeIterator<Item = FieldProblem>) {
        self.total += problems.len();
        let room = MAX_LISTED.saturating_sub(self.listed.len());
        self.listed.extend(problems.take(room));
    }
}

fn not_an_object(row: usize) -> FieldProblem {
    FieldProblem {
        row,
        input: None,
        parameter: None,
        value: None,
        reason: "the instance is not an object".to_owned(),
        accepted: "an object with the inputs of one client".to_owned(),
    }
}

/// 400 for what is no JSON, 422 for JSON of the wrong shape. serde's messages may repeat a value of
/// the body, which is the caller's own.
fn malformed(error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("the body must be {{\"instances\": [{{…}}, …]}}: {error}"),
        ),
        _ => Problem::new(
            StatusCode::BAD_REQUEST,
            format!("the body is not valid JSON: {error}"),
        ),
    }
}
