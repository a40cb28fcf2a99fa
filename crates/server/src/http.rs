//! The HTTP face: one router, a file per family of routes.
//!
//! | route | answer |
//! |---|---|
//! | `GET /prediccion` | [`prediccion`]: the old system's contract, `0` or `1` |
//! | `GET /prueba` | [`health`]: program and version, in Spanish |
//! | `POST /v1/predict` | [`predict`]: many clients, JSON, each a [`prediction`] |
//! | `/v1/models…` | [`models`]: the registry, for those whom [`admin`] lets pass; a new one by [`upload`] |
//! | `/v1/portfolios…` | [`portfolios`]: whole portfolios, scored in the background; behind [`admin`] too |
//! | `GET /health/live`, `GET /health/ready` | [`health`] |
//!
//! [`options`] are what `/prediccion` may be asked beside its inputs; [`counterfactual`] is the one whose
//! answer is searched for, off the threads that serve connections.
//!
//! Every error, of any route, is a [`problem::Problem`]. No input makes a 5xx: a handler can only
//! fail with a `Problem`, and a panic, which would be our bug, is caught, logged and answered 500.

pub mod admin;
pub mod body;
pub mod counterfactual;
pub mod explanation;
pub mod health;
pub mod instance;
pub mod models;
pub mod options;
pub mod outcome;
pub mod portfolios;
pub mod prediccion;
pub mod predict;
pub mod prediction;
pub mod problem;
pub mod trace;
pub mod upload;

use std::cell::RefCell;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::routing::{get, post};
use propenso_scoring::{Language, Workspace};
use tower_http::catch_panic::CatchPanicLayer;

use crate::live::{Live, Served};
use crate::opinion::Opinion;
use crate::portfolios::OpenPortfolios;
use crate::settings::HttpSettings;
use crate::shadow::Rescore;
use admin::AdminAccess;
use models::Models;
use problem::Problem;

/// The header that names the version that answered, and its model's hash.
pub const MODEL_HEADER: HeaderName = HeaderName::from_static("x-propenso-model");

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    /// What answers.
    pub live: Arc<Live>,
    /// Limits of the HTTP face.
    pub settings: HttpSettings,
    /// The registry, where one is served.
    pub models: Option<Models>,
    /// Portfolios that were sent, where they are taken.
    pub portfolios: Option<OpenPortfolios>,
    /// Who may change what is served, and send portfolios.
    pub admin: AdminAccess,
}

impl App {
    /// Serves `live` alone: a registry and portfolios are added by whoever has them.
    #[must_use]
    pub fn new(live: Arc<Live>, admin: AdminAccess, settings: HttpSettings) -> Self {
        Self {
            live,
            settings,
            models: None,
            portfolios: None,
            admin,
        }
    }

    /// What answers, for one request to keep to its end.
    ///
    /// # Errors
    ///
    /// 503 while there is no champion.
    fn champion(&self, language: Language) -> Result<Arc<Served>, Problem> {
        self.live
            .champion()
            .ok_or_else(|| Problem::no_champion(language))
    }

    /// Lets the shadow, if there is one, score clients again that the champion has scored. `opinions` and `rescore`
    /// are made only then.
    fn offer_to_shadow(
        &self,
        champion: &Served,
        bytes: usize,
        job: impl FnOnce() -> (Vec<Opinion>, Rescore),
    ) {
        // Just promoted, a shadow is the champion for a moment.
        let shadow = self
            .live
            .shadow()
            .filter(|shadow| Some(shadow.number()) != champion.version);
        if let (Some(shadow), Some(number)) = (shadow, champion.version) {
            let (opinions, rescore) = job();
            shadow.offer(number, opinions, bytes, rescore);
        }
    }
}

/// All routes over a shared state.
pub fn router(app: Arc<App>) -> Router {
    let admin = Router::new()
        .route("/v1/models", get(models::list).post(models::add))
        .route("/v1/models/events", get(models::events))
        .route("/v1/models/rollback", post(models::rollback))
        .route("/v1/models/{version}", get(models::show))
        .route("/v1/models/{version}/promote", post(models::promote))
        .route(
            "/v1/portfolios",
            get(portfolios::list).post(portfolios::add),
        )
        .route(
            "/v1/portfolios/{id}",
            get(portfolios::show).delete(portfolios::remove),
        )
        .route("/v1/portfolios/{id}/{file}", get(portfolios::file))
        .route_layer(axum::middleware::from_fn_with_state(
            Arc::clone(&app),
            admin::guard,
        ));
    Router::new()
        .merge(admin)
        .route("/prediccion", get(prediccion::answer))
        .route("/prueba", get(health::prueba))
        .route("/v1/predict", post(predict::answer))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(axum::middleware::from_fn(trace::log_request))
        .with_state(app)
}

async fn not_found(request: Request) -> Problem {
    Problem::not_found(language_of(&request))
}

async fn method_not_allowed(request: Request) -> Problem {
    Problem::method_not_allowed(language_of(&request))
}

/// The old routes are read by collections staff, the others by developers.
fn language_of(request: &Request) -> Language {
    let path = request.uri().path();
    if path.starts_with("/v1") || path.starts_with("/health") {
        Language::English
    } else {
        Language::Spanish
    }
}

/// Lends this thread's workspace to a scoring, so that warm threads allocate nothing for it.
fn with_workspace<T>(score: impl FnOnce(&mut Workspace) -> T) -> T {
    thread_local! {
        static WORKSPACE: RefCell<Workspace> = RefCell::default();
    }
    WORKSPACE.with_borrow_mut(score)
}
