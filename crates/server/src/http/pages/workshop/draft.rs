//! `/modelos/contrato/{id}`: a contract in the making: its text, what is wrong with it, what is asked, and what becomes of it.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use propenso_lifecycle::admission::Arrival;
use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::draft::name_of;
use propenso_lifecycle::registry::WayIn;

use super::super::html::page as html;
use super::super::models::arrival;
use super::super::words::{ModelsWords, WorkshopWords};
use super::checked::Checked;
use super::sent::Sent;
use super::tried::plain;
use super::visit::ContractVisit;
use super::{MOST_SAMPLE, draft_of};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::http::{body, caller_name, safety};
use crate::workshop::{KeptContract, MOST_TEXT, take_apart};

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
pub async fn page(visit: ContractVisit) -> Result<Response, Problem> {
    visit.with(|tried| tried.show(None)).await
}

/// `POST /modelos/contrato/{id}`: keeps the text and the golden rows that come with it, and tries them.
///
/// # Errors
///
/// As [`page`]; 413 when it is too large.
pub async fn check(visit: ContractVisit, request: Request) -> Result<Response, Problem> {
    let sent = visit.read(request).await?;
    visit
        .with(move |tried| {
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
pub async fn while_typed(visit: ContractVisit, request: Request) -> Result<Response, Problem> {
    // Escaped, a letter has up to three times its bytes.
    let bytes = body::read_within(request.into_body(), 4 * MOST_TEXT, body::PATIENCE).await?;
    let mut pairs = form_urlencoded::parse(&bytes);
    let text = pairs.find_map(|(name, text)| (name == "texto").then(|| plain(&text)));
    let text = text.unwrap_or_default();
    visit
        .with(move |tried| {
            if text.len() <= MOST_TEXT {
                tried.done(tried.known.workshop.write(&tried.contract, &text))?;
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
pub async fn file(visit: ContractVisit, request: Request) -> Result<Response, Problem> {
    visit
        .with_kept(request, |tried, _| {
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
pub async fn draft_again(visit: ContractVisit, request: Request) -> Result<Response, Problem> {
    let words = visit.words();
    let sent = Sent::read(request, MOST_SAMPLE + MOST_TEXT, words).await?;
    visit
        .with(move |tried| {
            let Some(sample) = sent.file("muestra") else {
                return tried.show(Some(words.no_sample().to_owned()));
            };
            let blob = tried.model()?;
            let contract = &tried.contract;
            let taken = take_apart(blob, contract.origin, contract.key.as_deref());
            let (_, estimator) = taken.map_err(|error| {
                let unusable = Problem::new(ProblemKind::ModelUnusable, error.to_string());
                unusable.in_words(words.model_unusable())
            })?;
            let drafted = draft_of(&estimator, &contract.model_name, Some(sample), words.0);
            let (text, unread) = drafted;
            // What was written is not given up for a draft that knows no more.
            let text = match &unread {
                Some(_) => tried.text()?,
                None => text,
            };
            tried.done(tried.known.workshop.write_anew(contract, &text, unread))?;
            Ok(super::to(contract))
        })
        .await
}

/// `POST /modelos/contrato/{id}/enviar`: sends model and contract as a new version, by the way of every other.
///
/// # Errors
///
/// As [`check`]; 503 while others are examined.
pub async fn submit(visit: ContractVisit, request: Request) -> Result<Response, Problem> {
    visit
        .with_kept(request, |tried, sent| {
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
                by: caller_name(tried.caller, sent.text("quien")),
                note: sent.text("nota").unwrap_or_default().to_owned(),
            };
            // What happens to the model from here on is on its own page.
            arrival::begin(tried.app, arrival, ModelsWords(tried.words.0))
        })
        .await
}

/// `POST /modelos/contrato/{id}/quitar`: removes it with its files.
///
/// # Errors
///
/// As [`page`].
pub async fn remove(visit: ContractVisit) -> Result<Response, Problem> {
    visit.remove().await?;
    Ok(Redirect::to("/modelos/contrato").into_response())
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
