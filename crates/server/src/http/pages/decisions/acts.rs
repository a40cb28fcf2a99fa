//! What is done with a decision: scored again, told to the person in a letter; and with all of its client's: forgotten, held, released.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use propenso_store::access_log::{Action, Subject};
use propenso_store::decision::{DecisionId, Pseudonym};

use super::super::form::Form;
use super::super::html::page as html;
use super::super::reader::Reader;
use super::super::words::DecisionWords;
use super::one::OneView;
use super::{DecisionPage, Said, parts, told, visit};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::decisions::asked::Visit;
use crate::decisions::{Decisions, DecisionsError};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::http::{App, caller_name, safety};
use crate::letter::Letter;
use crate::letter::explained::Explained;
use crate::letter::refusal::LetterRefusal;
use crate::record::replay::Replayed;

/// What is asked of a decision, by whom, of what.
#[derive(Debug)]
pub struct Asked {
    app: Arc<App>,
    reader: Reader,
    act: Act,
}

impl FromRequest<Arc<App>> for Asked {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Ok(reader) = Reader::from_request_parts(&mut parts, app).await;
        let id = Path::<String>::from_request_parts(&mut parts, app).await;
        let id = id.map_or_else(|_| String::new(), |Path(id)| id);
        let request = Request::from_parts(parts, body);
        Ok(Self {
            act: Act::of(&id, &reader, request).await?,
            app: Arc::clone(app),
            reader,
        })
    }
}

/// What is asked of a decision.
#[derive(Debug)]
struct Act {
    id: DecisionId,
    why: String,
    visit: Visit,
    /// Name and address of the person, for a letter.
    to: Option<String>,
    /// That it cannot be undone was understood.
    is_sure: bool,
}

impl Act {
    async fn of(id: &str, reader: &Reader, request: Request) -> Result<Self, Problem> {
        let words = DecisionWords(reader.language);
        let caller = request.extensions().get::<Caller>().cloned();
        let mut form = Form::of(request.into_body()).await?;
        let why = form.take_text("motivo").unwrap_or_default();
        let who = caller_name(caller.as_ref(), None);
        let id = id
            .parse()
            .map_err(|_| Problem::new(ProblemKind::NoSuchDecision, words.no_id()))?;
        let visit = visit(&who, &why, words)
            .map_err(|(_, text)| Problem::new(ProblemKind::CauseMissing, text))?;
        Ok(Self {
            id,
            why,
            visit,
            to: form.take_text("para"),
            is_sure: form.take("seguro").is_some(),
        })
    }

    /// The decision's page again, with what came of it.
    fn page(
        &self,
        decisions: &Decisions,
        reader: &Reader,
        said: Said,
    ) -> Result<Response, Problem> {
        let words = DecisionWords(reader.language);
        let found = decisions.show(self.id, &self.visit);
        let found = found.map_err(|error| told(&error, words))?;
        html(&DecisionPage {
            said: Some(said),
            ..DecisionPage::new(reader, OneView::new(&found, reader.language), &self.why)
        })
    }

    /// The decision's client.
    fn client(&self, decisions: &Decisions, words: DecisionWords) -> Result<Pseudonym, Problem> {
        let found = decisions.show(self.id, &self.visit);
        let found = found.map_err(|error| told(&error, words))?;
        let client = found.personal().and_then(|known| known.client);
        client.ok_or_else(|| Problem::new(ProblemKind::NoSuchDecision, words.no_client()))
    }
}

/// Does something with a decision, off the threads that serve connections, and shows its page again with what came of it.
async fn acted(
    asked: Asked,
    work: impl FnOnce(&Act, &Decisions, DecisionWords) -> Result<Said, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let Asked { app, reader, act } = asked;
    let work = move || {
        let words = DecisionWords(reader.language);
        let (decisions, _) = parts(&app, reader.language)?;
        let said = work(&act, decisions, words)?;
        act.page(decisions, &reader, said)
    };
    blocking(work).await
}

/// `POST /decisiones/{id}/repetir`: would it be the same today?
///
/// # Errors
///
/// 404 when there is none.
pub async fn replay(asked: Asked) -> Result<Response, Problem> {
    acted(asked, |act, decisions, words| {
        let replayed = decisions.replay(act.id, &act.visit);
        let (_, replayed) = replayed.map_err(|error| told(&error, words))?;
        let text = match &replayed {
            Replayed::Same => return Ok(Said::good(words.same())),
            Replayed::Other { .. } => words.other(),
            Replayed::Refused(_) => words.refused(),
            Replayed::Forgotten => words.forgotten(),
            Replayed::Withheld => words.was_withheld(),
            Replayed::NoModel(_) => words.no_model(),
            Replayed::Unreadable(_) => words.unusable(),
        };
        Ok(Said::bad(text))
    })
    .await
}

/// `POST /decisiones/{id}/carta`: the letter to the person, to print.
///
/// # Errors
///
/// 404 when there is none, 409 when there can be no letter about it.
pub async fn letter(asked: Asked) -> Result<Response, Problem> {
    let Asked { app, reader, act } = asked;
    let work = move || {
        let words = DecisionWords(reader.language);
        let (decisions, _) = parts(&app, reader.language)?;
        let Some(archive) = decisions.archive() else {
            return Err(Problem::new(ProblemKind::ModelUnusable, words.no_model()));
        };
        let explained = Explained::find(act.id, decisions.log(), archive);
        let explained = explained.map_err(|refusal| refused(&refusal, &reader))?;
        let noted = decisions.note(Action::Letter, Subject::Decision(act.id), &act.visit);
        noted.map_err(|error| told(&DecisionsError::Store(error), words))?;
        let letter = Letter {
            explained: &explained,
            sender: &app.letter,
            to: act.to.as_deref(),
            at: &Timestamp::now().to_zoned_datetime(TimeZone::system()),
            language: reader.language,
        };
        let mut response = Html(letter.html()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, safety::SANDBOXED_PAGE);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    };
    blocking(work).await
}

fn refused(refusal: &LetterRefusal, reader: &Reader) -> Problem {
    let kind = match refusal {
        LetterRefusal::Unknown(_) => ProblemKind::NoSuchDecision,
        _ => ProblemKind::ModelUnusable,
    };
    Problem::new(kind, refusal.message(reader.language))
}

/// `POST /decisiones/{id}/olvidar`: the personal part of every decision on its client goes.
///
/// # Errors
///
/// 409 while the client is held.
pub async fn forget(asked: Asked) -> Result<Response, Problem> {
    acted(asked, |act, decisions, words| {
        if !act.is_sure {
            return Ok(Said::bad(words.not_sure()));
        }
        let client = act.client(decisions, words)?;
        let forgotten = decisions.forget(client, &act.visit);
        let forgotten = forgotten.map_err(|error| told(&error, words))?;
        Ok(Said::good(words.were_forgotten(&forgotten)))
    })
    .await
}

/// `POST /decisiones/{id}/retener`: its client's decisions stay until they are released.
///
/// # Errors
///
/// 409 when they are held already.
pub async fn hold(asked: Asked) -> Result<Response, Problem> {
    acted(asked, |act, decisions, words| {
        let held = decisions.hold(act.client(decisions, words)?, &act.visit);
        held.map_err(|error| told(&error, words))?;
        Ok(Said::good(words.is_held_now()))
    })
    .await
}

/// `POST /decisiones/{id}/soltar`: its client is held no longer.
///
/// # Errors
///
/// 409 when they are not held.
pub async fn release(asked: Asked) -> Result<Response, Problem> {
    acted(asked, |act, decisions, words| {
        let released = decisions.release(act.client(decisions, words)?, &act.visit);
        released.map_err(|error| told(&error, words))?;
        Ok(Said::good(words.is_released()))
    })
    .await
}
