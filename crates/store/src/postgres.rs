//! PostgreSQL: one database for several machines.
//!
//! Whoever asks waits, on any thread, for a runtime that belongs to this database alone. Everything has an end: a
//! database that is gone is told, and asked again the next time.
//!
//! - [`address`]: where it is, and whether it is spoken with in the clear; `tls`: whom it must be vouched for by
//! - `error`: what it complains of; `schema`: the tables
//! - `transaction`: what one transaction sees; `registry`, `holders`, `files`: what is done there; [`PostgresDecisions`], [`PostgresAccesses`]: the logs of
//!   decisions, and of who looks at them
//! - `alone`: something that is done on one machine at a time

mod accesses;
pub mod address;
mod alone;
mod decisions;
mod error;
mod files;
mod holders;
mod registry;
mod schema;
mod tls;
mod transaction;

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use tokio::runtime::{Builder, Runtime as Threads};
use tokio_postgres::NoTls;

use crate::StoreError;
use crate::condition::Condition;
pub use accesses::PostgresAccesses;
use address::Address;
pub(crate) use alone::Alone;
pub use decisions::PostgresDecisions;
pub(crate) use decisions::pseudonym_key;
use error::{told, unreachable};
use transaction::{Kind, PostgresRows};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a connection is waited for, be it a new one or until another is free.
const FREE: Duration = Duration::from_secs(10);

/// How long the database works on one statement at the most.
const STATEMENT: Duration = Duration::from_secs(10);

/// How long its answer is waited for: longer than it says itself that it takes too long.
const ANSWER: Duration = Duration::from_secs(15);

/// How long a transaction may do nothing: what holds a lock may have gone.
const IDLE: Duration = Duration::from_secs(30);

/// Connections at the most, for each database that is open.
const CONNECTIONS: usize = 4;

/// A database, and what speaks with it.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: Pool,
    /// Milliseconds that others are waited for.
    patience: AtomicU64,
    shown: String,
    /// Ends without being waited for.
    threads: Option<Threads>,
}

impl Postgres {
    /// Opens a database, making its tables where there are none.
    pub(crate) fn open(address: &Address) -> Result<Self, StoreError> {
        let postgres = Self::of(address)?;
        schema::prepare(&postgres)?;
        Ok(postgres)
    }

    /// Looks at a database, and changes nothing. `None` where nothing was kept yet.
    pub(crate) fn look(address: &Address) -> Result<Option<Condition>, StoreError> {
        schema::look(&Self::of(address)?)
    }

    fn of(address: &Address) -> Result<Self, StoreError> {
        let threads = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(|error| StoreError::Failed(error.into()))?;
        let mut config = address.config().clone();
        let milliseconds = |limit: Duration| limit.as_millis();
        let options = format!(
            "{} -c search_path={} -c statement_timeout={} -c idle_in_transaction_session_timeout={}",
            config.get_options().unwrap_or_default(),
            schema::NAME,
            milliseconds(STATEMENT),
            milliseconds(IDLE),
        );
        config.options(options.trim()).connect_timeout(CONNECT);
        // A machine that is gone without a word.
        config.keepalives_idle(IDLE).tcp_user_timeout(ANSWER);
        if config.get_application_name().is_none() {
            config.application_name("propenso");
        }
        // What is put back is known to be in order: `PostgresRows` sees to that.
        let recycled = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = match tls::connector(address)? {
            Some(connector) => Manager::from_config(config, connector, recycled),
            None => Manager::from_config(config, NoTls, recycled),
        };
        let timeouts = Timeouts {
            wait: Some(FREE),
            create: Some(CONNECT),
            recycle: Some(CONNECT),
        };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Failed(error.into()))?;
        Ok(Self {
            pool,
            patience: AtomicU64::new(u64::try_from(STATEMENT.as_millis()).unwrap_or(u64::MAX)),
            shown: address.to_string(),
            threads: Some(threads),
        })
    }

    /// Waits for others no longer than this from now on.
    pub(crate) fn hurry(&self, patience: Duration) {
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        // Nought would mean that there is no end.
        self.patience.store(patience.max(1), Ordering::Relaxed);
    }

    /// Gives what a closure reads, as it is at one moment.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&PostgresRows<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let rows = PostgresRows::begin(self, Kind::Read)?;
        read(&rows)
    }

    /// Keeps what a closure writes, in one transaction that nobody else writes beside; nothing of it if it fails.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&PostgresRows<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let rows = PostgresRows::begin(self, Kind::Write)?;
        let written = write(&rows)?;
        rows.commit()?;
        Ok(written)
    }

    /// Keeps a file that takes long to send: others write meanwhile.
    pub(crate) fn put_file(&self, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let rows = PostgresRows::begin(self, Kind::Beside)?;
        crate::files::FileRows::put_file(&rows, hash, bytes)?;
        rows.commit()
    }

    /// Takes leave to do something that is done on one machine at a time; `None` while another has it.
    pub(crate) fn alone(&self, what: i64) -> Result<Option<Alone>, StoreError> {
        Alone::take(self, what)
    }

    /// A connection of the pool's.
    fn client(&self) -> Result<Client, StoreError> {
        let pool = self.pool.clone();
        let shown = self.shown.clone();
        self.wait(FREE, async move {
            pool.get()
                .await
                .map_err(|error| unreachable(format!("{shown}: {}", told(&error))))
        })
    }

    /// Lets the runtime work on something, and waits for what comes of it.
    fn wait<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let gone = || unreachable(format!("{}: no answer", self.shown));
        let threads = self.threads.as_ref().ok_or_else(gone)?;
        let (tell, told) = mpsc::sync_channel(1);
        let task = threads.spawn(async move {
            // Who does not wait any more does not care.
            let _ = tell.send(work.await);
        });
        told.recv_timeout(patience).unwrap_or_else(|_| {
            task.abort();
            Err(gone())
        })
    }

    /// Lets the runtime work on something that nobody waits for.
    fn later(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(threads) = &self.threads {
            threads.spawn(work);
        }
    }
}

impl Drop for Postgres {
    /// Waiting for it could be asked of a thread that must not wait.
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
