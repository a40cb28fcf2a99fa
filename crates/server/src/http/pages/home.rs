//! `GET /`: what is in service, what needs a person, and where each thing is done.
//!
//! - `attention`: what needs a person

mod attention;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use propenso_lifecycle::keys::Role;
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::registry::RegistryError;
use propenso_scoring::Language;

use super::figure::{bytes, count, machine_moment, moment};
use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::HomeWords;
use crate::blocking::blocking;
use crate::disk_room::DiskRoom;
use crate::http::App;
use crate::http::folders::InboxFolder;
use crate::http::problem::Problem;
use crate::jobs::{JobState, OpenJobs};
use crate::monitoring::today;
use attention::Attention;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    words: HomeWords,
    service: Option<Service>,
    attention: Vec<Attention>,
    /// What whoever reads may do.
    may: May,
    portfolios: Option<PortfolioCard>,
    today: Option<TodayCard>,
    record: Option<RecordCard>,
    disk: Option<String>,
    /// Folders that things are dropped into.
    models_folder: Option<FolderLine>,
    portfolios_folder: Option<FolderLine>,
}

/// A folder that things are dropped into, and what is there.
struct FolderLine {
    path: String,
    state: String,
}

/// What a reader may do; a card links to what they may alone.
struct May {
    score: bool,
    send_portfolios: bool,
    see_portfolios: bool,
    see_models: bool,
    change_models: bool,
    see_decisions: bool,
    administer: bool,
}

/// What answers.
struct Service {
    /// "versión 3", or the model's class where a file is served.
    name: String,
    hash: String,
    contract: String,
    class: String,
    since: Option<Moment>,
}

/// A moment, for people and for machines.
struct Moment {
    shown: String,
    machine: String,
}

/// How the portfolios are.
struct PortfolioCard {
    waiting: String,
    running: String,
    done: String,
    failed: String,
    room: String,
}

/// What was asked today.
struct TodayCard {
    requests: String,
    refused: String,
    clients: String,
}

/// How the record is.
struct RecordCard {
    kept: String,
    is_failing: bool,
}

impl Moment {
    fn of(at: Timestamp, language: Language) -> Self {
        Self {
            shown: moment(at, language),
            machine: machine_moment(at),
        }
    }
}

/// The first page.
///
/// # Errors
///
/// None that a request can bring about.
pub async fn page(State(app): State<Arc<App>>, reader: Reader) -> Result<Response, Problem> {
    if !reader.may_anything() {
        return Ok(Redirect::to("/entrar").into_response());
    }
    // The registry's database and the system are asked: both may wait for a disk.
    blocking(move || html(&HomePage::new(&app, &reader))).await
}

impl HomePage {
    fn new(app: &App, reader: &Reader) -> Self {
        let language = reader.language;
        let words = HomeWords(language);
        let may = May::of(app, reader);
        let shown = |folder: &InboxFolder| FolderLine::of(folder, words);
        let folders = &app.folders;
        let room = folders.data.as_deref().filter(|_| may.administer);
        let room = room.and_then(DiskRoom::of);
        Self {
            frame: Frame::new(reader, words.title()),
            words,
            service: Service::of(app, language),
            attention: attention::find(app, reader, room.as_ref()),
            portfolios: app
                .portfolios
                .as_ref()
                .filter(|_| may.see_portfolios)
                .map(|portfolios| PortfolioCard::of(portfolios, language)),
            today: TodayCard::of(app, &may, language),
            record: app
                .record
                .as_ref()
                .filter(|_| may.see_decisions)
                .map(|record| RecordCard {
                    kept: count(record.writer().kept().decisions, language),
                    is_failing: record.writer().trouble().is_some(),
                }),
            disk: room.map(|room| bytes(room.free, language)),
            models_folder: folders
                .models
                .as_ref()
                .filter(|_| may.change_models)
                .map(shown),
            portfolios_folder: folders
                .portfolios
                .as_ref()
                .filter(|_| may.send_portfolios)
                .map(shown),
            may,
        }
    }
}

impl FolderLine {
    fn of(folder: &InboxFolder, words: HomeWords) -> Self {
        let state = match folder.sighted() {
            None => String::new(),
            Some(sighted) if !sighted.is_reachable => words.folder_gone().to_owned(),
            Some(sighted) => match sighted.files {
                0 => words.folder_empty().to_owned(),
                1 => words.folder_one().to_owned(),
                files => words.folder_many(&files),
            },
        };
        Self {
            path: folder.path.display().to_string(),
            state,
        }
    }
}

impl May {
    fn of(app: &App, reader: &Reader) -> Self {
        // Where one file is served there is nothing to change.
        let has_models = app.models.is_some();
        Self {
            score: reader.may(Role::Puntuar),
            send_portfolios: reader.may(Role::Carteras),
            see_portfolios: reader.may(Role::Resultados),
            see_models: has_models && reader.may(Role::Lectura),
            change_models: has_models && reader.may(Role::Modelos),
            see_decisions: reader.may(Role::Resultados),
            administer: reader.may(Role::Administracion),
        }
    }
}

impl Service {
    fn of(app: &App, language: Language) -> Option<Self> {
        let champion = app.serving.champion()?;
        let words = HomeWords(language);
        let signature = champion.scorer.predictor().signature();
        let since = champion.version.and_then(|number| {
            let models = app.models.as_ref()?;
            told(models.registry.promoted_at(number))?
        });
        Some(Self {
            name: match champion.version {
                Some(number) => words.version(&number),
                None => words.one_file().to_owned(),
            },
            hash: champion.scorer.model().short(),
            contract: champion.scorer.contract().name().to_owned(),
            class: signature.class.clone(),
            since: since.map(|at| Moment::of(at, language)),
        })
    }
}

impl PortfolioCard {
    fn of(portfolios: &OpenJobs, language: Language) -> Self {
        let counts = portfolios.jobs().count_by_state();
        let of = |wanted| {
            let found = counts.iter().find(|(state, _)| *state == wanted);
            count(found.map_or(0, |(_, count)| *count as u64), language)
        };
        let (taken, most) = portfolios.jobs().room();
        Self {
            waiting: of(JobState::Queued),
            running: of(JobState::Running),
            done: of(JobState::Done),
            failed: of(JobState::Failed),
            room: HomeWords(language).room_of(&bytes(taken, language), &bytes(most, language)),
        }
    }
}

impl TodayCard {
    fn of(app: &App, may: &May, language: Language) -> Option<Self> {
        let models = app.models.as_ref().filter(|_| may.see_models)?;
        let (mut requests, mut refused, mut clients) = (0, 0, 0);
        for day in told(models.registry.days_since(today()))? {
            if day.route != RouteKind::Portfolio {
                requests += day.counts.answered + day.counts.refused;
                refused += day.counts.refused;
            }
            clients += day.counts.clients;
        }
        Some(Self {
            requests: count(requests, language),
            refused: count(refused, language),
            clients: count(clients, language),
        })
    }
}

/// What the registry says; nothing where it cannot now, which the log tells.
fn told<T>(asked: Result<T, RegistryError>) -> Option<T> {
    asked
        .inspect_err(
            |error| tracing::warn!(%error, "the registry cannot say what the first page shows"),
        )
        .ok()
}
