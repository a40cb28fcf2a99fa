//! The tables of decisions.

/// The tables' step of the schema. Texts and numbers are as in SQLite's files; `month` is `202611`, of when the entry was
/// kept.
pub(crate) const TABLES: &str = r#"
    CREATE TABLE decision_contexts (
        id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        digest BYTEA NOT NULL UNIQUE,
        body   BYTEA NOT NULL
    );
    -- What clients' pseudonyms are made with; one row.
    CREATE TABLE pseudonym_key (
        is_one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (is_one),
        key    TEXT NOT NULL
    );
    -- Where each chain is.
    CREATE TABLE decision_chains (
        chain BIGINT PRIMARY KEY,
        place BIGINT NOT NULL,
        hash  BYTEA NOT NULL
    );
    -- Where each chain was before a month.
    CREATE TABLE decision_months (
        month INTEGER NOT NULL,
        chain BIGINT NOT NULL,
        place BIGINT NOT NULL,
        hash  BYTEA NOT NULL,
        PRIMARY KEY (month, chain)
    );
    CREATE TABLE decision_entries (
        month     INTEGER NOT NULL,
        chain     BIGINT NOT NULL,
        place     BIGINT NOT NULL,
        at        BIGINT NOT NULL,
        chance    BYTEA NOT NULL,
        decisions INTEGER NOT NULL,
        context   BIGINT NOT NULL REFERENCES decision_contexts (id),
        -- the hash of the entry before, where that one is gone
        before    BYTEA,
        hash      BYTEA NOT NULL,
        clients   BYTEA,
        body      BYTEA NOT NULL,
        PRIMARY KEY (month, chain, place)
    ) PARTITION BY LIST (month);
    CREATE INDEX decision_times ON decision_entries (at);
    CREATE INDEX decision_clients ON decision_entries (clients) WHERE decisions = 1 AND clients IS NOT NULL;
    CREATE INDEX decisions_of_many ON decision_entries (chain, place) WHERE decisions > 1 AND clients IS NOT NULL;
    -- Bodies are compressed where that is worth it.
    ALTER TABLE decision_entries ALTER COLUMN body SET STORAGE EXTERNAL;
    ALTER TABLE decision_entries ALTER COLUMN clients SET STORAGE EXTERNAL;
"#;
