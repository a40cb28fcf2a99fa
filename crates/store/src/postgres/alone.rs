//! Something that is done on one machine at a time.

use deadpool_postgres::{ClientWrapper, Object};

use super::{ANSWER, Postgres};
use crate::StoreError;

/// Leave to do something alone, until it is dropped or the connection is lost.
#[derive(Debug)]
pub(crate) struct Alone {
    /// Closed when it is dropped, which gives the lock back whatever else has happened.
    _connection: ClientWrapper,
}

impl Alone {
    pub(super) fn take(postgres: &Postgres, what: i64) -> Result<Option<Self>, StoreError> {
        let client = postgres.client()?;
        let taken = postgres.wait(ANSWER, async move {
            let statement = client
                .prepare_cached("SELECT pg_try_advisory_lock($1)")
                .await?;
            let row = client.query_one(&statement, &[&what]).await?;
            let is_taken: bool = row.try_get(0)?;
            Ok(is_taken.then(|| Object::take(client)))
        })?;
        Ok(taken.map(|connection| Self {
            _connection: connection,
        }))
    }
}
