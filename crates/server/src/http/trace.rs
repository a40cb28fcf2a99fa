//! What every request has: an id, and a line in the log when it is answered. The line says what was asked of which
//! route, the answer's status, the time it took, and the holder of the key, but not the key: never the query string, and the path only when it is a route's own.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderName;
use axum::middleware::Next;
use axum::response::Response;

use super::problem::LogDetail;
use super::request_id::RequestId;
use crate::access::caller::{Caller, Principal};

/// The header that names a request, in it and in its answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request, and logs it when it is answered: 5xx as errors, the rest at debug level.
pub async fn trace(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = RequestId::of(request.headers().get(REQUEST_ID));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_server_error() || tracing::enabled!(tracing::Level::DEBUG) {
        let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let detail = response.extensions_mut().remove::<LogDetail>();
        let detail = detail.map(|detail| detail.0);
        let caller = response.extensions_mut().remove::<Caller>();
        let principal = caller.map(|caller| caller.principal);
        let holder = principal.as_ref().and_then(Principal::holder);
        let key = principal.as_ref().and_then(Principal::key);
        let key = key.map(|key| key.to_string());
        let (id, status) = (id.as_str(), status.as_u16());
        if status >= 500 {
            tracing::error!(%method, route, status, micros, id, holder, key, detail, "answered");
        } else {
            tracing::debug!(%method, route, status, micros, id, holder, key, "answered");
        }
    }
    response.headers_mut().insert(REQUEST_ID, id.into_header());
    response
}
