//! `/carteras/{id}`: a portfolio that waits, is scored, or was.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use propenso_lifecycle::keys::Role;
use propenso_portfolio::{Place, Stage};

use super::summary::SummaryView;
use super::{Moment, Reason, StateTag, open, person, told};
use crate::blocking::blocking;
use crate::http::App;
use crate::http::pages::figure;
use crate::http::pages::frame::Frame;
use crate::http::pages::html::page as html;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::PortfolioWords;
use crate::http::problem::Problem;
use crate::jobs::{Job, JobState, Jobs};

/// Has htmx leave the page for another.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// How long a stage runs before it is said how long it will: before, nobody knows.
const FIRST_GUESS: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "portfolio_job.html")]
struct JobPage {
    frame: Frame,
    words: PortfolioWords,
    id: String,
    file: String,
    state: StateTag,
    when: Moment,
    who: Option<String>,
    may_send: bool,
    /// How far it is, while it is not over.
    progress: Option<ProgressView>,
    /// Why it failed.
    reason: Option<Reason>,
    /// Whether it can be sent again as it is, but for what is said of it.
    may_be_mended: bool,
    summary: Option<SummaryView>,
    has_rejected: bool,
    has_suppressed: bool,
}

#[derive(Template)]
#[template(path = "portfolio_progress.html")]
struct ProgressPart {
    words: PortfolioWords,
    id: String,
    progress: ProgressView,
}

/// How far a job is.
struct ProgressView {
    stage: String,
    /// Thousandths that are done, where that is known.
    share: Option<u64>,
    /// Rows, their rate, and the time that is left.
    figures: Vec<String>,
}

/// `GET /carteras/{id}`: how far it is, or what came of it.
///
/// # Errors
///
/// 404 when there is none.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let words = PortfolioWords(reader.language);
    let jobs = open(&app, words)?.jobs();
    let found = jobs.get(&id);
    let (job, place) = found.map_err(|error| told(error.into(), &app, words))?;
    let progress = is_open(&job).then(|| ProgressView::new(jobs, &job, place, words));
    html(&JobPage {
        frame: Frame::new(&reader, job.file_name.as_str()),
        words,
        state: StateTag::new(job.state, words),
        when: Moment::new(job.created, reader.language),
        may_send: reader.may(Role::Carteras),
        progress,
        may_be_mended: job.state == JobState::Failed && !job.dropped,
        reason: Reason::new(job.error, job.reason, reader.language),
        summary: job
            .report
            .as_ref()
            .and_then(|report| SummaryView::new(report, words)),
        has_rejected: job.rejected.is_some(),
        has_suppressed: job.suppressed.is_some(),
        who: job.who.map(|who| person(who, words)),
        id: job.id,
        file: job.file_name,
    })
}

/// `GET /carteras/{id}/avance`: how far it is, as the part of its page that is asked for every second.
///
/// # Errors
///
/// None: where there is nothing to be told any more, the whole page is asked for instead.
pub async fn progress(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let words = PortfolioWords(reader.language);
    let jobs = open(&app, words)?.jobs();
    match jobs.get(&id) {
        Ok((job, place)) if is_open(&job) => html(&ProgressPart {
            words,
            progress: ProgressView::new(jobs, &job, place, words),
            id: job.id,
        }),
        found => {
            // Cancelled ones are gone, and there is a list to go on from.
            let page = match found {
                Ok((job, _)) => format!("/carteras/{}", job.id),
                Err(_) => "/carteras".to_owned(),
            };
            let mut response = Redirect::to(&page).into_response();
            if reader.is_part
                && let Ok(page) = HeaderValue::try_from(page)
            {
                response = [(HX_REDIRECT, page)].into_response();
            }
            Ok(response)
        }
    }
}

/// `POST /carteras/{id}/quitar`: ends it, and removes its files.
///
/// # Errors
///
/// 404 when there is none.
pub async fn remove(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let words = PortfolioWords(reader.language);
    let work = move || {
        let removed = open(&app, words)?.jobs().remove(&id);
        removed.map_err(|error| told(error.into(), &app, words))
    };
    blocking(work).await?;
    Ok(Redirect::to("/carteras").into_response())
}

/// `POST /carteras/{id}/corregir`: makes a draft again of what could not be scored.
///
/// # Errors
///
/// 404 when there is none, or it did not fail.
pub async fn mend(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let words = PortfolioWords(reader.language);
    let work = move || {
        let draft = open(&app, words)?.jobs().make_draft_again(&id);
        draft.map_err(|error| told(error.into(), &app, words))
    };
    let draft = blocking(work).await?;
    Ok(Redirect::to(&format!("/carteras/borrador/{}", draft.id)).into_response())
}

/// Whether something will still come of it.
fn is_open(job: &Job) -> bool {
    matches!(
        job.state,
        JobState::Queued | JobState::Running | JobState::Cancelling
    )
}

impl ProgressView {
    fn new(jobs: &Jobs, job: &Job, place: Option<Place>, words: PortfolioWords) -> Self {
        let stage = match (job.state, place.map(|place| place.stage)) {
            (JobState::Queued, _) => match jobs.before(job) {
                0 => words.waits().to_owned(),
                before => words.waits_for(before),
            },
            (JobState::Cancelling, _) => words.cancelling().to_owned(),
            (_, Some(Stage::Writing)) => words.stage_writing().to_owned(),
            _ => words.stage_scoring().to_owned(),
        };
        let place = place.filter(|_| job.state == JobState::Running);
        let took = jobs.stage_began(&job.id).map(|began| began.elapsed());
        let (share, figures) = match place {
            Some(place) => (share(place), figures(place, took, words)),
            None => (None, Vec::new()),
        };
        Self {
            stage,
            share,
            figures,
        }
    }
}

/// Thousandths of a stage that are done.
fn share(place: Place) -> Option<u64> {
    let total = place.total.filter(|total| *total > 0)?;
    Some(place.done.min(total).saturating_mul(1_000) / total)
}

/// The rows so far, how many a second, and how long it will still take.
fn figures(place: Place, took: Option<Duration>, words: PortfolioWords) -> Vec<String> {
    let count = |count: u64| figure::count(count, words.0);
    let mut figures = vec![words.rows_so_far(&count(place.rows))];
    let Some(took) = took.filter(|took| *took >= FIRST_GUESS) else {
        return figures;
    };
    let rate = place.rows as f64 / took.as_secs_f64();
    figures.push(words.rate(&count(rate.round() as u64)));
    if let Some(total) = place.total.filter(|_| place.done > 0) {
        let left = total.saturating_sub(place.done) as f64 / place.done as f64;
        let left = (left * took.as_secs_f64()).ceil() as u64;
        figures.push(match left {
            0..=90 => words.left_seconds(left),
            _ => words.left_minutes(left.div_ceil(60)),
        });
    }
    figures
}

#[cfg(test)]
mod tests {
    use propenso_scoring::Language;

    use super::*;

    #[test]
    fn what_is_left_is_told_by_what_was_done() {
        let words = PortfolioWords(Language::Spanish);
        let place = Place {
            stage: Stage::Scoring,
            rows: 30_000,
            done: 250,
            total: Some(1_000),
        };
        assert_eq!(share(place), Some(250));
        let told = figures(place, Some(Duration::from_secs(10)), words);
        let expected = [
            "30.000 filas",
            "3.000 filas por segundo",
            "quedan unos 30 s",
        ];
        assert_eq!(told, expected);
        let told = figures(place, Some(Duration::from_secs(100)), words);
        assert_eq!(told[2], "quedan unos 5 min");
        assert_eq!(figures(place, None, words).len(), 1);
        let none = Place {
            total: Some(0),
            ..place
        };
        assert_eq!(share(none), None);
    }
}
