//! What is known of a request before it is known who asks.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::uri::Authority;

use super::caller::Peer;

/// Where a request comes from and what it brings, less its body.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'r> {
    /// The address of its connection, if that is known.
    pub peer: Option<Peer>,
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// The host that its target names: HTTP/2's is there.
    pub authority: Option<&'r str>,
}

impl<'r> Visit<'r> {
    /// Takes it from a request.
    #[must_use]
    pub fn of(request: &'r Request) -> Self {
        Self {
            peer: request.extensions().get::<Peer>().copied(),
            headers: request.headers(),
            authority: request.uri().authority().map(Authority::as_str),
        }
    }
}
