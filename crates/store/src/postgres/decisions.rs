//! Decisions over PostgreSQL: a partition a month, a chain for each replica.
//!
//! A chain's end is a row of its own, locked while it is appended to, so that nothing comes between. A month that is let
//! go is a partition that is dropped.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_model::Sha256;
use tokio_postgres::Row;

use super::transaction::{Kind, Param, PostgresRows, text};
use super::{ANSWER, Postgres};
use crate::StoreError;
use crate::decision::draft::Sealed;
use crate::decision::entry::Body;
use crate::decision::link::{ChainId, Head, Link};
use crate::decision::{Context, DecisionId, Entry, Pseudonym};
use crate::decision_log::{DecisionLog, Dropped, Month, Place, Query, month_of};
use crate::postgres::address::Address;

/// The tables' step of [`super::schema`]. Texts and numbers are as in SQLite's files; `month` is `202611`, of when the entry was
/// kept.
pub(super) const TABLES: &str = r#"
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

/// What is asked of the table of entries, in the order that `read_entry` wants.
const ENTRY: &str = "SELECT e.month, e.chain, e.place, e.at, e.chance, e.decisions, coalesce(e.before, b.hash, m.hash), e.hash, \
     e.clients, e.body, c.body, c.digest FROM decision_entries e JOIN decision_contexts c ON c.id = e.context \
     LEFT JOIN decision_entries b ON b.month = e.month AND b.chain = e.chain AND b.place = e.place - 1 \
     LEFT JOIN decision_months m ON m.month = e.month AND m.chain = e.chain AND m.place = e.place - 1";

/// Entries of one page at the most: each may have thousands of decisions, and they come all at once.
const MOST_ROWS: usize = 256;

/// Inserts entries: a column is one list.
const INSERT: &str = "INSERT INTO decision_entries (month, chain, place, at, chance, decisions, context, hash, clients, body) \
     SELECT $1, $2, * FROM unnest($3::BIGINT[], $4::BIGINT[], $5::BYTEA[], $6::INTEGER[], $7::BIGINT[], $8::BYTEA[], $9::BYTEA[], \
     $10::BYTEA[])";

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

/// What must be there before something is appended.
struct Prepared {
    month: i32,
    /// Whether this may be the first that the chain has in the month.
    is_begun: bool,
    /// The rows of the entries' contexts.
    contexts: Vec<i64>,
}

/// Entries, column by column.
#[derive(Default)]
struct Columns {
    places: Vec<i64>,
    times: Vec<i64>,
    chances: Vec<Vec<u8>>,
    decisions: Vec<i32>,
    contexts: Vec<i64>,
    hashes: Vec<Vec<u8>>,
    clients: Vec<Option<Vec<u8>>>,
    bodies: Vec<Vec<u8>>,
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

    /// Makes the partition of the month, and the rows of contexts, that are not there yet. The month is this one, or the chain's
    /// last where the clock has gone back.
    fn prepare(&self, entries: &[Sealed]) -> Result<Prepared, StoreError> {
        let mut known = self.known();
        let this = number_of(month_of((self.now)()));
        let is_begun = known.month.is_none_or(|month| month < this);
        let month = match known.month.filter(|_| !is_begun) {
            Some(month) => month,
            None => {
                let month = this.max(self.last_month()?);
                self.postgres.write(|rows| make_month(rows, month))?;
                known.month = Some(month);
                month
            }
        };
        let mut ids = Vec::with_capacity(entries.len());
        for entry in entries {
            let digest = entry.context.digest;
            let id = match known.contexts.get(&digest) {
                Some(id) => *id,
                None => {
                    let id = self.keep_context(entry)?;
                    known.contexts.insert(digest, id);
                    id
                }
            };
            ids.push(id);
        }
        Ok(Prepared {
            month,
            is_begun,
            contexts: ids,
        })
    }

    /// The last month that has something of this chain; 0 where there is none.
    fn last_month(&self) -> Result<i32, StoreError> {
        let sql = "SELECT coalesce(max(month), 0) FROM decision_months WHERE chain = $1";
        let chain: Vec<Param> = vec![Box::new(self.chain.0.cast_signed())];
        let row = self.postgres.read(|rows| rows.query_one(sql, chain))?;
        Ok(row.map_or(Ok(0), |row| row.try_get(0))?)
    }

    fn keep_context(&self, entry: &Sealed) -> Result<i64, StoreError> {
        let (digest, body) = (entry.context.digest, entry.context.bytes.to_vec());
        let rows = PostgresRows::begin(&self.postgres, Kind::Beside)?;
        rows.execute(
            "INSERT INTO decision_contexts (digest, body) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
            vec![bytes(digest.as_bytes()), Box::new(body)],
        )?;
        let sql = "SELECT id FROM decision_contexts WHERE digest = $1";
        let row = rows.query_one(sql, vec![bytes(digest.as_bytes())])?;
        let row = row.ok_or_else(|| StoreError::row("decision_contexts", "it is not there"))?;
        let id = row.try_get(0)?;
        rows.commit()?;
        Ok(id)
    }

    /// Appends in one transaction, behind the lock of the chain's end.
    fn append_to(&self, prepared: Prepared, entries: &[Sealed]) -> Result<Head, StoreError> {
        let Prepared {
            month,
            is_begun,
            contexts,
        } = prepared;
        let (chain, entries) = (self.chain, entries.to_vec());
        let mut client = self.postgres.client()?;
        self.postgres.wait(ANSWER, async move {
            let transaction = client.transaction().await?;
            let empty = Head::empty(chain);
            let made = transaction
                .prepare_cached(
                    "INSERT INTO decision_chains (chain, place, hash) VALUES ($1, $2, $3) ON CONFLICT (chain) DO NOTHING",
                )
                .await?;
            let number = chain.0.cast_signed();
            transaction
                .execute(&made, &[&number, &0_i64, &empty.hash.as_bytes().to_vec()])
                .await?;
            let end = transaction
                .prepare_cached("SELECT place, hash FROM decision_chains WHERE chain = $1 FOR UPDATE")
                .await?;
            let row = transaction.query_one(&end, &[&number]).await?;
            let mut head = Head {
                chain,
                place: row.try_get::<_, i64>(0)?.cast_unsigned(),
                hash: hash_of(&row, 1)?,
            };
            if is_begun {
                let begun = transaction
                    .prepare_cached(
                        "INSERT INTO decision_months (month, chain, place, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                    )
                    .await?;
                let place = head.place.cast_signed();
                let hash = head.hash.as_bytes().to_vec();
                transaction
                    .execute(&begun, &[&month, &number, &place, &hash])
                    .await?;
            }
            let mut columns = Columns::default();
            for (entry, context) in entries.iter().zip(contexts) {
                let next = head.with(&entry.contents);
                columns.push(entry, context, &next);
                head = next;
            }
            let insert = transaction.prepare_cached(INSERT).await?;
            transaction
                .execute(
                    &insert,
                    &[
                        &month,
                        &number,
                        &columns.places,
                        &columns.times,
                        &columns.chances,
                        &columns.decisions,
                        &columns.contexts,
                        &columns.hashes,
                        &columns.clients,
                        &columns.bodies,
                    ],
                )
                .await?;
            let moved = transaction
                .prepare_cached("UPDATE decision_chains SET place = $2, hash = $3 WHERE chain = $1")
                .await?;
            let place = head.place.cast_signed();
            transaction
                .execute(&moved, &[&number, &place, &head.hash.as_bytes().to_vec()])
                .await?;
            transaction.commit().await?;
            Ok(head)
        })
    }
}

impl Columns {
    fn push(&mut self, entry: &Sealed, context: i64, head: &Head) {
        self.places.push(head.place.cast_signed());
        self.times.push(entry.first.at().as_millisecond());
        self.chances.push(entry.first.as_bytes()[6..].to_vec());
        self.decisions
            .push(i32::try_from(entry.count).unwrap_or(i32::MAX));
        self.contexts.push(context);
        self.hashes.push(head.hash.as_bytes().to_vec());
        self.clients.push(clients_column(&entry.clients));
        self.bodies.push(entry.body.as_bytes().to_vec());
    }
}

impl DecisionLog for PostgresDecisions {
    fn append(&self, entries: &[Sealed]) -> Result<Head, StoreError> {
        let prepared = self.prepare(entries)?;
        let appended = self.append_to(prepared, entries);
        if appended.is_err() {
            // A month that is let go takes its partition with it.
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
    ) -> Result<Vec<Entry>, StoreError> {
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
            Box::new(i64::try_from(most.min(MOST_ROWS)).unwrap_or(i64::MAX)),
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
        entries.collect()
    }

    fn count_of(&self, context: Sha256, since: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(decisions), 0)::BIGINT FROM decision_entries \
                   WHERE month >= $2 AND context = (SELECT id FROM decision_contexts WHERE digest = $1)";
        let params: Vec<Param> = vec![
            bytes(context.as_bytes()),
            Box::new(number_of(month_of(since))),
        ];
        let row = self.postgres.read(|rows| rows.query_one(sql, params))?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get(0))?;
        Ok(count.cast_unsigned())
    }

    fn replace(&self, entry: &Entry) -> Result<(), StoreError> {
        let sql = "UPDATE decision_entries SET clients = $4, body = $5 \
                   WHERE chain = $1 AND place = $2 AND hash = $3 RETURNING 1";
        let params: Vec<Param> = vec![
            Box::new(entry.link.chain.0.cast_signed()),
            Box::new(entry.link.place.cast_signed()),
            bytes(entry.hash.as_bytes()),
            Box::new(clients_column(&entry.clients)),
            Box::new(entry.body.as_bytes().to_vec()),
        ];
        let changed = self.postgres.write(|rows| rows.query_one(sql, params))?;
        match changed {
            Some(_) => Ok(()),
            None => Err(StoreError::Failed("the entry is not there any more".into())),
        }
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

fn make_month(rows: &PostgresRows<'_>, month: i32) -> Result<(), StoreError> {
    rows.batch(format!(
        "CREATE TABLE IF NOT EXISTS decision_entries_{month} PARTITION OF decision_entries FOR VALUES IN ({month})"
    ))
}

/// Drops a month's partition, and puts back what is held of it, with no other client in it.
fn drop_month(
    rows: &PostgresRows<'_>,
    month: i32,
    held: &[Pseudonym],
) -> Result<Dropped, StoreError> {
    let mut dropped = Dropped::default();
    let sql = "SELECT chain, min(place), max(place), sum(decisions)::BIGINT FROM decision_entries WHERE month = $1 GROUP BY chain";
    for row in rows.query(sql, vec![Box::new(month)])? {
        let chain = ChainId(row.try_get::<_, i64>(0)?.cast_unsigned());
        let (first, last): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        dropped
            .places
            .push((chain, first.cast_unsigned()..last.cast_unsigned() + 1));
        dropped.decisions += row.try_get::<_, i64>(3)?.cast_unsigned();
    }
    let mut kept: Vec<(Entry, i64)> = Vec::new();
    let sql = format!(
        "{ENTRY} WHERE e.month = $1 AND e.clients IS NOT NULL AND position($2::BYTEA IN e.clients) > 0"
    );
    let mut contexts = Contexts::default();
    for client in held {
        let params: Vec<Param> = vec![Box::new(month), bytes(client.as_bytes())];
        for row in rows.query(&sql, params)? {
            let mut entry = read_entry(&row, &mut contexts)?;
            let is_known = kept.iter().any(|(known, _)| known.link == entry.link);
            if is_known || !entry.has_client(*client) {
                continue;
            }
            let is_held = |place| entry.client(place).is_some_and(|of| held.contains(&of));
            let n_held = (0..entry.count).filter(|place| is_held(*place)).count() as u64;
            entry
                .keep_only(held)
                .map_err(|error| StoreError::row("decision_entries", error))?;
            let digest = vec![bytes(entry.context_digest.as_bytes())];
            let context =
                rows.query_one("SELECT id FROM decision_contexts WHERE digest = $1", digest)?;
            let context = context.map_or(Ok(0), |row| row.try_get(0))?;
            dropped.held += n_held;
            kept.push((entry, context));
        }
    }
    dropped.decisions -= dropped.held;
    rows.batch(format!("DROP TABLE IF EXISTS decision_entries_{month}"))?;
    if !kept.is_empty() {
        make_month(rows, month)?;
    }
    for (entry, context) in kept {
        put_back(rows, month, &entry, context)?;
    }
    Ok(dropped)
}

fn put_back(
    rows: &PostgresRows<'_>,
    month: i32,
    entry: &Entry,
    context: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO decision_entries (month, chain, place, at, chance, decisions, context, before, hash, clients, body) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    rows.execute(
        sql,
        vec![
            Box::new(month),
            Box::new(entry.link.chain.0.cast_signed()),
            Box::new(entry.link.place.cast_signed()),
            Box::new(entry.first.at().as_millisecond()),
            Box::new(entry.first.as_bytes()[6..].to_vec()),
            Box::new(i32::try_from(entry.count).unwrap_or(i32::MAX)),
            Box::new(context),
            bytes(entry.link.before.as_bytes()),
            bytes(entry.hash.as_bytes()),
            Box::new(clients_column(&entry.clients)),
            Box::new(entry.body.as_bytes().to_vec()),
        ],
    )
}

fn bytes(bytes: &[u8]) -> Param {
    Box::new(bytes.to_vec())
}

fn clients_column(clients: &[u8]) -> Option<Vec<u8>> {
    clients
        .iter()
        .any(|byte| *byte != 0)
        .then(|| clients.to_vec())
}

/// `202611` of the first of November.
fn number_of(month: Date) -> i32 {
    i32::from(month.year()) * 100 + i32::from(month.month())
}

fn date_of(number: i32) -> Result<Date, StoreError> {
    let date = || {
        let year = i16::try_from(number / 100).ok()?;
        let month = i8::try_from(number % 100).ok()?;
        Date::new(year, month, 1).ok()
    };
    date().ok_or_else(|| StoreError::row("decision_entries", "a month that is none"))
}

fn hash_of(row: &Row, column: usize) -> Result<Sha256, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    let hash: [u8; 32] = bytes
        .try_into()
        .map_err(|error| StoreError::row("decision_entries", error))?;
    Ok(Sha256::from_bytes(hash))
}

/// Contexts that were read, by their digests.
#[derive(Debug, Default)]
struct Contexts(HashMap<Sha256, Arc<Context>>);

impl Contexts {
    fn of(&mut self, digest: Sha256, bytes: &[u8]) -> Result<Arc<Context>, StoreError> {
        if let Some(known) = self.0.get(&digest) {
            return Ok(Arc::clone(known));
        }
        let read = Context::from_bytes(bytes);
        let read = Arc::new(read.map_err(|error| StoreError::row("decision_contexts", error))?);
        self.0.insert(digest, Arc::clone(&read));
        Ok(read)
    }
}

fn read_entry(row: &Row, contexts: &mut Contexts) -> Result<Entry, StoreError> {
    let at: i64 = row.try_get(3)?;
    let chance: &[u8] = row.try_get(4)?;
    let mut first = [0; 16];
    first[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    if chance.len() != 10 {
        return Err(StoreError::row("decision_entries", "a name that is none"));
    }
    first[6..].copy_from_slice(chance);
    let digest = hash_of(row, 11)?;
    let clients: Option<Vec<u8>> = row.try_get(8)?;
    Ok(Entry {
        month: date_of(row.try_get(0)?)?,
        link: Link {
            chain: ChainId(row.try_get::<_, i64>(1)?.cast_unsigned()),
            place: row.try_get::<_, i64>(2)?.cast_unsigned(),
            // A hash that is none where it should be: the entry is not whole.
            before: hash_of(row, 6).unwrap_or(Sha256::from_bytes([0; 32])),
        },
        hash: hash_of(row, 7)?,
        first: DecisionId::from_bytes(first),
        count: usize::try_from(row.try_get::<_, i32>(5)?).unwrap_or_default(),
        context: contexts.of(digest, row.try_get(10)?)?,
        context_digest: digest,
        body: Body::from_bytes(row.try_get(9)?),
        clients: clients.unwrap_or_default(),
    })
}
