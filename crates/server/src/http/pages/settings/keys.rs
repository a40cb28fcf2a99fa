//! Holders and their keys: who may do what, a new one, another key, an end.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::keys::{Holder, HolderName, Key, KeyRefusal, KeyState, Role, Roles};
use propenso_lifecycle::registry::{Grant, KeyStore, RegistryError};
use propenso_scoring::Language;

use super::super::figure::moment;
use super::super::form::Form;
use super::super::frame::Frame;
use super::super::html::page as html;
use super::super::reader::Reader;
use super::super::words::SettingsWords;
use super::SettingsPage;
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::http::{App, caller_name};

/// For how long the key before another one works.
const BOTH_WORK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A holder.
#[derive(Debug)]
pub(super) struct HolderView {
    pub(super) name: String,
    pub(super) roles: String,
    pub(super) is_disabled: bool,
    pub(super) keys: Vec<KeyLine>,
}

/// A key of a holder.
#[derive(Debug)]
pub(super) struct KeyLine {
    pub(super) id: String,
    pub(super) state: &'static str,
    pub(super) is_live: bool,
    pub(super) created: String,
    pub(super) expires: String,
    pub(super) last_used: String,
}

/// A role that may be given.
#[derive(Debug)]
pub(super) struct RoleChoice {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

/// A new key: the one time that it is seen.
#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage {
    frame: Frame,
    words: SettingsWords,
    holder: String,
    key: String,
    expires: Option<String>,
}

/// Those who have keys; `None` where one model's file is served.
pub(super) fn holders(app: &App, language: Language) -> Result<Option<Vec<HolderView>>, Problem> {
    let Some(store) = &app.keys else {
        return Ok(None);
    };
    let holders = store.holders();
    let holders = holders.map_err(|error| told(error, SettingsWords(language)))?;
    let now = Timestamp::now();
    let views = holders.iter();
    Ok(Some(
        views
            .map(|holder| HolderView::new(holder, now, language))
            .collect(),
    ))
}

/// All roles, with what they are for.
pub(super) fn roles(language: Language) -> Vec<RoleChoice> {
    let words = SettingsWords(language);
    let roles = Role::ALL.into_iter();
    roles
        .map(|role| RoleChoice {
            name: role.name(),
            text: match role {
                Role::Puntuar => words.role_score(),
                Role::Carteras => words.role_portfolios(),
                Role::Resultados => words.role_results(),
                Role::Lectura => words.role_read(),
                Role::Modelos => words.role_models(),
                Role::Metricas => words.role_metrics(),
                Role::Administracion => words.role_all(),
            },
        })
        .collect()
}

impl HolderView {
    fn new(holder: &Holder, now: Timestamp, language: Language) -> Self {
        let keys = holder.keys.iter();
        Self {
            name: holder.name.to_string(),
            roles: holder.roles.to_string(),
            is_disabled: holder.disabled.is_some(),
            keys: keys
                .map(|key| KeyLine::new(holder, key, now, language))
                .collect(),
        }
    }
}

impl KeyLine {
    fn new(holder: &Holder, key: &Key, now: Timestamp, language: Language) -> Self {
        let words = SettingsWords(language);
        let state = holder.state_of(key, now);
        let shown = |at: Option<Timestamp>, none: &str| {
            at.map_or_else(|| none.to_owned(), |at| moment(at, language))
        };
        Self {
            id: key.id.to_string(),
            state: match state {
                KeyState::Live => words.key_works(),
                KeyState::Expired => words.key_expired(),
                KeyState::Disabled => words.key_disabled(),
            },
            is_live: state == KeyState::Live,
            created: moment(key.created, language),
            expires: shown(key.expires, words.never()),
            last_used: shown(key.last_used, words.never()),
        }
    }
}

/// What is done to keys, and who does it.
struct Act {
    form: Form,
    by: String,
}

impl Act {
    async fn of(request: Request) -> Result<Self, Problem> {
        let caller = request.extensions().get::<Caller>().cloned();
        Ok(Self {
            form: Form::of(request.into_body()).await?,
            by: caller_name(caller.as_ref(), None),
        })
    }

    fn name(&mut self) -> Result<HolderName, KeyRefusal> {
        self.form.take_text("nombre").unwrap_or_default().parse()
    }

    /// How a key is given: to the end of the day that was typed, if one was.
    fn grant(&mut self, words: SettingsWords) -> Result<Grant, String> {
        let by = self.by.clone();
        let Some(day) = self.form.take_text("hasta") else {
            return Ok(Grant { expires: None, by });
        };
        let end = day.parse::<Date>().and_then(Date::tomorrow);
        let end = end.and_then(|day| day.to_zoned_datetime(TimeZone::system()));
        match end.map(|end| end.timestamp()) {
            Ok(end) if end > Timestamp::now() => Ok(Grant {
                expires: Some(end),
                by,
            }),
            _ => Err(words.no_day().to_owned()),
        }
    }
}

/// `POST /ajustes/claves`: somebody is given a key, which is shown once.
///
/// # Errors
///
/// 404 where one model's file is served.
pub async fn add(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let mut act = Act::of(request).await?;
    let work = move || {
        let words = SettingsWords(reader.language);
        let store = store(&app, words)?;
        let typed = act.form.take("nombre").unwrap_or_default();
        let refuse = |text: String| {
            let mut response = html(&SettingsPage {
                name: typed.clone(),
                wrong: Some(text),
                ..SettingsPage::new(&app, &reader)?
            })?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        };
        let name: HolderName = match typed.trim().parse() {
            Ok(name) => name,
            Err(refusal) => return refuse(KeyRefusal::message(&refusal, reader.language)),
        };
        let grant = match act.grant(words) {
            Ok(grant) => grant,
            Err(text) => return refuse(text),
        };
        let mut chosen = Vec::new();
        while let Some(role) = act.form.take("papel") {
            chosen.push(role);
        }
        let Ok(roles) = chosen.join(",").parse::<Roles>() else {
            return refuse(words.no_role().to_owned());
        };
        match store.add(&name, roles, &grant) {
            Ok(key) => KeyPage::of(&reader, &name, key.reveal(), &grant),
            Err(RegistryError::Key(refusal)) => refuse(refusal.message(reader.language)),
            Err(error) => Err(told(error, words)),
        }
    };
    blocking(work).await
}

/// `POST /ajustes/claves/otra`: a holder is given another key; the one before works for a week.
///
/// # Errors
///
/// 404 where there is no such holder.
pub async fn rotate(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let language = reader.language;
    let rotate = move |store: &KeyStore, name: &HolderName, by: String| {
        let grant = Grant { expires: None, by };
        let rotated = store.rotate(name, &grant, BOTH_WORK);
        let rotated = rotated.map_err(|error| told(error, SettingsWords(language)))?;
        KeyPage::of(&reader, name, rotated.key.reveal(), &grant)
    };
    with_holder(app, language, request, rotate).await
}

/// `POST /ajustes/claves/anular`: a holder may do nothing any more.
///
/// # Errors
///
/// 404 where there is no such holder.
pub async fn disable(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let language = reader.language;
    let disable = move |store: &KeyStore, name: &HolderName, by: String| {
        let disabled = store.disable_holder(name, &by);
        disabled.map_err(|error| told(error, SettingsWords(language)))?;
        Ok(Redirect::to("/ajustes").into_response())
    };
    with_holder(app, language, request, disable).await
}

/// Does something to the keys of the holder that a form names; `work` hears of who does it.
async fn with_holder(
    app: Arc<App>,
    language: Language,
    request: Request,
    work: impl FnOnce(&KeyStore, &HolderName, String) -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let mut act = Act::of(request).await?;
    let work = move || {
        let store = store(&app, SettingsWords(language))?;
        let name = act.name();
        let name = name.map_err(|refusal| refused(&refusal, language))?;
        work(store, &name, act.by)
    };
    blocking(work).await
}

impl KeyPage {
    fn of(
        reader: &Reader,
        holder: &HolderName,
        key: &str,
        grant: &Grant,
    ) -> Result<Response, Problem> {
        let words = SettingsWords(reader.language);
        html(&Self {
            frame: Frame::new(reader, words.new_key()),
            words,
            holder: holder.to_string(),
            key: key.to_owned(),
            expires: grant.expires.map(|at| moment(at, reader.language)),
        })
    }
}

fn store(app: &App, words: SettingsWords) -> Result<&KeyStore, Problem> {
    let store = app.keys.as_ref();
    store.ok_or_else(|| Problem::new(ProblemKind::NoRegistry, words.no_registry()))
}

fn refused(refusal: &KeyRefusal, language: Language) -> Problem {
    Problem::new(ProblemKind::InvalidRequest, refusal.message(language))
}

fn told(error: RegistryError, words: SettingsWords) -> Problem {
    match error {
        RegistryError::Key(refusal) => refused(&refusal, words.0),
        error if error.is_disk_full() => Problem::new(ProblemKind::NoRoom, words.disk_full()),
        error => Problem::internal(words.unusable(), &error),
    }
}
