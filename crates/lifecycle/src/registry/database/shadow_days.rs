//! What is known of shadows, day by day.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{from_json, parsed, to_json};
use crate::registry::RegistryError;
use crate::tally::{ShadowDay, Tally};

/// Adds to what is known of a shadow's day beside a champion.
pub(in crate::registry) fn add(
    connection: &Connection,
    version: u32,
    day: &ShadowDay,
) -> Result<(), RegistryError> {
    let date = day.date.to_string();
    let known = "SELECT tally FROM shadow_days WHERE version = ?1 AND champion = ?2 AND day = ?3";
    let known: Option<String> = connection
        .query_row(known, params![version, day.champion, date], |row| {
            row.get(0)
        })
        .optional()?;
    let mut sum: Tally = match known {
        Some(json) => from_json(&json)?,
        None => Tally::default(),
    };
    sum.add(&day.tally);
    connection.execute(
        "INSERT OR REPLACE INTO shadow_days (version, champion, day, tally) VALUES (?1, ?2, ?3, ?4)",
        params![version, day.champion, date, to_json(&sum)?],
    )?;
    Ok(())
}

/// Gives the days that are known of a shadow.
pub(in crate::registry) fn read(
    connection: &Connection,
    version: u32,
) -> Result<Vec<ShadowDay>, RegistryError> {
    let mut query = connection.prepare(
        "SELECT champion, day, tally FROM shadow_days WHERE version = ?1 ORDER BY day, champion",
    )?;
    let rows = query.query_map([version], read_day)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_day(row: &Row<'_>) -> rusqlite::Result<ShadowDay> {
    let tally: String = row.get(2)?;
    Ok(ShadowDay {
        champion: row.get(0)?,
        date: parsed::<Date>(row, 1)?,
        tally: from_json(&tally)?,
    })
}
