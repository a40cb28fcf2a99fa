//! Whether a request was made on this machine, by itself.

use std::net::IpAddr;

use axum::http::header;

use super::visit::Visit;

/// Headers that say a request was passed on for somebody else.
const FORWARDED: [&str; 8] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "x-client-ip",
    "cf-connecting-ip",
    "via",
];

/// The header by which browsers tell what page asks.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Tells whether a request was made on this machine, by itself: not passed on by a proxy, not by a web page that the
/// machine's browser shows, and not under a foreign name that resolves to this machine.
#[must_use]
pub fn is_local(visit: &Visit<'_>) -> bool {
    let headers = visit.headers;
    let is_loopback = visit
        .peer
        .is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let is_passed_on = FORWARDED.iter().any(|name| headers.contains_key(*name));
    // What is no text is no name of this machine.
    let mut hosts = headers.get_all(header::HOST).iter();
    let is_local_host = hosts.all(|host| host.to_str().is_ok_and(is_local_name))
        && visit.authority.is_none_or(is_local_name);
    is_loopback && !is_passed_on && is_local_host && !is_foreign_page(visit)
}

/// Tells whether a page of another origin makes a browser ask.
#[must_use]
pub fn is_foreign_page(visit: &Visit<'_>) -> bool {
    let headers = visit.headers;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = |origin: &str| {
        let host = text(header::HOST.as_str()).or(visit.authority);
        host.is_some() && host_of_origin(origin) == host
    };
    let is_foreign_origin =
        headers.contains_key(header::ORIGIN) && !text(header::ORIGIN.as_str()).is_some_and(is_own);
    let is_foreign_site = headers.contains_key(SEC_FETCH_SITE)
        && !text(SEC_FETCH_SITE).is_some_and(|site| ["same-origin", "none"].contains(&site));
    is_foreign_origin || is_foreign_site
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

fn host_of_origin(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, host)| host)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::access::caller::Peer;

    fn local(peer: &str, headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        is_local(&Visit {
            peer: Some(Peer(peer.parse().unwrap())),
            headers: &map,
            authority: None,
        })
    }

    /// HTTP/2 has the host in its place among the request's own fields.
    #[test]
    fn the_host_of_http_2_counts_as_well() {
        let local = |authority, origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("origin", origin.parse().unwrap());
            is_local(&Visit {
                peer: Some(Peer("127.0.0.1:4000".parse().unwrap())),
                headers: &headers,
                authority: Some(authority),
            })
        };
        assert!(local("localhost:5000", "https://localhost:5000"));
        assert!(!local("localhost:5000", "https://evil.example"));
        assert!(!local("evil.example:5000", "https://evil.example:5000"));
    }

    #[test]
    fn this_machine_by_itself() {
        let here = "127.0.0.1:4000";
        assert!(local(here, &[("host", "127.0.0.1:5000")]));
        assert!(local("[::1]:4000", &[("host", "localhost")]));
        assert!(local("[::ffff:127.0.0.1]:4000", &[("host", "[::1]:5000")]));
        assert!(!local("10.0.0.7:4000", &[("host", "127.0.0.1:5000")]));
        for name in FORWARDED {
            assert!(!local(here, &[(name, "10.0.0.7")]), "{name}");
        }
        // A page in this machine's browser, and a name that was made to resolve to it.
        let own = ("host", "127.0.0.1:5000");
        assert!(!local(here, &[own, ("origin", "https://evil.example")]));
        assert!(!local(here, &[own, ("origin", "null")]));
        assert!(!local(here, &[("origin", "null")]));
        assert!(!local(here, &[own, ("sec-fetch-site", "cross-site")]));
        assert!(!local(here, &[("host", "evil.example:5000")]));
        assert!(!local(here, &[("host", "evilé.example")]));
        assert!(!local(here, &[own, ("host", "evil.example")]));
        assert!(local(here, &[own, ("origin", "http://127.0.0.1:5000")]));
        assert!(local(here, &[own, ("sec-fetch-site", "same-origin")]));
    }
}
