//! A template as an answer, and errors as pages.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::frame::Frame;
use super::reader::Reader;
use crate::access::denial::Denial;
use crate::http::App;
use crate::http::problem::{Problem, Told};
use crate::request_id::RequestId;

/// What a page may do: use its own style, run its own scripts, ask this server, send forms to it. Nothing else, whatever text is in it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'",
);

/// Where a page came from is nobody else's business. (`no-referrer` would have browsers send forms with the origin `null`.)
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// Has htmx leave the page for another.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// Makes an answer of a template.
///
/// # Errors
///
/// 500 when it cannot be filled in, which would be our bug.
pub(super) fn page(template: &impl Template) -> Result<Response, Problem> {
    let text = template.render();
    let text = text.map_err(|error| Problem::internal("the page cannot be made", &error))?;
    Ok(Html(text).into_response())
}

/// An error, as a page.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    told: &'a Told,
    sentence: String,
    request: Option<String>,
}

/// An error, as a part of a page.
#[derive(Template)]
#[template(path = "problem_part.html")]
struct ProblemPart<'a> {
    frame: Frame,
    told: &'a Told,
    sentence: String,
    request: Option<String>,
}

/// Has a page made for who asks, and its errors told as a page: who has to show a key first is sent to where that is done.
pub(crate) async fn told(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let reader = Reader::of(&request, &app.access);
    request.extensions_mut().insert(reader.clone());
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    if let Some(told) = response.extensions_mut().remove::<Told>() {
        response = error_page(&reader, &told, id.as_ref(), response);
    }
    complete(response.headers_mut());
    response
}

/// An error's page, in place of what programs read; its status, what is counted of it, and when to ask again stay.
fn error_page(reader: &Reader, told: &Told, id: Option<&RequestId>, problem: Response) -> Response {
    if is_key_missing(told.denial) && !reader.path.starts_with("/entrar") {
        return to_the_door(reader, problem);
    }
    let sentence = match told.denial {
        Some(denial) => denial.message(reader.language),
        None => told.error.clone(),
    };
    let id = id.filter(|_| told.status.is_server_error());
    let request = id.map(ToString::to_string);
    let title = match told.status {
        StatusCode::NOT_FOUND => Frame::new(reader, "").words.not_found(),
        _ => Frame::new(reader, "").words.not_done(),
    };
    let frame = Frame::new(reader, title);
    let made = match reader.is_part {
        true => page(&ProblemPart {
            frame,
            told,
            sentence,
            request,
        }),
        false => page(&ProblemPage {
            frame,
            told,
            sentence,
            request,
        }),
    };
    let Ok(made) = made else {
        return problem;
    };
    let (mut parts, _) = problem.into_parts();
    let (made, body) = made.into_parts();
    for (name, value) in &made.headers {
        parts.headers.insert(name.clone(), value.clone());
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

/// Tells whether a key has to be shown, or another one.
fn is_key_missing(denial: Option<Denial>) -> bool {
    matches!(
        denial,
        Some(Denial::NoKey | Denial::Unknown | Denial::Expired | Denial::Disabled)
    )
}

/// Sends to where a key is shown, and from there back.
fn to_the_door(reader: &Reader, problem: Response) -> Response {
    let back: String = form_urlencoded::byte_serialize(reader.path.as_bytes()).collect();
    let door = format!("/entrar?a={back}");
    let mut response = match (reader.is_part, HeaderValue::try_from(&door)) {
        (true, Ok(door)) => [(HX_REDIRECT, door)].into_response(),
        _ => Redirect::to(&door).into_response(),
    };
    // What is counted and logged of it.
    let (parts, _) = problem.into_parts();
    response.extensions_mut().extend(parts.extensions);
    response
}

/// Completes a page's headers.
fn complete(headers: &mut HeaderMap) {
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(POLICY);
    headers.insert(header::REFERRER_POLICY, SAME_ORIGIN);
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // What a page says depends on who reads it, in which language.
    headers.append(
        header::VARY,
        HeaderValue::from_static("accept-language, cookie, hx-request-type"),
    );
}
