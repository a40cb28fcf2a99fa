//! Versions, events and shadows' days as the store's rows, and back.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_model::Sha256;
use propenso_store::registry::{
    ContractSought, DayRow, EventRow, ShadowDayRow, VersionContent, VersionFindings, VersionRow,
};
use propenso_store::{Rows, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::situation::Situation;
use super::stored_report;
use super::{Content, Event, Origin, RegistryError, State, Version, WayIn};
use crate::contract_source::ContractSource;
use crate::gates::GateReport;
use crate::monitoring::{DayAggregate, DayCounts, RouteKind};
use crate::tally::{ShadowDay, Tally};

pub(super) fn versions(rows: &dyn Rows) -> Result<Vec<Version>, RegistryError> {
    let versions = rows.versions()?.into_iter().map(Version::try_from);
    Ok(versions.collect::<Result<_, _>>()?)
}

pub(super) fn version(rows: &dyn Rows, number: u32) -> Result<Option<Version>, RegistryError> {
    let found = rows.version(number)?.map(Version::try_from);
    Ok(found.transpose()?)
}

pub(super) fn holder(rows: &dyn Rows, state: State) -> Result<Option<Version>, RegistryError> {
    let found = rows.version_in(state.name())?.map(Version::try_from);
    Ok(found.transpose()?)
}

pub(super) fn find(
    rows: &dyn Rows,
    model: Sha256,
    contract: Option<&ContractSource>,
) -> Result<Option<Version>, RegistryError> {
    let sought = match contract.map(ContractSource::text) {
        None => ContractSought::Any,
        Some(None) => ContractSought::Own,
        Some(Some(text)) => ContractSought::Text(text),
    };
    let found = rows.find_version(&model.to_string(), sought)?;
    Ok(found.map(Version::try_from).transpose()?)
}

pub(super) fn insert(
    rows: &dyn Rows,
    state: State,
    content: &Content,
    origin: &Origin,
    report: &GateReport,
) -> Result<u32, RegistryError> {
    let row = VersionContent {
        model_hash: content.model.to_string(),
        contract_name: content.contract.name().to_owned(),
        contract_text: content.contract.text().map(str::to_owned),
        file_name: origin.file_name.clone(),
        way_in: origin.way.name().to_owned(),
        added_at: origin.added_at.to_string(),
        added_by: origin.added_by.clone(),
        note: origin.note.clone(),
    };
    Ok(rows.insert_version(state.name(), &row, &findings(content, report)?)?)
}

/// Replaces what the gates said of a version, with its golden rows and tenths.
pub(super) fn set_report(rows: &dyn Rows, version: &Version) -> Result<(), RegistryError> {
    let findings = findings(&version.content, &version.report)?;
    Ok(rows.set_findings(version.number, &findings)?)
}

fn findings(content: &Content, report: &GateReport) -> Result<VersionFindings, StoreError> {
    Ok(VersionFindings {
        golden_hash: content.golden.map(|hash| hash.to_string()),
        deciles: content.deciles.as_ref().map(to_json).transpose()?,
        report: stored_report::to_json(report).map_err(|error| StoreError::row(VERSIONS, error))?,
    })
}

pub(super) fn insert_event(rows: &dyn Rows, event: &Event) -> Result<(), RegistryError> {
    let row = EventRow {
        id: event.id,
        at: event.at.to_string(),
        version: event.version,
        model_hash: event.model.to_string(),
        action: event.action.clone(),
        from_state: event.from.map(|state| state.name().to_owned()),
        to_state: event.to.name().to_owned(),
        who: event.who.clone(),
        why: event.why.clone(),
        previous_champion: event.previous_champion,
    };
    Ok(rows.insert_event(&row)?)
}

pub(super) fn events(rows: &dyn Rows, limit: u32) -> Result<Vec<Event>, RegistryError> {
    let events = rows.events(limit)?.into_iter().map(Event::try_from);
    Ok(events.collect::<Result<_, _>>()?)
}

/// What all versions are doing.
pub(super) fn situation(rows: &dyn Rows) -> Result<Situation, RegistryError> {
    Ok(Situation::of(&versions(rows)?, rows.former_champions()?))
}

/// Files of rejected versions of which nothing was said since, and that no other version has.
pub(super) fn expired_files(
    rows: &dyn Rows,
    before: Timestamp,
) -> Result<Vec<Sha256>, RegistryError> {
    let hashes = rows.expired_files(&before.to_string())?;
    let hashes = hashes.iter().map(|hash| parsed(VERSIONS, hash));
    Ok(hashes.collect::<Result<_, _>>()?)
}

/// When a version was last made champion.
pub(super) fn promoted_at(
    rows: &dyn Rows,
    version: u32,
) -> Result<Option<Timestamp>, RegistryError> {
    let at = rows.promoted_at(version)?;
    Ok(at.map(|at| parsed(EVENTS, &at)).transpose()?)
}

/// Adds to what is known of a shadow's day beside a champion.
pub(super) fn add_shadow_day(
    rows: &dyn Rows,
    version: u32,
    day: &ShadowDay,
) -> Result<(), RegistryError> {
    let date = day.date.to_string();
    let mut sum: Tally = match rows.shadow_day(version, day.champion, &date)? {
        Some(json) => of_json(SHADOW_DAYS, &json)?,
        None => Tally::default(),
    };
    sum.add(&day.tally);
    let row = ShadowDayRow {
        champion: day.champion,
        day: date,
        tally: to_json(&sum)?,
    };
    Ok(rows.set_shadow_day(version, &row)?)
}

/// Gives the days that are known of a shadow.
pub(super) fn shadow_days(rows: &dyn Rows, version: u32) -> Result<Vec<ShadowDay>, RegistryError> {
    let days = rows.shadow_days(version)?.into_iter();
    let days = days.map(|row| {
        Ok(ShadowDay {
            champion: row.champion,
            date: parsed(SHADOW_DAYS, &row.day)?,
            tally: of_json(SHADOW_DAYS, &row.tally)?,
        })
    });
    Ok(days.collect::<Result<_, StoreError>>()?)
}

/// Adds to what was counted of versions.
pub(super) fn add_days(rows: &dyn Rows, days: &[DayAggregate]) -> Result<(), RegistryError> {
    for day in days {
        let date = day.date.to_string();
        let route = day.route.as_str();
        let mut sum = match rows.day(&date, day.version, route)? {
            Some(json) => of_json(DAY_COUNTS, &json)?,
            None => DayCounts::default(),
        };
        sum.add(&day.counts);
        rows.set_day(&DayRow {
            day: date,
            version: day.version,
            route: route.to_owned(),
            counts: to_json(&sum)?,
        })?;
    }
    Ok(())
}

/// What was counted of versions since a day. Ways to ask that this program does not know are passed over.
pub(super) fn days_since(rows: &dyn Rows, first: Date) -> Result<Vec<DayAggregate>, RegistryError> {
    let days = rows.days_since(&first.to_string())?.into_iter();
    let days = days.filter_map(|row| {
        let route = RouteKind::named(&row.route)?;
        let read = || {
            Ok(DayAggregate {
                date: parsed(DAY_COUNTS, &row.day)?,
                version: row.version,
                route,
                counts: of_json(DAY_COUNTS, &row.counts)?,
            })
        };
        Some(read())
    });
    Ok(days.collect::<Result<_, StoreError>>()?)
}

const DAY_COUNTS: &str = "day_counts";
const VERSIONS: &str = "versions";
const EVENTS: &str = "events";
const SHADOW_DAYS: &str = "shadow_days";

impl TryFrom<VersionRow> for Version {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Result<Self, StoreError> {
        let (content, findings) = (row.content, row.findings);
        Ok(Self {
            number: row.number,
            state: parsed(VERSIONS, &row.state)?,
            content: Content {
                model: parsed(VERSIONS, &content.model_hash)?,
                contract: ContractSource::stored(content.contract_name, content.contract_text),
                golden: parsed_if_any(VERSIONS, findings.golden_hash.as_deref())?,
                deciles: findings
                    .deciles
                    .map(|json| of_json(VERSIONS, &json))
                    .transpose()?,
            },
            origin: Origin {
                file_name: content.file_name,
                way: WayIn::named(&content.way_in).unwrap_or(WayIn::Command),
                added_at: parsed(VERSIONS, &content.added_at)?,
                added_by: content.added_by,
                note: content.note,
            },
            report: stored_report::of_json(&findings.report),
        })
    }
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            at: parsed(EVENTS, &row.at)?,
            version: row.version,
            model: parsed(EVENTS, &row.model_hash)?,
            action: row.action,
            from: parsed_if_any(EVENTS, row.from_state.as_deref())?,
            to: parsed(EVENTS, &row.to_state)?,
            who: row.who,
            why: row.why,
            previous_champion: row.previous_champion,
        })
    }
}

/// A column's text, read as what it stands for.
pub(super) fn parsed<T>(table: &'static str, text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error: T::Err| StoreError::row(table, error))
}

/// A column's text, read as what it stands for, if there is one.
pub(super) fn parsed_if_any<T>(
    table: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, StoreError>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.map(|text| parsed(table, text)).transpose()
}

fn of_json<T: DeserializeOwned>(table: &'static str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::row(table, error))
}

fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Failed(error.into()))
}
