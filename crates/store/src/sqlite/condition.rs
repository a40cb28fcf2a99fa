//! The database as it is, for whoever looks after it. Nothing is brought up to date, and no process that works on it
//! meanwhile is kept waiting.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::schema;
use crate::StoreError;
use crate::condition::Condition;

/// The layout that this program writes.
pub const LAYOUT: usize = schema::LAYOUT;

/// What is told of a damaged database at the most.
const MOST_TOLD: usize = 10;

/// How long other processes are waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Checks the whole database.
///
/// # Errors
///
/// [`StoreError`] when it cannot be read at all.
pub fn look(path: &Path) -> Result<Condition, StoreError> {
    let connection = open(path)?;
    let mut check = connection.prepare("PRAGMA quick_check")?;
    let told = check.query_map([], |row| row.get::<_, String>(0))?;
    let told = told.take(MOST_TOLD).collect::<Result<Vec<_>, _>>()?;
    let layout = schema::layout_of(&connection)?;
    Ok(Condition {
        layout,
        known: LAYOUT,
        damage: told.into_iter().filter(|line| line != "ok").collect(),
        last_event: last_event(&connection, layout)?,
    })
}

/// When something happened last to a version or a key.
fn last_event(connection: &Connection, layout: usize) -> Result<Option<String>, StoreError> {
    // Layouts that this program does not know may have other tables.
    let all = match layout {
        1 => "SELECT max(at) FROM events",
        2..=LAYOUT => {
            "SELECT max(at) FROM (SELECT at FROM events UNION ALL SELECT at FROM key_events)"
        }
        _ => return Ok(None),
    };
    Ok(connection.query_row(all, [], |row| row.get(0))?)
}

/// Writes a copy, whole and without what was deleted, into a file that is not there yet.
///
/// # Errors
///
/// [`StoreError`] when it cannot be read or the file cannot be written.
pub fn copy(path: &Path, to: &Path) -> Result<(), StoreError> {
    let name = to.to_str().ok_or_else(|| {
        let name = format!("{}: its name is no text", to.display());
        StoreError::Failed(name.into())
    })?;
    open(path)?.execute("VACUUM INTO ?1", [name])?;
    Ok(())
}

/// Takes over what is written ahead, so that the database can be moved as one file.
///
/// # Errors
///
/// [`StoreError`] when it cannot be used.
pub fn settle(path: &Path) -> Result<(), StoreError> {
    let connection = open(path)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Opens it to be read. One that is written ahead wants its folder to be writable for that.
fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}
