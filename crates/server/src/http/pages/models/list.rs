//! `GET /modelos`: what answers, what did, and all versions.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use propenso_lifecycle::fallback::Fallback;
use propenso_lifecycle::keys::Role;
use propenso_lifecycle::registry::{Event, RegistryError, State, Version};

use super::act::Act;
use super::tag::Tag;
use super::timeline::{self, Answering};
use crate::http::models::Models;
use crate::http::pages::chart::Chart;
use crate::http::pages::figure;
use crate::http::pages::frame::Frame;
use crate::http::pages::html::page as html;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::ModelsWords;
use crate::http::problem::Problem;

/// Versions on a page.
const PAGE: u32 = 25;

/// Events that are looked at: who answered is told of as many.
const EVENTS: u32 = 1_000;

/// Events that are listed.
const LISTED: usize = 50;

/// What is asked of the page.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The page, from 1.
    pub(super) page: u32,
    /// The day whose version is sought, as it was typed.
    pub(super) day: Option<String>,
    /// What is wrong with the model that was sent.
    pub(super) wrong_upload: Option<String>,
}

/// What the page is made of, from the registry.
#[derive(Debug)]
pub(super) struct Found {
    champion: Option<Version>,
    versions: Vec<Version>,
    events: Vec<Event>,
    newest: u32,
    former: Option<u32>,
}

#[derive(Template)]
#[template(path = "models.html")]
struct ModelsPage {
    frame: Frame,
    words: ModelsWords,
    service: Option<Service>,
    fallback: Option<String>,
    timeline: Option<Chart>,
    day: DayAnswer,
    versions: Vec<Listed>,
    pages: Pages,
    events: Vec<Told>,
    back: Option<Act>,
    may_add: bool,
    /// Whether who adds a model has no name here.
    is_unnamed: bool,
    is_auto: bool,
    wrong_upload: Option<String>,
}

/// What is in service.
#[derive(Debug)]
struct Service {
    number: u32,
    answers: String,
    since: String,
    why: String,
    verdict: Tag,
}

/// What answered on a day that somebody asks about.
#[derive(Debug, Default)]
struct DayAnswer {
    typed: String,
    heading: String,
    answers: Vec<String>,
    wrong: bool,
}

/// A version of the list.
#[derive(Debug)]
struct Listed {
    number: u32,
    state: Tag,
    verdict: Tag,
    received: String,
    machine_received: String,
    since: String,
    by: String,
    file: String,
    note: String,
}

/// Where in the list this is.
#[derive(Debug)]
struct Pages {
    here: String,
    newer: Option<u32>,
    older: Option<u32>,
}

/// An event, in words.
#[derive(Debug)]
struct Told {
    when: String,
    machine_when: String,
    number: u32,
    what: &'static str,
    who: String,
    why: String,
}

impl Found {
    /// Looks for what a page of the list needs: that page's versions alone.
    pub(super) fn look(models: &Models, page: u32) -> Result<Self, RegistryError> {
        let registry = &models.registry;
        let newest = registry.newest()?;
        let last = newest.saturating_sub((page - 1).saturating_mul(PAGE));
        let first = last.saturating_sub(PAGE - 1).max(1);
        let mut versions = registry.versions_between(first, last)?;
        versions.reverse();
        let champion = registry.holder(State::Champion)?;
        let number = champion.as_ref().map(|version| version.number);
        let former = registry.former_champions()?;
        Ok(Self {
            versions,
            events: registry.events(EVENTS)?,
            newest,
            former: former.into_iter().find(|former| Some(*former) != number),
            champion,
        })
    }
}

/// Makes the page.
pub(super) fn page(
    reader: &Reader,
    models: &Models,
    found: &Found,
    fallback: Option<&Fallback>,
    asked: Asked,
) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let spans = timeline::answering(&found.events, fallback.is_some());
    let has_history = !spans.is_empty();
    let champion = found.champion.as_ref().map(|version| version.number);
    let may_act = reader.may(Role::Modelos);
    let status = match asked.wrong_upload {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let back = found.former.filter(|_| may_act).zip(champion);
    let page = ModelsPage {
        frame: Frame::new(reader, words.title()),
        service: found
            .champion
            .as_ref()
            .map(|champion| Service::of(champion, &found.events, words)),
        fallback: fallback.map(|fallback| {
            let other = fallback.answering.map_or_else(
                || words.no_version().to_owned(),
                |number| words.version_of(number).to_lowercase(),
            );
            words.fallback(fallback.champion, &other)
        }),
        timeline: has_history.then(|| timeline::chart(&spans, Timestamp::now(), words)),
        day: DayAnswer::of(asked.day, &spans, words),
        pages: Pages::of(asked.page, found.newest, words),
        versions: found
            .versions
            .iter()
            .map(|version| Listed::of(version, &spans, words))
            .collect(),
        events: found
            .events
            .iter()
            .rev()
            .take(LISTED)
            .map(|event| Told::of(event, words))
            .collect(),
        back: back.map(|(former, champion)| Act::back(former, Some(champion), reader, words)),
        may_add: may_act,
        is_unnamed: reader.who.is_none(),
        is_auto: models.is_auto,
        wrong_upload: asked.wrong_upload,
        words,
    };
    Ok((status, html(&page)?).into_response())
}

impl Service {
    fn of(champion: &Version, events: &[Event], words: ModelsWords) -> Self {
        let number = champion.number;
        let became = |event: &&Event| {
            event.version == number
                && event.to == State::Champion
                && event.from != Some(State::Champion)
        };
        let since = events.iter().rev().find(became);
        Self {
            number,
            answers: words.answers(number),
            since: since.map_or_else(String::new, |event| {
                words.since(&figure::moment(event.at, words.0), &event.who)
            }),
            why: since
                .filter(|event| !event.why.is_empty())
                .map_or_else(String::new, |event| words.reason_given(&event.why)),
            verdict: Tag::verdict(champion.report.verdict(), words),
        }
    }
}

impl DayAnswer {
    fn of(typed: Option<String>, spans: &[Answering], words: ModelsWords) -> Self {
        let Some(typed) = typed else {
            return Self::default();
        };
        let Ok(day) = typed.trim().parse::<Date>() else {
            return Self {
                typed,
                wrong: true,
                ..Self::default()
            };
        };
        let mut answers = timeline::on_day(spans, day, words);
        if answers.is_empty() {
            answers.push(words.day_nobody().to_owned());
        }
        Self {
            heading: words.on_day(&figure::day(day, words.0)),
            typed,
            answers,
            wrong: false,
        }
    }
}

impl Listed {
    fn of(version: &Version, spans: &[Answering], words: ModelsWords) -> Self {
        let mut answered = spans.iter().rev();
        let since = answered.find(|span| span.version == version.number);
        let since = since.filter(|_| version.state == State::Champion);
        Self {
            number: version.number,
            state: Tag::state(version.state, words),
            verdict: Tag::verdict(version.report.verdict(), words),
            received: figure::moment(version.origin.added_at, words.0),
            machine_received: figure::machine_moment(version.origin.added_at),
            since: since.map_or_else(String::new, |span| figure::moment(span.from, words.0)),
            by: version.origin.added_by.clone(),
            file: version.origin.file_name.clone(),
            note: version.origin.note.clone(),
        }
    }
}

impl Pages {
    fn of(page: u32, newest: u32, words: ModelsWords) -> Self {
        let pages = newest.div_ceil(PAGE).max(1);
        Self {
            here: words.page_of(page, pages),
            newer: (page > 1).then(|| (page - 1).min(pages)),
            older: (page < pages).then_some(page + 1),
        }
    }
}

impl Told {
    fn of(event: &Event, words: ModelsWords) -> Self {
        let what = match (event.action.as_str(), event.to) {
            ("add", _) => words.event_added(),
            ("check", _) => words.event_checked(),
            ("fallback", _) => words.event_fallback(),
            ("promote" | "overrule" | "rollback", State::Retired) => words.event_replaced(),
            ("promote", _) => words.event_promoted(),
            ("overrule", _) => words.event_overruled(),
            ("rollback", _) => words.event_back(),
            ("shadow", State::Shadow) => words.event_shadow(),
            _ => words.event_retired(),
        };
        Self {
            when: figure::moment(event.at, words.0),
            machine_when: figure::machine_moment(event.at),
            number: event.version,
            what,
            who: event.who.clone(),
            why: event.why.clone(),
        }
    }
}
