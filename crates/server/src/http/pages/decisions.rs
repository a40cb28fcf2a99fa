//! `/decisiones`: what was answered: found, shown, scored again, told to the person, forgotten, held, written into a file.
//!
//! - `listed`: those that were found; `one`: all that is known of one; [`acts`]: what is done with one; [`exported`]: a file
//!
//! Whoever looks says why, which is written down before anything is shown, as over the API. So all of it is asked by forms: a reference or a cause
//! never stands in an address.

pub mod acts;
pub mod exported;
mod listed;
mod one;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use propenso_lifecycle::keys::Role;
use propenso_scoring::Language;
use propenso_store::decision::DecisionId;

use super::form::Form;
use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::DecisionWords;
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::decisions::asked::{Bound, Cursor, Days, Visit};
use crate::decisions::{Decisions, DecisionsError, Search};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::http::{App, caller_name};
use crate::record::Record;
use listed::Line;
use one::OneView;

/// Decisions in a page.
const LISTED: usize = 50;

/// The way, as it is written down.
const WAY: &str = "/decisiones";

#[derive(Template)]
#[template(path = "decisions.html")]
struct DecisionsPage {
    frame: Frame,
    words: DecisionWords,
    asked: Asked,
    /// What was not said, or cannot be understood, and of which field.
    wrong: Option<(&'static str, String)>,
    found: Option<Vec<Line>>,
    /// Where to go on.
    next: Option<String>,
    may_export: bool,
    exported_wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage {
    frame: Frame,
    words: DecisionWords,
    one: OneView,
    /// Why it is looked at, for what is asked next.
    why: String,
    /// What came of what was done.
    said: Option<Said>,
    may_forget: bool,
}

/// What came of what was done.
struct Said {
    is_good: bool,
    text: String,
}

impl Said {
    fn good(text: impl Into<String>) -> Self {
        Self {
            is_good: true,
            text: text.into(),
        }
    }

    fn bad(text: impl Into<String>) -> Self {
        Self {
            is_good: false,
            text: text.into(),
        }
    }
}

/// What was typed.
#[derive(Debug, Default, Clone)]
struct Asked {
    id: String,
    client: String,
    from: String,
    until: String,
    why: String,
}

impl Asked {
    fn of(form: &mut Form) -> Self {
        let mut take = |name| form.take_text(name).unwrap_or_default();
        Self {
            id: take("id"),
            client: take("cliente"),
            from: take("desde"),
            until: take("hasta"),
            why: take("motivo"),
        }
    }

    fn days(&self, words: DecisionWords) -> Result<Days, (&'static str, String)> {
        let bound = |text: &str, field| match text {
            "" => Ok(None),
            text => match text.parse::<Bound>() {
                Ok(bound) => Ok(Some(bound)),
                Err(_) => Err((field, words.no_day().to_owned())),
            },
        };
        Ok(Days::new(
            bound(&self.from, "desde")?,
            bound(&self.until, "hasta")?,
        ))
    }
}

/// `GET /decisiones`: what to look for.
///
/// # Errors
///
/// 404 where there is no record.
pub async fn page(State(app): State<Arc<App>>, reader: Reader) -> Result<Response, Problem> {
    parts(&app, reader.language)?;
    html(&DecisionsPage::new(&reader, Asked::default()))
}

/// `POST /decisiones`: what was looked for, or one by its name.
///
/// # Errors
///
/// 404 where there is no record.
pub async fn find(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let mut form = Form::of(request.into_body()).await?;
    let asked = Asked::of(&mut form);
    let after = form.take_text("tras");
    let who = caller_name(caller.as_ref(), None);
    let work = move || match look(&app, &reader, &asked, &who, after) {
        Ok(response) => Ok(response),
        Err(Unfound::Wrong(wrong)) => DecisionsPage {
            wrong: Some(wrong),
            ..DecisionsPage::new(&reader, asked)
        }
        .refused(),
        Err(Unfound::Problem(problem)) => Err(problem),
    };
    blocking(work).await
}

/// Why nothing is shown.
enum Unfound {
    /// A field, and what is wrong with it.
    Wrong((&'static str, String)),
    Problem(Problem),
}

impl From<Problem> for Unfound {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<(&'static str, String)> for Unfound {
    fn from(wrong: (&'static str, String)) -> Self {
        Self::Wrong(wrong)
    }
}

fn look(
    app: &App,
    reader: &Reader,
    asked: &Asked,
    who: &str,
    after: Option<String>,
) -> Result<Response, Unfound> {
    let words = DecisionWords(reader.language);
    let (decisions, record) = parts(app, reader.language)?;
    let visit = visit(who, &asked.why, words)?;
    if !asked.id.is_empty() {
        let id: DecisionId = asked
            .id
            .parse()
            .map_err(|_| ("id", words.no_id().to_owned()))?;
        let found = match decisions.show(id, &visit) {
            Err(DecisionsError::NoSuch(_)) => {
                return Err(("id", words.none_of_that_name().to_owned()).into());
            }
            found => found.map_err(|error| told(&error, words))?,
        };
        let page = DecisionPage::new(reader, OneView::new(&found, reader.language), &asked.why);
        return Ok(html(&page)?);
    }
    let client = Some(asked.client.as_str()).filter(|client| !client.is_empty());
    let after = after.map(|after| after.parse::<Cursor>()).transpose();
    let search = Search {
        client: client.map(|client| record.key().of_client(client)),
        days: asked.days(words)?,
        after: after.map_err(|_| ("id", words.no_id().to_owned()))?,
        most: LISTED,
    };
    let found = decisions.search(&search, &visit);
    let found = found.map_err(|error| told(&error, words))?;
    let lines = found.decisions.iter();
    let page = DecisionsPage {
        found: Some(
            lines
                .map(|found| Line::new(found, reader.language))
                .collect(),
        ),
        next: found.next.map(|next| next.to_string()),
        ..DecisionsPage::new(reader, asked.clone())
    };
    Ok(html(&page)?)
}

impl DecisionsPage {
    fn new(reader: &Reader, asked: Asked) -> Self {
        let words = DecisionWords(reader.language);
        Self {
            frame: Frame::new(reader, words.title()),
            words,
            asked,
            wrong: None,
            found: None,
            next: None,
            may_export: reader.may(Role::Administracion),
            exported_wrong: None,
        }
    }

    /// What is wrong with a field, where it is this one.
    fn wrong_of(&self, field: &str) -> Option<&str> {
        let wrong = self.wrong.as_ref().filter(|(name, _)| *name == field);
        wrong.map(|(_, text)| text.as_str())
    }

    /// The page, for what cannot be done as it was asked.
    fn refused(&self) -> Result<Response, Problem> {
        let mut response = html(self)?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    }
}

impl DecisionPage {
    fn new(reader: &Reader, one: OneView, why: &str) -> Self {
        let words = DecisionWords(reader.language);
        Self {
            frame: Frame::new(reader, words.one_title()),
            words,
            one,
            why: why.to_owned(),
            said: None,
            may_forget: reader.may(Role::Administracion),
        }
    }
}

/// Who looks and why.
fn visit(who: &str, why: &str, words: DecisionWords) -> Result<Visit, (&'static str, String)> {
    Visit::new(who, WAY, why).map_err(|_| ("motivo", words.say_why().to_owned()))
}

/// What is worked on.
fn parts(app: &App, language: Language) -> Result<(&Decisions, &Record), Problem> {
    match (&app.decisions, &app.record) {
        (Some(decisions), Some(record)) => Ok((decisions, record)),
        _ => {
            let text = DecisionWords(language).no_record();
            Err(Problem::new(ProblemKind::NoRecord, text))
        }
    }
}

/// Why something could not be done, for people.
fn told(error: &DecisionsError, words: DecisionWords) -> Problem {
    match error {
        DecisionsError::NoSuch(_) => {
            Problem::new(ProblemKind::NoSuchDecision, words.none_of_that_name())
        }
        DecisionsError::Held(hold) => {
            let text = words.is_held(&hold.since.by, &hold.since.why);
            Problem::new(ProblemKind::ClientHeld, text)
        }
        DecisionsError::HeldAlready => Problem::new(ProblemKind::ClientHeld, words.held_already()),
        DecisionsError::NotHeld => Problem::new(ProblemKind::ClientHeld, words.not_held()),
        DecisionsError::Store(failed) if failed.is_disk_full() => {
            Problem::new(ProblemKind::NoRoom, words.disk_full())
        }
        DecisionsError::Store(_) | DecisionsError::Unreadable(_) => {
            Problem::internal(words.unusable(), error)
        }
    }
}
