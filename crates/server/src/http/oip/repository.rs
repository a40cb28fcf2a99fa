//! `POST /v2/repository/…`: the registry, as the protocol sees it. What is loaded is promoted, and nothing is unloaded: a server
//! without a model is no use to anybody.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use propenso_lifecycle::registry::{Action, State as VersionState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// A version of the registry.
#[derive(Debug, Serialize)]
pub struct Indexed {
    name: &'static str,
    pub(in crate::http) version: String,
    /// `READY` or `UNAVAILABLE`.
    pub(in crate::http) state: &'static str,
    /// What the registry says of it.
    pub(in crate::http) reason: String,
}

/// `POST /v2/repository/index`: all versions and whether they answer.
///
/// # Errors
///
/// 400 for a body that is no JSON.
pub async fn index(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<Vec<Indexed>>, Problem> {
    let asked: IndexRequest = read(request).await?;
    listed(app, asked.ready).await.map(Json)
}

/// Lists all versions, or those alone that answer.
///
/// # Errors
///
/// 503 where the registry cannot be read.
pub(in crate::http) async fn listed(
    app: Arc<App>,
    only_ready: bool,
) -> Result<Vec<Indexed>, Problem> {
    if app.models.is_none() {
        let file = app.serving.live().champion();
        let file = file.iter().map(|served| Indexed {
            name: MODEL,
            version: number_of(served).to_string(),
            state: "READY",
            reason: String::new(),
        });
        return Ok(file.collect());
    }
    on_registry(app, move |models| {
        let versions = models.registry.versions()?;
        let versions = versions.iter().map(|version| {
            let is_ready = matches!(version.state, VersionState::Champion | VersionState::Shadow);
            let indexed = Indexed {
                name: MODEL,
                version: version.number.to_string(),
                state: if is_ready { "READY" } else { "UNAVAILABLE" },
                reason: version.state.to_string(),
            };
            (is_ready, indexed)
        });
        let listed = versions.filter(|(is_ready, _)| *is_ready || !only_ready);
        Ok(listed.map(|(_, version)| version).collect())
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
) -> Result<Json<Value>, Problem> {
    chosen.check_model()?;
    let caller = request.extensions().get::<Caller>().cloned();
    let LoadRequest { parameters } = read(request).await?;
    let loading = Loading {
        has_configuration: parameters.0.config.is_some(),
        version: parameters.0.version,
        caller,
        why: "POST /v2/repository/models/propenso/load",
    };
    load_version(app, &chosen, loading).await?;
    Ok(Json(json!({})))
}

/// What is asked to be loaded, and by whom.
pub(in crate::http) struct Loading {
    pub(in crate::http) has_configuration: bool,
    pub(in crate::http) version: Option<String>,
    pub(in crate::http) caller: Option<Caller>,
    pub(in crate::http) why: &'static str,
}

/// Tells whether a version answers, or promotes one.
///
/// # Errors
///
/// As [`load`].
pub(in crate::http) async fn load_version(
    app: Arc<App>,
    chosen: &Chosen,
    loading: Loading,
) -> Result<(), Problem> {
    chosen.check_model()?;
    if loading.has_configuration {
        return Err(wrong(
            "a model's configuration is not loaded this way; send the model to POST /v1/models, and promote it with `parameters.version`",
        )
        .into_bad_request());
    }
    let Some(version) = loading.version else {
        chosen.served(&app)?;
        return Ok(());
    };
    let number = super::super::models::number_of(&version)?;
    let action = Action::Promote(number);
    take_by(app, action, loading.caller.as_ref(), loading.why).await?;
    Ok(())
}

/// `POST /v2/repository/models/{model}/unload`: is refused, whoever asks.
///
/// # Errors
///
/// 404 for another model, 409 for this one.
pub async fn unload(chosen: Chosen) -> Problem {
    unloaded(&chosen)
}

/// Says why nothing is unloaded.
pub(in crate::http) fn unloaded(chosen: &Chosen) -> Problem {
    let other = chosen.check_model().err();
    other.unwrap_or_else(|| Problem::new(
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
