//! Accesses, holds, and what is gone, over PostgreSQL: shared, so that a client that is held on one machine is on all.

use jiff::Timestamp;
use tokio_postgres::Row;

use super::Postgres;
use super::transaction::{Param, PostgresRows, text};
use crate::StoreError;
use crate::access_log::AccessLog;
use crate::access_log::access::{Access, AccessQuery, Action, NotedAccess, Subject};
use crate::access_log::gone::{Begun, Forgetting, Forgotten, LetGo};
use crate::access_log::hold::{Act, Hold};
use crate::decision::{DecisionId, Pseudonym};
use crate::postgres::address::Address;

/// The tables' step of [`super::schema`]. Moments are milliseconds.
pub(super) const TABLES: &str = r#"
    CREATE TABLE accesses (
        number   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at       BIGINT NOT NULL,
        who      TEXT NOT NULL,
        way      TEXT NOT NULL,
        action   TEXT NOT NULL,
        decision BYTEA,
        client   BYTEA,
        since    BIGINT,
        until    BIGINT,
        why      TEXT NOT NULL
    );
    CREATE INDEX accesses_by_client ON accesses (client) WHERE client IS NOT NULL;
    CREATE INDEX accesses_by_decision ON accesses (decision) WHERE decision IS NOT NULL;
    CREATE TABLE holds (
        id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        client       BYTEA NOT NULL,
        at           BIGINT NOT NULL,
        who          TEXT NOT NULL,
        why          TEXT NOT NULL,
        released     BIGINT,
        released_by  TEXT,
        released_why TEXT
    );
    CREATE UNIQUE INDEX one_hold ON holds (client) WHERE released IS NULL;
    CREATE TABLE forgotten (
        id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        client    BYTEA NOT NULL,
        at        BIGINT NOT NULL,
        who       TEXT NOT NULL,
        why       TEXT NOT NULL,
        -- NULL: it was begun
        decisions BIGINT
    );
    CREATE TABLE let_go (
        id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        month     TEXT NOT NULL,
        at        BIGINT NOT NULL,
        who       TEXT NOT NULL,
        decisions BIGINT NOT NULL,
        held      BIGINT NOT NULL
    );
"#;

const HOLD: &str = "SELECT client, at, who, why, released, released_by, released_why FROM holds";

/// Accesses in a database of PostgreSQL. May be shared by threads and machines.
#[derive(Debug)]
pub struct PostgresAccesses {
    postgres: Postgres,
}

impl PostgresAccesses {
    /// Opens the accesses of a database, making its tables where there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be used.
    pub fn open(address: &Address) -> Result<Self, StoreError> {
        let postgres = Postgres::open(address)?;
        Ok(Self { postgres })
    }

    /// Runs a statement in a transaction of its own; tells whether it gave a row.
    fn write(&self, sql: &str, params: Vec<Param>) -> Result<bool, StoreError> {
        let given = self.postgres.write(|rows| rows.query_one(sql, params))?;
        Ok(given.is_some())
    }

    fn all<T>(
        &self,
        sql: &str,
        params: Vec<Param>,
        read: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let found = self.postgres.read(|rows| rows.query(sql, params))?;
        found.iter().map(read).collect()
    }
}

impl AccessLog for PostgresAccesses {
    fn note(&self, access: &Access) -> Result<(), StoreError> {
        let (mut decision, mut client, mut span) = (None, None, (None, None));
        match &access.subject {
            Subject::Decision(id) => decision = Some(id.as_bytes().to_vec()),
            Subject::Client(pseudonym) => client = Some(pseudonym.as_bytes().to_vec()),
            Subject::Span { from, until } => {
                let millis = |at: &Option<Timestamp>| at.map(Timestamp::as_millisecond);
                span = (millis(from), millis(until));
            }
        }
        let sql = "INSERT INTO accesses (at, who, way, action, decision, client, since, until, why) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING 1";
        let params: Vec<Param> = vec![
            moment(access.at),
            text(&access.who),
            text(&access.way),
            text(access.action.word()),
            Box::new(decision),
            Box::new(client),
            Box::new(span.0),
            Box::new(span.1),
            text(&access.why),
        ];
        self.write(sql, params).map(drop)
    }

    fn accesses(
        &self,
        query: &AccessQuery,
        after: u64,
        most: usize,
    ) -> Result<Vec<NotedAccess>, StoreError> {
        let sql = "SELECT number, at, who, way, action, decision, client, since, until, why FROM accesses \
                   WHERE number > $1 AND ($2::BYTEA IS NULL OR client = $2) \
                   AND ($3::BYTEA IS NULL OR decision = $3) ORDER BY number LIMIT $4";
        let params: Vec<Param> = vec![
            Box::new(after.cast_signed()),
            Box::new(query.client.map(|client| client.as_bytes().to_vec())),
            Box::new(query.decision.map(|id| id.as_bytes().to_vec())),
            Box::new(i64::try_from(most).unwrap_or(i64::MAX)),
        ];
        self.all(sql, params, read_access)
    }

    fn hold(&self, client: Pseudonym, act: &Act) -> Result<bool, StoreError> {
        let sql = "INSERT INTO holds (client, at, who, why) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING RETURNING 1";
        self.write(sql, acted(client, act))
    }

    fn release(&self, client: Pseudonym, act: &Act) -> Result<bool, StoreError> {
        let sql = "UPDATE holds SET released = $2, released_by = $3, released_why = $4 \
                   WHERE client = $1 AND released IS NULL RETURNING 1";
        self.write(sql, acted(client, act))
    }

    fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.all(&format!("{HOLD} ORDER BY id"), Vec::new(), read_hold)
    }

    fn begin_forgetting(&self, client: Pseudonym, act: &Act) -> Result<Begun, StoreError> {
        self.postgres
            .write(|rows| begin_forgetting(rows, client, act))
    }

    fn end_forgetting(&self, forgetting: Forgetting, decisions: u64) -> Result<(), StoreError> {
        let sql = "UPDATE forgotten SET decisions = $2 WHERE id = $1 RETURNING 1";
        let params: Vec<Param> = vec![
            Box::new(forgetting.0.cast_signed()),
            Box::new(decisions.cast_signed()),
        ];
        self.write(sql, params).map(drop)
    }

    fn forgotten(&self) -> Result<Vec<Forgotten>, StoreError> {
        let sql = "SELECT client, at, who, why, decisions FROM forgotten ORDER BY id";
        self.all(sql, Vec::new(), |row| {
            Ok(Forgotten {
                client: client_of(row, 0)?,
                act: read_act(row, 1)?,
                decisions: row.try_get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
            })
        })
    }

    fn let_go(&self, month: &LetGo) -> Result<(), StoreError> {
        let sql = "INSERT INTO let_go (month, at, who, decisions, held) VALUES ($1, $2, $3, $4, $5) RETURNING 1";
        let params: Vec<Param> = vec![
            text(&month.month.to_string()),
            moment(month.at),
            text(&month.by),
            Box::new(month.decisions.cast_signed()),
            Box::new(month.held.cast_signed()),
        ];
        self.write(sql, params).map(drop)
    }

    fn months_let_go(&self) -> Result<Vec<LetGo>, StoreError> {
        let sql = "SELECT month, at, who, decisions, held FROM let_go ORDER BY id";
        self.all(sql, Vec::new(), |row| {
            let month: String = row.try_get(0)?;
            Ok(LetGo {
                month: month
                    .parse()
                    .map_err(|error: jiff::Error| StoreError::row("let_go", error))?,
                at: moment_of(row.try_get(1)?),
                by: row.try_get(2)?,
                decisions: row.try_get::<_, i64>(3)?.cast_unsigned(),
                held: row.try_get::<_, i64>(4)?.cast_unsigned(),
            })
        })
    }
}

fn begin_forgetting(
    rows: &PostgresRows<'_>,
    client: Pseudonym,
    act: &Act,
) -> Result<Begun, StoreError> {
    let standing = format!("{HOLD} WHERE client = $1 AND released IS NULL");
    let of_client: Vec<Param> = vec![Box::new(client.as_bytes().to_vec())];
    if let Some(row) = rows.query_one(&standing, of_client)? {
        return Ok(Begun::Held(Box::new(read_hold(&row)?)));
    }
    let sql = "INSERT INTO forgotten (client, at, who, why) VALUES ($1, $2, $3, $4) RETURNING id";
    let row = rows.query_one(sql, acted(client, act))?;
    let row = row.ok_or_else(|| StoreError::row("forgotten", "it has no number"))?;
    let id: i64 = row.try_get(0)?;
    Ok(Begun::Yes(Forgetting(id.cast_unsigned())))
}

/// A client, and who did something when and why, in four parameters.
fn acted(client: Pseudonym, act: &Act) -> Vec<Param> {
    vec![
        Box::new(client.as_bytes().to_vec()),
        moment(act.at),
        text(&act.by),
        text(&act.why),
    ]
}

fn read_access(row: &Row) -> Result<NotedAccess, StoreError> {
    let word: String = row.try_get(4)?;
    let action = Action::of_word(&word)
        .ok_or_else(|| StoreError::row("accesses", "an action that this program does not know"))?;
    let decision: Option<&[u8]> = row.try_get(5)?;
    let subject = match decision {
        Some(_) => Subject::Decision(DecisionId::from_bytes(sixteen(row, 5)?)),
        None if row.try_get::<_, Option<&[u8]>>(6)?.is_some() => {
            Subject::Client(client_of(row, 6)?)
        }
        None => Subject::Span {
            from: row.try_get::<_, Option<i64>>(7)?.map(moment_of),
            until: row.try_get::<_, Option<i64>>(8)?.map(moment_of),
        },
    };
    Ok(NotedAccess {
        number: row.try_get::<_, i64>(0)?.cast_unsigned(),
        access: Access {
            at: moment_of(row.try_get(1)?),
            who: row.try_get(2)?,
            way: row.try_get(3)?,
            action,
            subject,
            why: row.try_get(9)?,
        },
    })
}

fn read_hold(row: &Row) -> Result<Hold, StoreError> {
    let released: Option<i64> = row.try_get(4)?;
    Ok(Hold {
        client: client_of(row, 0)?,
        since: read_act(row, 1)?,
        released: released.map(|_| read_act(row, 4)).transpose()?,
    })
}

/// Reads when, who and why from three columns.
fn read_act(row: &Row, from: usize) -> Result<Act, StoreError> {
    Ok(Act {
        at: moment_of(row.try_get(from)?),
        by: row.try_get(from + 1)?,
        why: row.try_get(from + 2)?,
    })
}

fn client_of(row: &Row, column: usize) -> Result<Pseudonym, StoreError> {
    sixteen(row, column).map(Pseudonym::from_bytes)
}

fn sixteen(row: &Row, column: usize) -> Result<[u8; 16], StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes
        .try_into()
        .map_err(|error| StoreError::row("accesses", error))
}

fn moment(at: Timestamp) -> Param {
    Box::new(at.as_millisecond())
}

fn moment_of(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
