//! `/carteras/borrador/{id}`: a portfolio that has arrived: what it is, what is not clear, and how it is to be scored.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use propenso_lifecycle::served::Served;
use propenso_portfolio::{PortfolioError, Preview};

use super::order::{LIST, OrderForm, Ordered};
use super::questions::{ReadingForm, Wrong};
use super::recognised::Recognised;
use super::{FORM_BYTES, Moment, Reason, open, said_here, sentence, told};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::http::pages::figure;
use crate::http::pages::frame::Frame;
use crate::http::pages::html::page as html;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::{DraftWords, PortfolioWords};
use crate::http::portfolios::upload;
use crate::http::problem::Problem;
use crate::http::{App, body};
use crate::jobs::{JobError, Jobs, KEPT_HOURS, KeptDraft, Look, Seen, Unseen};
use crate::profile::Profile;
use crate::profiles::name_for;
use crate::record::who;
use propenso_portfolio::options::RunOptions;

/// How long a page waits for the look at a file; then it says that this goes on.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Template)]
#[template(path = "portfolio_draft.html")]
struct DraftPage {
    frame: Frame,
    words: DraftWords,
    portfolio: PortfolioWords,
    id: String,
    file: String,
    size: String,
    arrived: Moment,
    until: Moment,
    profile: Option<String>,
    /// What cannot be done with the file at all, or not yet.
    unreadable: Option<String>,
    is_being_read: bool,
    recognised: Option<Recognised>,
    reading: Option<ReadingForm>,
    order: Option<OrderForm>,
    /// Whether something must be answered first.
    is_asked: bool,
    /// Whether every row was looked at.
    is_certain: bool,
    /// What was not done, above everything else.
    alert: Option<&'static str>,
    /// Why it could not be scored when that was tried.
    failure: Option<Reason>,
}

/// What is shown again with what is wrong about it.
#[derive(Default)]
struct Again {
    reading: Option<(RunOptions, Wrong)>,
    order: Option<Ordered>,
    alert: Option<&'static str>,
}

/// `GET /carteras/borrador/{id}`: what it was taken for, and what is asked of it.
///
/// # Errors
///
/// 404 when there is none.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let seen = look(&app, &reader, &id).await?;
    show(&app, &reader, &id, seen.as_deref(), Again::default())
}

/// `POST /carteras/borrador/{id}/lectura`: says how the file is read.
///
/// # Errors
///
/// 404 when there is none, 413 for a form that is none of this page's.
pub async fn answer(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let words = DraftWords(reader.language);
    let bytes = body::read_within(request.into_body(), FORM_BYTES, body::PATIENCE).await?;
    let form: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
    let seen = look(&app, &reader, &id).await?;
    let preview = seen.as_ref().and_then(|seen| seen.outcome.as_ref().ok());
    let (options, wrong) = ReadingForm::read(&form, preview, words);
    if !wrong.is_empty() {
        let again = Again {
            reading: Some((options, wrong)),
            alert: Some(words.mend()),
            ..Again::default()
        };
        let shown = show(&app, &reader, &id, seen.as_deref(), again)?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    let is_remembered = form.iter().any(|(name, _)| name == "recordar");
    let work = {
        let (app, id) = (Arc::clone(&app), id.clone());
        move || {
            let portfolio = PortfolioWords(reader.language);
            let jobs = open(&app, portfolio)?.jobs();
            let kept = keep_answers(jobs, &id, &options, is_remembered);
            kept.map_err(|error| told(error.into(), &app, portfolio))
        }
    };
    let is_saved = blocking(work).await?;
    let note = if is_saved { "" } else { "?nota=sin-guardar" };
    Ok(Redirect::to(&format!("/carteras/borrador/{id}{note}")).into_response())
}

/// Changes how a draft is read, and remembers it for files like it; tells whether what was to be remembered is.
fn keep_answers(
    jobs: &Jobs,
    id: &str,
    reading: &RunOptions,
    is_remembered: bool,
) -> Result<bool, JobError> {
    let before = jobs.kept_draft(id)?;
    let profile = Profile::of(reading.clone());
    let (mut name, mut is_saved) = (before.profile.clone(), true);
    if let (true, false, Some(likeness)) = (is_remembered, profile.is_empty(), &before.likeness) {
        let known = name_for(&before.file_name, likeness);
        let profiles = jobs.settings().profiles.clone();
        // What is remembered of such files already is replaced, whatever that file was called.
        let known = profiles.like(likeness).map_or(known, |(name, _)| name);
        match profiles.save(&known, &profile) {
            Ok(_) => name = Some(known),
            Err(error) => {
                tracing::warn!(%error, profile = known, "answers of a page cannot be remembered");
                is_saved = false;
            }
        }
    }
    jobs.change_draft(id, |draft| {
        draft.options = reading.clone().or(&draft.options.without_reading());
        draft.profile = name;
    })?;
    Ok(is_saved)
}

/// `POST /carteras/borrador/{id}`: has it scored.
///
/// # Errors
///
/// As `POST /v1/portfolios`; 404 when there is no such draft.
pub async fn score(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let portfolio = PortfolioWords(reader.language);
    let words = DraftWords(reader.language);
    let as_told = |problem: Problem| told(problem, &app, portfolio);
    let opened = open(&app, portfolio).and_then(|open| {
        let draft = open.jobs().reopen(&id);
        draft.map_err(|error| as_told(error.into()))
    });
    let draft = match opened {
        Ok(draft) => draft,
        Err(problem) => {
            body::read_away(request).await;
            return match sent_already(&app, &id) {
                // Whoever pressed twice sees what came of it.
                true => Ok(Redirect::to(&format!("/carteras/{id}")).into_response()),
                false => Err(problem),
            };
        }
    };
    let caller = request.extensions().get::<Caller>();
    let who = caller.map(|caller| who(&caller.principal));
    let jobs = open(&app, portfolio)?.jobs();
    let mut form = Vec::new();
    let take = |name: &str, value: String| {
        form.push((name.to_owned(), value));
        Ok(())
    };
    let arriving = draft.arriving().to_owned();
    let files = [(LIST, &*arriving)];
    let read = upload::read_files(request, draft, &jobs.settings(), &files, take).await;
    let (draft, received) = read.map_err(as_told)?;
    let list = received.into_iter().next().map(|(_, name)| name);
    let list = list.filter(|name| !name.is_empty());
    let length = draft.folder().join(&arriving).metadata();
    let is_empty = list.is_some() && length.is_ok_and(|length| length.len() == 0);
    let is_unwanted = form.iter().any(|(name, _)| name == "sin_lista");
    if let Some(name) = list.filter(|_| !is_empty) {
        let set = jobs.set_suppression(&draft, Some(name));
        set.map_err(|error| as_told(error.into()))?;
    } else if is_unwanted {
        let set = jobs.set_suppression(&draft, None);
        set.map_err(|error| as_told(error.into()))?;
    }
    let seen = look(&app, &reader, &id).await?;
    let kept = jobs.kept_draft(&id);
    let kept = kept.map_err(|error| as_told(error.into()))?;
    let preview = seen.as_ref().and_then(|seen| seen.outcome.as_ref().ok());
    let mut ordered = Ordered::read(&form, &kept, preview, words);
    if is_empty {
        ordered.refuse(LIST, words.empty_list());
    }
    let is_asked = preview.is_some_and(Preview::must_be_answered)
        || seen.as_ref().is_some_and(|seen| seen.outcome.is_err());
    let alert = match (ordered.is_wrong(), is_asked) {
        (true, _) => Some(words.mend()),
        (false, true) => Some(words.answer_first()),
        (false, false) => None,
    };
    if alert.is_some() {
        let again = Again {
            order: Some(ordered),
            alert,
            ..Again::default()
        };
        let shown = show(&app, &reader, &id, seen.as_deref(), again)?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    let work = {
        let (app, id) = (Arc::clone(&app), id.clone());
        move || {
            let open = open(&app, portfolio)?;
            let as_told = |error: JobError| told(error.into(), &app, portfolio);
            let jobs = open.jobs();
            jobs.change_draft(&id, |draft| draft.options = ordered.options)
                .map_err(as_told)?;
            open.queue().submit_draft(&id, who).map_err(as_told)
        }
    };
    let job = blocking(work).await?;
    Ok(Redirect::to(&format!("/carteras/{}", job.id)).into_response())
}

/// Whether a draft is a job by now.
fn sent_already(app: &App, id: &str) -> bool {
    let open = app.portfolios.as_ref();
    open.is_some_and(|open| open.jobs().get(id).is_ok())
}

/// `POST /carteras/borrador/{id}/quitar`: removes it.
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
        let removed = open(&app, words)?.jobs().remove_draft(&id);
        removed.map_err(|error| told(error.into(), &app, words))
    };
    blocking(work).await?;
    Ok(Redirect::to("/carteras").into_response())
}

/// What a draft was taken for; `None` while that is still being found out.
async fn look(app: &Arc<App>, reader: &Reader, id: &str) -> Result<Option<Arc<Seen>>, Problem> {
    let words = PortfolioWords(reader.language);
    let begun = open(app, words)?.jobs().begin_look(id);
    match begun.map_err(|error| told(error.into(), app, words))? {
        Look::Seen(seen) => return Ok(Some(seen)),
        Look::Begun => return Ok(None),
        Look::Wanted => {}
    }
    // It goes on when nobody waits for it any more, and is there for whoever asks next.
    let looking = {
        let (app, id) = (Arc::clone(app), id.to_owned());
        tokio::spawn(async move {
            let turn = app.limits.looks.turn().await;
            let work = move || {
                let open = app.portfolios.as_ref().ok_or(JobError::Unknown)?;
                match turn {
                    Ok(_turn) => open.jobs().look(&id).map(Some),
                    Err(_) => {
                        open.jobs().end_look(&id);
                        Ok(None)
                    }
                }
            };
            blocking(work).await
        })
    };
    match tokio::time::timeout(PATIENCE, looking).await {
        Ok(Ok(seen)) => seen.map_err(|error| told(error.into(), app, words)),
        Ok(Err(error)) => Err(Problem::internal("propenso failed on this file", &error)),
        Err(_) => Ok(None),
    }
}

fn show(
    app: &App,
    reader: &Reader,
    id: &str,
    seen: Option<&Seen>,
    again: Again,
) -> Result<Response, Problem> {
    let language = reader.language;
    let (words, portfolio) = (DraftWords(language), PortfolioWords(language));
    let jobs = open(app, portfolio)?.jobs();
    let draft = jobs.kept_draft(id);
    let draft = draft.map_err(|error| told(error.into(), app, portfolio))?;
    let served = jobs.champion();
    let preview = seen.and_then(|seen| seen.outcome.as_ref().ok());
    let error = seen.and_then(|seen| seen.outcome.as_ref().err());
    let is_asked = preview.is_some_and(Preview::must_be_answered) || error.is_some();
    let not_saved = reader.path.ends_with("?nota=sin-guardar");
    let sheets = match error {
        Some(Unseen::Portfolio(PortfolioError::UnclearSheets { sheets, .. })) => Some(&sheets[..]),
        _ => None,
    };
    let (options, wrong) = again
        .reading
        .unwrap_or_else(|| (draft.options.clone(), Wrong::default()));
    let may_be_read_otherwise = !matches!(error, Some(Unseen::NoChampion | Unseen::Panicked));
    let reading = served
        .as_deref()
        .filter(|_| seen.is_some() && may_be_read_otherwise)
        .map(|served| {
            let contract = served.scorer.contract();
            ReadingForm::new(contract, preview, sheets, (&options, wrong), words)
        });
    let order = served.as_deref().zip(preview).map(|(served, preview)| {
        let ordered = again.order.unwrap_or_else(|| Ordered::of(&draft));
        OrderForm::new(ordered, &draft, preview, can_explain(served))
    });
    html(&DraftPage {
        frame: Frame::new(reader, draft.file_name.as_str()),
        words,
        portfolio,
        size: figure::bytes(draft.bytes, language),
        arrived: Moment::new(draft.created, language),
        until: until(&draft, reader),
        unreadable: error.and_then(|error| complaint(error, words)),
        is_being_read: seen.is_none(),
        recognised: preview.map(|preview| Recognised::new(preview, words)),
        reading,
        order,
        is_asked,
        is_certain: preview.is_some_and(|preview| preview.n_rows.is_some()),
        alert: again.alert.or(not_saved.then(|| words.not_remembered())),
        failure: draft
            .failure
            .and_then(|(english, spanish)| Reason::new(Some(english), spanish, language)),
        profile: draft.profile,
        id: draft.id,
        file: draft.file_name,
    })
}

fn until(draft: &KeptDraft, reader: &Reader) -> Moment {
    let over = draft.created + SignedDuration::from_hours(KEPT_HOURS);
    Moment::new(over, reader.language)
}

fn can_explain(served: &Served) -> bool {
    served.scorer.check_explanation().is_ok()
}

/// Says why a file cannot be read; which of its sheets is meant is a question instead.
fn complaint(error: &Unseen, words: DraftWords) -> Option<String> {
    Some(match error {
        Unseen::Portfolio(PortfolioError::UnclearSheets { .. }) => return None,
        Unseen::NoChampion => words.no_model().to_owned(),
        Unseen::Panicked => words.panicked().to_owned(),
        Unseen::Options(error) => words.odd_setting(&error.to_string()),
        Unseen::Portfolio(error) => sentence(&said_here(&error.problem(words.0), words)),
    })
}
