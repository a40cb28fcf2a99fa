//! KServe's first protocol: `POST /v1/models/{name}:predict` and `:explain`, and whether a name is ready.
//!
//! The path is that of a version of the registry: a name with a colon in it is none of its numbers.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use propenso_scoring::Language;
use serde_json::json;

use super::envelope::{Envelope, Opener, answer as answer_envelope};
use super::instances_request::{read, read_explained};
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::{App, Asker};

/// The name of whatever model answers.
pub const MODEL_NAME: &str = "propenso";

/// The names of whatever model answers.
pub const NAMES: [&str; 2] = [MODEL_NAME, "champion"];

const PREDICT: Envelope = Envelope {
    route: "/v1/models/{name}:predict",
    open: Opener::Text(read),
    takes_longer: false,
};

const EXPLAIN: Envelope = Envelope {
    route: "/v1/models/{name}:explain",
    open: Opener::Text(read_explained),
    takes_longer: true,
};

/// `POST /v1/models/{name}:predict`, `POST /v1/models/{name}:explain`: answers all clients, or refuses the request.
///
/// # Errors
///
/// 404 for other names and verbs, 400 for a body of another shape, and as `/v1/predict`.
pub async fn answer(
    State(app): State<Arc<App>>,
    path: Path<String>,
    asker: Asker,
    request: Body,
) -> Result<Response, Problem> {
    let envelope = match path.rsplit_once(':') {
        Some((name, verb)) if is_served(&app, name) => match verb {
            "predict" => PREDICT,
            "explain" => EXPLAIN,
            _ => return Err(no_such_model()),
        },
        _ => return Err(no_such_model()),
    };
    answer_envelope(&app, &asker, request, envelope).await
}

/// Tells whether a name is one of those of whatever model answers.
#[must_use]
pub fn is_name(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Tells whether a name, or the number of a version, is of what answers now. A file that is served is version 1.
fn is_served(app: &App, name: &str) -> bool {
    let champion = app.serving.live().champion();
    let is_number =
        |number: u32| champion.is_some_and(|served| served.version.unwrap_or(1) == number);
    is_name(name) || name.parse().is_ok_and(is_number)
}

/// `GET /v1/models/{name}`: whether the model answers.
///
/// # Errors
///
/// 503 while there is no champion.
pub fn ready(app: &App, name: &str) -> Result<Response, Problem> {
    let champion = app.serving.live().champion();
    champion.ok_or_else(|| Problem::no_champion(Language::English))?;
    Ok(Json(json!({ "name": name, "ready": true })).into_response())
}

fn no_such_model() -> Problem {
    Problem::new(
        ProblemKind::NoSuchModel,
        "no such model; ask /v1/models/propenso:predict or :explain, or the number of the version in service",
    )
    .for_mlflow()
}
