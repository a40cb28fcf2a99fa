//! Holders and their keys as the store's rows, and back.

use jiff::Timestamp;
use propenso_store::keys::{HolderRow, KeyEventRow, KeyRow};
use propenso_store::{Rows, StoreError};

use super::RegistryError;
use super::record::{parsed, parsed_if_any};
use crate::keys::{Holder, HolderName, Key, KeyId};

/// What happened to a holder or a key: what, to whom, who did it.
pub(super) struct KeyEvent<'e> {
    pub(super) at: Timestamp,
    pub(super) holder: &'e HolderName,
    pub(super) key: Option<KeyId>,
    pub(super) action: &'static str,
    pub(super) who: &'e str,
}

/// Gives all holders, by name.
pub(super) fn holders(rows: &dyn Rows) -> Result<Vec<Holder>, RegistryError> {
    let holders = rows.holders()?;
    let holders = holders.iter().map(holder_of_row);
    Ok(holders.collect::<Result<_, _>>()?)
}

/// Gives one holder, if there is one of that name.
pub(super) fn holder(rows: &dyn Rows, name: &HolderName) -> Result<Option<Holder>, RegistryError> {
    let found = rows.holder(name.as_str())?;
    let found = found.as_ref().map(holder_of_row);
    Ok(found.transpose()?)
}

/// Gives the name of a key's holder.
pub(super) fn holder_of(rows: &dyn Rows, key: KeyId) -> Result<Option<HolderName>, RegistryError> {
    let found = rows.holder_of(&key.to_string())?;
    Ok(parsed_if_any(HOLDERS, found.as_deref())?)
}

/// Adds a key of a holder. Fails when another key has its id.
pub(super) fn insert_key(
    rows: &dyn Rows,
    name: &HolderName,
    key: &Key,
) -> Result<(), RegistryError> {
    let row = KeyRow {
        id: key.id.to_string(),
        hash: key.hash.to_string(),
        created: key.created.to_string(),
        expires: key.expires.map(|end| end.to_string()),
        disabled: key.disabled.map(|at| at.to_string()),
        last_used: key.last_used.map(|at| at.to_string()),
    };
    Ok(rows.insert_key(name.as_str(), &row)?)
}

/// Adds to what happened.
pub(super) fn insert_event(rows: &dyn Rows, event: &KeyEvent<'_>) -> Result<(), RegistryError> {
    let key = event.key.map(|key| key.to_string());
    Ok(rows.insert_key_event(&KeyEventRow {
        at: &event.at.to_string(),
        holder: event.holder.as_str(),
        key: key.as_deref(),
        action: event.action,
        who: event.who,
    })?)
}

const HOLDERS: &str = "holders";
const KEYS: &str = "keys";

fn holder_of_row(row: &HolderRow) -> Result<Holder, StoreError> {
    let keys = row.keys.iter().map(key_of_row);
    Ok(Holder {
        name: parsed(HOLDERS, &row.name)?,
        roles: parsed(HOLDERS, &row.roles)?,
        created: parsed(HOLDERS, &row.created)?,
        disabled: parsed_if_any(HOLDERS, row.disabled.as_deref())?,
        keys: keys.collect::<Result<_, _>>()?,
    })
}

fn key_of_row(row: &KeyRow) -> Result<Key, StoreError> {
    Ok(Key {
        id: parsed(KEYS, &row.id)?,
        hash: parsed(KEYS, &row.hash)?,
        created: parsed(KEYS, &row.created)?,
        expires: parsed_if_any(KEYS, row.expires.as_deref())?,
        disabled: parsed_if_any(KEYS, row.disabled.as_deref())?,
        last_used: parsed_if_any(KEYS, row.last_used.as_deref())?,
    })
}
