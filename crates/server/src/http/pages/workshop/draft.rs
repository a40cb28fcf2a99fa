//! `/modelos/contrato/{id}`: a contract in the making: its text, what is wrong with it, what is asked, and what becomes of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use propenso_lifecycle::admission::Arrival;
use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::draft::name_of;
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::registry::WayIn;
use propenso_lifecycle::workbench::Workbench;
use propenso_model::Blob;
use propenso_store::decision::Who;

use super::super::figure;
use super::super::frame::Frame;
use super::super::html::page as html;
use super::super::models::arrival;
use super::super::reader::Reader;
use super::super::words::{ModelsWords, WorkshopWords};
use super::checked::{Checked, Rows};
use super::sent::Sent;
use super::{MOST_SAMPLE, as_problem, draft_of, open, shop, told, who};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::http::models::{Models, ModelsError};
use crate::http::problem::Problem;
use crate::http::{App, body, caller_name, safety};
use crate::workshop::{
    KEPT_HOURS, KeptContract, MOST_GOLDEN, MOST_TEXT, Origin, WorkshopError, take_apart,
};

/// What golden rows are called that were pasted.
const PASTED: &str = "filas.csv";

#[derive(Template)]
#[template(path = "workshop_draft.html")]
struct DraftPage {
    frame: Frame,
    words: WorkshopWords,
    id: String,
    model: String,
    version: Option<u32>,
    until: String,
    /// Why the sample was not read.
    unread: Option<String>,
    text: String,
    golden: Option<String>,
    checked: Checked,
    /// What is wrong with the golden rows that were sent, or with the text.
    wrong: Option<String>,
    most_golden: String,
    is_part: bool,
    is_auto: bool,
    /// Whether who sends it has no name here.
    is_unnamed: bool,
}

/// What was found out, as the part that is put in its place while somebody types.
#[derive(Template)]
#[template(path = "workshop_checked.html")]
struct CheckedPart {
    words: WorkshopWords,
    checked: Checked,
    is_part: bool,
}

/// `GET /modelos/contrato/{id}`: the text as it was last written, tried.
///
/// # Errors
///
/// 404 when there is none, or it is somebody else's.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let who = who(&request);
    on_contract(app, reader, id, who, |tried| tried.show(None)).await
}

/// `POST /modelos/contrato/{id}`: keeps the text and the golden rows that come with it, and tries them.
///
/// # Errors
///
/// As [`page`]; 413 when it is too large.
pub async fn check(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let who = who(&request);
    let sent = read(request, reader.language).await?;
    on_contract(app, reader, id, who, move |tried| {
        let wrong = tried.keep(&sent)?;
        tried.show(wrong)
    })
    .await
}

/// `POST /modelos/contrato/{id}/mientras`: tries the text while it is typed, without golden rows.
///
/// # Errors
///
/// As [`check`].
pub async fn while_typed(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let who = who(&request);
    // Escaped, a letter has up to three times its bytes.
    let bytes = body::read_within(request.into_body(), 4 * MOST_TEXT, body::PATIENCE).await?;
    let mut pairs = form_urlencoded::parse(&bytes);
    let text = pairs.find_map(|(name, text)| (name == "texto").then(|| plain(&text)));
    let text = text.unwrap_or_default();
    on_contract(app, reader, id, who, move |tried| {
        if text.len() <= MOST_TEXT {
            let written = tried.known.workshop.write(&tried.contract, &text);
            written.map_err(|error| told(error, tried.words))?;
        }
        let checked = Checked::of(tried.bench()?.as_ref(), &text, &None, tried.words);
        html(&CheckedPart {
            words: tried.words,
            checked,
            is_part: true,
        })
    })
    .await
}

/// `POST /modelos/contrato/{id}/archivo`: keeps the text and gives it as a file.
///
/// # Errors
///
/// As [`check`].
pub async fn file(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let who = who(&request);
    let sent = read(request, reader.language).await?;
    on_contract(app, reader, id, who, move |tried| {
        if let Some(wrong) = tried.keep(&sent)? {
            return tried.show(Some(wrong));
        }
        let text = tried.text()?;
        let name = file_name(&tried.contract);
        let mut response = text.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, safety::SANDBOX);
        let kind = HeaderValue::from_static("application/toml; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, kind);
        let disposition = format!("attachment; filename=\"{name}\"");
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        Ok(response)
    })
    .await
}

/// `POST /modelos/contrato/{id}/muestra`: drafts it anew by a sample of clients.
///
/// # Errors
///
/// As [`check`].
pub async fn draft_again(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let who = who(&request);
    let words = WorkshopWords(reader.language);
    let sent = Sent::read(request, MOST_SAMPLE + MOST_TEXT, words).await?;
    on_contract(app, reader, id, who, move |tried| {
        let Some(sample) = sent.file("muestra") else {
            return tried.show(Some(words.no_sample().to_owned()));
        };
        let blob = tried.model()?;
        let contract = &tried.contract;
        let taken = take_apart(blob, contract.origin, contract.key.as_deref());
        let (_, estimator) = taken.map_err(|error| {
            Problem::new(
                crate::http::problem_kind::ProblemKind::ModelUnusable,
                error.to_string(),
            )
            .in_words(words.model_unusable())
        })?;
        let drafted = draft_of(&estimator, &contract.model_name, Some(sample), words.0);
        let (text, unread) = drafted;
        // What was written is not given up for a draft that knows no more.
        let text = match &unread {
            Some(_) => tried.text()?,
            None => text,
        };
        let written = tried.known.workshop.write_anew(contract, &text, unread);
        written.map_err(|error| told(error, words))?;
        Ok(super::to(contract))
    })
    .await
}

/// `POST /modelos/contrato/{id}/enviar`: sends model and contract as a new version, by the way of every other.
///
/// # Errors
///
/// As [`check`]; 503 while others are examined.
pub async fn submit(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let who = who(&request);
    let sent = read(request, reader.language).await?;
    let examined = ModelsWords(reader.language);
    let working = Arc::clone(&app);
    on_contract(app, reader, id, who, move |tried| {
        if let Some(wrong) = tried.keep(&sent)? {
            return tried.show(Some(wrong));
        }
        let text = tried.text()?;
        let source = ContractSource::with_text(file_name(&tried.contract), text);
        // What is wrong is told here, where it can be mended, and makes no version.
        if tried.bench()?.bind(&source).is_err() {
            return tried.show(Some(tried.words.not_sent().to_owned()));
        }
        let golden = tried.golden()?;
        let arrival = Arrival {
            file_name: tried.contract.model_name.clone(),
            model: tried.model()?,
            announced: None,
            key: tried.contract.key.clone(),
            contract: Some(source),
            golden: golden.map(|(_, rows)| rows.into()),
            holdout: None,
            way: WayIn::Upload,
            by: caller_name(caller.as_ref(), sent.text("quien")),
            note: sent.text("nota").unwrap_or_default().to_owned(),
        };
        // What happens to the model from here on is on its own page.
        arrival::begin(&working, arrival, examined)
    })
    .await
}

/// `POST /modelos/contrato/{id}/quitar`: removes it with its files.
///
/// # Errors
///
/// As [`page`].
pub async fn remove(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let who = who(&request);
    let words = WorkshopWords(reader.language);
    let work = move || {
        let shop = shop(&app, words)?;
        let contract = shop.find(&id, &who);
        let removed = contract.and_then(|contract| shop.remove(&contract));
        removed.map_err(|error| told(error, words))
    };
    blocking(work).await?;
    Ok(Redirect::to("/modelos/contrato").into_response())
}

/// Reads the form of the text, with its golden rows.
async fn read(request: Request, language: propenso_scoring::Language) -> Result<Sent, Problem> {
    let limit = 2 * (MOST_GOLDEN + MOST_TEXT);
    Sent::read(request, limit, WorkshopWords(language)).await
}

/// A contract that something is done with, by whose it is.
struct Tried<'a> {
    known: &'a Models,
    reader: &'a Reader,
    words: WorkshopWords,
    contract: KeptContract,
    who: &'a Who,
}

/// Does something with a contract, off the threads of connections. A model that is not open yet is opened in turn: it may be
/// large.
async fn on_contract(
    app: Arc<App>,
    reader: Reader,
    id: String,
    who: Who,
    work: impl FnOnce(&mut Tried<'_>) -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let words = WorkshopWords(reader.language);
    let contract = shop(&app, words)?.find(&id, &who);
    let contract = contract.map_err(|error| told(error, words))?;
    let turn = match shop(&app, words)?.is_open(&contract) {
        true => None,
        false => {
            let turn = app.limits.looks.turn().await;
            Some(turn.map_err(|busy| Problem::busy_in(busy, reader.language))?)
        }
    };
    blocking(move || {
        let _alone = turn;
        let mut tried = Tried {
            known: open(&app, words)?,
            reader: &reader,
            words,
            contract,
            who: &who,
        };
        work(&mut tried)
    })
    .await
}

impl Tried<'_> {
    fn text(&self) -> Result<String, Problem> {
        let text = self.known.workshop.text(&self.contract);
        text.map_err(|error| told(error, self.words))
    }

    fn golden(&self) -> Result<Rows, Problem> {
        let golden = self.known.workshop.golden(&self.contract);
        let golden = golden.map_err(|error| told(error, self.words))?;
        Ok(self.contract.golden.clone().zip(golden))
    }

    fn version(&self) -> impl FnOnce(u32) -> Result<Blob, ModelsError> {
        |number| {
            let version = self.known.registry.version(number)?;
            Ok(self.known.registry.model(&version)?)
        }
    }

    fn model(&self) -> Result<Blob, Problem> {
        let model = self.known.workshop.model(&self.contract, self.version());
        model.map_err(|error| as_problem(error, self.words))
    }

    fn bench(&self) -> Result<Arc<Workbench>, Problem> {
        let bench = self.known.workshop.bench(&self.contract, self.version());
        let bench = bench.map_err(|error| as_problem(error, self.words))?;
        bench.map_err(|error: LoadError| {
            let told = Problem::internal(
                "a model of a contract in the making cannot be opened",
                &error,
            );
            told.in_words(self.words.model_unusable())
        })
    }

    /// Keeps what was sent, or says what is wrong with it.
    fn keep(&mut self, sent: &Sent) -> Result<Option<String>, Problem> {
        let words = self.words;
        let most = |bytes: usize| figure::bytes(bytes as u64, words.0);
        if let Some(text) = sent.whole("texto").map(plain) {
            if text.len() > MOST_TEXT {
                return Ok(Some(words.text_too_large(&most(MOST_TEXT))));
            }
            self.done(self.known.workshop.write(&self.contract, &text))?;
        }
        let pasted = sent
            .text("filas_pegadas")
            .map(|rows| (PASTED, plain(rows).into_bytes()));
        let golden = match (sent.file("filas"), &pasted) {
            (Some(file), _) => Some((file.name.as_str(), &file.content[..])),
            (None, Some((name, rows))) => Some((*name, &rows[..])),
            (None, None) => None,
        };
        match golden {
            Some((_, rows)) if rows.len() > MOST_GOLDEN => {
                return Ok(Some(words.golden_too_large(&most(MOST_GOLDEN))));
            }
            Some((name, rows)) => {
                let golden = Some((name.to_owned(), rows));
                self.done(self.known.workshop.set_golden(&self.contract, golden))?;
            }
            None if sent.text("sin_filas").is_some() => {
                self.done(self.known.workshop.set_golden(&self.contract, None))?;
            }
            None => {}
        }
        let found = self.known.workshop.find(&self.contract.id, self.who);
        self.contract = self.done(found)?;
        Ok(None)
    }

    fn done<T>(&self, done: Result<T, WorkshopError>) -> Result<T, Problem> {
        done.map_err(|error| told(error, self.words))
    }

    /// Makes the page.
    fn show(&self, wrong: Option<String>) -> Result<Response, Problem> {
        let (words, language) = (self.words, self.reader.language);
        let text = self.text()?;
        let golden = self.golden()?;
        let checked = Checked::of(self.bench()?.as_ref(), &text, &golden, words);
        let until = self.contract.changed + SignedDuration::from_hours(KEPT_HOURS);
        let status = match wrong {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        let made = html(&DraftPage {
            frame: Frame::new(self.reader, words.draft_title(&self.contract.model_name)),
            words,
            id: self.contract.id.clone(),
            model: self.contract.model_name.clone(),
            version: match self.contract.origin {
                Origin::Sent => None,
                Origin::Version(number) => Some(number),
            },
            until: figure::moment(until, language),
            unread: self
                .contract
                .unread
                .as_ref()
                .map(|unread| unread.in_language(language).to_owned()),
            golden: golden.map(|(name, _)| name),
            checked,
            text,
            wrong,
            most_golden: figure::bytes(MOST_GOLDEN as u64, language),
            is_part: false,
            is_auto: self.known.is_auto,
            is_unnamed: self.reader.who.is_none(),
        })?;
        Ok((status, made).into_response())
    }
}

/// A text as files have it: browsers send lines with a carriage return.
fn plain(text: &str) -> String {
    let mut text = text.replace("\r\n", "\n");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// What the file of a contract is called: letters that every system takes.
fn file_name(contract: &KeptContract) -> String {
    let name = name_of(std::path::Path::new(&contract.model_name));
    let name: String = name
        .chars()
        .map(
            |c| match c.is_ascii_alphanumeric() || matches!(c, '-' | '_') {
                true => c,
                false => '_',
            },
        )
        .take(60)
        .collect();
    format!("{name}.toml")
}
