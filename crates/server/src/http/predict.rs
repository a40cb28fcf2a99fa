//! `POST /v1/predict`: many clients in one request, in JSON.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use propenso_scoring::{Language, Row, Score, Workspace};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::counterfactual::{self, MAX_INSTANCES};
use super::explanation::MAX_EXPLAINED;
use super::prediction::{ModelName, Prediction};
use super::problem::{FieldProblem, MAX_LISTED, Problem};
use super::{App, MODEL_HEADER, body, instance, with_workspace};
use crate::live::Served;
use crate::opinion::Opinion;
use crate::shadow::Rescore;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Bodies above this size are scored off the threads that serve connections.
const INLINE_BYTES: usize = 32 << 10;

/// Answers all instances, or refuses the request with every field that cannot be used.
///
/// # Errors
///
/// 400 for malformed JSON, 413 for a body that is too long, 422 for a wrong structure or wrong
/// fields.
pub async fn answer(State(app): State<Arc<App>>, request: Body) -> Result<Response, Problem> {
    let served = app.champion(Language::English)?;
    let bytes = body::read(request, app.settings.max_body_bytes).await?;
    let plain = if bytes.len() <= INLINE_BYTES {
        score(&served, &bytes)?
    } else {
        score_elsewhere(Arc::clone(&served), bytes.clone()).await?
    };
    let (json, opinions) = match plain {
        Some(answer) => answer,
        None => {
            let (served, bytes) = (Arc::clone(&served), bytes.clone());
            counterfactual::elsewhere(move || explore(&served, &bytes)).await?
        }
    };
    app.offer_to_shadow(&served, bytes.len(), || (opinions, rescore(bytes.clone())));
    let head = [
        (header::CONTENT_TYPE, JSON),
        (MODEL_HEADER, served.name.clone()),
    ];
    Ok((head, json).into_response())
}

/// An answer's bytes, and what was said of each client.
type Answered = (Vec<u8>, Vec<Opinion>);

async fn score_elsewhere(served: Arc<Served>, bytes: Bytes) -> Result<Option<Answered>, Problem> {
    let scoring = tokio::task::spawn_blocking(move || score(&served, &bytes));
    match scoring.await {
        Ok(answer) => answer,
        // Back on this task, where the panic is caught, logged and answered like any other.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// How another scorer scores a body that was answered.
fn rescore(bytes: Bytes) -> Rescore {
    Box::new(move |scorer, workspace| {
        let Ok(request) = PredictRequest::read(&bytes) else {
            return Vec::new();
        };
        let mut opinion = |json: &&RawValue| {
            let row = instance::read(json, scorer.contract()).ok()?;
            let score = scorer.score(&row, workspace).ok()?;
            Some(Opinion::from(&score.outcome))
        };
        request.instances.iter().map(&mut opinion).collect()
    })
}

/// The answer, or `None` when it takes a search, which waits for its turn.
fn score(served: &Served, bytes: &[u8]) -> Result<Option<Answered>, Problem> {
    let request = PredictRequest::read(bytes)?;
    if request.takes_longer() {
        return Ok(None);
    }
    with_workspace(|workspace| respond(served, &request, workspace)).map(Some)
}

/// The answer with explanations, counterfactuals, or both.
fn explore(served: &Served, bytes: &[u8]) -> Result<Answered, Problem> {
    let scorer = &served.scorer;
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
    with_workspace(|workspace| respond(served, &request, workspace))
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

fn respond(
    served: &Served,
    request: &PredictRequest<'_>,
    workspace: &mut Workspace,
) -> Result<Answered, Problem> {
    let scorer = &served.scorer;
    let mut opinions = Vec::with_capacity(request.instances.len());
    let mut predictions = Vec::with_capacity(request.instances.len());
    // Kept only where they are needed again, once it is known that all can be answered.
    let mut scored: Vec<(Row<'_>, Score)> = Vec::new();
    let mut problems = Problems::default();
    for (row, json) in request.instances.iter().enumerate() {
        match instance::read(json, scorer.contract()) {
            Ok(fields) => match scorer.score(&fields, workspace) {
                Ok(score) => {
                    opinions.push(Opinion::from(&score.outcome));
                    if request.takes_longer() {
                        scored.push((fields, score));
                    } else {
                        predictions.push(Prediction::new(scorer, score));
                    }
                }
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
        model: ModelName::of(scorer, served.version),
        predictions,
    };
    let json = serde_json::to_vec(&response).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the answer could not be written",
        )
    })?;
    Ok((json, opinions))
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
