//! Headers that keep browsers from making more of an answer than it is.

use axum::http::{HeaderMap, HeaderValue, header};

/// The media type is what it says.
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// Answers are about people: nobody on the way keeps them.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A file of rows is nothing to be run, even if somebody opens it as a page.
pub(super) const SANDBOX: HeaderValue = HeaderValue::from_static("sandbox");

/// A page that has its styles in it, and nothing else.
pub(super) const SANDBOXED_PAGE: HeaderValue =
    HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'");

/// Completes an answer's headers. How long it may be kept is for whoever answers to say otherwise.
pub(super) fn complete(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
}
