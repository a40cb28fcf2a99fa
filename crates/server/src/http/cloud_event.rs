//! Requests that come as CloudEvents, in the binary mode of HTTP, are answered as such, as KServe does: `ce-…` headers in, `ce-…` headers
//! out, and the body as it is. An event and its answer share their id.
//!
//! Source: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>, and KServe 0.21.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::Response;
use jiff::Timestamp;

const VERSION: HeaderName = HeaderName::from_static("ce-specversion");
const ID: HeaderName = HeaderName::from_static("ce-id");
const SOURCE: HeaderName = HeaderName::from_static("ce-source");
const TYPE: HeaderName = HeaderName::from_static("ce-type");
const TIME: HeaderName = HeaderName::from_static("ce-time");

/// Where answers come from, and what they are, by KServe's names.
const OWN_SOURCE: HeaderValue = HeaderValue::from_static("io.kserve.inference.propenso");
const OWN_TYPE: HeaderValue = HeaderValue::from_static("io.kserve.inference.response");

/// Bytes of an id that is given back.
const LONGEST: usize = 256;

/// What a request told of itself as an event.
#[derive(Debug)]
pub(super) struct CloudEvent {
    version: HeaderValue,
    id: HeaderValue,
}

impl CloudEvent {
    /// Reads a request for scores that is an event; `None` for any other.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let headers = request.headers();
        let version = headers.get(VERSION)?;
        let path = request.uri().path();
        let is_scoring = path.starts_with("/v1/models/") || path.starts_with("/v2/models/");
        (is_scoring && request.method() == Method::POST).then_some(())?;
        Self::of_headers(version, headers)
    }

    fn of_headers(version: &HeaderValue, headers: &HeaderMap) -> Option<Self> {
        let has = |name| headers.get(name).is_some_and(|value| !value.is_empty());
        let id = headers
            .get(ID)
            .filter(|id| (1..=LONGEST).contains(&id.len()))?;
        let is_known = ["1.0", "0.3"].iter().any(|known| version == known);
        // All four are required of an event.
        (is_known && has(SOURCE) && has(TYPE)).then(|| Self {
            version: version.clone(),
            id: id.clone(),
        })
    }

    /// Makes an event of the answer.
    pub(super) fn tell(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(VERSION, self.version);
        headers.insert(ID, self.id);
        headers.insert(SOURCE, OWN_SOURCE);
        headers.insert(TYPE, OWN_TYPE);
        if let Ok(now) = HeaderValue::try_from(Timestamp::now().to_string()) {
            headers.insert(TIME, now);
        }
    }
}
