//! A connection to a file that this program writes: changes are written ahead, and each is on the disk when it is kept.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use crate::error::StoreError;

/// How long it is waited until it is tried again to have changes written ahead.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens a file, making it where there is none; `patience` is how long another process is waited for.
///
/// # Errors
///
/// [`StoreError`] when it cannot be used.
pub(crate) fn open_to_write(path: &Path, patience: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(patience)?;
    write_ahead(&connection, patience)?;
    // What was answered must survive a power cut: it is on the disk when it is kept, not on its way there.
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Has changes written ahead, so that readers never wait.
///
/// SQLite itself does not wait here where another connection does the same to a new file: it holds a lock to read already, and who
/// waits for one to write with that in hand may wait for ever. It says at once that the file is locked.
fn write_ahead(connection: &Connection, patience: Duration) -> Result<(), StoreError> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && begun.elapsed() < patience => thread::sleep(PAUSE),
            done => return Ok(done?),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    /// Of three that open a new file within two milliseconds of each other, one in two hundred was told that it is locked.
    #[test]
    fn several_may_make_a_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..400_u64 {
            let path = folder.path().join(format!("{round}.db"));
            let start = Barrier::new(3);
            thread::scope(|scope| {
                for late in 0..3 {
                    let (path, start) = (&path, &start);
                    scope.spawn(move || {
                        start.wait();
                        thread::sleep(Duration::from_micros(late * round * 97 % 2_000));
                        let connection = open_to_write(path, Duration::from_secs(20)).unwrap();
                        let made = "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS a (b); COMMIT";
                        connection.execute_batch(made).unwrap();
                    });
                }
            });
        }
    }
}
