//! Errors as callers of gRPC are told them: a status and a sentence, in place of a status of HTTP and a body.

use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use tonic::{Code, Status};

use super::problem::{FieldProblem, Refused, Told};
use super::problem_kind::ProblemKind;

/// Headers that say what HTTP's body is like: there is none.
const OF_THE_BODY: [HeaderName; 3] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
];

/// Inputs that are told of in the sentence: it is a header, and clients take few of those.
const MAX_TOLD: usize = 10;

/// Bytes of the sentence, at the most.
const LONGEST: usize = 2_000;

/// Tells whether a request is a call of gRPC.
pub(in crate::http) fn is_call(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let rest = kind.and_then(|kind| kind.strip_prefix(b"application/grpc"));
    // Not `application/grpc-web`, which is another protocol.
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Tells an error in gRPC's form: it is all that the answer has, besides its other headers.
pub(in crate::http) fn in_form(response: Response, refused: Option<Refused>) -> Response {
    if response.status() == StatusCode::OK {
        return response;
    }
    let told = response.extensions().get::<Told>();
    let code = refused.map_or(Code::Internal, |refused| code_of(refused.kind()));
    let sentence = told.map(|told| sentence(&told.error, &told.errors));
    let sentence = sentence.unwrap_or_default();
    let mut answer: Response = Status::new(code, sentence).into_http();
    for (name, value) in response.headers() {
        if !OF_THE_BODY.contains(name) {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

/// What is wrong, and with which inputs.
pub(super) fn sentence(error: &str, errors: &[FieldProblem]) -> String {
    let mut sentence = error.to_owned();
    for field in errors.iter().take(MAX_TOLD) {
        sentence.push_str("; ");
        sentence.push_str(&field_sentence(field));
    }
    if let Some((end, _)) = sentence.char_indices().find(|(place, _)| *place >= LONGEST) {
        sentence.truncate(end);
        sentence.push('…');
    }
    sentence
}

fn field_sentence(field: &FieldProblem) -> String {
    let FieldProblem {
        row,
        input,
        value,
        reason,
        accepted,
        ..
    } = field;
    let input = input.as_deref().map(|input| format!(", {input}"));
    let value = value.as_deref().map(|value| format!(" `{value}`"));
    format!(
        "client {row}{}{}: {reason}; send {accepted}",
        input.unwrap_or_default(),
        value.unwrap_or_default()
    )
}

/// What gRPC calls an error.
pub(super) fn code_of(kind: ProblemKind) -> Code {
    match kind {
        ProblemKind::NoSuchPath | ProblemKind::MethodNotAllowed | ProblemKind::UnknownEncoding => {
            Code::Unimplemented
        }
        ProblemKind::DeadlinePassed | ProblemKind::TookTooLong | ProblemKind::BodyTooSlow => {
            Code::DeadlineExceeded
        }
        kind => match kind.status() {
            StatusCode::UNAUTHORIZED => Code::Unauthenticated,
            StatusCode::FORBIDDEN => Code::PermissionDenied,
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::CONFLICT => Code::FailedPrecondition,
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS => {
                Code::ResourceExhausted
            }
            StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
            status if status.is_server_error() => Code::Internal,
            _ => Code::InvalidArgument,
        },
    }
}
