//! MLflow's scoring server, and SageMaker's container, which has the same routes: `POST /invocations`, `GET /ping`,
//! `GET /health`, `GET /version`.
//!
//! - `body`: what JSON may be sent; `media_type`: what may be sent besides

mod body;
mod media_type;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use propenso_portfolio::TypedTable;
use propenso_scoring::Language;

use super::envelope::{Envelope, Opener, Sent, answer as answer_envelope};
use super::frame::{CsvTable, Frame};
use super::method::Method;
use super::problem::Problem;
use super::{App, Asker};
use media_type::MediaType;

/// The route, as the record names it.
const ROUTE: &str = "/invocations";

/// The MLflow whose protocol this is; clients compare it.
const MLFLOW: &str = "3.17.2";

/// The header that names this program, which is no MLflow.
const SERVER_HEADER: HeaderName = HeaderName::from_static("x-propenso-version");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// `POST /invocations`: answers all clients, or refuses the request.
///
/// # Errors
///
/// 400 for a body that is no JSON, CSV or Parquet, or of another shape, 415 for other media types, and as `/v1/predict`.
pub async fn answer(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    asker: Asker,
    request: Body,
) -> Result<Response, Problem> {
    let media_type = MediaType::of(headers.get(header::CONTENT_TYPE));
    let open = match media_type.map_err(Problem::for_mlflow)? {
        MediaType::Json => Opener::Text(body::read),
        MediaType::Csv => Opener::Text(read_csv),
        MediaType::Parquet => Opener::Table(TypedTable::of_parquet),
    };
    let envelope = Envelope {
        route: ROUTE,
        open,
        takes_longer: false,
    };
    answer_envelope(&app, &asker, request, envelope).await
}

fn read_csv(bytes: &[u8]) -> Result<Sent<'_>, Problem> {
    Ok(Sent {
        frame: Frame::Csv(CsvTable::read(bytes)?),
        method: Method::default(),
    })
}

/// `GET /ping`, `GET /health`: a model answers.
///
/// # Errors
///
/// 503 while there is no champion.
pub async fn ping(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let champion = app.serving.live().champion();
    champion.ok_or_else(|| Problem::no_champion(Language::English).for_mlflow())?;
    Ok(([(header::CONTENT_TYPE, JSON)], "\n").into_response())
}

/// `GET /version`: MLflow's, as its clients ask for it.
pub async fn version() -> Response {
    let own = HeaderValue::from_static(crate::VERSION);
    ([(header::CONTENT_TYPE, JSON), (SERVER_HEADER, own)], MLFLOW).into_response()
}
