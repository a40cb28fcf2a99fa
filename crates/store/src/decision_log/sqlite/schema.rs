//! The tables of a month's file.

use rusqlite::Connection;

use crate::decision::link::Head;
use crate::error::StoreError;

/// The layout that this program writes.
const LAYOUT: usize = 1;

/// What says that a file is one of these.
const APPLICATION: u32 = 0x7072_6465;

/// `entries` are in the order of the chain. A decision's name is a time and chance: an index of the times is half as
/// large as one of the names, and as good. Of clients those of single decisions are indexed, by so much of their
/// pseudonyms as tells them apart; entries of many are read through.
///
/// `chain` has one row: which chain it is, where it was before this month, and whether the month is over. `before` is
/// the hash of the entry before where that one is gone.
const TABLES: &str = "
CREATE TABLE contexts (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE entries (
    place INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    chance BLOB NOT NULL,
    decisions INTEGER NOT NULL,
    context INTEGER NOT NULL REFERENCES contexts (id),
    hash BLOB NOT NULL,
    clients BLOB,
    before BLOB,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX entry_times ON entries (at);
CREATE INDEX entry_clients ON entries (substr(clients, 1, 6)) WHERE decisions = 1 AND clients IS NOT NULL;
CREATE INDEX entries_of_many ON entries (place) WHERE decisions > 1 AND clients IS NOT NULL;
CREATE TABLE chain (
    chain INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash BLOB NOT NULL,
    is_closed INTEGER NOT NULL DEFAULT 0
) STRICT;
";

/// Makes the tables where there are none; `head` is where the chain is before them.
pub(super) fn prepare(connection: &mut Connection, head: Head) -> Result<(), StoreError> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if layout_of(&transaction)? == 0 {
        transaction.execute_batch(TABLES)?;
        transaction.execute(
            "INSERT INTO chain (chain, place, hash) VALUES (?1, ?2, ?3)",
            rusqlite::params![
                head.chain.0.cast_signed(),
                head.place.cast_signed(),
                head.hash.as_bytes()
            ],
        )?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", LAYOUT as i64)?;
    }
    Ok(transaction.commit()?)
}

/// The layout of a file; 0 of an empty one.
///
/// # Errors
///
/// [`StoreError::Newer`] for one that a later program wrote.
pub(super) fn layout_of(connection: &Connection) -> Result<usize, StoreError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    match found <= LAYOUT {
        true => Ok(found),
        false => Err(StoreError::Newer {
            found,
            known: LAYOUT,
        }),
    }
}
