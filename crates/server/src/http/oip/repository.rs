//! `POST /v2/repository/…`: the registry, as the protocol sees it. What is loaded is promoted, and nothing is unloaded: a server
//! without a model is no use to anybody.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::registry::{Action, State as VersionState};
use serde::Deserialize;
use serde_json::json;

use super::super::models::{on_registry, take_by};
use super::super::object::Object;
use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;
use super::super::{App, body};
use super::infer_request::wrong;
use super::{Chosen, number_of};
use crate::access::caller::Caller;
use crate::open_inference::MODEL;

/// Longest body of these routes, in bytes.
const MAX_BODY: usize = 64 << 10;

/// What the index is asked.
#[derive(Debug, Default, Deserialize)]
struct IndexRequest {
    /// Only those that answer.
    #[serde(default)]
    ready: bool,
}

/// What is asked to be loaded.
#[derive(Debug, Default, Deserialize)]
struct LoadRequest {
    #[serde(default)]
    parameters: Object<LoadParameters>,
}

#[derive(Debug, Default, Deserialize)]
struct LoadParameters {
    /// The number of the version to promote.
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    config: Option<String>,
}

/// `POST /v2/repository/index`: all versions and whether they answer.
///
/// # Errors
///
/// 400 for a body that is no JSON.
pub async fn index(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let asked: IndexRequest = read(request).await?;
    if app.models.is_none() {
        let file = app.serving.live().champion();
        let file = file.iter().map(|served| {
            json!({ "name": MODEL, "version": number_of(served).to_string(), "state": "READY", "reason": "" })
        });
        return Ok(Json(file.collect::<Vec<_>>()).into_response());
    }
    on_registry(app, move |models| {
        let versions = models.registry.versions()?;
        let versions = versions.iter().map(|version| {
            let is_ready = matches!(version.state, VersionState::Champion | VersionState::Shadow);
            let state = if is_ready { "READY" } else { "UNAVAILABLE" };
            (
                is_ready,
                json!({
                    "name": MODEL,
                    "version": version.number.to_string(),
                    "state": state,
                    "reason": version.state.to_string(),
                }),
            )
        });
        let listed = versions.filter(|(is_ready, _)| *is_ready || !asked.ready);
        let listed: Vec<_> = listed.map(|(_, version)| version).collect();
        Ok(Json(listed).into_response())
    })
    .await
}

/// `POST /v2/repository/models/{model}/load`: without a version, tells whether one answers; with `parameters.version`, promotes
/// that one, by the registry's rules.
///
/// # Errors
///
/// 404 for another model or version, 409 when the rules do not allow it, 503 while nothing answers.
pub async fn load(
    State(app): State<Arc<App>>,
    chosen: Chosen,
    request: Request,
) -> Result<Response, Problem> {
    chosen.check_model()?;
    let caller = request.extensions().get::<Caller>().cloned();
    let asked: LoadRequest = read(request).await?;
    if asked.parameters.0.config.is_some() {
        return Err(wrong(
            "a model's configuration is not loaded this way; send the model to POST /v1/models, and promote it with `parameters.version`",
        )
        .into_bad_request());
    }
    let Some(version) = asked.parameters.0.version else {
        chosen.served(&app)?;
        return Ok(Json(json!({})).into_response());
    };
    let number = super::super::models::number_of(&version)?;
    let why = "POST /v2/repository/models/propenso/load";
    take_by(app, Action::Promote(number), caller.as_ref(), why).await?;
    Ok(Json(json!({})).into_response())
}

/// `POST /v2/repository/models/{model}/unload`: is refused, whoever asks.
///
/// # Errors
///
/// 404 for another model, 409 for this one.
pub async fn unload(chosen: Chosen) -> Result<Response, Problem> {
    chosen.check_model()?;
    Err(Problem::new(
        ProblemKind::AgainstTheRules,
        "the model that answers is not unloaded: there would be nothing to answer; promote another version, or POST /v1/models/rollback",
    ))
}

/// Reads a body that may be empty.
async fn read<T: Default + for<'de> Deserialize<'de>>(request: Request) -> Result<T, Problem> {
    let bytes = body::read_within(request.into_body(), MAX_BODY, body::PATIENCE).await?;
    let text = bytes.trim_ascii();
    // What Triton's clients send where they have nothing to say.
    if text.is_empty() || text == b"\"\"" {
        return Ok(T::default());
    }
    let asked: Object<T> = serde_json::from_slice(text).map_err(|error| {
        let sentence = format!("the body cannot be understood: {error}");
        Problem::new(ProblemKind::InvalidJson, sentence)
    })?;
    Ok(asked.0)
}
