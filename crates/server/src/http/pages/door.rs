//! `/entrar`, `/salir` and `/idioma`: who reads the pages, and in which language.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::frame::Frame;
use super::html::page as html;
use super::reader::{LANGUAGE_COOKIE, Reader};
use super::words::DoorWords;
use crate::access::session::{COOKIE, LASTS};
use crate::access::visit::Visit;
use crate::http::problem::Problem;
use crate::http::{App, body};

/// Bytes of a form that has next to nothing in it.
const FORM_BYTES: usize = 16 << 10;

/// Seconds that a language is remembered: a year.
const LANGUAGE_LASTS: u64 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "door.html")]
struct DoorPage {
    frame: Frame,
    words: DoorWords,
    /// Where to go from here.
    next: String,
    /// Why whoever tried was not let in.
    refusal: Option<String>,
}

/// `GET /entrar`: asks for a key; with `enlace`, the link that was shown when the server was started, lets in at once.
///
/// # Errors
///
/// None that a request can bring about.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let words = DoorWords(reader.language);
    let mut asked = Form::read(query.unwrap_or_default().as_bytes());
    let next = asked.next();
    let Some(link) = asked.take("enlace") else {
        return door(&reader, next, None);
    };
    match app
        .access
        .begin_session_by_link(&link, &Visit::of(&request))
    {
        Ok(cookie) => Ok(let_in(&app, &cookie, &next)),
        // Who has followed it before is in.
        Err(_) if reader.has_session => Ok(Redirect::to(&next).into_response()),
        Err(_) => door(&reader, next, Some(words.link_over().to_owned())),
    }
}

/// `POST /entrar`: begins a session of who has a key.
///
/// # Errors
///
/// 413 for a form that is none of this page's.
pub async fn enter(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = body::read_within(body, FORM_BYTES, body::PATIENCE).await?;
    let mut form = Form::read(&bytes);
    let key = form.take("clave").unwrap_or_default();
    let next = form.next();
    let request = Request::from_parts(parts, axum::body::Body::empty());
    match app.access.begin_session(key.trim(), &Visit::of(&request)) {
        Ok(cookie) => Ok(let_in(&app, &cookie, &next)),
        Err(denial) => door(&reader, next, Some(denial.message(reader.language))),
    }
}

/// `POST /salir`: ends the session.
pub async fn leave(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(&request);
    if let Some(session) = app.access.session(&visit) {
        app.access.end_session(&session);
    }
    with_cookie(Redirect::to("/entrar"), &cookie(&app, COOKIE, "", 0))
}

/// `POST /idioma`: remembers the language that was chosen, and goes back.
///
/// # Errors
///
/// 413 for a form that is none of this page's.
pub async fn language(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let bytes = body::read_within(request.into_body(), FORM_BYTES, body::PATIENCE).await?;
    let mut form = Form::read(&bytes);
    let chosen = match form.take("idioma").as_deref() {
        Some("en") => "en",
        _ => "es",
    };
    let cookie = cookie(&app, LANGUAGE_COOKIE, chosen, LANGUAGE_LASTS);
    Ok(with_cookie(Redirect::to(&form.next()), &cookie))
}

fn door(reader: &Reader, next: String, refusal: Option<String>) -> Result<Response, Problem> {
    let words = DoorWords(reader.language);
    html(&DoorPage {
        frame: Frame::new(reader, words.title()),
        words,
        next,
        refusal,
    })
}

fn let_in(app: &App, value: &str, next: &str) -> Response {
    let cookie = cookie(app, COOKIE, value, LASTS.as_secs());
    with_cookie(Redirect::to(next), &cookie)
}

/// A cookie that no script reads, and that no page of another site makes a browser send.
fn cookie(app: &App, name: &str, value: &str, seconds: u64) -> String {
    let secure = if app.tls.is_some() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

fn with_cookie(response: impl IntoResponse, cookie: &str) -> Response {
    let mut response = response.into_response();
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// What a form or a query string has in it.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(bytes: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(bytes);
        Self(pairs.into_owned().collect())
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(place).1)
    }

    /// Where to go from here: a page of this server, whatever a link says.
    fn next(&mut self) -> String {
        let next = self.take("a").unwrap_or_default();
        let is_path = next.starts_with('/') && !next.starts_with("//");
        let is_plain = next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        match is_path && is_plain {
            true => next,
            false => "/".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_the_door_one_comes_to_this_servers_pages_alone() {
        let next = |form: &str| Form::read(form.as_bytes()).next();
        assert_eq!(next("a=%2Fcliente%3Fer%3DEMP"), "/cliente?er=EMP");
        for elsewhere in [
            "",
            "a=",
            "a=https%3A%2F%2Fevil.example",
            "a=%2F%2Fevil.example",
            "a=%2F%5Cevil.example",
            "a=%2F%0d%0aset-cookie:x",
            "a=cliente",
        ] {
            assert_eq!(next(elsewhere), "/", "{elsewhere}");
        }
    }
}
