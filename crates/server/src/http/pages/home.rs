//! `GET /`: what is in service, and what needs a person.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};

use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::HomeWords;
use crate::http::problem::Problem;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    words: HomeWords,
}

/// The first page.
///
/// # Errors
///
/// None that a request can bring about.
pub async fn page(reader: Reader) -> Result<Response, Problem> {
    if !reader.may_anything() {
        return Ok(Redirect::to("/entrar").into_response());
    }
    let words = HomeWords(reader.language);
    html(&HomePage {
        frame: Frame::new(&reader, words.title()),
        words,
    })
}
