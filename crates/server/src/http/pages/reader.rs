//! Who reads a page, and how.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use propenso_lifecycle::keys::Role;
use propenso_scoring::Language;

use crate::access::Access;
use crate::access::caller::Principal;
use crate::access::session::cookie;
use crate::access::visit::Visit;

/// The cookie that has the language a person chose.
pub(super) const LANGUAGE_COOKIE: &str = "propenso_lang";

/// Who reads a page, and how.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Language of the page.
    pub language: Language,
    /// What the page was asked by: its path and query.
    pub path: String,
    /// What may be done; pages that need more are not shown.
    roles: Vec<Role>,
    /// The holder of the key, where one was shown.
    pub(super) who: Option<String>,
    /// Whether a session was begun, which can be ended.
    pub(super) has_session: bool,
    /// Whether a part of a page is asked for, to be put in its place.
    pub(super) is_part: bool,
}

impl Reader {
    /// Finds out who asks.
    pub(super) fn of(request: &Request, access: &Access) -> Self {
        let headers = request.headers();
        let visit = Visit::of(request);
        let (principal, roles) = access.roles(&visit);
        let session = access.session(&visit);
        let chosen = cookie(headers, LANGUAGE_COOKIE);
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let path = request.uri().path_and_query();
        Self {
            language: match chosen {
                Some("es") => Language::Spanish,
                Some("en") => Language::English,
                _ => preferred(accepted.unwrap_or_default()),
            },
            path: path.map_or_else(String::new, ToString::to_string),
            roles,
            who: principal
                .as_ref()
                .and_then(Principal::holder)
                .map(str::to_owned),
            has_session: session.is_some(),
            is_part: headers
                .get("hx-request-type")
                .is_some_and(|kind| kind == "partial"),
        }
    }

    /// Tells whether anything may be done at all.
    #[must_use]
    pub(super) fn may_anything(&self) -> bool {
        !self.roles.is_empty()
    }

    /// Tells whether something may be done that a role is needed for.
    #[must_use]
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Every page is asked for through the layer that puts it there.
        let found = parts.extensions.get::<Self>().cloned();
        Ok(found.unwrap_or_else(|| Self {
            language: Language::Spanish,
            path: String::new(),
            roles: Vec::new(),
            who: None,
            has_session: false,
            is_part: false,
        }))
    }
}

/// The language that a browser asks for: English where it is preferred to Spanish, else Spanish (RFC 9110, 12.5.4).
fn preferred(accepted: &str) -> Language {
    let weight_of = |wanted: &str| {
        let ranges = accepted.split(',').filter_map(|range| {
            let (range, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let language = range.trim().split('-').next()?;
            let weight = weight.trim().strip_prefix("q=")?.parse::<f32>().ok()?;
            language.eq_ignore_ascii_case(wanted).then_some(weight)
        });
        ranges.fold(0.0, f32::max)
    };
    match weight_of("en") > weight_of("es") {
        true => Language::English,
        false => Language::Spanish,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_for_who_prefers_it() {
        for (accepted, expected) in [
            ("", Language::Spanish),
            ("es-ES,es;q=0.9,en;q=0.8", Language::Spanish),
            ("en-GB,en;q=0.9,es;q=0.8", Language::English),
            ("en", Language::English),
            ("fr, en;q=0.3", Language::English),
            ("fr", Language::Spanish),
            ("es;q=0.5, EN;q=0.9", Language::English),
            ("en;q=x", Language::Spanish),
            ("es,en", Language::Spanish),
        ] {
            assert_eq!(preferred(accepted), expected, "{accepted}");
        }
    }
}
