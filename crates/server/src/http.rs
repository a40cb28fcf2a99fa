//! The HTTP face: one router, a file per family of routes.
//!
//! | route | answer |
//! |---|---|
//! | `GET /prediccion` | [`prediccion`]: the old system's contract, `0` or `1` |
//! | `GET /prueba` | [`health`]: program and version, in Spanish |
//! | `POST /v1/predict` | [`predict`]: many clients, JSON |
//! | `GET /health/live`, `GET /health/ready` | [`health`] |
//!
//! [`options`] are what `/prediccion` may be asked beside its inputs; [`counterfactual`] is the one whose
//! answer is searched for, off the threads that serve connections.
//!
//! Every error, of any route, is a [`problem::Problem`]. No input makes a 5xx: a handler can only
//! fail with a `Problem`, and a panic, which would be our bug, is caught, logged and answered 500.

pub mod body;
pub mod counterfactual;
pub mod explanation;
pub mod health;
pub mod instance;
pub mod options;
pub mod outcome;
pub mod prediccion;
pub mod predict;
pub mod problem;
pub mod trace;

use std::cell::RefCell;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};
use propenso_scoring::{Language, Scorer, Workspace};
use tower_http::catch_panic::CatchPanicLayer;

use crate::settings::HttpSettings;
use problem::Problem;

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    /// The scorer that answers.
    pub scorer: Scorer,
    /// Limits of the HTTP face.
    pub settings: HttpSettings,
}

/// All routes over a shared state.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
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
