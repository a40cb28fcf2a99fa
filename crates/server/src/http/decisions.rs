//! `/v1/decisions`: what was answered, for those who may see it. Whoever asks says why, which is written down before
//! anything is given.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use propenso_scoring::Language;
use propenso_store::decision::DecisionId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::{App, body, caller_name};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::decisions::asked::{Bound, Days, NoCause, NoCursor, NoDay, Visit};
use crate::decisions::{Decisions, DecisionsError, Search, view};
use crate::record::Record;

/// Decisions in a page, unless it is said.
const USUAL: usize = 100;

/// Decisions in a page at the most.
const MOST: usize = 1_000;

/// `GET /v1/decisions/{id}`: one decision, with all that is known of it.
///
/// # Errors
///
/// 404 when there is none, 422 when it is not said why.
pub async fn show(
    State(app): State<Arc<App>>,
    id: Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    const WAY: &str = "GET /v1/decisions/{id}";
    let mut asked = Parameters::read(query.as_deref(), &["why", "by"])?;
    let visit = asked.visit(&request, WAY)?;
    let id = id_of(&id)?;
    on_record(app, move |decisions, _| {
        let found = decisions.show(id, &visit)?;
        Ok(view::full(&found, Language::English))
    })
    .await
}

/// `GET /v1/decisions`: decisions on a client or of some days, a page at a time.
///
/// # Errors
///
/// 400 for a parameter that cannot be used, 422 when it is not said why.
pub async fn search(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    const WAY: &str = "GET /v1/decisions";
    const NAMES: [&str; 7] = ["client", "from", "until", "after", "limit", "why", "by"];
    let mut asked = Parameters::read(query.as_deref(), &NAMES)?;
    let visit = asked.visit(&request, WAY)?;
    let client = asked.take("client");
    let mut search = Search {
        client: None,
        days: Days::new(asked.bound("from")?, asked.bound("until")?),
        after: None,
        most: asked.limit()?,
    };
    if let Some(after) = asked.take("after") {
        let cursor = after.parse();
        search.after = Some(cursor.map_err(|error: NoCursor| wrong(&error))?);
    }
    on_record(app, move |decisions, record| {
        search.client = client.map(|client| record.key().of_client(&client));
        let found = decisions.search(&search, &visit)?;
        let views: Vec<Value> = found.decisions.iter().map(view::brief).collect();
        let next = found.next.map(|next| next.to_string());
        Ok(json!({ "decisions": views, "next": next }))
    })
    .await
}

/// `POST /v1/decisions/{id}/replay`: would it be the same today?
///
/// # Errors
///
/// 404 when there is none, 422 when it is not said why.
pub async fn replay(
    State(app): State<Arc<App>>,
    id: Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    const WAY: &str = "POST /v1/decisions/{id}/replay";
    let (visit, asked) = read_act(request, WAY).await?;
    let id = id_of(&id)?;
    if asked.client.is_some() {
        return Err(wrong_body(&"the decision is named in the path"));
    }
    on_record(app, move |decisions, _| {
        let (found, replayed) = decisions.replay(id, &visit)?;
        Ok(view::replayed(&found, &replayed))
    })
    .await
}

/// `POST /v1/decisions/forget`: the personal part of every decision on a client goes.
///
/// # Errors
///
/// 409 while the client is held.
pub async fn forget(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (visit, asked) = read_act(request, "POST /v1/decisions/forget").await?;
    let client = asked.client()?;
    on_record(app, move |decisions, record| {
        let forgotten = decisions.forget(record.key().of_client(&client), &visit)?;
        Ok(json!({ "forgotten": forgotten }))
    })
    .await
}

/// `GET /v1/decisions/holds`: clients that are held, and were.
///
/// # Errors
///
/// 404 where there is no record.
pub async fn holds(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    on_record(app, move |decisions, _| {
        let holds = decisions
            .accesses()
            .holds()
            .map_err(DecisionsError::Store)?;
        let holds: Vec<Value> = holds.iter().map(view::hold).collect();
        Ok(json!({ "holds": holds }))
    })
    .await
}

/// `POST /v1/decisions/holds`: a client's decisions stay until it is released.
///
/// # Errors
///
/// 422 when it is not said why.
pub async fn hold(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (visit, asked) = read_act(request, "POST /v1/decisions/holds").await?;
    let client = asked.client()?;
    on_record(app, move |decisions, record| {
        let held = decisions.hold(record.key().of_client(&client), &visit);
        changed(held)
    })
    .await
}

/// `POST /v1/decisions/holds/release`: a client's hold ends.
///
/// # Errors
///
/// 422 when it is not said why.
pub async fn release(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (visit, asked) = read_act(request, "POST /v1/decisions/holds/release").await?;
    let client = asked.client()?;
    on_record(app, move |decisions, record| {
        let released = decisions.release(record.key().of_client(&client), &visit);
        changed(released)
    })
    .await
}

/// Whether something became otherwise; asked twice, it is as it was asked.
fn changed(done: Result<(), DecisionsError>) -> Result<Value, DecisionsError> {
    match done {
        Ok(()) => Ok(json!({ "changed": true })),
        Err(DecisionsError::HeldAlready | DecisionsError::NotHeld) => {
            Ok(json!({ "changed": false }))
        }
        Err(error) => Err(error),
    }
}

/// Works on the record off the threads that serve connections: databases and disks wait.
async fn on_record(
    app: Arc<App>,
    work: impl FnOnce(&Decisions, &Record) -> Result<Value, DecisionsError> + Send + 'static,
) -> Result<Response, Problem> {
    let work = move || match (&app.decisions, &app.record) {
        (Some(decisions), Some(record)) => {
            let view = work(decisions, record)?;
            Ok(Json(view).into_response())
        }
        _ => Err(Problem::new(
            ProblemKind::NoRecord,
            "this server keeps no record of decisions; [record] mode of its configuration says so",
        )),
    };
    blocking(work).await
}

fn id_of(text: &str) -> Result<DecisionId, Problem> {
    text.parse().map_err(|_| {
        Problem::new(
            ProblemKind::NoSuchDecision,
            "a decision is named as in x-propenso-decision",
        )
    })
}

fn wrong(what: &dyn std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::InvalidRequest, what.to_string())
}

fn no_cause(error: NoCause) -> Problem {
    Problem::new(ProblemKind::CauseMissing, format!("`why`: {error}"))
}

/// The parameters of a query string.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Refuses other names than these, and one that is there twice.
    fn read(query: Option<&str>, names: &[&str]) -> Result<Self, Problem> {
        let mut found: Vec<(String, String)> = Vec::new();
        let query = query.unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !names.contains(&&*name) {
                let known = names.join(", ");
                return Err(wrong(&format!("the parameters are {known}")));
            }
            if found.iter().any(|(known, _)| *known == name) {
                return Err(wrong(&format!("`{name}` is there twice")));
            }
            found.push((name.into_owned(), Cow::into_owned(value)));
        }
        Ok(Self(found))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(place).1)
    }

    fn visit(&mut self, request: &Request, way: &str) -> Result<Visit, Problem> {
        let (why, by) = (self.take("why").unwrap_or_default(), self.take("by"));
        let caller = request.extensions().get::<Caller>();
        let who = caller_name(caller, by.as_deref());
        Visit::new(&who, way, &why).map_err(no_cause)
    }

    fn bound(&mut self, name: &str) -> Result<Option<Bound>, Problem> {
        let bound = self.take(name).map(|text| text.parse());
        let bound = bound.transpose();
        bound.map_err(|error: NoDay| wrong(&format!("`{name}` is {error}")))
    }

    fn limit(&mut self) -> Result<usize, Problem> {
        let Some(text) = self.take("limit") else {
            return Ok(USUAL);
        };
        match text.parse() {
            Ok(limit @ 1..=MOST) => Ok(limit),
            _ => Err(wrong(&format!("`limit` is a number from 1 to {MOST}"))),
        }
    }
}

/// What comes with an act.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActRequest {
    client: Option<String>,
    why: Option<String>,
    by: Option<String>,
}

impl ActRequest {
    fn client(self) -> Result<String, Problem> {
        let client = self.client.filter(|client| !client.trim().is_empty());
        client.ok_or_else(|| wrong_body(&"`client` is the client's reference"))
    }
}

fn wrong_body(what: &dyn std::fmt::Display) -> Problem {
    let text = format!("the body is {{\"client\": …, \"why\": …, \"by\": …}}: {what}");
    Problem::new(ProblemKind::WrongBody, text)
}

async fn read_act(request: Request, way: &str) -> Result<(Visit, ActRequest), Problem> {
    const LIMIT: usize = 64 << 10;
    let caller = request.extensions().get::<Caller>().cloned();
    let bytes = body::read_within(request.into_body(), LIMIT, body::PATIENCE).await?;
    let asked: ActRequest = match bytes.iter().all(u8::is_ascii_whitespace) {
        true => ActRequest::default(),
        // What serde says of a value may quote it.
        false => serde_json::from_slice(&bytes).map_err(|_| wrong_body(&"an object of texts"))?,
    };
    let who = caller_name(caller.as_ref(), asked.by.as_deref());
    let why = asked.why.as_deref().unwrap_or_default();
    let visit = Visit::new(&who, way, why).map_err(no_cause)?;
    Ok((visit, asked))
}

impl From<DecisionsError> for Problem {
    fn from(error: DecisionsError) -> Self {
        match error {
            DecisionsError::NoSuch(_) => Self::new(ProblemKind::NoSuchDecision, error.to_string()),
            DecisionsError::Held(_) | DecisionsError::HeldAlready | DecisionsError::NotHeld => {
                Self::new(ProblemKind::ClientHeld, error.to_string())
            }
            DecisionsError::Store(error) if error.is_disk_full() => Self::new(
                ProblemKind::NoRoom,
                "the server's disk is full: it cannot be written down who asks; make room on it and ask again",
            ),
            error => Self::internal(
                "the record of decisions cannot be used; the server's log says why",
                &error,
            ),
        }
    }
}
