//! What was counted of versions, day by day.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::registry::DayRow;

/// Gives what was counted since a day.
pub(super) fn since(connection: &Connection, day: &str) -> Result<Vec<DayRow>, StoreError> {
    let mut query = connection.prepare(
        "SELECT day, version, route, counts FROM day_counts WHERE day >= ?1 ORDER BY day, version, route",
    )?;
    let rows = query.query_map([day], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Gives what was counted of one.
pub(super) fn one(
    connection: &Connection,
    day: &str,
    version: u32,
    route: &str,
) -> Result<Option<String>, StoreError> {
    let query = "SELECT counts FROM day_counts WHERE day = ?1 AND version = ?2 AND route = ?3";
    let known = connection.query_row(query, params![day, version, route], |row| row.get(0));
    Ok(known.optional()?)
}

/// Replaces what was counted of one.
pub(super) fn set(connection: &Connection, row: &DayRow) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR REPLACE INTO day_counts (day, version, route, counts) VALUES (?1, ?2, ?3, ?4)",
        params![row.day, row.version, row.route, row.counts],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<DayRow> {
    Ok(DayRow {
        day: row.get(0)?,
        version: row.get(1)?,
        route: row.get(2)?,
        counts: row.get(3)?,
    })
}
