//! Every error's form: `application/problem+json` (RFC 9457) with one sentence and all fields.

use std::any::Any;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use propenso_scoring::{FieldError, Language};
use serde::Serialize;

/// Field errors listed in one answer. A body of a few megabytes can be wrong in millions of places;
/// the sentence says how many there are.
pub const MAX_LISTED: usize = 1_000;

/// An error answer.
#[derive(Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    error: String,
    errors: Vec<FieldProblem>,
}

/// One input that cannot be used.
#[derive(Debug, Serialize)]
pub struct FieldProblem {
    /// Position of the client in the request, from 0.
    pub row: usize,
    /// The input's long name; absent when the whole row is wrong.
    pub input: Option<String>,
    /// Its query parameter.
    pub parameter: Option<String>,
    /// What was sent, cut to a readable length.
    pub value: Option<String>,
    /// What is wrong with it.
    pub reason: String,
    /// What may be sent.
    pub accepted: String,
}

impl FieldProblem {
    /// A contract's complaint about one input of a row.
    #[must_use]
    pub fn of_field(row: usize, error: FieldError, language: Language) -> Self {
        Self {
            row,
            reason: error.reason(language),
            accepted: error.accepted(language),
            input: Some(error.input),
            parameter: Some(error.parameter),
            value: error.value,
        }
    }
}

fn as_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

impl Problem {
    /// An error with a sentence that tells the caller what to do.
    #[must_use]
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            kind: "about:blank",
            title,
            status,
            error: error.into(),
            errors: Vec::new(),
        }
    }

    /// 422 for inputs that cannot be used; `total` counts those beyond the ones listed too.
    #[must_use]
    pub fn fields(errors: Vec<FieldProblem>, total: usize, language: Language) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for name in errors.iter().filter_map(|error| error.input.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let names = names.join(", ");
        let listed = errors.len();
        let mut sentence = match (language, total) {
            (Language::Spanish, 1) => format!("un dato de la petición no se puede usar: {names}"),
            (Language::Spanish, _) => {
                format!("{total} datos de la petición no se pueden usar: {names}")
            }
            (Language::English, 1) => format!("one input cannot be used: {names}"),
            (Language::English, _) => format!("{total} inputs cannot be used: {names}"),
        };
        if total > listed {
            sentence.push_str(&match language {
                Language::Spanish => format!(" (se muestran los primeros {listed})"),
                Language::English => format!(" (the first {listed} are listed)"),
            });
        }
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence)
        }
    }

    /// 503: nothing has been promoted yet.
    #[must_use]
    pub fn no_champion(language: Language) -> Self {
        let sentence = match language {
            Language::Spanish => {
                "todavía no hay ningún modelo en servicio; avise a informática: propenso models promote N"
            }
            Language::English => {
                "no model is in service yet; promote one: propenso models promote N"
            }
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
    }

    /// 404.
    #[must_use]
    pub fn not_found(language: Language) -> Self {
        let sentence = match language {
            Language::Spanish => {
                "no existe esa ruta; existen /prediccion, /prueba, /v1/predict, /v1/models, /v1/portfolios, /health/live y /health/ready"
            }
            Language::English => {
                "no such path; there are /prediccion, /prueba, /v1/predict, /v1/models, /v1/portfolios, /health/live and /health/ready"
            }
        };
        Self::new(StatusCode::NOT_FOUND, sentence)
    }

    /// 405. The router adds the `Allow` header.
    #[must_use]
    pub fn method_not_allowed(language: Language) -> Self {
        let sentence = match language {
            Language::Spanish => {
                "esta ruta no admite ese método; la cabecera Allow dice cuáles admite"
            }
            Language::English => {
                "this path does not take that method; the Allow header names those it takes"
            }
        };
        Self::new(StatusCode::METHOD_NOT_ALLOWED, sentence)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self)).into_response();
        let media_type = HeaderValue::from_static("application/problem+json");
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        response
    }
}

/// The answer to a request whose handler panicked: always our bug.
#[must_use]
#[allow(
    clippy::needless_pass_by_value,
    reason = "the layer's handler takes the payload whole"
)]
pub fn from_panic(payload: Box<dyn Any + Send + 'static>) -> Response {
    let detail = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    tracing::error!(detail, "a request handler panicked");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "propenso failed on this request; that is a bug, please report it with the log",
    )
    .into_response()
}
