//! `/ajustes`: who has keys, how the contract in service reads its inputs, the configuration as it is understood, the machine, and a copy of
//! everything.
//!
//! - [`keys`]: holders and their keys

pub mod keys;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use propenso_scoring::Language;

use super::contract_view::ContractView;
use super::download::download;
use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::SettingsWords;
use crate::blocking::blocking;
use crate::http::App;
use crate::http::examiner::{Level, Looked};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use keys::{HolderView, RoleChoice};

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    words: SettingsWords,
    /// Those who have keys; `None` where one model's file is served.
    holders: Option<Vec<HolderView>>,
    roles: Vec<RoleChoice>,
    /// What was typed of a new holder, and what is wrong with it.
    name: String,
    wrong: Option<String>,
    contract: Option<ContractView>,
}

#[derive(Template)]
#[template(path = "looked.html")]
struct LookedPage {
    frame: Frame,
    words: SettingsWords,
    heading: &'static str,
    lead: &'static str,
    looked: Vec<Looked>,
}

impl LookedPage {
    fn tag(&self, level: &Level) -> (&'static str, &'static str) {
        match level {
            Level::Good => ("is-good", self.words.good()),
            Level::Warning => ("is-warning", self.words.warning()),
            Level::Wrong => ("is-bad", self.words.wrong()),
        }
    }
}

/// `GET /ajustes`: keys and contract, and where the rest is.
///
/// # Errors
///
/// None that a request can bring about.
pub async fn page(State(app): State<Arc<App>>, reader: Reader) -> Result<Response, Problem> {
    blocking(move || html(&SettingsPage::new(&app, &reader)?)).await
}

impl SettingsPage {
    fn new(app: &App, reader: &Reader) -> Result<Self, Problem> {
        let words = SettingsWords(reader.language);
        let champion = app.serving.champion();
        Ok(Self {
            frame: Frame::new(reader, words.title()),
            words,
            holders: keys::holders(app, reader.language)?,
            roles: keys::roles(reader.language),
            name: String::new(),
            wrong: None,
            contract: champion
                .map(|champion| ContractView::new(champion.scorer.contract(), reader.language)),
        })
    }
}

/// `GET /ajustes/equipo`: what `propenso doctor` finds.
///
/// # Errors
///
/// 404 where nothing looks.
pub async fn machine(State(app): State<Arc<App>>, reader: Reader) -> Result<Response, Problem> {
    let words = SettingsWords(reader.language);
    looked(
        app,
        reader,
        words.machine(),
        words.machine_lead(),
        |app, language| {
            app.examiner
                .as_ref()
                .map(|examiner| examiner.machine(language))
        },
    )
    .await
}

/// `GET /ajustes/configuracion`: what `propenso check-config` understands.
///
/// # Errors
///
/// 404 where nothing looks.
pub async fn configuration(
    State(app): State<Arc<App>>,
    reader: Reader,
) -> Result<Response, Problem> {
    let words = SettingsWords(reader.language);
    looked(
        app,
        reader,
        words.configuration(),
        words.configuration_lead(),
        |app, language| {
            let examiner = app.examiner.as_ref();
            examiner.map(|examiner| examiner.configuration(language))
        },
    )
    .await
}

async fn looked(
    app: Arc<App>,
    reader: Reader,
    heading: &'static str,
    lead: &'static str,
    look: impl FnOnce(&App, Language) -> Option<Vec<Looked>> + Send + 'static,
) -> Result<Response, Problem> {
    // Files, databases and the model are looked at.
    let work = move || {
        let language = reader.language;
        let looked = look(&app, language).ok_or_else(|| Problem::not_found(language))?;
        html(&LookedPage {
            frame: Frame::new(&reader, heading),
            words: SettingsWords(language),
            heading,
            lead,
            looked,
        })
    };
    blocking(work).await
}

/// `POST /ajustes/copia`: the data directory as one file.
///
/// # Errors
///
/// 404 where nothing could be copied; 422 when it cannot be, with why.
pub async fn backup(State(app): State<Arc<App>>, reader: Reader) -> Result<Response, Problem> {
    let language = reader.language;
    let Some(examiner) = app.examiner.clone() else {
        return Err(Problem::not_found(language));
    };
    let folder = tempfile::tempdir();
    let words = SettingsWords(language);
    let folder = folder.map_err(|error| Problem::internal(words.no_copy(), &error))?;
    let today = Timestamp::now()
        .to_zoned_datetime(TimeZone::system())
        .date();
    let name = format!("propenso-{today}.zip");
    let path = folder.path().join(name);
    let written = {
        let path = path.clone();
        move || examiner.backup(&path, language)
    };
    let written = blocking(written).await;
    written.map_err(|text| Problem::new(ProblemKind::InvalidRequest, text))?;
    let response = download(&path).await;
    // The file is open, and is gone when it was sent.
    drop(folder);
    Ok(response)
}
