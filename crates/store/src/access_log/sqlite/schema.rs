//! The tables of the file of accesses.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;

/// The layout that this program writes.
const LAYOUT: usize = 1;

/// What says that a file is one of these.
const APPLICATION: u32 = 0x7072_6163;

/// Moments are milliseconds; clients are pseudonyms, decisions the bytes of their names. Rows of `accesses`, `forgotten` and
/// `let_go` are only ever added to.
const TABLES: &str = "
CREATE TABLE accesses (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    way TEXT NOT NULL,
    action TEXT NOT NULL,
    decision BLOB,
    client BLOB,
    since INTEGER,
    until INTEGER,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX access_clients ON accesses (client) WHERE client IS NOT NULL;
CREATE INDEX access_decisions ON accesses (decision) WHERE decision IS NOT NULL;
CREATE TABLE holds (
    id INTEGER PRIMARY KEY,
    client BLOB NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    released INTEGER,
    released_by TEXT,
    released_why TEXT
) STRICT;
CREATE UNIQUE INDEX holds_standing ON holds (client) WHERE released IS NULL;
CREATE TABLE forgotten (
    id INTEGER PRIMARY KEY,
    client BLOB NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    decisions INTEGER
) STRICT;
CREATE TABLE let_go (
    id INTEGER PRIMARY KEY,
    month TEXT NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    decisions INTEGER NOT NULL,
    held INTEGER NOT NULL
) STRICT;
";

/// Makes the tables where there are none.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    if layout_of(connection)? == LAYOUT {
        return Ok(());
    }
    // Another process may be making them too: looked at again behind the lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if layout_of(&transaction)? == 0 {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", LAYOUT as i64)?;
    }
    Ok(transaction.commit()?)
}

/// The layout of a file; 0 of an empty one.
fn layout_of(connection: &Connection) -> Result<usize, StoreError> {
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
