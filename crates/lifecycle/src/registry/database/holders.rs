//! Holders and their keys as rows, and back.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{parsed, parsed_if_any};
use crate::keys::{Holder, HolderName, Key, KeyId, Roles};
use crate::registry::RegistryError;

/// What happened to a holder or a key: what, to whom, who did it.
pub(in crate::registry) struct KeyEvent<'e> {
    pub(in crate::registry) at: Timestamp,
    pub(in crate::registry) holder: &'e HolderName,
    pub(in crate::registry) key: Option<KeyId>,
    pub(in crate::registry) action: &'static str,
    pub(in crate::registry) who: &'e str,
}

const HOLDER: &str = "SELECT id, name, roles, created, disabled FROM holders";

/// Gives all holders, by name.
pub(in crate::registry) fn holders(connection: &Connection) -> Result<Vec<Holder>, RegistryError> {
    let mut query = connection.prepare_cached(&format!("{HOLDER} ORDER BY name"))?;
    let rows = query.query_map([], read_holder)?;
    let found: Vec<(i64, Holder)> = rows.collect::<Result<_, _>>()?;
    let with_keys = found.into_iter().map(|found| with_keys(connection, found));
    with_keys.collect()
}

/// Gives one holder, if there is one of that name.
pub(in crate::registry) fn holder(
    connection: &Connection,
    name: &HolderName,
) -> Result<Option<Holder>, RegistryError> {
    let mut query = connection.prepare_cached(&format!("{HOLDER} WHERE name = ?1"))?;
    let found = query.query_row([name.as_str()], read_holder).optional()?;
    found.map(|found| with_keys(connection, found)).transpose()
}

/// Gives the name of a key's holder.
pub(in crate::registry) fn holder_of(
    connection: &Connection,
    key: KeyId,
) -> Result<Option<HolderName>, RegistryError> {
    let query = "SELECT name FROM holders JOIN keys ON holders.id = holder WHERE keys.id = ?1";
    let found = connection.query_row(query, [key.to_string()], |row| parsed(row, 0));
    Ok(found.optional()?)
}

/// Adds a holder, or lets one in again.
pub(in crate::registry) fn enrol(
    connection: &Connection,
    name: &HolderName,
    roles: Roles,
    at: Timestamp,
) -> Result<(), RegistryError> {
    connection.execute(
        "INSERT INTO holders (name, roles, created) VALUES (?1, ?2, ?3) \
         ON CONFLICT (name) DO UPDATE SET roles = ?2, disabled = NULL",
        params![name.as_str(), roles.to_string(), at.to_string()],
    )?;
    Ok(())
}

/// Adds a key of a holder. Fails when another key has its id.
pub(in crate::registry) fn insert_key(
    connection: &Connection,
    name: &HolderName,
    key: &Key,
) -> Result<(), RegistryError> {
    connection.execute(
        "INSERT INTO keys (id, holder, hash, created, expires) \
         SELECT ?1, id, ?3, ?4, ?5 FROM holders WHERE name = ?2",
        params![
            key.id.to_string(),
            name.as_str(),
            key.hash.to_string(),
            key.created.to_string(),
            key.expires.map(|end| end.to_string()),
        ],
    )?;
    Ok(())
}

/// Disables a holder, and all of its keys for good.
pub(in crate::registry) fn disable_holder(
    connection: &Connection,
    name: &HolderName,
    at: Timestamp,
) -> Result<(), RegistryError> {
    let key = params![name.as_str(), at.to_string()];
    connection.execute("UPDATE holders SET disabled = ?2 WHERE name = ?1", key)?;
    let of_holder = "UPDATE keys SET disabled = ?2 WHERE disabled IS NULL AND holder = (SELECT id FROM holders WHERE name = ?1)";
    connection.execute(of_holder, key)?;
    Ok(())
}

/// Disables a key.
pub(in crate::registry) fn disable_key(
    connection: &Connection,
    id: KeyId,
    at: Timestamp,
) -> Result<(), RegistryError> {
    connection.execute(
        "UPDATE keys SET disabled = ?2 WHERE id = ?1 AND disabled IS NULL",
        params![id.to_string(), at.to_string()],
    )?;
    Ok(())
}

/// Says when a key stops working.
pub(in crate::registry) fn set_end(
    connection: &Connection,
    id: KeyId,
    end: Timestamp,
) -> Result<(), RegistryError> {
    connection.execute(
        "UPDATE keys SET expires = ?2 WHERE id = ?1",
        params![id.to_string(), end.to_string()],
    )?;
    Ok(())
}

/// Says when a key was used, unless a later moment is known.
pub(in crate::registry) fn set_used(
    connection: &Connection,
    id: KeyId,
    at: Timestamp,
) -> Result<(), RegistryError> {
    // Whole seconds, all of one length: texts are in the order of time.
    connection.execute(
        "UPDATE keys SET last_used = ?2 WHERE id = ?1 AND (last_used IS NULL OR last_used < ?2)",
        params![id.to_string(), at.to_string()],
    )?;
    Ok(())
}

/// Adds to what happened.
pub(in crate::registry) fn insert_event(
    connection: &Connection,
    event: &KeyEvent<'_>,
) -> Result<(), RegistryError> {
    connection.execute(
        "INSERT INTO key_events (at, holder, key, action, who) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            event.at.to_string(),
            event.holder.as_str(),
            event.key.map(|key| key.to_string()),
            event.action,
            event.who,
        ],
    )?;
    Ok(())
}

/// Gives the number of what happened last.
pub(in crate::registry) fn last_event(connection: &Connection) -> Result<i64, RegistryError> {
    let mut query = connection.prepare_cached("SELECT coalesce(max(id), 0) FROM key_events")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

fn read_holder(row: &Row<'_>) -> rusqlite::Result<(i64, Holder)> {
    let holder = Holder {
        name: parsed(row, 1)?,
        roles: parsed(row, 2)?,
        created: parsed(row, 3)?,
        disabled: parsed_if_any(row, 4)?,
        keys: Vec::new(),
    };
    Ok((row.get(0)?, holder))
}

fn with_keys(
    connection: &Connection,
    (id, mut holder): (i64, Holder),
) -> Result<Holder, RegistryError> {
    let mut query = connection.prepare_cached(
        "SELECT id, hash, created, expires, disabled, last_used FROM keys WHERE holder = ?1 ORDER BY created, rowid",
    )?;
    let rows = query.query_map([id], read_key)?;
    holder.keys = rows.collect::<Result<_, _>>()?;
    Ok(holder)
}

fn read_key(row: &Row<'_>) -> rusqlite::Result<Key> {
    Ok(Key {
        id: parsed(row, 0)?,
        hash: parsed(row, 1)?,
        created: parsed(row, 2)?,
        expires: parsed_if_any(row, 3)?,
        disabled: parsed_if_any(row, 4)?,
        last_used: parsed_if_any(row, 5)?,
    })
}
