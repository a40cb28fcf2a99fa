//! Decisions over PostgreSQL: a partition a month, a chain for each replica.
//!
//! A chain's end is a row of its own, locked while it is appended to, so that nothing comes between. A month that is let
//! go is a partition that is dropped.
//!
//! - `tables`: what there is; `appending`; `months`: partitions; `entry_row`: an entry as a row, and back

mod appending;
mod entry_row;
mod months;
mod tables;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_model::Sha256;

use super::Postgres;
use super::transaction::{Param, text};
use crate::StoreError;
use crate::decision::draft::Sealed;
use crate::decision::entry::Body;
use crate::decision::link::{ChainId, Head};
use crate::decision::{DecisionId, Entry, Pseudonym};
use crate::decision_log::contexts::Contexts;
use crate::decision_log::{DecisionLog, Dropped, EntryPage, Month, Place, Query, month_of};
use crate::postgres::address::Address;
use entry_row::{ENTRY, bytes, clients_column, date_of, hash_of, number_of, read_entry};
use months::drop_month;
pub(super) use tables::TABLES;

/// Entries of one page at the most: each may have thousands of decisions, and they come all at once.
const MOST_ROWS: usize = 256;

/// Decisions in a database of PostgreSQL. May be shared by threads, and by replicas, each with a chain of its own.
pub struct PostgresDecisions {
    postgres: Postgres,
    chain: ChainId,
    now: fn() -> Timestamp,
    known: Mutex<Known>,
}

/// What this process knows is there.
#[derive(Debug, Default)]
struct Known {
    contexts: HashMap<Sha256, i64>,
    month: Option<i32>,
}

impl fmt::Debug for PostgresDecisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresDecisions")
            .field("postgres", &self.postgres)
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

impl PostgresDecisions {
    /// Opens the decisions of a database, making its tables where there are none; what is appended goes into `chain`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be used.
    pub fn open(address: &Address, chain: ChainId) -> Result<Self, StoreError> {
        Self::at_time(address, chain, Timestamp::now)
    }

    /// Opens the decisions of a database, under another clock.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn at_time(
        address: &Address,
        chain: ChainId,
        now: fn() -> Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            postgres: Postgres::open(address)?,
            chain,
            now,
            known: Mutex::default(),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DecisionLog for PostgresDecisions {
    fn append(&self, entries: &[Sealed]) -> Result<Head, StoreError> {
        let prepared = self.prepare(entries);
        let appended = prepared.and_then(|prepared| self.append_to(prepared, entries));
        if appended.is_err() {
            // Whether the month was begun is not known; and one that is let go takes its partition with it.
            self.known().month = None;
        }
        appended
    }

    fn find(&self, id: DecisionId) -> Result<Option<Entry>, StoreError> {
        let sql = format!("{ENTRY} WHERE e.at = $1 AND e.month >= $2");
        let params: Vec<Param> = vec![
            Box::new(id.at().as_millisecond()),
            Box::new(number_of(month_of(id.at()))),
        ];
        let found = self.postgres.read(|rows| rows.query(&sql, params))?;
        let mut contexts = Contexts::default();
        for row in &found {
            let entry = read_entry(row, &mut contexts)?;
            if id
                .minus(entry.first)
                .is_some_and(|place| place < entry.count)
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn page(
        &self,
        query: &Query,
        after: Option<Place>,
        most: usize,
    ) -> Result<EntryPage, StoreError> {
        let most = most.min(MOST_ROWS);
        let millis = |at: Option<Timestamp>, or| at.map_or(or, Timestamp::as_millisecond);
        let (month, chain, place) = after.map_or((0, i64::MIN, 0), |after| {
            let place = after.place.cast_signed();
            (number_of(after.month), after.chain.0.cast_signed(), place)
        });
        let mut params: Vec<Param> = vec![
            Box::new(month),
            Box::new(chain),
            Box::new(place),
            Box::new(millis(query.from, i64::MIN)),
            Box::new(millis(query.until, i64::MAX)),
            Box::new(i64::try_from(most).unwrap_or(i64::MAX)),
        ];
        let of_client = match query.client {
            None => "",
            Some(client) => {
                params.push(bytes(client.as_bytes()));
                "AND e.clients IS NOT NULL AND \
                 (e.decisions = 1 AND e.clients = $7 OR e.decisions > 1 AND position($7::BYTEA IN e.clients) > 0)"
            }
        };
        let sql = format!(
            "{ENTRY} WHERE (e.month, e.chain, e.place) > ($1, $2, $3) AND e.at >= $4 AND e.at < $5 {of_client} \
             ORDER BY e.month, e.chain, e.place LIMIT $6"
        );
        let found = self.postgres.read(|rows| rows.query(&sql, params))?;
        let mut contexts = Contexts::default();
        let entries = found.iter().map(|row| read_entry(row, &mut contexts));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let is_full = entries.len() == most;
        Ok(EntryPage::of(entries, is_full))
    }

    fn count_of(&self, context: Sha256, since: Timestamp) -> Result<u64, StoreError> {
        // A join, so that of a context that is new no entry is looked at.
        let sql = "SELECT coalesce(sum(e.decisions), 0)::BIGINT FROM decision_contexts c \
                   JOIN decision_entries e ON e.context = c.id WHERE c.digest = $1 AND e.month >= $2";
        let params: Vec<Param> = vec![
            bytes(context.as_bytes()),
            Box::new(number_of(month_of(since))),
        ];
        let row = self.postgres.read(|rows| rows.query_one(sql, params))?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get(0))?;
        Ok(count.cast_unsigned())
    }

    fn replace(&self, entry: &Entry, was: &Body) -> Result<bool, StoreError> {
        let sql = "UPDATE decision_entries SET clients = $4, body = $5 \
                   WHERE chain = $1 AND place = $2 AND hash = $3 AND body = $6 RETURNING 1";
        let params: Vec<Param> = vec![
            Box::new(entry.link.chain.0.cast_signed()),
            Box::new(entry.link.place.cast_signed()),
            bytes(entry.hash.as_bytes()),
            Box::new(clients_column(&entry.clients)),
            Box::new(entry.body.as_bytes().to_vec()),
            Box::new(was.as_bytes().to_vec()),
        ];
        let changed = self.postgres.write(|rows| rows.query_one(sql, params))?;
        Ok(changed.is_some())
    }

    fn heads(&self) -> Result<Vec<Head>, StoreError> {
        let sql = "SELECT chain, place, hash FROM decision_chains ORDER BY chain";
        let found = self.postgres.read(|rows| rows.query(sql, Vec::new()))?;
        let heads = found.iter().map(|row| {
            Ok(Head {
                chain: ChainId(row.try_get::<_, i64>(0)?.cast_unsigned()),
                place: row.try_get::<_, i64>(1)?.cast_unsigned(),
                hash: hash_of(row, 2)?,
            })
        });
        heads.collect()
    }

    fn months(&self) -> Result<Vec<Month>, StoreError> {
        let sql = "SELECT month, count(*), sum(decisions)::BIGINT, \
                   pg_total_relation_size(format('decision_entries_%s', month)::regclass) \
                   FROM decision_entries GROUP BY month ORDER BY month";
        let found = self.postgres.read(|rows| rows.query(sql, Vec::new()))?;
        let months = found.iter().map(|row| {
            Ok(Month {
                month: date_of(row.try_get(0)?)?,
                entries: row.try_get::<_, i64>(1)?.cast_unsigned(),
                decisions: row.try_get::<_, i64>(2)?.cast_unsigned(),
                bytes: row.try_get::<_, i64>(3)?.cast_unsigned(),
            })
        });
        months.collect()
    }

    fn drop_month(&self, month: Date, held: &[Pseudonym]) -> Result<Dropped, StoreError> {
        let number = number_of(month);
        let dropped = self.postgres.write(|rows| drop_month(rows, number, held));
        self.known().month = None;
        dropped
    }
}

/// The key that is kept; `made` is where there is none yet.
pub(crate) fn pseudonym_key(address: &Address, made: &str) -> Result<String, StoreError> {
    let postgres = Postgres::open(address)?;
    postgres.write(|rows| {
        let sql = "INSERT INTO pseudonym_key (key) VALUES ($1) ON CONFLICT (is_one) DO NOTHING";
        rows.execute(sql, vec![text(made)])?;
        let row = rows.query_one("SELECT key FROM pseudonym_key", Vec::new())?;
        let row = row.ok_or_else(|| StoreError::row("pseudonym_key", "it is not there"))?;
        Ok(row.try_get(0)?)
    })
}
