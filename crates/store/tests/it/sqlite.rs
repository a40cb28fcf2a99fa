//! The suite on SQLite, and what it has alone.

use propenso_store::{Rows, Store, StoreError};

use crate::suite;

/// Runs a part of the suite on a database of its own.
fn on_sqlite(part: fn(&suite::Open<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    part(&|| Store::sqlite(&path));
}

macro_rules! on_sqlite {
    ($($part:ident)*) => {
        $(#[test] fn $part() { on_sqlite(suite::$part); })*
    };
}

suite::parts!(on_sqlite);

#[test]
fn a_later_layout_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    drop(Store::sqlite(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = Store::sqlite(&path).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn what_cannot_be_written_to_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let store = Store::sqlite(&path).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch("BEGIN IMMEDIATE; DELETE FROM events")
        .unwrap();
    store.hurry(std::time::Duration::from_millis(1)).unwrap();
    let error = store
        .write(|rows: &dyn Rows| rows.last_event())
        .unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)), "{error}");
}
