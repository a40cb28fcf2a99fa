//! What every request has: an id, a place among the figures, a span where somebody collects them, and a line in the log
//! when it is answered. The line says what was asked of which route, the answer's status, the time it took, and the holder of the key, but not the key: never the query string, and the path only when it is a route's own.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::App;
use super::cloud_event::CloudEvent;
use super::grpc_status;
use super::problem::{LogDetail, Refused};
use super::safety;
use crate::access::caller::{Caller, Principal};
use crate::figures::requests::NO_ROUTE;
use crate::request_id::RequestId;
use crate::traces::request_span::{RequestSpan, TRACEPARENT};

/// The header that names a request, in it and in its answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Routes that monitors ask all day: their spans would hide the others.
const WATCHED: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];

/// Tells whether an answer gets a line in the log.
pub(super) fn is_logged(status: StatusCode) -> bool {
    status.is_server_error() || tracing::enabled!(tracing::Level::DEBUG)
}

/// Names a request, counts it, and logs it when it is answered: 5xx as errors, the rest at debug level.
pub async fn trace(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = RequestId::of(request.headers().get(REQUEST_ID));
    request.extensions_mut().insert(id.clone());
    let is_call = grpc_status::is_call(request.headers());
    let event = CloudEvent::of(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str);
    let in_flight = app.figures.requests.begin(route, method.as_str(), start);
    let span = app
        .traces
        .as_ref()
        .filter(|_| route.is_none_or(|route| !WATCHED.contains(&route)))
        .map(|traces| RequestSpan::begin(traces, method.as_str(), route, request.headers()));
    let mut response = match &span {
        None => next.run(request).await,
        Some(span) => span.clone().around(next.run(request)).await,
    };
    let status = response.status();
    let took = in_flight.answered(status.as_u16());
    let refused = response.extensions_mut().remove::<Refused>();
    if let Some(refused) = refused {
        refused.count(&app.figures);
    }
    let trace = span.as_ref().map(RequestSpan::trace_id);
    if let Some(span) = span {
        span.answered(status.as_u16(), &id);
        if let Some(traceparent) = span.traceparent() {
            response.headers_mut().insert(TRACEPARENT, traceparent);
        }
    }
    if is_logged(status) {
        let route = route.unwrap_or(NO_ROUTE);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let detail = response.extensions_mut().remove::<LogDetail>();
        let detail = detail.map(|detail| detail.0);
        let caller = response.extensions_mut().remove::<Caller>();
        let principal = caller.map(|caller| caller.principal);
        let holder = principal.as_ref().and_then(Principal::holder);
        let key = principal.as_ref().and_then(Principal::key);
        let key = key.map(|key| key.to_string());
        let (id, status) = (id.to_string(), status.as_u16());
        if status >= 500 {
            tracing::error!(%method, route, status, micros, id, trace, holder, key, detail, "answered");
        } else {
            tracing::debug!(%method, route, status, micros, id, trace, holder, key, "answered");
        }
    }
    if is_call {
        response = grpc_status::in_form(response, refused);
    }
    if let Some(event) = event.filter(|_| status == StatusCode::OK) {
        event.tell(&mut response);
    }
    response.headers_mut().insert(REQUEST_ID, id.to_header());
    safety::complete(response.headers_mut());
    response
}
