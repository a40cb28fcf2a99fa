//! Accesses in SQLite: one file, beside those of the months.

mod schema;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, Params, Row, Transaction, TransactionBehavior, params};

use super::AccessLog;
use super::access::{Access, AccessQuery, Action, NotedAccess, Subject};
use super::gone::{Begun, Forgetting, Forgotten, LetGo};
use super::hold::{Act, Hold};
use crate::decision::{DecisionId, Pseudonym};
use crate::error::StoreError;
use crate::sqlite::connection::open_to_write;

/// Its name in the folder of decisions.
const NAME: &str = "access.db";

/// How long one process waits for another to finish with the file.
const PATIENCE: Duration = Duration::from_secs(10);

const HOLD: &str = "SELECT client, at, who, why, released, released_by, released_why FROM holds";

/// Accesses in a file. May be shared by threads.
#[derive(Debug)]
pub struct SqliteAccesses {
    connection: Mutex<Connection>,
}

impl SqliteAccesses {
    /// Opens the accesses of a folder of decisions, which must be there.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let mut connection = open_to_write(&folder.join(NAME), PATIENCE)?;
        schema::prepare(&mut connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    /// A thread that panicked in the middle has left no transaction open: it was rolled back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn all<T>(
        &self,
        query: &str,
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        all_of(&self.connection(), query, [], read)
    }
}

impl AccessLog for SqliteAccesses {
    fn note(&self, access: &Access) -> Result<(), StoreError> {
        let (mut decision, mut client, mut span) = (None, None, (None, None));
        match &access.subject {
            Subject::Decision(id) => decision = Some(id.as_bytes()),
            Subject::Client(pseudonym) => client = Some(pseudonym.as_bytes()),
            Subject::Span { from, until } => {
                span = (
                    from.map(Timestamp::as_millisecond),
                    until.map(Timestamp::as_millisecond),
                );
            }
        }
        self.connection().execute(
            "INSERT INTO accesses (at, who, way, action, decision, client, since, until, why) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                access.at.as_millisecond(),
                access.who,
                access.way,
                access.action.word(),
                decision,
                client,
                span.0,
                span.1,
                access.why,
            ],
        )?;
        Ok(())
    }

    fn accesses(
        &self,
        query: &AccessQuery,
        after: u64,
        most: usize,
    ) -> Result<Vec<NotedAccess>, StoreError> {
        all_of(
            &self.connection(),
            "SELECT number, at, who, way, action, decision, client, since, until, why FROM accesses \
             WHERE number > ?1 AND (?2 IS NULL OR client = ?2) AND (?3 IS NULL OR decision = ?3) \
             ORDER BY number LIMIT ?4",
            params![
                after.cast_signed(),
                query.client.as_ref().map(Pseudonym::as_bytes),
                query.decision.as_ref().map(DecisionId::as_bytes),
                i64::try_from(most).unwrap_or(i64::MAX),
            ],
            read_access,
        )
    }

    fn hold(&self, client: Pseudonym, act: &Act) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "INSERT INTO holds (client, at, who, why) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![client.as_bytes(), act.at.as_millisecond(), act.by, act.why],
        )?;
        Ok(changed > 0)
    }

    fn release(&self, client: Pseudonym, act: &Act) -> Result<bool, StoreError> {
        let changed = self.connection().execute(
            "UPDATE holds SET released = ?2, released_by = ?3, released_why = ?4 \
             WHERE client = ?1 AND released IS NULL",
            params![client.as_bytes(), act.at.as_millisecond(), act.by, act.why],
        )?;
        Ok(changed > 0)
    }

    fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.all(&format!("{HOLD} ORDER BY id"), read_hold)
    }

    fn begin_forgetting(&self, client: Pseudonym, act: &Act) -> Result<Begun, StoreError> {
        let mut connection = self.connection();
        let transaction = begin(&mut connection)?;
        let standing = format!("{HOLD} WHERE client = ?1 AND released IS NULL");
        let mut holds = all_of(&transaction, &standing, [client.as_bytes()], read_hold)?;
        if let Some(hold) = holds.pop() {
            return Ok(Begun::Held(Box::new(hold)));
        }
        transaction.execute(
            "INSERT INTO forgotten (client, at, who, why) VALUES (?1, ?2, ?3, ?4)",
            params![client.as_bytes(), act.at.as_millisecond(), act.by, act.why],
        )?;
        let forgetting = Forgetting(transaction.last_insert_rowid().cast_unsigned());
        transaction.commit()?;
        Ok(Begun::Yes(forgetting))
    }

    fn end_forgetting(&self, forgetting: Forgetting, decisions: u64) -> Result<(), StoreError> {
        self.connection().execute(
            "UPDATE forgotten SET decisions = ?2 WHERE id = ?1",
            params![forgetting.0.cast_signed(), decisions.cast_signed()],
        )?;
        Ok(())
    }

    fn forgotten(&self) -> Result<Vec<Forgotten>, StoreError> {
        let query = "SELECT client, at, who, why, decisions FROM forgotten ORDER BY id";
        self.all(query, |row| {
            Ok(Forgotten {
                client: Pseudonym::from_bytes(row.get(0)?),
                act: read_act(row, 1)?,
                decisions: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
            })
        })
    }

    fn let_go(&self, month: &LetGo) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO let_go (month, at, who, decisions, held) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                month.month.to_string(),
                month.at.as_millisecond(),
                month.by,
                month.decisions.cast_signed(),
                month.held.cast_signed(),
            ],
        )?;
        Ok(())
    }

    fn months_let_go(&self) -> Result<Vec<LetGo>, StoreError> {
        let query = "SELECT month, at, who, decisions, held FROM let_go ORDER BY id";
        self.all(query, |row| {
            let month: String = row.get(0)?;
            let month: Date = month
                .parse()
                .map_err(|error: jiff::Error| StoreError::row("let_go", error))?;
            Ok(LetGo {
                month,
                at: moment(row.get(1)?),
                by: row.get(2)?,
                decisions: row.get::<_, i64>(3)?.cast_unsigned(),
                held: row.get::<_, i64>(4)?.cast_unsigned(),
            })
        })
    }
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

fn all_of<T>(
    connection: &Connection,
    query: &str,
    with: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut query = connection.prepare_cached(query)?;
    let mut rows = query.query(with)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn read_access(row: &Row<'_>) -> Result<NotedAccess, StoreError> {
    let word: String = row.get(4)?;
    let action = Action::of_word(&word)
        .ok_or_else(|| StoreError::row("accesses", "an action that this program does not know"))?;
    let decision: Option<[u8; 16]> = row.get(5)?;
    let client: Option<[u8; 16]> = row.get(6)?;
    let subject = match (decision, client) {
        (Some(decision), _) => Subject::Decision(DecisionId::from_bytes(decision)),
        (_, Some(client)) => Subject::Client(Pseudonym::from_bytes(client)),
        _ => Subject::Span {
            from: row.get::<_, Option<i64>>(7)?.map(moment),
            until: row.get::<_, Option<i64>>(8)?.map(moment),
        },
    };
    Ok(NotedAccess {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        access: Access {
            at: moment(row.get(1)?),
            who: row.get(2)?,
            way: row.get(3)?,
            action,
            subject,
            why: row.get(9)?,
        },
    })
}

fn read_hold(row: &Row<'_>) -> Result<Hold, StoreError> {
    let released: Option<i64> = row.get(4)?;
    Ok(Hold {
        client: Pseudonym::from_bytes(row.get(0)?),
        since: read_act(row, 1)?,
        released: released.map(|_| read_act(row, 4)).transpose()?,
    })
}

/// Reads when, who and why from three columns.
fn read_act(row: &Row<'_>, from: usize) -> Result<Act, StoreError> {
    Ok(Act {
        at: moment(row.get(from)?),
        by: row.get(from + 1)?,
        why: row.get(from + 2)?,
    })
}

fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
