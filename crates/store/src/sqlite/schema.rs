//! The database's tables, brought up to date when it is opened.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::StoreError;

/// One text per step, in order; a step that has been released never changes.
const MIGRATIONS: [&str; 3] = ["
    CREATE TABLE versions (
        number        INTEGER PRIMARY KEY AUTOINCREMENT,
        state         TEXT NOT NULL CHECK (state IN ('candidate', 'shadow', 'champion', 'retired', 'rejected')),
        model_hash    TEXT NOT NULL,
        contract_name TEXT NOT NULL,
        -- NULL: the model's own columns
        contract_text TEXT,
        golden_hash   TEXT,
        -- JSON: nine scores
        deciles       TEXT,
        file_name     TEXT NOT NULL,
        way_in        TEXT NOT NULL,
        added_at      TEXT NOT NULL,
        added_by      TEXT NOT NULL,
        note          TEXT NOT NULL,
        -- JSON
        report        TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX one_champion ON versions (state) WHERE state = 'champion';
    CREATE UNIQUE INDEX one_shadow ON versions (state) WHERE state = 'shadow';
    CREATE INDEX versions_by_model ON versions (model_hash);
    CREATE TABLE events (
        id                INTEGER PRIMARY KEY AUTOINCREMENT,
        at                TEXT NOT NULL,
        version           INTEGER NOT NULL REFERENCES versions (number),
        action            TEXT NOT NULL,
        from_state        TEXT,
        to_state          TEXT NOT NULL,
        who               TEXT NOT NULL,
        why               TEXT NOT NULL,
        previous_champion INTEGER REFERENCES versions (number)
    ) STRICT;
    CREATE TABLE shadow_days (
        version  INTEGER NOT NULL REFERENCES versions (number),
        champion INTEGER NOT NULL REFERENCES versions (number),
        day      TEXT NOT NULL,
        -- JSON
        tally    TEXT NOT NULL,
        PRIMARY KEY (version, champion, day)
    ) STRICT;
", "
    CREATE TABLE holders (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        name     TEXT NOT NULL UNIQUE,
        -- names, with commas between them
        roles    TEXT NOT NULL,
        created  TEXT NOT NULL,
        -- since when; NULL: it is not
        disabled TEXT
    ) STRICT;
    CREATE TABLE keys (
        id        TEXT PRIMARY KEY,
        holder    INTEGER NOT NULL REFERENCES holders (id),
        -- SHA-256 of the whole key: the key itself is nowhere
        hash      TEXT NOT NULL,
        created   TEXT NOT NULL,
        expires   TEXT,
        disabled  TEXT,
        last_used TEXT
    ) STRICT;
    CREATE INDEX keys_by_holder ON keys (holder);
    -- Only ever added to: a server looks at the last one to see whether anything has changed.
    CREATE TABLE key_events (
        id     INTEGER PRIMARY KEY AUTOINCREMENT,
        at     TEXT NOT NULL,
        holder TEXT NOT NULL,
        key    TEXT,
        action TEXT NOT NULL,
        who    TEXT NOT NULL
    ) STRICT;
", "
    CREATE TABLE day_counts (
        day     TEXT NOT NULL,
        version INTEGER NOT NULL REFERENCES versions (number),
        route   TEXT NOT NULL,
        -- JSON
        counts  TEXT NOT NULL,
        PRIMARY KEY (day, version, route)
    ) STRICT, WITHOUT ROWID;
"];

/// The layout that this program writes.
pub(super) const LAYOUT: usize = MIGRATIONS.len();

/// Prepares a connection and brings the tables up to date, all or nothing.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "foreign_keys", true)?;
    if layout_of(connection)? == LAYOUT {
        return Ok(());
    }
    // Another process may be migrating too: looked at again behind the lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migrate(&transaction)?;
    transaction.commit()?;
    Ok(())
}

fn migrate(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let found = layout_of(transaction)?;
    let due = MIGRATIONS.get(found..).ok_or(StoreError::Newer {
        found,
        known: LAYOUT,
    })?;
    for migration in due {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", LAYOUT as u32)?;
    Ok(())
}

/// Gives the layout of a database.
pub(super) fn layout_of(connection: &Connection) -> Result<usize, StoreError> {
    let schema: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(schema as usize)
}
