//! What one transaction sees, and what ends it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use deadpool_postgres::{Client, Object};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{ANSWER, CONNECT, Postgres};
use crate::StoreError;
use crate::files::FileRows;
use crate::rows::Rows;

/// Whoever writes has this lock, and whoever makes tables: an event's number is in the order of what happened, and no two
/// transitions are looked at and taken between each other.
const WRITERS: i64 = i64::from_be_bytes(*b"propenso");

/// A failure that took no longer than this is of a connection, not of a database that is slow.
const AT_ONCE: Duration = Duration::from_secs(1);

/// How often it is looked whether a connection is nobody's any more.
const CLOSING: Duration = Duration::from_millis(20);

/// Something that a statement is given.
pub(super) type Param = Box<dyn ToSql + Send + Sync>;

/// How a transaction goes together with others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// It sees what is there at one moment.
    Read,
    /// Nobody writes beside it.
    Write,
    /// It writes what nobody else does, or everybody the same.
    Beside,
}

/// What one transaction sees.
pub(crate) struct PostgresRows<'p> {
    postgres: &'p Postgres,
    client: Arc<Client>,
    /// A transaction in which something failed is not kept, and the database does not say so.
    has_failed: Cell<bool>,
    is_over: bool,
}

impl Rows for PostgresRows<'_> {
    fn files(&self) -> Option<&dyn FileRows> {
        Some(self)
    }
}

impl<'p> PostgresRows<'p> {
    pub(super) fn begin(postgres: &'p Postgres, kind: Kind) -> Result<Self, StoreError> {
        let asked = Instant::now();
        match Self::begin_on(postgres, kind, postgres.client()?) {
            // A connection that was cut while nobody used it tells so when it is used.
            Err(StoreError::Unreachable(_)) if asked.elapsed() < AT_ONCE => {
                Self::begin_on(postgres, kind, postgres.client()?)
            }
            begun => begun,
        }
    }

    fn begin_on(postgres: &'p Postgres, kind: Kind, client: Client) -> Result<Self, StoreError> {
        let rows = Self {
            postgres,
            client: Arc::new(client),
            has_failed: Cell::new(false),
            is_over: false,
        };
        rows.batch(match kind {
            Kind::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
            Kind::Write => {
                let patience = postgres.patience.load(Ordering::Relaxed);
                format!(
                    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {patience}; \
                     SELECT pg_advisory_xact_lock({WRITERS})"
                )
            }
            Kind::Beside => "BEGIN ISOLATION LEVEL READ COMMITTED".to_owned(),
        })?;
        Ok(rows)
    }

    /// Keeps what was written.
    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        if self.has_failed.get() {
            let text = "a statement of the transaction failed, so nothing of it is kept";
            return Err(StoreError::Failed(text.into()));
        }
        self.batch("COMMIT".to_owned())?;
        self.is_over = true;
        Ok(())
    }

    /// Runs statements that give nothing.
    pub(super) fn batch(&self, sql: String) -> Result<(), StoreError> {
        let client = Arc::clone(&self.client);
        let done = self.postgres.wait(ANSWER, async move {
            client.batch_execute(&sql).await?;
            Ok(())
        });
        self.noted(done)
    }

    /// Runs a statement, and gives its rows.
    pub(super) fn query(&self, sql: &str, params: Vec<Param>) -> Result<Vec<Row>, StoreError> {
        let (client, sql) = (Arc::clone(&self.client), sql.to_owned());
        let found = self.postgres.wait(ANSWER, async move {
            let statement = client.prepare_cached(&sql).await?;
            let params = params.iter().map(|param| {
                let param: &(dyn ToSql + Sync) = param.as_ref();
                param
            });
            let params: Vec<&(dyn ToSql + Sync)> = params.collect();
            Ok(client.query(&statement, &params).await?)
        });
        self.noted(found)
    }

    /// Runs a statement that gives one row at the most.
    pub(super) fn query_one(
        &self,
        sql: &str,
        params: Vec<Param>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Runs a statement that gives nothing.
    pub(super) fn execute(&self, sql: &str, params: Vec<Param>) -> Result<(), StoreError> {
        self.query(sql, params).map(drop)
    }

    fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.has_failed
            .set(self.has_failed.get() || result.is_err());
        result
    }
}

impl Drop for PostgresRows<'_> {
    /// Ends what was not kept. A connection on which that cannot be said is closed, which says it too.
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let client = Arc::clone(&self.client);
        self.postgres.later(async move {
            let ended = tokio::time::timeout(CONNECT, client.batch_execute("ROLLBACK")).await;
            if !matches!(ended, Ok(Ok(()))) {
                close(client).await;
            }
        });
    }
}

/// Closes a connection instead of putting it back; whoever did not wait for an answer may have it still.
async fn close(mut client: Arc<Client>) {
    loop {
        match Arc::try_unwrap(client) {
            Ok(client) => return drop(Object::take(client)),
            Err(shared) => client = shared,
        }
        tokio::time::sleep(CLOSING).await;
    }
}

/// A text as a parameter. PostgreSQL knows no text with a NUL in it.
pub(super) fn text(text: &str) -> Param {
    Box::new(without_nul(text))
}

/// A text that may be missing, as a parameter.
pub(super) fn text_if_any(text: Option<&str>) -> Param {
    Box::new(text.map(without_nul))
}

/// A number as a parameter.
pub(super) fn number(number: u32) -> Param {
    Box::new(i64::from(number))
}

/// A number that may be missing, as a parameter.
pub(super) fn number_if_any(number: Option<u32>) -> Param {
    Box::new(number.map(i64::from))
}

/// A column's number.
pub(super) fn number_of(row: &Row, column: usize, table: &'static str) -> Result<u32, StoreError> {
    let number: i64 = row.try_get(column)?;
    u32::try_from(number).map_err(|error| StoreError::row(table, error))
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
