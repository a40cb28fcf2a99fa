//! Who may change what is served.
//!
//! Without a token file, requests from this machine only, and none that a web page or a proxy on it sends for somebody
//! else. With one, whoever sends the token, from anywhere.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::private;
use propenso_model::Sha256;

use super::App;
use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// The address a connection came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// Who asks: the name they give, and where they are.
    pub(super) fn name(peer: Option<Self>, by: Option<String>) -> String {
        let place = peer.map_or_else(|| "HTTP".to_owned(), |peer| peer.0.ip().to_string());
        match by.filter(|name| !name.trim().is_empty()) {
            Some(name) => format!("{name} ({place})"),
            None => place,
        }
    }
}

/// Who may change what is served.
#[derive(Debug, Clone, Copy, Default)]
pub enum AdminAccess {
    /// Lets this machine in, and no other.
    #[default]
    Loopback,
    /// Lets in whoever sends a token with this hash.
    Token(Sha256),
}

/// A token file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the admin token file {path}: {problem}")]
pub struct TokenError {
    path: String,
    problem: String,
}

/// Characters that a token has at least: shorter ones can be guessed.
const MIN_TOKEN: usize = 16;

/// Headers that say a request was passed on for somebody else.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

impl AdminAccess {
    /// Reads the token in a file; without one, only this machine is let in.
    ///
    /// # Errors
    ///
    /// [`TokenError`] when there is no token in the file.
    pub fn read(path: Option<&Path>) -> Result<Self, TokenError> {
        let Some(path) = path else {
            return Ok(Self::Loopback);
        };
        let wrong = |problem: String| TokenError {
            path: path.display().to_string(),
            problem,
        };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        if private::is_open_to_others(path) {
            tracing::warn!(file = ?path, "others on this machine may read the admin token; chmod 600 its file");
        }
        let token = text.trim_start_matches('\u{feff}').trim();
        if token.len() < MIN_TOKEN {
            return Err(wrong(format!(
                "a token has at least {MIN_TOKEN} characters; write a long random text into the file"
            )));
        }
        Ok(Self::Token(Sha256::of(token.as_bytes())))
    }

    /// Checks that a request may change what is served.
    ///
    /// # Errors
    ///
    /// 401 or 403 for requests that may not.
    fn check(self, peer: Option<Peer>, headers: &HeaderMap) -> Result<(), Problem> {
        match self {
            Self::Token(hash) => {
                let sent = headers.get(header::AUTHORIZATION);
                let sent = sent.and_then(|value| value.to_str().ok());
                let token = sent.and_then(|value| value.strip_prefix("Bearer "));
                // Hashes are compared, so that how long it takes tells nothing of the token.
                match token {
                    Some(token) if Sha256::of(token.trim().as_bytes()) == hash => Ok(()),
                    Some(_) => Err(unauthorized(
                        "the token is not the one of --admin-token-file",
                    )),
                    None => Err(unauthorized(
                        "send the token of --admin-token-file as `Authorization: Bearer …`",
                    )),
                }
            }
            Self::Loopback if is_local(peer, headers) => Ok(()),
            Self::Loopback => Err(Problem::new(
                ProblemKind::Forbidden,
                "the models can be changed from this machine only; to do it from elsewhere, start propenso with \
                 --admin-token-file",
            )),
        }
    }
}

/// Lets those pass who may change what is served.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    match app.admin.check(peer, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether a request was made on this machine, by itself: not passed on by a proxy, not by a web page that the
/// machine's browser shows, and not under a foreign name that resolves to this machine.
fn is_local(peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let is_loopback = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let is_passed_on = FORWARDED.iter().any(|name| headers.contains_key(*name));
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_local_host = host.is_none_or(is_local_name);
    let is_foreign_page = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.to_str().ok().and_then(host_of_origin).as_deref() != host);
    is_loopback && !is_passed_on && is_local_host && !is_foreign_page
}

fn is_local_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn host_of_origin(origin: &str) -> Option<String> {
    origin.split_once("://").map(|(_, host)| host.to_owned())
}

fn unauthorized(sentence: &str) -> Problem {
    Problem::new(ProblemKind::Unauthorized, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(access: AdminAccess, peer: &str, headers: &[(&'static str, &str)]) -> u16 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let peer = Some(Peer(peer.parse().unwrap()));
        match access.check(peer, &map) {
            Ok(()) => 200,
            Err(problem) => problem.into_response().status().as_u16(),
        }
    }

    #[test]
    fn without_a_token_only_this_machine() {
        let here = "127.0.0.1:4000";
        let local = AdminAccess::Loopback;
        assert_eq!(status(local, here, &[("host", "127.0.0.1:5000")]), 200);
        assert_eq!(status(local, "[::1]:4000", &[("host", "localhost")]), 200);
        assert_eq!(
            status(local, "[::ffff:127.0.0.1]:4000", &[("host", "[::1]:5000")]),
            200
        );
        assert_eq!(
            status(local, "10.0.0.7:4000", &[("host", "127.0.0.1:5000")]),
            403
        );
        assert_eq!(status(local, here, &[("x-forwarded-for", "10.0.0.7")]), 403);
        // A page in this machine's browser, and a name that was made to resolve to it.
        let page = [
            ("host", "127.0.0.1:5000"),
            ("origin", "https://evil.example"),
        ];
        assert_eq!(status(local, here, &page), 403);
        assert_eq!(status(local, here, &[("host", "evil.example:5000")]), 403);
        let own = [
            ("host", "127.0.0.1:5000"),
            ("origin", "http://127.0.0.1:5000"),
        ];
        assert_eq!(status(local, here, &own), 200);
    }

    #[test]
    fn with_a_token_whoever_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "\u{feff}a-long-enough-secret\r\n").unwrap();
        let access = AdminAccess::read(Some(&path)).unwrap();
        let away = "10.0.0.7:4000";
        assert_eq!(
            status(
                access,
                away,
                &[("authorization", "Bearer a-long-enough-secret")]
            ),
            200
        );
        assert_eq!(
            status(access, away, &[("authorization", "Bearer another")]),
            401
        );
        assert_eq!(status(access, "127.0.0.1:1", &[("host", "localhost")]), 401);
        std::fs::write(&path, "short").unwrap();
        assert!(AdminAccess::read(Some(&path)).is_err());
        assert!(AdminAccess::read(Some(Path::new("no/such/file"))).is_err());
    }
}
