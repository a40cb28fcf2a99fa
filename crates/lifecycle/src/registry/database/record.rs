//! Rows of the database as the registry's types, and back.

use jiff::Timestamp;
use propenso_model::Sha256;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{from_json, parsed, to_json};
use super::stored_report;
use crate::contract_source::ContractSource;
use crate::gates::GateReport;
use crate::registry::situation::Situation;
use crate::registry::{Content, Event, Origin, RegistryError, State, Version, WayIn};

const VERSION: &str = "SELECT number, state, model_hash, contract_name, contract_text, golden_hash, deciles, \
                       file_name, way_in, added_at, added_by, note, report FROM versions";

pub(in crate::registry) fn versions(
    connection: &Connection,
) -> Result<Vec<Version>, RegistryError> {
    let mut query = connection.prepare_cached(&format!("{VERSION} ORDER BY number"))?;
    let rows = query.query_map([], read_version)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(in crate::registry) fn version(
    connection: &Connection,
    number: u32,
) -> Result<Option<Version>, RegistryError> {
    let mut query = connection.prepare_cached(&format!("{VERSION} WHERE number = ?1"))?;
    Ok(query.query_row([number], read_version).optional()?)
}

pub(in crate::registry) fn holder(
    connection: &Connection,
    state: State,
) -> Result<Option<Version>, RegistryError> {
    let mut query = connection.prepare_cached(&format!("{VERSION} WHERE state = ?1"))?;
    Ok(query.query_row([state.name()], read_version).optional()?)
}

pub(in crate::registry) fn find(
    connection: &Connection,
    model: Sha256,
    contract: Option<&ContractSource>,
) -> Result<Option<Version>, RegistryError> {
    // Registries of before kept the byte order mark of a contract that was uploaded.
    let sql = format!(
        "{VERSION} WHERE model_hash = ?1 AND (?3 OR contract_text IS ?2 OR contract_text = char(65279) || ?2) \
         AND state <> 'rejected' ORDER BY number DESC LIMIT 1"
    );
    let mut query = connection.prepare_cached(&sql)?;
    let text = contract.and_then(ContractSource::text);
    let key = params![model.to_string(), text, contract.is_none()];
    Ok(query.query_row(key, read_version).optional()?)
}

pub(in crate::registry) fn insert(
    connection: &Connection,
    state: State,
    content: &Content,
    origin: &Origin,
    report: &GateReport,
) -> Result<u32, RegistryError> {
    let deciles = content.deciles.as_ref().map(to_json).transpose()?;
    connection.execute(
        "INSERT INTO versions (state, model_hash, contract_name, contract_text, golden_hash, deciles, file_name, \
         way_in, added_at, added_by, note, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            state.name(),
            content.model.to_string(),
            content.contract.name(),
            content.contract.text(),
            content.golden.map(|hash| hash.to_string()),
            deciles,
            origin.file_name,
            origin.way.name(),
            origin.added_at.to_string(),
            origin.added_by,
            origin.note,
            stored_report::to_json(report)?,
        ],
    )?;
    let number = connection.last_insert_rowid();
    u32::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, number).into())
}

/// Replaces what the gates said of a version, with its golden rows and tenths.
pub(in crate::registry) fn set_report(
    connection: &Connection,
    version: &Version,
) -> Result<(), RegistryError> {
    let content = &version.content;
    connection.execute(
        "UPDATE versions SET golden_hash = ?2, deciles = ?3, report = ?4 WHERE number = ?1",
        params![
            version.number,
            content.golden.map(|hash| hash.to_string()),
            content.deciles.as_ref().map(to_json).transpose()?,
            stored_report::to_json(&version.report)?,
        ],
    )?;
    Ok(())
}

pub(in crate::registry) fn set_state(
    connection: &Connection,
    number: u32,
    state: State,
) -> Result<(), RegistryError> {
    connection.execute(
        "UPDATE versions SET state = ?2 WHERE number = ?1",
        params![number, state.name()],
    )?;
    Ok(())
}

pub(in crate::registry) fn insert_event(
    connection: &Connection,
    event: &Event,
) -> Result<(), RegistryError> {
    connection.execute(
        "INSERT INTO events (at, version, action, from_state, to_state, who, why, previous_champion) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            event.at.to_string(),
            event.version,
            event.action,
            event.from.map(State::name),
            event.to.name(),
            event.who,
            event.why,
            event.previous_champion,
        ],
    )?;
    Ok(())
}

pub(in crate::registry) fn events(
    connection: &Connection,
    limit: u32,
) -> Result<Vec<Event>, RegistryError> {
    let mut query = connection.prepare_cached(
        "SELECT id, at, version, model_hash, action, from_state, to_state, who, why, previous_champion \
         FROM events JOIN versions ON number = version ORDER BY id DESC LIMIT ?1",
    )?;
    let rows = query.query_map([limit], read_event)?;
    let mut events: Vec<Event> = rows.collect::<Result<_, _>>()?;
    events.reverse();
    Ok(events)
}

/// What all versions are doing.
pub(in crate::registry) fn situation(connection: &Connection) -> Result<Situation, RegistryError> {
    let versions = versions(connection)?;
    Ok(Situation::of(&versions, former_champions(connection)?))
}

/// Files of rejected versions of which nothing was said since, and that no other version has.
pub(in crate::registry) fn expired_files(
    connection: &Connection,
    before: Timestamp,
) -> Result<Vec<Sha256>, RegistryError> {
    let mut query = connection.prepare_cached(
        "WITH files AS (
             SELECT model_hash AS hash, number, state FROM versions
             UNION ALL SELECT golden_hash, number, state FROM versions WHERE golden_hash IS NOT NULL
         )
         SELECT hash FROM files GROUP BY hash
         HAVING min(state = 'rejected') AND max((SELECT max(at) FROM events WHERE version = number)) < ?1",
    )?;
    let rows = query.query_map([before.to_string()], |row| parsed(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When a version was last made champion.
pub(in crate::registry) fn promoted_at(
    connection: &Connection,
    version: u32,
) -> Result<Option<Timestamp>, RegistryError> {
    let mut query = connection.prepare_cached(
        "SELECT at FROM events WHERE version = ?1 AND to_state = 'champion' \
         AND action NOT IN ('fallback', 'check') ORDER BY id DESC LIMIT 1",
    )?;
    let at = query.query_row([version], |row| parsed(row, 0));
    Ok(at.optional()?)
}

/// The number of the last event.
pub(in crate::registry) fn last_event(connection: &Connection) -> Result<i64, RegistryError> {
    let query = "SELECT coalesce(max(id), 0) FROM events";
    Ok(connection.query_row(query, [], |row| row.get(0))?)
}

pub(in crate::registry) fn former_champions(
    connection: &Connection,
) -> Result<Vec<u32>, RegistryError> {
    let mut query = connection.prepare_cached(
        "SELECT version FROM events WHERE to_state = 'champion' AND action NOT IN ('fallback', 'check') \
         GROUP BY version ORDER BY max(id) DESC",
    )?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_version(row: &Row<'_>) -> rusqlite::Result<Version> {
    let deciles: Option<String> = row.get(6)?;
    let report: String = row.get(12)?;
    let way: String = row.get(8)?;
    Ok(Version {
        number: row.get(0)?,
        state: parsed(row, 1)?,
        content: Content {
            model: parsed(row, 2)?,
            contract: ContractSource::stored(row.get(3)?, row.get(4)?),
            golden: row
                .get::<_, Option<String>>(5)?
                .map(|_| parsed(row, 5))
                .transpose()?,
            deciles: deciles.map(|json| from_json(&json)).transpose()?,
        },
        origin: Origin {
            file_name: row.get(7)?,
            way: WayIn::named(&way).unwrap_or(WayIn::Command),
            added_at: parsed(row, 9)?,
            added_by: row.get(10)?,
            note: row.get(11)?,
        },
        report: stored_report::of_json(&report),
    })
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let from: Option<String> = row.get(5)?;
    Ok(Event {
        id: row.get(0)?,
        at: parsed(row, 1)?,
        version: row.get(2)?,
        model: parsed(row, 3)?,
        action: row.get(4)?,
        from: from.map(|_| parsed(row, 5)).transpose()?,
        to: parsed(row, 6)?,
        who: row.get(7)?,
        why: row.get(8)?,
        previous_champion: row.get(9)?,
    })
}
