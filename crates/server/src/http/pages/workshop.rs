//! `/modelos/contrato`: a contract is made, from a model and a sample of clients, to one that can be sent along with it.
//!
//! It is the page of `propenso contract draft` and `contract check`, by the same code.
//!
//! - [`draft`]: one in the making: its text, what is wrong with it, what is asked
//! - `visit`: who comes to one; `tried`: what is done with it
//! - `checked`: what was found out about a text; `sent`: a form with files

mod checked;
pub mod draft;
mod sent;
mod tried;
pub mod visit;

use std::path::Path;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use propenso_lifecycle::draft::{SampleColumns, draft as drafted, name_of};
use propenso_lifecycle::registry::Version;
use propenso_model::{Blob, Estimator};
use propenso_portfolio::Table;
use propenso_scoring::Language;
use propenso_store::decision::Who;

use super::figure;
use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::WorkshopWords;
use crate::access::caller::{Caller, Principal};
use crate::blocking::blocking;
use crate::http::App;
use crate::http::body;
use crate::http::models::{Models, ModelsError, models};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::record;
use crate::workshop::{
    Begun, KEPT_HOURS, KeptContract, Origin, Unread, Workshop, WorkshopError, take_apart,
};
use sent::{Sent, SentFile};

/// Bytes of a sample of clients.
const MOST_SAMPLE: usize = 64 << 20;

/// Versions that can be picked, the newest first.
const MOST_VERSIONS: u32 = 50;

#[derive(Template)]
#[template(path = "workshop.html")]
struct StartPage {
    frame: Frame,
    words: WorkshopWords,
    /// What is wrong with what was sent, and what a technician is told of it.
    wrong: Option<Wrong>,
    most: String,
    most_sample: String,
    versions: Vec<Choice>,
    own: Vec<OwnLine>,
}

/// What is wrong with the model or with the rest of the form.
struct Wrong {
    text: String,
    technical: Option<String>,
}

/// A version that can be picked.
struct Choice {
    number: u32,
    text: String,
}

/// A contract in the making.
struct OwnLine {
    id: String,
    model: String,
    when: String,
    machine_when: String,
}

/// `GET /modelos/contrato`: what a contract is made from, and those in the making.
///
/// # Errors
///
/// 404 when no registry is served.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let who = who(request.extensions().get());
    blocking(move || start(&app, &reader, &who, None)).await
}

fn start(app: &App, reader: &Reader, who: &Who, wrong: Option<Wrong>) -> Result<Response, Problem> {
    let words = WorkshopWords(reader.language);
    let known = open(app, words)?;
    let versions = versions(known).map_err(|error| as_problem(error, words))?;
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let made = html(&StartPage {
        frame: Frame::new(reader, words.title()),
        words,
        wrong,
        most: figure::bytes(known.max_upload_bytes as u64, reader.language),
        most_sample: figure::bytes(MOST_SAMPLE as u64, reader.language),
        versions: versions
            .into_iter()
            .map(|version| Choice {
                number: version.number,
                text: words.version_of(version.number, &version.origin.file_name),
            })
            .collect(),
        own: known
            .workshop
            .of(who)
            .into_iter()
            .map(|contract| OwnLine {
                when: figure::moment(contract.changed, reader.language),
                machine_when: figure::machine_moment(contract.changed),
                id: contract.id,
                model: contract.model_name,
            })
            .collect(),
    })?;
    Ok((status, made).into_response())
}

/// The newest versions whose files are there.
fn versions(known: &Models) -> Result<Vec<Version>, ModelsError> {
    let newest = known.registry.newest()?;
    let first = newest.saturating_sub(MOST_VERSIONS - 1).max(1);
    let mut versions = known.registry.versions_between(first, newest)?;
    versions.reverse();
    versions.retain(|version| known.registry.keeps(version));
    Ok(versions)
}

/// `POST /modelos/contrato`: drafts a contract for a model that is sent, or for a version's.
///
/// # Errors
///
/// 413 when it is too large, 503 while other models are read or too many contracts are in the making.
pub async fn begin(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let words = WorkshopWords(reader.language);
    let limit = open(&app, words)?
        .max_upload_bytes
        .saturating_add(MOST_SAMPLE);
    let who = who(request.extensions().get());
    let turn = match app.limits.uploads.turn().await {
        Ok(turn) => turn,
        Err(busy) => {
            body::read_away(request).await;
            return Err(Problem::busy_in(busy, reader.language));
        }
    };
    let sent = Sent::read(request, limit, words).await?;
    blocking(move || {
        let _alone = turn;
        let known = open(&app, words)?;
        match begun(known, &sent, &who, words) {
            Ok(contract) => Ok(to(&contract)),
            Err(Refused::Form(wrong)) => start(&app, &reader, &who, Some(wrong)),
            Err(Refused::Problem(problem)) => Err(problem),
        }
    })
    .await
}

/// Why no contract was begun.
enum Refused {
    Form(Wrong),
    Problem(Problem),
}

/// What a contract is begun with.
struct Source {
    blob: Blob,
    origin: Origin,
    name: String,
    /// The contract that a version has.
    contract: Option<String>,
}

fn begun(
    known: &Models,
    sent: &Sent,
    who: &Who,
    words: WorkshopWords,
) -> Result<KeptContract, Refused> {
    let source = source(known, sent, words)?;
    let key = sent.text("clave").map(str::to_owned);
    let taken = take_apart(source.blob.clone(), source.origin, key.as_deref());
    let (_, estimator) = taken.map_err(|error| {
        Refused::Form(Wrong {
            text: words.model_unusable().to_owned(),
            technical: Some(error.to_string()),
        })
    })?;
    let given = source
        .contract
        .filter(|_| sent.text("partir") == Some("contrato"));
    let (text, unread) = match given {
        Some(contract) => (contract, None),
        None => draft_of(&estimator, &source.name, sent.file("muestra"), words.0),
    };
    let begun = Begun {
        origin: source.origin,
        model_name: source.name,
        model: source.blob.bytes(),
        key,
        text: &text,
        unread,
    };
    let kept = known.workshop.begin(begun, who);
    kept.map_err(|error| Refused::Problem(told(error, words)))
}

/// The model that is sent, or that of the version that is picked.
fn source(known: &Models, sent: &Sent, words: WorkshopWords) -> Result<Source, Refused> {
    let wrong = |text: &str| {
        Refused::Form(Wrong {
            text: text.to_owned(),
            technical: None,
        })
    };
    if let Some(SentFile { name, content, .. }) = sent.file("modelo") {
        if content.len() > known.max_upload_bytes {
            return Err(wrong(words.model_too_large()));
        }
        return Ok(Source {
            blob: Vec::from(content.clone()).into(),
            origin: Origin::Sent,
            name: name.clone(),
            contract: None,
        });
    }
    let number = sent
        .text("version")
        .ok_or_else(|| wrong(words.nothing_sent()))?;
    let number: u32 = number.parse().map_err(|_| wrong(words.nothing_sent()))?;
    let found = || {
        let version = known.registry.version(number)?;
        let blob = known.registry.model(&version)?;
        Ok((version, blob))
    };
    let (version, blob) =
        found().map_err(|error: ModelsError| Refused::Problem(as_problem(error, words)))?;
    Ok(Source {
        blob,
        origin: Origin::Version(number),
        name: version.origin.file_name,
        contract: version.content.contract.text().map(str::to_owned),
    })
}

/// A draft, by a sample of clients where that can be read, and why not else.
fn draft_of(
    estimator: &Estimator,
    model_name: &str,
    sample: Option<&SentFile>,
    language: Language,
) -> (String, Option<Unread>) {
    let (table, unread) = match sample {
        None => (None, None),
        Some(sample) if sample.content.len() > MOST_SAMPLE => {
            let said = |language: Language| {
                let most = figure::bytes(MOST_SAMPLE as u64, language);
                WorkshopWords(language).sample_too_large(&most)
            };
            (None, Some(Unread::of(said)))
        }
        Some(sample) => {
            let known = SampleColumns::of(&estimator.signature);
            match Table::read_by(&sample.content, &known) {
                Ok(table) => (Some(table), None),
                Err(error) => (None, Some(Unread::of(|language| error.problem(language)))),
            }
        }
    };
    let name = name_of(Path::new(model_name));
    let draft = drafted(estimator, &name, table.as_ref(), language);
    (draft.text, unread)
}

/// Leads to a contract in the making.
fn to(contract: &KeptContract) -> Response {
    Redirect::to(&format!("/modelos/contrato/{}", contract.id)).into_response()
}

/// Whoever asks: contracts in the making are theirs alone.
fn who(caller: Option<&Caller>) -> Who {
    record::who(caller.map_or(&Principal::Anyone, |caller| &caller.principal))
}

fn open(app: &App, words: WorkshopWords) -> Result<&Models, Problem> {
    models(app).map_err(|_| Problem::new(ProblemKind::NoRegistry, words.no_registry()))
}

fn shop(app: &App, words: WorkshopWords) -> Result<&Workshop, Problem> {
    Ok(&open(app, words)?.workshop)
}

/// What keeps from the registry, in the reader's words.
fn as_problem(error: ModelsError, words: WorkshopWords) -> Problem {
    match error {
        error if error.is_of_no_version() => {
            Problem::new(ProblemKind::NoSuchVersion, words.no_such_version())
        }
        ModelsError::Registry(error) if error.is_unreachable() => {
            tracing::warn!(%error, "the registry cannot be reached");
            Problem::new(ProblemKind::StoreUnreachable, words.unreachable())
        }
        error => error.into(),
    }
}

/// What keeps from the workshop, in the reader's words.
fn told(error: WorkshopError, words: WorkshopWords) -> Problem {
    match error {
        WorkshopError::Unknown => Problem::new(ProblemKind::NoSuchPath, words.unknown()),
        WorkshopError::TooMany => Problem::new(ProblemKind::TooManyWaiting, words.too_many()),
        WorkshopError::NoRoom => Problem::new(ProblemKind::NoRoom, words.no_room()),
        WorkshopError::Io(error) => {
            Problem::internal("a contract in the making cannot be kept", &error)
        }
    }
}
