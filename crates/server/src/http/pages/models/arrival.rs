//! `POST /modelos`: a model is sent, and examined while whoever sent it looks on.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use propenso_lifecycle::admission::Arrival;
use propenso_lifecycle::gates::progress::Step;

use super::list::Asked;
use super::{listed, no_such_version};
use crate::examinations::{Examination, Failure, Outcome, Running};
use crate::http::models::{Models, ModelsError, models};
use crate::http::pages::frame::Frame;
use crate::http::pages::html::page as html;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::ModelsWords;
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::http::{App, upload};

/// Has a browser without scripts look again, in so many seconds.
const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// Has htmx leave the page for another.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// How far an examination is, as a page.
#[derive(Template)]
#[template(path = "model_examination.html")]
struct ExaminationPage {
    frame: Frame,
    words: ModelsWords,
    part: Part,
}

/// The same, as the part that is put in its place again and again.
#[derive(Template)]
#[template(path = "model_examination_part.html")]
struct ExaminationPart {
    words: ModelsWords,
    part: Part,
}

#[derive(Debug)]
struct Part {
    id: u64,
    file: String,
    steps: Vec<StepView>,
    done: usize,
    all: usize,
    failure: Option<FailureView>,
}

/// A step, and whether it is done, under way, or to come.
#[derive(Debug)]
struct StepView {
    text: &'static str,
    state: &'static str,
    class: &'static str,
    is_now: bool,
}

#[derive(Debug)]
struct FailureView {
    text: &'static str,
    technical: Option<String>,
}

/// Takes a model, and has it examined.
///
/// # Errors
///
/// 413 when it is too large, 503 while others are examined.
pub async fn add(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let known = models(&app);
    let known = known.map_err(|_| Problem::new(ProblemKind::NoRegistry, words.no_registry()))?;
    let limit = known.max_upload_bytes;
    let arrival = match upload::read(request, limit, &app.limits.uploads).await {
        Ok(arrival) => arrival,
        Err(problem) if problem.kind() == ProblemKind::WrongForm => {
            let is_contract = problem.sentence().contains("contract");
            let wrong = match is_contract {
                true => words.upload_wrong_contract(),
                false => words.upload_wrong(),
            };
            let asked = Asked {
                page: 1,
                wrong_upload: Some(wrong.to_owned()),
                ..Asked::default()
            };
            return listed(app, reader, asked).await;
        }
        Err(problem) => return Err(problem),
    };
    begin(&app, arrival, words)
}

/// Begins to examine a model, and leads to where that is seen.
///
/// # Errors
///
/// 503 while others are examined.
pub(in crate::http::pages) fn begin(
    app: &Arc<App>,
    arrival: Arrival,
    words: ModelsWords,
) -> Result<Response, Problem> {
    let known = models(app)?;
    let running = known.examinations.begin(&arrival.file_name);
    let running =
        running.ok_or_else(|| Problem::new(ProblemKind::Busy, words.too_many().to_owned()))?;
    let page = format!("/modelos/examen/{}", running.examination().id);
    let working = Arc::clone(app);
    // It goes on, whether or not somebody waits.
    tokio::task::spawn_blocking(move || {
        if let Ok(models) = models(&working) {
            examine(&working, models, &arrival, running);
        }
    });
    Ok(Redirect::to(&page).into_response())
}

fn examine(app: &App, models: &Models, arrival: &Arrival, running: Running) {
    let progress = &running.examination().progress;
    let outcome = match models.receive(arrival, progress, &app.figures) {
        Ok((version, _)) => Outcome::Version(version.number),
        Err(error) => Outcome::Failed(failure(error)),
    };
    running.end(outcome);
}

fn failure(error: ModelsError) -> Failure {
    match error {
        ModelsError::Unusable(sentence) => Failure::Contract(sentence),
        ModelsError::Registry(error) if error.is_disk_full() => Failure::NoRoom,
        ModelsError::Registry(error) => {
            tracing::error!(%error, "a model that was sent could not be examined");
            match error.is_unreachable() {
                true => Failure::Unreachable,
                false => Failure::Other,
            }
        }
        ModelsError::Problem(_) => Failure::Other,
    }
}

/// `GET /modelos/examen/{id}`: how far an examination is; at its end, the version.
///
/// # Errors
///
/// 404 when nothing is known of it.
pub async fn examination(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let id = id.parse().ok();
    let examinations = models(&app).ok().map(|models| &models.examinations);
    let found = examinations
        .zip(id)
        .and_then(|(known, id)| known.find(id))
        .ok_or_else(|| Problem::new(ProblemKind::NoSuchVersion, words.gone()))?;
    let outcome = found.outcome();
    if let Some(Outcome::Version(number)) = outcome {
        let page = format!("/modelos/{number}");
        return match (reader.is_part, HeaderValue::try_from(&page)) {
            (true, Ok(page)) => Ok([(HX_REDIRECT, page)].into_response()),
            (true, Err(_)) => Err(no_such_version(words)),
            (false, _) => Ok(Redirect::to(&page).into_response()),
        };
    }
    let failure = match outcome {
        Some(Outcome::Failed(failure)) => Some(FailureView::of(failure, words)),
        _ => None,
    };
    let goes_on = failure.is_none();
    let part = Part::of(&found, failure, words);
    let mut response = match reader.is_part {
        true => html(&ExaminationPart { words, part })?,
        false => {
            let frame = Frame::new(&reader, words.examining());
            html(&ExaminationPage { frame, words, part })?
        }
    };
    if goes_on && !reader.is_part {
        // With scripts the part is put in place sooner than this.
        let seconds = HeaderValue::from_static("4");
        response.headers_mut().insert(REFRESH, seconds);
    }
    Ok(response)
}

impl Part {
    fn of(found: &Examination, failure: Option<FailureView>, words: ModelsWords) -> Self {
        let now = found.progress.step();
        let steps = Step::ALL.map(|step| {
            let (state, class) = match step.cmp(&now) {
                std::cmp::Ordering::Less => (words.step_done(), "is-good"),
                std::cmp::Ordering::Equal => (words.step_now(), ""),
                std::cmp::Ordering::Greater => (words.step_waiting(), "is-quiet"),
            };
            let text = match step {
                Step::Reading => words.step_reading(),
                Step::Fit => words.step_fit(),
                Step::Golden => words.step_golden(),
                Step::Drift => words.step_drift(),
                Step::Holdout => words.step_holdout(),
                Step::Keeping => words.step_keeping(),
            };
            StepView {
                text,
                state,
                class,
                is_now: step == now,
            }
        });
        Self {
            id: found.id,
            file: found.file_name.clone(),
            done: steps.iter().take_while(|step| !step.is_now).count(),
            all: steps.len(),
            steps: steps.into(),
            failure,
        }
    }
}

impl FailureView {
    fn of(failure: Failure, words: ModelsWords) -> Self {
        let (text, technical) = match failure {
            Failure::Contract(sentence) => (words.failed_contract(), Some(sentence)),
            Failure::NoRoom => (words.failed_room(), None),
            Failure::Unreachable => (words.failed_unreachable(), None),
            Failure::Other => (words.failed_other(), None),
        };
        Self { text, technical }
    }
}
