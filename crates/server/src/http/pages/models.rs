//! `/modelos`: which models there are, what each is worth, and what changes what answers.
//!
//! | route | what |
//! |---|---|
//! | `GET /modelos` | `list`: what answers, what did (`timeline`), all versions |
//! | `POST /modelos` | `arrival`: a model is examined |
//! | `GET /modelos/examen/{id}` | `arrival`: how far that is |
//! | `GET /modelos/{version}` | `version`, by a `look` at it: its `gates` with their `curves`, and its days as `shadow` |
//! | `GET /modelos/{version}/archivo` | `file`: what is in its file |
//! | `POST /modelos/{version}/poner` | `put_in_service`: it answers from now on, as the form of an `act` says |
//!
//! `tag`s are states and verdicts in a word.

mod act;
pub mod arrival;
mod curves;
pub mod file;
mod gates;
mod list;
mod look;
pub mod put_in_service;
mod shadow;
mod tag;
mod timeline;
mod version;

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::reader::Reader;
use super::words::ModelsWords;
use crate::http::App;
use crate::http::models::{Models, ModelsError, number_of, on_registry};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use act::Typed;
use list::{Asked, Found};
use look::Look;

/// `GET /modelos`: what answers, what did, and all versions; `pagina` of them, and `dia` that is asked about.
///
/// # Errors
///
/// 404 when no registry is served.
pub async fn list(
    State(app): State<Arc<App>>,
    reader: Reader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut asked = Asked {
        page: 1,
        ..Asked::default()
    };
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "pagina" => asked.page = value.parse().unwrap_or(1).max(1),
            "dia" => asked.day = Some(value.into_owned()).filter(|day| !day.trim().is_empty()),
            _ => {}
        }
    }
    listed(app, reader, asked).await
}

/// `GET /modelos/{version}`: what it is worth, and what can be done with it.
///
/// # Errors
///
/// 404 when there is none.
pub async fn show(
    State(app): State<Arc<App>>,
    reader: Reader,
    number: Path<String>,
) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let number = number_of(&number).map_err(|_| no_such_version(words))?;
    with_registry(app, words, move |models| {
        let look = Look::at(models, number)?;
        Ok(version::page(
            &reader,
            &look,
            Typed::default(),
            StatusCode::OK,
        )?)
    })
    .await
}

/// The list, or what is wrong with what was sent from it.
async fn listed(app: Arc<App>, reader: Reader, asked: Asked) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let fallback = app.serving.live().fallback();
    with_registry(app, words, move |models| {
        let found = Found::look(models, asked.page)?;
        Ok(list::page(
            &reader,
            models,
            &found,
            fallback.as_deref(),
            asked,
        )?)
    })
    .await
}

/// Works on the registry, and says in the reader's language what most often keeps from it.
async fn with_registry(
    app: Arc<App>,
    words: ModelsWords,
    work: impl FnOnce(&Models) -> Result<Response, ModelsError> + Send + 'static,
) -> Result<Response, Problem> {
    if app.models.is_none() {
        return Err(Problem::new(ProblemKind::NoRegistry, words.no_registry()));
    }
    on_registry(app, move |models| {
        work(models).map_err(|error| match error {
            ModelsError::Registry(error) if error.is_unreachable() => {
                tracing::warn!(%error, "the registry cannot be reached");
                let told = Problem::new(ProblemKind::StoreUnreachable, words.failed_unreachable());
                ModelsError::Problem(told)
            }
            error if error.is_of_no_version() => ModelsError::Problem(no_such_version(words)),
            error => error,
        })
    })
    .await
}

fn no_such_version(words: ModelsWords) -> Problem {
    Problem::new(ProblemKind::NoSuchVersion, words.no_such_version())
}
