//! `/entrar`, `/salir` and `/idioma`: who reads the pages, and in which language.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::form::Form;
use super::frame::Frame;
use super::html::page as html;
use super::reader::{LANGUAGE_COOKIE, Reader};
use super::words::DoorWords;
use crate::access::session::{COOKIE, LASTS};
use crate::access::visit::Visit;
use crate::http::App;
use crate::http::problem::Problem;

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
    let mut form = Form::of(body).await?;
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
    let mut form = Form::of(request.into_body()).await?;
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
