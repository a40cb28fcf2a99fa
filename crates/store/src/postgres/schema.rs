//! The tables, brought up to date when the database is opened.

use super::Postgres;
use super::transaction::PostgresRows;
use crate::StoreError;
use crate::condition::Condition;

/// Where the tables are: beside others' in a database that is shared.
pub(super) const NAME: &str = "propenso";

/// One text per step, in order; a step that has been released never changes. Texts are compared byte by byte, as in SQLite.
const MIGRATIONS: [&str; 4] = [
    FIRST,
    super::decisions::TABLES,
    super::accesses::TABLES,
    DAY_COUNTS,
];

const DAY_COUNTS: &str = r#"
    CREATE TABLE day_counts (
        day     TEXT COLLATE "C" NOT NULL,
        version BIGINT NOT NULL REFERENCES versions (number),
        route   TEXT COLLATE "C" NOT NULL,
        -- JSON
        counts  TEXT NOT NULL,
        PRIMARY KEY (day, version, route)
    );
"#;

const FIRST: &str = r#"
    CREATE TABLE versions (
        number        BIGINT PRIMARY KEY,
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
    );
    CREATE UNIQUE INDEX one_champion ON versions (state) WHERE state = 'champion';
    CREATE UNIQUE INDEX one_shadow ON versions (state) WHERE state = 'shadow';
    CREATE INDEX versions_by_model ON versions (model_hash);
    CREATE TABLE events (
        id                BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at                TEXT COLLATE "C" NOT NULL,
        version           BIGINT NOT NULL REFERENCES versions (number),
        action            TEXT NOT NULL,
        from_state        TEXT,
        to_state          TEXT NOT NULL,
        who               TEXT NOT NULL,
        why               TEXT NOT NULL,
        previous_champion BIGINT REFERENCES versions (number)
    );
    CREATE INDEX events_by_version ON events (version);
    CREATE TABLE shadow_days (
        version  BIGINT NOT NULL REFERENCES versions (number),
        champion BIGINT NOT NULL REFERENCES versions (number),
        day      TEXT COLLATE "C" NOT NULL,
        -- JSON
        tally    TEXT NOT NULL,
        PRIMARY KEY (version, champion, day)
    );
    CREATE TABLE holders (
        id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name     TEXT COLLATE "C" NOT NULL UNIQUE,
        -- names, with commas between them
        roles    TEXT NOT NULL,
        created  TEXT NOT NULL,
        -- since when; NULL: it is not
        disabled TEXT
    );
    CREATE TABLE keys (
        id        TEXT PRIMARY KEY,
        -- the order in which they were made
        made      BIGINT GENERATED ALWAYS AS IDENTITY,
        holder    BIGINT NOT NULL REFERENCES holders (id),
        -- SHA-256 of the whole key: the key itself is nowhere
        hash      TEXT NOT NULL,
        created   TEXT COLLATE "C" NOT NULL,
        expires   TEXT,
        disabled  TEXT,
        last_used TEXT COLLATE "C"
    );
    CREATE INDEX keys_by_holder ON keys (holder);
    -- Only ever added to: a server looks at the last one to see whether anything has changed.
    CREATE TABLE key_events (
        id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at     TEXT COLLATE "C" NOT NULL,
        holder TEXT NOT NULL,
        key    TEXT,
        action TEXT NOT NULL,
        who    TEXT NOT NULL
    );
    CREATE TABLE files (
        hash    TEXT PRIMARY KEY,
        n_parts BIGINT NOT NULL
    );
    CREATE TABLE file_parts (
        hash  TEXT NOT NULL REFERENCES files (hash) ON DELETE CASCADE,
        part  BIGINT NOT NULL,
        bytes BYTEA NOT NULL,
        PRIMARY KEY (hash, part)
    );
    -- Models are compressed already, or not worth it.
    ALTER TABLE file_parts ALTER COLUMN bytes SET STORAGE EXTERNAL;
"#;

/// The layout that this program writes.
const LAYOUT: usize = MIGRATIONS.len();

/// Brings the tables up to date, all or nothing.
pub(super) fn prepare(postgres: &Postgres) -> Result<(), StoreError> {
    if postgres.read(layout_of)? == Some(LAYOUT) {
        return Ok(());
    }
    // Another process may be at it too: looked at again behind the lock.
    postgres.write(migrate)
}

/// The database as it is.
pub(super) fn look(postgres: &Postgres) -> Result<Option<Condition>, StoreError> {
    postgres.read(|rows| {
        let Some(layout) = layout_of(rows)? else {
            return Ok(None);
        };
        Ok(Some(Condition {
            layout,
            known: LAYOUT,
            damage: Vec::new(),
            last_event: last_event(rows, layout)?,
        }))
    })
}

fn migrate(rows: &PostgresRows<'_>) -> Result<(), StoreError> {
    let found = layout_of(rows)?;
    if found.is_none() {
        rows.batch(format!(
            "CREATE SCHEMA IF NOT EXISTS {NAME}; CREATE TABLE layout (number BIGINT NOT NULL); INSERT INTO layout VALUES (0)"
        ))?;
    }
    let found = found.unwrap_or(0);
    let due = MIGRATIONS.get(found..).ok_or(StoreError::Newer {
        found,
        known: LAYOUT,
    })?;
    for migration in due {
        rows.batch((*migration).to_owned())?;
    }
    rows.batch(format!("UPDATE layout SET number = {LAYOUT}"))
}

/// The layout of a database; `None` where there are no tables yet.
fn layout_of(rows: &PostgresRows<'_>) -> Result<Option<usize>, StoreError> {
    let there = format!("SELECT to_regclass('{NAME}.layout') IS NOT NULL");
    let there = rows.query_one(&there, Vec::new())?;
    if !there.map_or(Ok(false), |row| row.try_get(0))? {
        return Ok(None);
    }
    let row = rows.query_one("SELECT number FROM layout", Vec::new())?;
    let number: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    let number = usize::try_from(number.unwrap_or(0));
    number
        .map(Some)
        .map_err(|error| StoreError::row("layout", error))
}

/// When something happened last to a version or a key.
fn last_event(rows: &PostgresRows<'_>, layout: usize) -> Result<Option<String>, StoreError> {
    // Layouts that this program does not know may have other tables.
    if !(1..=LAYOUT).contains(&layout) {
        return Ok(None);
    }
    let last =
        "SELECT max(at) FROM (SELECT at FROM events UNION ALL SELECT at FROM key_events) AS every";
    let row = rows.query_one(last, Vec::new())?;
    Ok(row.map_or(Ok(None), |row| row.try_get(0))?)
}
