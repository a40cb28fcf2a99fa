//! `/carteras`: this morning's file, and what came of those before.
//!
//! A file that arrives is kept as a draft. What it was taken for is shown before anything is scored; then it becomes a job, by the
//! same way as one that `POST /v1/portfolios` was sent.
//!
//! - [`draft`]: one that waits for its sender: `recognised`, what it was taken for; `questions`, what is not clear; `order`, how it
//!   is to be scored
//! - [`job`]: one that is scored, and its `summary`

pub mod draft;
pub mod job;
mod order;
mod questions;
mod recognised;
mod summary;

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use propenso_lifecycle::keys::Role;
use propenso_scoring::Language;
use propenso_store::decision::Who;

use super::figure;
use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::{DraftWords, PortfolioWords};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::http::portfolios::{portfolios, upload};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::http::{App, body};
use crate::jobs::{INPUT, Job, JobError, JobState, KEPT_HOURS, KeptDraft, OpenJobs};
use crate::record::who;
use propenso_portfolio::options::RunOptions;

/// Jobs that a page lists.
const LISTED: usize = 25;

/// Bytes of a form without files: a mapping for each column of a wide table, at most.
const FORM_BYTES: usize = 1 << 20;

#[derive(Template)]
#[template(path = "portfolios.html")]
struct PortfoliosPage {
    frame: Frame,
    words: PortfolioWords,
    /// Why a file was not taken.
    wrong: Option<&'static str>,
    /// The largest file that is taken; `None` for who may not send.
    most: Option<String>,
    profiles: Vec<String>,
    drafts: Vec<DraftLine>,
    jobs: Vec<JobLine>,
    shown: Option<String>,
    newer: Option<String>,
    older: Option<String>,
    keep_days: u32,
}

/// A draft in the list.
struct DraftLine {
    id: String,
    file: String,
    when: Moment,
    who: Option<String>,
}

/// A job in the list.
struct JobLine {
    id: String,
    file: String,
    when: Moment,
    who: Option<String>,
    state: StateTag,
    clients: String,
    rejected: String,
}

/// A moment, for people and for machines.
struct Moment {
    text: String,
    machine: String,
}

/// Why something could not be scored. Not every reason is known in every language.
struct Reason {
    text: String,
    language: &'static str,
}

/// A job's state.
struct StateTag {
    text: &'static str,
    class: &'static str,
}

impl Moment {
    fn new(at: Timestamp, language: Language) -> Self {
        Self {
            text: figure::moment(at, language),
            machine: figure::machine_moment(at),
        }
    }
}

impl Reason {
    /// Takes the reason in the reader's language, or else in the other.
    fn new(english: Option<String>, spanish: Option<String>, wanted: Language) -> Option<Self> {
        let (english, spanish) = (english.zip(Some("en")), spanish.zip(Some("es")));
        let told = match wanted {
            Language::Spanish => spanish.or(english),
            Language::English => english.or(spanish),
        };
        told.map(|(text, language)| Self {
            text: sentence(&said_here(&text, DraftWords(wanted))),
            language,
        })
    }
}

/// Names the fields of the page where a text names the options of the command.
fn said_here(text: &str, words: DraftWords) -> String {
    let fields = [
        ("--suppress-missing ok", words.suppress_ok()),
        ("--header-row", words.header_row()),
        ("--amount-column", words.amount()),
        ("--id-column", words.id()),
        ("--separator", words.separator()),
        ("--encoding", words.encoding()),
        ("--decimal", words.decimal()),
        ("--sheet", words.sheet()),
    ];
    fields
        .iter()
        .fold(text.to_owned(), |text, (option, field)| {
            text.replace(option, &format!("«{field}»"))
        })
}

/// Makes a sentence of a text without its capital and its full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let stop = (!text.ends_with(['.', '!', '?'])).then_some('.');
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .chain(stop)
        .collect()
}

/// What somebody is called who has sent a portfolio. Who has no key has no name.
fn person(who: Who, words: PortfolioWords) -> String {
    match (who.key, who.name.as_str()) {
        (None, "this machine" | "anyone") => words.this_machine().to_owned(),
        (None, "inbox") => words.inbox().to_owned(),
        _ => who.name,
    }
}

impl StateTag {
    fn new(state: JobState, words: PortfolioWords) -> Self {
        let (text, class) = match state {
            JobState::Queued => (words.queued(), "is-quiet"),
            JobState::Running => (words.running(), ""),
            JobState::Done => (words.done(), "is-good"),
            JobState::Failed => (words.failed(), "is-bad"),
            JobState::Cancelling => (words.cancelling(), "is-warning"),
        };
        Self { text, class }
    }
}

impl DraftLine {
    fn new(draft: KeptDraft, words: PortfolioWords) -> Self {
        Self {
            when: Moment::new(draft.created, words.0),
            who: draft.who.map(|who| person(who, words)),
            id: draft.id,
            file: draft.file_name,
        }
    }
}

impl JobLine {
    fn new(job: Job, words: PortfolioWords) -> Self {
        let report = job.report.as_ref();
        let rows = |what: &str| {
            let rows = report?.get("summary")?.get(what)?.get("rows")?.as_u64()?;
            Some(figure::count(rows, words.0))
        };
        Self {
            clients: rows("read").unwrap_or_default(),
            rejected: rows("rejected").unwrap_or_default(),
            when: Moment::new(job.created, words.0),
            state: StateTag::new(job.state, words),
            who: job.who.map(|who| person(who, words)),
            id: job.id,
            file: job.file_name,
        }
    }
}

/// `GET /carteras`: where a file is sent, what waits for an answer, and the jobs of the past days.
///
/// # Errors
///
/// 404 where no portfolios are taken, 503 while another process has them.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let from = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "desde");
    let from = from.and_then(|(_, from)| from.parse().ok()).unwrap_or(0);
    let made = blocking(move || list(&app, &reader, from, None)).await;
    made.map(IntoResponse::into_response)
}

fn list(
    app: &App,
    reader: &Reader,
    from: usize,
    wrong: Option<&'static str>,
) -> Result<Response, Problem> {
    let words = PortfolioWords(reader.language);
    let jobs = open(app, words)?.jobs();
    let settings = jobs.settings();
    let may_send = reader.may(Role::Carteras);
    let (some, all) = jobs.some(from, LISTED);
    let count = |count: usize| figure::count(count as u64, reader.language);
    let (last, link) = (from + some.len(), |from: usize| {
        format!("/carteras?desde={from}#trabajos")
    });
    let drafts = match may_send {
        true => jobs.kept(),
        false => Vec::new(),
    };
    html(&PortfoliosPage {
        frame: Frame::new(reader, words.title()),
        words,
        wrong,
        most: may_send.then(|| figure::bytes(settings.max_upload_bytes, reader.language)),
        profiles: settings.profiles.names(),
        drafts: drafts
            .into_iter()
            .map(|draft| DraftLine::new(draft, words))
            .collect(),
        shown: (all > LISTED && !some.is_empty())
            .then(|| words.shown(&count(from + 1), &count(last), &count(all))),
        newer: (from > 0).then(|| link(from.saturating_sub(LISTED))),
        older: (last < all && !some.is_empty()).then(|| link(last)),
        jobs: some
            .into_iter()
            .map(|(job, _)| JobLine::new(job, words))
            .collect(),
        keep_days: settings.keep_days,
    })
}

/// `POST /carteras`: keeps a file as a draft, and shows what it is.
///
/// # Errors
///
/// As `POST /v1/portfolios`.
pub async fn send(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let words = PortfolioWords(reader.language);
    let draft = open(&app, words).and_then(|open| {
        let draft = open.jobs().draft_to_keep();
        draft.map_err(|error| match error {
            JobError::TooManyKept => Problem::from(error).in_words(words.too_many_drafts()),
            error => told(error.into(), &app, words),
        })
    });
    let draft = match draft {
        Ok(draft) => draft,
        Err(problem) => {
            body::read_away(request).await;
            return Err(problem);
        }
    };
    let caller = request.extensions().get::<Caller>();
    let who = caller.map(|caller| who(&caller.principal));
    let jobs = open(&app, words)?.jobs();
    let settings = jobs.settings();
    let mut profile = None;
    let take = |name: &str, value: String| {
        if name == "perfil" && !value.is_empty() {
            profile = Some(value);
        }
        Ok(())
    };
    let files = [("archivo", INPUT)];
    let read = upload::read_files(request, draft, &settings, &files, take).await;
    let (draft, received) = read.map_err(|problem| told(problem, &app, words))?;
    let refuse = |wrong: &'static str| {
        let made = list(&app, &reader, 0, Some(wrong))?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, made).into_response())
    };
    // A browser sends a field in which nothing was chosen, without a name.
    let file_name = received.into_iter().next().map(|(_, name)| name);
    let Some(file_name) = file_name.filter(|name| !name.is_empty()) else {
        return refuse(words.no_file());
    };
    let is_empty = draft.folder().join(INPUT).metadata();
    if is_empty.is_ok_and(|metadata| metadata.len() == 0) {
        return refuse(words.empty_file());
    }
    let profiles = &settings.profiles;
    let known = profile.as_ref().map(|name| profiles.named(name));
    let Ok(known) = known.transpose() else {
        return refuse(words.no_profile());
    };
    let options = profiles.complete(RunOptions::default(), &known.unwrap_or_default());
    let kept = jobs.keep(draft, file_name, options, (profile, who));
    let kept = kept.map_err(|error| told(error.into(), &app, words))?;
    Ok(Redirect::to(&format!("/carteras/borrador/{}", kept.id)).into_response())
}

/// The portfolios, or why there are none, in the reader's words.
fn open(app: &App, words: PortfolioWords) -> Result<&OpenJobs, Problem> {
    portfolios(app).map_err(|problem| told(problem, app, words))
}

/// Tells in the reader's words what the API tells programs.
fn told(problem: Problem, app: &App, words: PortfolioWords) -> Problem {
    let largest = || {
        let jobs = app.portfolios.as_ref().map(OpenJobs::jobs);
        let most = jobs.map_or(0, |jobs| jobs.settings().max_upload_bytes);
        figure::bytes(most, words.0)
    };
    let sentence = match problem.kind() {
        ProblemKind::TooManyWaiting => words.too_many().to_owned(),
        ProblemKind::NoRoom => words.no_room().to_owned(),
        ProblemKind::PortfoliosElsewhere => words.elsewhere().to_owned(),
        ProblemKind::NoSuchPortfolio => words.unknown().to_owned(),
        ProblemKind::NoPortfolios => words.none_taken().to_owned(),
        ProblemKind::BodyTooLarge => words.too_large(&largest()),
        ProblemKind::BodyTooSlow => words.too_slow().to_owned(),
        ProblemKind::WrongForm | ProblemKind::BodyBrokenOff => words.broken().to_owned(),
        _ => return problem,
    };
    problem.in_words(sentence)
}
