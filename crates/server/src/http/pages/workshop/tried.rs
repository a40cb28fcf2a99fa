//! A contract in the making while something is done with it: what it has, what is kept of what was sent, and its page.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::workbench::Workbench;
use propenso_model::Blob;

use super::super::figure;
use super::super::frame::Frame;
use super::super::html::page as html;
use super::super::reader::Reader;
use super::super::words::WorkshopWords;
use super::checked::{Checked, Rows};
use super::sent::Sent;
use super::{as_problem, told, who};
use crate::access::caller::Caller;
use crate::http::App;
use crate::http::models::{Models, ModelsError};
use crate::http::problem::Problem;
use crate::workshop::{KEPT_HOURS, KeptContract, MOST_GOLDEN, MOST_TEXT, Origin, WorkshopError};

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

/// A contract that something is done with, by whose it is.
pub(super) struct Tried<'a> {
    pub(super) app: &'a Arc<App>,
    pub(super) reader: &'a Reader,
    pub(super) caller: Option<&'a Caller>,
    pub(super) known: &'a Models,
    pub(super) words: WorkshopWords,
    pub(super) contract: KeptContract,
}

impl Tried<'_> {
    /// Its text.
    pub(super) fn text(&self) -> Result<String, Problem> {
        self.done(self.known.workshop.text(&self.contract))
    }

    /// Its golden rows.
    pub(super) fn golden(&self) -> Result<Rows, Problem> {
        let golden = self.done(self.known.workshop.golden(&self.contract))?;
        Ok(self.contract.golden.clone().zip(golden))
    }

    fn version(&self) -> impl FnOnce(u32) -> Result<Blob, ModelsError> {
        |number| {
            let version = self.known.registry.version(number)?;
            Ok(self.known.registry.model(&version)?)
        }
    }

    /// The file of its model.
    pub(super) fn model(&self) -> Result<Blob, Problem> {
        let model = self.known.workshop.model(&self.contract, self.version());
        model.map_err(|error| as_problem(error, self.words))
    }

    /// Its model, opened.
    pub(super) fn bench(&self) -> Result<Arc<Workbench>, Problem> {
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
    pub(super) fn keep(&mut self, sent: &Sent) -> Result<Option<String>, Problem> {
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
        let found = self
            .known
            .workshop
            .find(&self.contract.id, &who(self.caller));
        self.contract = self.done(found)?;
        Ok(None)
    }

    /// What the workshop did, or what keeps it from that in the reader's words.
    pub(super) fn done<T>(&self, done: Result<T, WorkshopError>) -> Result<T, Problem> {
        done.map_err(|error| told(error, self.words))
    }

    /// Makes the page.
    pub(super) fn show(&self, wrong: Option<String>) -> Result<Response, Problem> {
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
pub(super) fn plain(text: &str) -> String {
    let mut text = text.replace("\r\n", "\n");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
