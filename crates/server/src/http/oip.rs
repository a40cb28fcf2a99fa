//! `/v2`: the Open Inference Protocol over HTTP, with Triton's extensions for binary tensors, classification, configuration,
//! statistics and the repository.
//!
//! | route | answer |
//! |---|---|
//! | `GET /v2`, `/v2/health/…`, `/v2/models/{model}…` | [`about`]: what there is, and how it works |
//! | `POST /v2/models/{model}[/versions/{version}]/infer` | [`infer`]: clients as tensors, answers as tensors |
//! | `POST /v2/repository/…` | [`repository`]: the registry, as the protocol sees it |
//!
//! The model is called `propenso`; a version is a number of the registry, `champion` or `shadow`. A served file is version 1. What
//! other routes refuse with 422 is 400 here, as the protocol has it.

pub mod about;
pub mod infer;
mod infer_answer;
pub(super) mod infer_request;
pub mod repository;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::served::Served;

use super::App;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::route::{Lectura, Modelos, Open, Puntuar, Route, Routes};
use crate::open_inference::MODEL;
use crate::serving::Champion;

/// The number of a file that is served without a registry.
const FILE_VERSION: u32 = 1;

/// Adds the protocol's routes.
pub(super) fn add_to(routes: Routes) -> Routes {
    routes
        .with(Route::<Open>::get("/v2", about::server))
        .with(Route::<Open>::get("/v2/", about::server))
        .with(Route::<Open>::get("/v2/health/live", about::live).uncompressed())
        .with(Route::<Open>::get("/v2/health/ready", about::ready).uncompressed())
        .with(Route::<Puntuar>::get(
            "/v2/models/stats",
            about::all_statistics,
        ))
        .with(Route::<Puntuar>::get("/v2/models/{model}", about::model))
        .with(Route::<Puntuar>::get(
            "/v2/models/{model}/ready",
            about::model_ready,
        ))
        .with(Route::<Puntuar>::get(
            "/v2/models/{model}/config",
            about::config,
        ))
        .with(Route::<Puntuar>::get(
            "/v2/models/{model}/stats",
            about::statistics,
        ))
        .with(Route::<Puntuar>::post(
            "/v2/models/{model}/infer",
            infer::answer,
        ))
        .with(Route::<Puntuar>::get(
            "/v2/models/{model}/versions/{version}",
            about::model,
        ))
        .with(Route::<Puntuar>::get(
            "/v2/models/{model}/versions/{version}/ready",
            about::model_ready,
        ))
        .with(Route::<Puntuar>::get(
            "/v2/models/{model}/versions/{version}/config",
            about::config,
        ))
        .with(Route::<Puntuar>::get(
            "/v2/models/{model}/versions/{version}/stats",
            about::statistics,
        ))
        .with(Route::<Puntuar>::post(
            "/v2/models/{model}/versions/{version}/infer",
            infer::answer,
        ))
        .with(Route::<Lectura>::post(
            "/v2/repository/index",
            repository::index,
        ))
        .with(Route::<Modelos>::post(
            "/v2/repository/models/{model}/load",
            repository::load,
        ))
        .with(Route::<Modelos>::post(
            "/v2/repository/models/{model}/unload",
            repository::unload,
        ))
}

/// Which model is asked, as the path says.
#[derive(Debug)]
pub struct Chosen {
    model: String,
    version: Option<String>,
}

impl FromRequestParts<Arc<App>> for Chosen {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let named: Result<Path<HashMap<String, String>>, _> =
            Path::from_request_parts(parts, app).await;
        let Path(mut named) = named.map_err(IntoResponse::into_response)?;
        Ok(Self {
            model: named.remove("model").unwrap_or_default(),
            version: named.remove("version"),
        })
    }
}

impl Chosen {
    /// A model by its name, and a version of it; the champion where that is empty.
    pub(super) fn new(model: String, version: String) -> Self {
        Self {
            model,
            version: Some(version).filter(|version| !version.is_empty()),
        }
    }

    /// Tells whether the model is the one that there is.
    ///
    /// # Errors
    ///
    /// 404 for any other name.
    fn check_model(&self) -> Result<(), Problem> {
        match self.model == MODEL {
            true => Ok(()),
            false => Err(Problem::new(
                ProblemKind::NoSuchModel,
                format!("there is one model, `{MODEL}`; ask for /v2/models/{MODEL}"),
            )),
        }
    }

    /// The version that is asked for, which is at work.
    ///
    /// # Errors
    ///
    /// 404 for a name or number of nothing that is at work, 503 while nothing is.
    pub(super) fn served(&self, app: &App) -> Result<Arc<Served>, Problem> {
        self.check_model()?;
        let live = app.serving.live();
        let champion = || {
            let champion = live.champion();
            champion.ok_or_else(|| Problem::no_champion(propenso_scoring::Language::English))
        };
        let Some(version) = &self.version else {
            return champion();
        };
        let shadow = live.shadow().map(|shadow| Arc::clone(shadow.served()));
        if version == "champion" {
            return champion();
        }
        let is_it = |served: &Arc<Served>| version.parse() == Ok(number_of(served));
        let is_shadow = |served: &Arc<Served>| version == "shadow" || is_it(served);
        let found = live.champion().filter(is_it);
        let found = found.or_else(|| shadow.filter(is_shadow));
        found.ok_or_else(|| {
            Problem::new(
                ProblemKind::NoSuchVersion,
                "there is no such version at work; leave the version out, or POST /v2/repository/index to see which are READY",
            )
        })
    }

    /// What answers this request to its end, counted by day.
    ///
    /// # Errors
    ///
    /// As [`Self::served`].
    pub(super) fn champion(&self, app: &App) -> Result<Champion, Problem> {
        let served = self.served(app)?;
        Ok(app.serving.with(served, Some(RouteKind::Predict)))
    }
}

/// The number that a version has in the protocol.
pub(super) fn number_of(served: &Served) -> u32 {
    served.version.unwrap_or(FILE_VERSION)
}
