//! The HTTP face: one router, a file per family of routes.
//!
//! | route | answer |
//! |---|---|
//! | `GET /prediccion` | [`prediccion`]: the old system's contract, `0` or `1` |
//! | `GET /prueba` | [`health`]: program and version, in Spanish |
//! | `POST /v1/predict` | [`predict`]: many clients, JSON or an Arrow stream, each a [`prediction`] |
//! | `/v2…` | [`oip`]: the Open Inference Protocol |
//! | `/inference.GRPCInferenceService/…`, `/grpc.…` | `grpc`: the same over gRPC, its health check and reflection |
//! | `POST /invocations`, `GET /ping`, `/version`, `/health` | [`invocations`]: as MLflow and SageMaker ask |
//! | `POST /v1/models/{name}:predict`, `:explain` | [`kserve`]: KServe's first protocol |
//! | `POST /vertex/predict`, `GET /vertex/health` | [`vertex`]: as Vertex AI asks, by paths of its own |
//! | `/v1/models…` | [`models`]: the registry; a new one by [`upload`] |
//! | `/v1/decisions…` | [`decisions`]: what was answered, for those who may see it |
//! | `/v1/portfolios…` | [`portfolios`]: whole portfolios, scored in the background |
//! | `GET /health/live`, `GET /health/ready` | [`health`] |
//! | `GET /metrics` | [`metrics`]: figures, as Prometheus reads them |
//! | `GET /openapi.json` | [`openapi`]: these routes, for programs |
//! | `/`, `/entrar` … | [`pages`]: for people |
//! | `GET /docs`, `GET /docs/{file}` | [`docs`]: the same, as a page for people |
//!
//! What each needs of who asks is said where it is registered, below; [`route`] sees to it.
//!
//! Uploads come as a `form`. A face decodes, asks [`crate::serving`], and encodes. [`options`] are what `/prediccion` may be asked besides its
//! inputs.
//!
//! Every error, of any route, is a [`problem::Problem`]. No input makes a 5xx: a handler can only
//! fail with a `Problem`, and a panic, which would be our bug, is caught, logged and answered 500.

mod answer_body;
mod arrow_answer;
mod asset;
pub mod batch;
pub mod batched;
pub mod body;
mod body_form;
mod cloud_event;
pub mod counterfactual;
pub mod decisions;
pub mod docs;
mod encoding;
mod envelope;
pub mod examiner;
pub mod explanation;
pub mod folders;
mod form;
mod frame;
mod grpc;
mod grpc_status;
pub mod health;
pub mod instance;
mod instances_request;
pub mod invocations;
pub mod kserve;
mod method;
pub mod metrics;
pub mod models;
mod nan;
mod object;
pub mod oip;
pub mod openapi;
pub mod options;
pub mod outcome;
mod page_routes;
pub mod pages;
pub mod portfolios;
pub mod prediccion;
pub mod predict;
mod predict_request;
pub mod prediction;
mod predictions;
pub mod problem;
pub mod problem_kind;
pub mod route;
mod safety;
pub mod trace;
mod typed_clients;
pub mod upload;
pub mod vertex;
mod whole;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::live::Live;
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::registry::KeyStore;
use propenso_scoring::Language;
use propenso_store::decision::DecisionId;
use tower_http::catch_panic::CatchPanicLayer;

use crate::access::Access;
use crate::access::caller::{Caller, Principal};
use crate::decisions::Decisions;
use crate::figures::Figures;
use crate::jobs::OpenJobs;
use crate::letter::sender::Sender;
use crate::limits::Limits;
use crate::record::line::Line;
use crate::record::page::Page;
use crate::record::{Record, Request};
use crate::request_id::RequestId;
use crate::serving::{Champion, Serving};
use crate::settings::HttpSettings;
use crate::settings::platform::PlatformRoutes;
use crate::tls::Tls;
use crate::traces::Traces;
use examiner::Examiner;
use folders::Folders;
use models::Models;
use openapi::Written;
use problem::Problem;
use problem_kind::ProblemKind;
use route::{
    Administracion, Carteras, Lectura, Metricas, Modelos, Open, Puntuar, Resultados, Route, Routes,
};

/// The header that names the first decision of a request on record.
pub const DECISION_HEADER: HeaderName = HeaderName::from_static("x-propenso-decision");

/// The header that names the version that answered, and its model's hash.
pub const MODEL_HEADER: HeaderName = HeaderName::from_static("x-propenso-model");

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    /// What answers.
    pub serving: Serving,
    /// What may be worked on at a time.
    pub limits: Arc<Limits>,
    /// The registry, where one is served.
    pub models: Option<Models>,
    /// What keeps what was answered, where that is wanted.
    pub record: Option<Arc<Record>>,
    /// What was kept, for those who may see it.
    pub decisions: Option<Decisions>,
    /// Portfolios that were sent, where they are taken.
    pub portfolios: Option<OpenJobs>,
    /// Who may do what.
    pub access: Arc<Access>,
    /// What is counted and measured.
    pub figures: Arc<Figures>,
    /// The certificate that is shown, where one is.
    pub tls: Option<Arc<Tls>>,
    /// What became of requests, where somebody collects that.
    pub traces: Option<Arc<Traces>>,
    /// The paths that a platform asks, where one started this.
    pub platform: Option<Arc<PlatformRoutes>>,
    /// The description of the routes.
    pub document: Written,
    /// The folders that people put things into, and where all is kept.
    pub folders: Folders,
    /// Who sends letters.
    pub letter: Sender,
    /// Who has keys, where a registry is served.
    pub keys: Option<KeyStore>,
    /// What looks at the machine and the configuration.
    pub examiner: Option<Arc<dyn Examiner>>,
}

impl App {
    /// Serves `live` alone: a registry and portfolios are added by whoever has them.
    #[must_use]
    pub fn new(live: Arc<Live>, access: Arc<Access>, settings: HttpSettings) -> Self {
        let limits = Arc::new(Limits::new(settings));
        let routes = routes();
        let paths = routes.listed().map(|listed| listed.path);
        let codes = ProblemKind::ALL.iter().map(|kind| kind.code());
        let figures = Arc::new(Figures::new(paths, codes));
        Self {
            serving: Serving::new(live, Arc::clone(&limits), Arc::clone(&figures)),
            limits,
            models: None,
            record: None,
            decisions: None,
            portfolios: None,
            access,
            figures,
            tls: None,
            traces: None,
            platform: None,
            document: Written::default(),
            folders: Folders::default(),
            letter: Sender::default(),
            keys: None,
            examiner: None,
        }
    }

    /// What answers, for one request to keep to its end.
    ///
    /// # Errors
    ///
    /// 503 while there is no champion.
    fn champion(&self, language: Language) -> Result<Champion, Problem> {
        let champion = self.serving.champion();
        champion.ok_or_else(|| Problem::no_champion(language))
    }

    /// What answers a request that is counted by day.
    ///
    /// # Errors
    ///
    /// 503 while there is no champion.
    fn champion_by(&self, route: RouteKind, language: Language) -> Result<Champion, Problem> {
        let champion = self.serving.champion_by(Some(route));
        champion.ok_or_else(|| Problem::no_champion(language))
    }
}

/// Who asks, and in which request, as the middleware has found out.
#[derive(Debug)]
pub struct Asker {
    principal: Principal,
    id: Option<RequestId>,
}

impl Asker {
    /// The request, by a route, as the record has it.
    fn request(&self, route: &'static str) -> Request<'_> {
        Request {
            route,
            who: &self.principal,
            id: self.id.as_ref(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>();
        Ok(Self {
            principal: caller.map_or(Principal::Anyone, |caller| caller.principal.clone()),
            id: parts.extensions.get::<RequestId>().cloned(),
        })
    }
}

/// Begins the page of a request on record, where there is one.
fn page(app: &App, served: &Champion, route: &'static str, asker: &Asker) -> Option<Page> {
    app.record.as_ref()?.page(served, asker.request(route))
}

/// Keeps a request's page, before it is answered where that is required.
async fn keep(page: Option<Page>, language: Language) -> Result<(), Problem> {
    match page {
        None => Ok(()),
        Some(page) => {
            let kept = page.keep().await;
            kept.map_err(|error| Problem::not_recorded(&error, language))
        }
    }
}

/// Keeps the one answer of a request, before it is given where that is required, and names it.
async fn keep_one(
    app: &App,
    served: &Champion,
    request: Request<'_>,
    line: &Line<'_>,
    language: Language,
) -> Result<Option<DecisionId>, Problem> {
    match &app.record {
        None => Ok(None),
        Some(record) => {
            let kept = record.keep_one(served, request, line).await;
            kept.map_err(|error| Problem::not_recorded(&error, language))
        }
    }
}

/// Names a request's first decision in its answer.
fn decided(mut response: Response, first: Option<DecisionId>) -> Response {
    if let Some(first) = first
        && let Ok(name) = HeaderValue::from_str(first.write_in(&mut [0; DecisionId::TEXT_LENGTH]))
    {
        response.headers_mut().insert(DECISION_HEADER, name);
    }
    response
}

/// Names the model that was chosen for a request, in its answer or refusal, and counts which it was.
fn named(champion: &Champion, answer: Result<Response, Problem>) -> Response {
    champion.ended(answer.is_ok());
    let mut response = answer.into_response();
    if let Ok(name) = HeaderValue::from_str(&champion.name) {
        response.headers_mut().insert(MODEL_HEADER, name);
    }
    response
}

/// All routes, and what each needs of who asks.
#[must_use]
pub fn routes() -> Routes {
    let routes = Routes::default()
        .with(Route::<Puntuar>::get("/prediccion", prediccion::answer).uncompressed())
        .with(Route::<Open>::get("/prueba", health::prueba).uncompressed())
        .with(Route::<Puntuar>::post("/v1/predict", predict::answer))
        .with(Route::<Puntuar>::post("/invocations", invocations::answer))
        .with(Route::<Puntuar>::post(
            "/v1/models/{version}",
            kserve::answer,
        ))
        .with(Route::<Puntuar>::post(vertex::PREDICT, vertex::answer))
        .with(Route::<Lectura>::get("/v1/models", models::list))
        .with(Route::<Modelos>::post("/v1/models", models::add))
        .with(Route::<Lectura>::get("/v1/models/events", models::events))
        .with(Route::<Modelos>::post(
            "/v1/models/rollback",
            models::rollback,
        ))
        .with(Route::<Lectura>::get("/v1/models/{version}", models::show))
        .with(Route::<Modelos>::post(
            "/v1/models/{version}/promote",
            models::promote,
        ))
        .with(Route::<Resultados>::get("/v1/decisions", decisions::search))
        .with(Route::<Resultados>::get(
            "/v1/decisions/{id}",
            decisions::show,
        ))
        .with(Route::<Resultados>::post(
            "/v1/decisions/{id}/replay",
            decisions::replay,
        ))
        .with(Route::<Administracion>::post(
            "/v1/decisions/forget",
            decisions::forget,
        ))
        .with(Route::<Administracion>::get(
            "/v1/decisions/holds",
            decisions::holds,
        ))
        .with(Route::<Administracion>::post(
            "/v1/decisions/holds",
            decisions::hold,
        ))
        .with(Route::<Administracion>::post(
            "/v1/decisions/holds/release",
            decisions::release,
        ))
        .with(Route::<Resultados>::get("/v1/portfolios", portfolios::list))
        .with(Route::<Carteras>::post("/v1/portfolios", portfolios::add))
        .with(Route::<Resultados>::get(
            "/v1/portfolios/{id}",
            portfolios::show,
        ))
        .with(Route::<Carteras>::delete(
            "/v1/portfolios/{id}",
            portfolios::remove,
        ))
        .with(
            Route::<Resultados>::get("/v1/portfolios/{id}/{file}", portfolios::file).uncompressed(),
        )
        .with(Route::<Open>::get("/health/live", health::live).uncompressed())
        .with(Route::<Open>::get("/health/ready", health::ready).uncompressed())
        .with(Route::<Open>::get("/ping", invocations::ping).uncompressed())
        .with(Route::<Open>::get("/health", invocations::ping).uncompressed())
        .with(Route::<Open>::get("/version", invocations::version).uncompressed())
        .with(Route::<Open>::get(vertex::HEALTH, invocations::ping).uncompressed())
        .with(Route::<Metricas>::get("/metrics", metrics::answer))
        .with(Route::<Open>::get("/openapi.json", openapi::answer))
        .with(Route::<Open>::get("/docs", docs::page).uncompressed())
        .with(Route::<Open>::get("/docs/{file}", docs::file).uncompressed());
    page_routes::add_to(grpc::add_to(oip::add_to(routes)))
}

/// All routes over a shared state.
pub fn router(app: Arc<App>) -> Router {
    let platform = app.platform.clone();
    let router = routes()
        .into_router(&app)
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(axum::middleware::from_fn(problem::in_form))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&app),
            trace::trace,
        ))
        .with_state(app);
    match platform {
        None => router,
        Some(routes) => vertex::with_routes(router, routes),
    }
}

/// Names who asks, for the registry's record.
fn caller_name(caller: Option<&Caller>, by: Option<&str>) -> String {
    // Every route that records something is guarded, so there is one.
    caller.map_or_else(|| by.unwrap_or("HTTP").to_owned(), |caller| caller.name(by))
}

async fn not_found(request: axum::extract::Request) -> Problem {
    Problem::not_found(language_of(&request))
}

async fn method_not_allowed(request: axum::extract::Request) -> Problem {
    Problem::method_not_allowed(language_of(&request))
}

/// The old routes are read by collections staff, the others by developers.
fn language_of(request: &axum::extract::Request) -> Language {
    let path = request.uri().path();
    let is_english = [
        "/v1",
        "/v2",
        "/health",
        "/metrics",
        "/openapi",
        "/docs",
        "/invocations",
        "/ping",
        "/version",
        "/vertex",
        "/inference.",
        "/grpc.",
    ]
    .iter()
    .any(|beginning| path.starts_with(beginning));
    match is_english {
        true => Language::English,
        false => Language::Spanish,
    }
}
