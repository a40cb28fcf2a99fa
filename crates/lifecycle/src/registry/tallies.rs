//! What is known of shadows, day by day, in the database.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::RegistryError;
use super::record::{from_json, to_json};
use crate::tally::Tally;

/// Adds to what is known of a shadow's day beside a champion.
pub(super) fn add(
    connection: &Connection,
    (version, champion): (u32, u32),
    day: Date,
    tally: &Tally,
) -> Result<(), RegistryError> {
    let day = day.to_string();
    let known = "SELECT tally FROM shadow_days WHERE version = ?1 AND champion = ?2 AND day = ?3";
    let known: Option<String> = connection
        .query_row(known, params![version, champion, day], |row| row.get(0))
        .optional()?;
    let mut sum: Tally = match known {
        Some(json) => from_json(&json)?,
        None => Tally::default(),
    };
    sum.add(tally);
    connection.execute(
        "INSERT OR REPLACE INTO shadow_days (version, champion, day, tally) VALUES (?1, ?2, ?3, ?4)",
        params![version, champion, day, to_json(&sum)?],
    )?;
    Ok(())
}

/// What is known of a shadow: champion, day, counts.
pub(super) fn read(
    connection: &Connection,
    version: u32,
) -> Result<Vec<(u32, String, Tally)>, RegistryError> {
    let mut query = connection.prepare(
        "SELECT champion, day, tally FROM shadow_days WHERE version = ?1 ORDER BY day, champion",
    )?;
    let rows = query.query_map([version], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
    })?;
    rows.map(|row| {
        let (champion, day, tally) = row?;
        Ok((champion, day, from_json(&tally)?))
    })
    .collect()
}
