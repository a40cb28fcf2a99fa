//! A call of one message: what was asked out of its body, and the answer into the body of the response.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use prost::Message;

use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;
use super::super::{App, answer_body, body, grpc_status};
use super::compression::{ACCEPTED, Compression, ENCODING};
use super::deadline::Deadline;
use super::frame;
use super::message::{Bound, Messages};

/// The media type of calls and answers.
pub(super) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/grpc");

/// How a call came.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) compression: Compression,
    pub(super) deadline: Deadline,
    pub(super) body: Body,
}

impl Call {
    /// Looks at a request.
    ///
    /// # Errors
    ///
    /// 415 for what is no call.
    pub(super) fn of(request: Request) -> Result<Self, Problem> {
        Self::check(&request)?;
        Ok(Self {
            compression: Compression::of(request.headers())?,
            deadline: Deadline::of(request.headers()),
            body: request.into_body(),
        })
    }

    /// Tells whether a request is a call.
    ///
    /// # Errors
    ///
    /// As [`Self::of`].
    pub(super) fn check(request: &Request) -> Result<(), Problem> {
        if !grpc_status::is_call(request.headers()) || request.version() < Version::HTTP_2 {
            return Err(Problem::new(
                ProblemKind::UnknownMediaType,
                "this is a method of gRPC: send `application/grpc` over HTTP/2",
            ));
        }
        Ok(())
    }
}

/// Answers a call of a small message by another.
///
/// # Errors
///
/// What `answer` says, and what is wrong with the call.
pub(super) async fn answer<Q, A, F>(
    app: &App,
    request: Request,
    answer: impl FnOnce(Q) -> F,
) -> Result<Response, Problem>
where
    Q: Message + Default + 'static,
    A: Message,
    F: Future<Output = Result<A, Problem>>,
{
    let call = Call::of(request)?;
    let compression = call.compression;
    let answered = async {
        let bytes = body::read_within(call.body, Bound::SMALL.bytes, body::PATIENCE).await?;
        let messages = Messages::of(Body::from(bytes), compression, Bound::SMALL);
        answer(messages.only().await?).await
    };
    let message = call.deadline.bound(answered).await?;
    respond(app, &message, compression)
}

/// Puts an answer into a response.
///
/// # Errors
///
/// 503 while large answers to others take up the room.
pub(super) fn respond(
    app: &App,
    message: &impl Message,
    compression: Compression,
) -> Result<Response, Problem> {
    let bytes = frame::write(message, compression)?;
    let body = answer_body::bounded(bytes, &app.limits)?;
    let body = body.with_trailers(async { Some(Ok(well_ended())) });
    Ok(opened(Body::new(body), compression))
}

/// A response that has begun: what is wrong from now on is said at its end.
pub(super) fn opened(body: Body, compression: Compression) -> Response {
    let mut response = ([(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
    let headers = response.headers_mut();
    let (name, value) = ACCEPTED;
    headers.insert(name, value);
    if let Some(name) = compression.name() {
        headers.insert(ENCODING, name);
    }
    response
}

/// The end of a response where nothing was wrong.
pub(super) fn well_ended() -> HeaderMap {
    let status = HeaderName::from_static("grpc-status");
    HeaderMap::from_iter([(status, HeaderValue::from_static("0"))])
}
