//! What is known of shadows, day by day.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::registry::ShadowDayRow;

/// Gives the days that are known of a shadow.
pub(super) fn all(connection: &Connection, version: u32) -> Result<Vec<ShadowDayRow>, StoreError> {
    let mut query = connection.prepare(
        "SELECT champion, day, tally FROM shadow_days WHERE version = ?1 ORDER BY day, champion",
    )?;
    let rows = query.query_map([version], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Gives what is known of one.
pub(super) fn one(
    connection: &Connection,
    version: u32,
    champion: u32,
    day: &str,
) -> Result<Option<String>, StoreError> {
    let query = "SELECT tally FROM shadow_days WHERE version = ?1 AND champion = ?2 AND day = ?3";
    let key = params![version, champion, day];
    let known = connection.query_row(query, key, |row| row.get(0));
    Ok(known.optional()?)
}

/// Replaces what is known of one.
pub(super) fn set(
    connection: &Connection,
    version: u32,
    day: &ShadowDayRow,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR REPLACE INTO shadow_days (version, champion, day, tally) VALUES (?1, ?2, ?3, ?4)",
        params![version, day.champion, day.day, day.tally],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ShadowDayRow> {
    Ok(ShadowDayRow {
        champion: row.get(0)?,
        day: row.get(1)?,
        tally: row.get(2)?,
    })
}
