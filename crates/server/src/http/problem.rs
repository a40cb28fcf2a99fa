//! Every error's form: `application/problem+json` (RFC 9457) with one sentence and all fields.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use propenso_scoring::{FieldError, Language};
use propenso_store::decision_log::writer::NotKept;
use serde::Serialize;

use super::problem_kind::ProblemKind;
use crate::access::denial::Denial;
use crate::figures::Figures;
use crate::limits::Busy;

/// What an error's body is.
const MEDIA_TYPE: &str = "application/problem+json";

/// What it is called by the Open Inference Protocol, which knows no other.
const MEDIA_TYPE_OF_TENSORS: &str = "application/json";

/// How to show that one may.
const WAY_IN: &str = "Bearer realm=\"propenso\"";

/// Field errors listed in one answer. A body of a few megabytes can be wrong in millions of places;
/// the sentence says how many there are.
pub const MAX_LISTED: usize = 1_000;

/// An error answer. What the caller reads and what the log gets are kept apart.
#[derive(Debug)]
pub struct Problem {
    kind: ProblemKind,
    /// A sentence that tells the caller what to do.
    error: String,
    errors: Vec<FieldProblem>,
    /// What only the log gets.
    detail: Option<String>,
    /// When to ask again, in seconds.
    retry_after: Option<u64>,
    /// Why the caller was not let in.
    denial: Option<Denial>,
    /// Whether 422 is 400 to this caller.
    is_bad_request: bool,
    /// Whether it is told by MLflow's names too.
    is_for_mlflow: bool,
}

/// What the log gets of an error, on its way there among the answer's extensions.
#[derive(Debug, Clone)]
pub struct LogDetail(pub String);

/// What a page says of an error, on its way there among the answer's extensions.
#[derive(Debug, Clone)]
pub struct Told {
    /// The answer's status.
    pub status: StatusCode,
    /// A sentence that tells the caller what to do.
    pub error: String,
    /// Inputs that cannot be used.
    pub errors: Arc<Vec<FieldProblem>>,
    /// Why the caller was not let in.
    pub denial: Option<Denial>,
}

/// What the figures get of an error, on its way there among the answer's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    kind: ProblemKind,
    denial: Option<Denial>,
}

impl Refused {
    /// What was wrong, by its kind.
    #[must_use]
    pub fn kind(self) -> ProblemKind {
        self.kind
    }

    /// Counts it.
    pub fn count(self, figures: &Figures) {
        figures.refused(self.kind.code());
        if let Some(denial) = self.denial {
            figures.refusals.count_denied(denial.as_str());
        }
    }
}

/// An error answer's body.
#[derive(Serialize)]
struct Body<'p> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    error: &'p str,
    errors: &'p [FieldProblem],
    /// As MLflow and others name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'p str>,
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
            reason: error.message(language),
            accepted: error.accepted(language),
            input: Some(error.input),
            parameter: Some(error.parameter),
            value: error.value,
        }
    }
}

impl FieldProblem {
    /// Says of an instance that it is none.
    #[must_use]
    pub fn not_an_object(row: usize) -> Self {
        Self::of_row(
            row,
            "the instance is not an object",
            "an object with the inputs of one client",
        )
    }

    /// A complaint about a whole row.
    #[must_use]
    pub fn of_row(row: usize, reason: impl Into<String>, accepted: impl Into<String>) -> Self {
        Self {
            row,
            input: None,
            parameter: None,
            value: None,
            reason: reason.into(),
            accepted: accepted.into(),
        }
    }
}

impl Problem {
    /// Tells the caller what to do, in a sentence.
    #[must_use]
    pub fn new(kind: ProblemKind, error: impl Into<String>) -> Self {
        Self {
            kind,
            error: error.into(),
            errors: Vec::new(),
            detail: None,
            retry_after: kind.retry_after(),
            denial: None,
            is_bad_request: false,
            is_for_mlflow: false,
        }
    }

    /// Tells it to callers of a protocol that has one status for all that cannot be understood or used: what is 422 elsewhere
    /// is 400.
    #[must_use]
    pub fn into_bad_request(self) -> Self {
        Self {
            is_bad_request: true,
            ..self
        }
    }

    /// Tells it by MLflow's names too, beside its own: `error_code` and `message`.
    #[must_use]
    pub fn for_mlflow(self) -> Self {
        Self {
            is_for_mlflow: true,
            ..self
        }
    }

    /// The sentence that the caller reads.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.error
    }

    /// Inputs that cannot be used, the first of them.
    #[must_use]
    pub fn errors(&self) -> &[FieldProblem] {
        &self.errors
    }

    /// What is wrong, by its kind.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Tells it in other words: those of whoever reads it.
    #[must_use]
    pub fn in_words(self, error: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            ..self
        }
    }

    /// Tells the caller that propenso failed, and the log why.
    #[must_use]
    pub fn internal(error: impl Into<String>, detail: &impl ToString) -> Self {
        Self {
            detail: Some(detail.to_string()),
            ..Self::new(ProblemKind::Internal, error)
        }
    }

    /// Refuses inputs that cannot be used with 422; `total` counts those beyond the ones listed too.
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
            ..Self::new(ProblemKind::InvalidInputs, sentence)
        }
    }

    /// Refuses who may not do this: 401 without a key that works, 403 without the role, or from elsewhere.
    #[must_use]
    pub fn denied(denial: Denial, language: Language) -> Self {
        let kind = match denial {
            Denial::NoKey | Denial::Unknown | Denial::Expired | Denial::Disabled => {
                ProblemKind::Unauthorized
            }
            Denial::Role(_) => ProblemKind::RoleMissing,
            Denial::Elsewhere | Denial::ForeignPage => ProblemKind::Forbidden,
            Denial::TooManyTries(_) => ProblemKind::TooManyRequests,
        };
        let retry_after = match denial {
            Denial::TooManyTries(wait) => Some(whole_seconds(wait)),
            _ => kind.retry_after(),
        };
        Self {
            retry_after,
            denial: Some(denial),
            ..Self::new(kind, denial.message(language))
        }
    }

    /// Answers 503: there is too much other work.
    #[must_use]
    pub fn busy(busy: Busy) -> Self {
        Self::busy_in(busy, Language::English)
    }

    /// Answers as [`Self::busy`], in a language.
    #[must_use]
    pub fn busy_in(busy: Busy, language: Language) -> Self {
        let seconds = whole_seconds(busy.retry_after);
        let sentence = match language {
            Language::Spanish => {
                format!("hay demasiadas peticiones a la vez; repítala dentro de {seconds} s")
            }
            Language::English => {
                format!("there are too many requests at a time; send it again in {seconds} s")
            }
        };
        Self {
            retry_after: Some(seconds),
            ..Self::new(ProblemKind::Busy, sentence)
        }
    }

    /// Answers 429: one caller asks too often.
    #[must_use]
    pub fn too_many_requests(wait: Duration, language: Language) -> Self {
        let seconds = whole_seconds(wait);
        let sentence = match language {
            Language::Spanish => {
                format!(
                    "esta clave hace más peticiones por segundo de las que se le permiten; siga dentro de {seconds} s"
                )
            }
            Language::English => {
                format!("this key makes more requests a second than it may; go on in {seconds} s")
            }
        };
        Self {
            retry_after: Some(seconds),
            ..Self::new(ProblemKind::TooManyRequests, sentence)
        }
    }

    /// Answers 503: what is asked takes longer than it may.
    #[must_use]
    pub fn took_too_long() -> Self {
        let sentence = "this was given up: it takes longer than the server works on one request; send fewer instances, \
             or a portfolio to /v1/portfolios";
        Self::new(ProblemKind::TookTooLong, sentence)
    }

    /// Answers 503: what was answered cannot be kept, and has to be.
    #[must_use]
    pub fn not_recorded(error: &NotKept, language: Language) -> Self {
        let sentence = match language {
            Language::Spanish => {
                "la respuesta no se puede registrar, y sin registro no se da; repítala en unos segundos y, si sigue igual, avise a informática"
            }
            Language::English => {
                "the answer cannot be kept on record, and is not given without that; send it again in a few seconds"
            }
        };
        Self {
            detail: Some(error.to_string()),
            ..Self::new(ProblemKind::NotRecorded, sentence)
        }
    }

    /// Answers 503: nothing has been promoted yet.
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
        Self::new(ProblemKind::NoChampion, sentence)
    }

    /// Answers 404.
    #[must_use]
    pub fn not_found(language: Language) -> Self {
        let sentence = match language {
            Language::Spanish => {
                "no existe esa ruta; existen /prediccion, /prueba, /v1/predict, /invocations, /v1/models, /v1/portfolios, /v1/decisions, /metrics, /health/live y /health/ready"
            }
            Language::English => {
                "no such path; there are /prediccion, /prueba, /v1/predict, /invocations, /v1/models, /v1/portfolios, /v1/decisions, /metrics, /health/live and /health/ready"
            }
        };
        Self::new(ProblemKind::NoSuchPath, sentence)
    }

    /// Answers 405. The router adds the `Allow` header.
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
        Self::new(ProblemKind::MethodNotAllowed, sentence)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = match self.kind.status() {
            StatusCode::UNPROCESSABLE_ENTITY if self.is_bad_request => StatusCode::BAD_REQUEST,
            status => status,
        };
        let body = Body {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: self.kind.code(),
            error: &self.error,
            errors: &self.errors,
            error_code: self.is_for_mlflow.then(|| mlflow_code(status)),
            message: self.is_for_mlflow.then_some(&*self.error),
        };
        let mut response = (status, Json(body)).into_response();
        let media_type = HeaderValue::from_static(MEDIA_TYPE);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        if self.kind == ProblemKind::Unauthorized {
            // Not `Basic`, which is taken too: browsers would ask people for a password, and send it by themselves then.
            let way = HeaderValue::from_static(WAY_IN);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, way);
        }
        if let Some(seconds) = self.retry_after {
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        let told = Told {
            status,
            error: self.error,
            errors: Arc::new(self.errors),
            denial: self.denial,
        };
        response.extensions_mut().insert(told);
        let refused = Refused {
            kind: self.kind,
            denial: self.denial,
        };
        response.extensions_mut().insert(refused);
        if let Some(detail) = self.detail {
            response.extensions_mut().insert(LogDetail(detail));
        }
        response
    }
}

/// What MLflow calls an error of a status.
fn mlflow_code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNPROCESSABLE_ENTITY => "INVALID_PARAMETER_VALUE",
        StatusCode::NOT_FOUND => "RESOURCE_DOES_NOT_EXIST",
        StatusCode::SERVICE_UNAVAILABLE => "TEMPORARILY_UNAVAILABLE",
        status if status.is_server_error() => "INTERNAL_ERROR",
        _ => "BAD_REQUEST",
    }
}

/// Whole seconds, at least one.
fn whole_seconds(wait: Duration) -> u64 {
    (wait + Duration::from_millis(999)).as_secs().max(1)
}

/// What the body of an error is called on a path.
pub(super) fn media_type(path: &str) -> &'static str {
    match path.starts_with("/v2") {
        true => MEDIA_TYPE_OF_TENSORS,
        false => MEDIA_TYPE,
    }
}

/// Puts an error into the form that its caller knows.
pub async fn in_form(request: Request, next: Next) -> Response {
    let own = media_type(request.uri().path());
    let mut response = in_own_form(next.run(request).await);
    let headers = response.headers_mut();
    if headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == MEDIA_TYPE)
    {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(own));
    }
    response
}

/// Puts an error that a library answered by itself into the form that all errors have.
fn in_own_form(response: Response) -> Response {
    let status = response.status();
    let media_type = response.headers().get(header::CONTENT_TYPE);
    // No library answers HTML: that is a page.
    let is_page = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    let has_form = media_type.is_some_and(|known| known == MEDIA_TYPE || is_page(known));
    if has_form || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (kind, sentence) = match status {
        StatusCode::NOT_FOUND => (ProblemKind::NoSuchFile, "there is no such file any more"),
        StatusCode::RANGE_NOT_SATISFIABLE => (
            ProblemKind::NoSuchRange,
            "the file has no such bytes; ask without `Range`",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            ProblemKind::UnknownEncoding,
            "bodies may be compressed as gzip, deflate or zstd; the header Content-Encoding says another thing",
        ),
        status if status.is_server_error() => (ProblemKind::Internal, "propenso failed"),
        _ => (
            ProblemKind::InvalidRequest,
            "the request cannot be understood; its path has what is no text",
        ),
    };
    Problem::new(kind, sentence).into_response()
}

/// Answers a request whose handler panicked: always our bug. The log has the place already, and what the panic says may
/// hold inputs.
#[must_use]
#[allow(
    clippy::needless_pass_by_value,
    reason = "the layer's handler takes the payload whole"
)]
pub fn from_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal(
        "propenso failed on this request; that is a bug, please report it with the log",
        &"a request handler panicked",
    )
    .into_response()
}
