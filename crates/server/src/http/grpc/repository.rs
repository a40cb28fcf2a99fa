//! `Repository…`: the registry, as the protocol sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::super::App;
use super::super::oip::Chosen;
use super::super::oip::repository::{Loading, listed, load_version, unloaded};
use super::super::problem::Problem;
use super::call;
use super::generated::inference as wire;
use super::generated::inference::model_repository_parameter::ParameterChoice;
use super::generated::inference::repository_index_response::ModelIndex;
use crate::access::caller::Caller;
use crate::open_inference::MODEL;

/// `RepositoryIndex`: all versions and whether they answer.
pub(super) async fn index(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let registry = &app;
    let answer = |asked: wire::RepositoryIndexRequest| async move {
        let listed = listed(Arc::clone(registry), asked.ready).await?.into_iter();
        let models = listed.map(|version| ModelIndex {
            name: MODEL.to_owned(),
            version: version.version,
            state: version.state.to_owned(),
            reason: version.reason,
        });
        Ok(wire::RepositoryIndexResponse {
            models: models.collect(),
        })
    };
    call::answer(&app, request, answer).await
}

/// `RepositoryModelLoad`: without a version, tells whether one answers; with the parameter `version`, promotes that one, by the
/// registry's rules.
pub(super) async fn load(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let answer = |asked: wire::RepositoryModelLoadRequest| async {
        let chosen = Chosen::new(asked.model_name, String::new());
        let loading = Loading {
            has_configuration: asked.parameters.contains_key("config"),
            version: version(asked.parameters),
            caller,
            why: "RepositoryModelLoad",
        };
        load_version(Arc::clone(&app), &chosen, loading).await?;
        Ok(wire::RepositoryModelLoadResponse {})
    };
    call::answer(&app, request, answer).await
}

/// The number that was sent, in whichever of the ways that clients have for it.
fn version(mut parameters: BTreeMap<String, wire::ModelRepositoryParameter>) -> Option<String> {
    match parameters.remove("version")?.parameter_choice? {
        ParameterChoice::StringParam(version) => Some(version),
        ParameterChoice::Int64Param(version) => Some(version.to_string()),
        // They are no numbers; whoever reads them says so.
        ParameterChoice::BoolParam(other) => Some(other.to_string()),
        ParameterChoice::BytesParam(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// `RepositoryModelUnload`: is refused, whoever asks.
pub(super) async fn unload(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |asked: wire::RepositoryModelUnloadRequest| async {
        let chosen = Chosen::new(asked.model_name, String::new());
        Err::<wire::RepositoryModelUnloadResponse, _>(unloaded(&chosen))
    };
    call::answer(&app, request, answer).await
}
