//! What happened to versions, as rows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::registry::EventRow;

pub(super) fn insert(connection: &Connection, event: &EventRow) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO events (at, version, action, from_state, to_state, who, why, previous_champion) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            event.at,
            event.version,
            event.action,
            event.from_state,
            event.to_state,
            event.who,
            event.why,
            event.previous_champion,
        ],
    )?;
    Ok(())
}

pub(super) fn last(connection: &Connection, limit: u32) -> Result<Vec<EventRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, at, version, model_hash, action, from_state, to_state, who, why, previous_champion \
         FROM events JOIN versions ON number = version ORDER BY id DESC LIMIT ?1",
    )?;
    let rows = query.query_map([limit], read)?;
    let mut events: Vec<EventRow> = rows.collect::<Result<_, _>>()?;
    events.reverse();
    Ok(events)
}

/// The number of the last event.
pub(super) fn last_number(connection: &Connection) -> Result<i64, StoreError> {
    let query = "SELECT coalesce(max(id), 0) FROM events";
    Ok(connection.query_row(query, [], |row| row.get(0))?)
}

/// When a version was last made champion.
pub(super) fn promoted_at(
    connection: &Connection,
    version: u32,
) -> Result<Option<String>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT at FROM events WHERE version = ?1 AND to_state = 'champion' \
         AND action NOT IN ('fallback', 'check') ORDER BY id DESC LIMIT 1",
    )?;
    let at = query.query_row([version], |row| row.get(0));
    Ok(at.optional()?)
}

pub(super) fn former_champions(connection: &Connection) -> Result<Vec<u32>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT version FROM events WHERE to_state = 'champion' AND action NOT IN ('fallback', 'check') \
         GROUP BY version ORDER BY max(id) DESC",
    )?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        id: row.get(0)?,
        at: row.get(1)?,
        version: row.get(2)?,
        model_hash: row.get(3)?,
        action: row.get(4)?,
        from_state: row.get(5)?,
        to_state: row.get(6)?,
        who: row.get(7)?,
        why: row.get(8)?,
        previous_champion: row.get(9)?,
    })
}
