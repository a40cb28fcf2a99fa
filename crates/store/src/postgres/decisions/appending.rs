//! Entries appended to the chain of one machine: behind the lock of its end, in one transaction.

use super::PostgresDecisions;
use super::entry_row::{bytes, clients_column, hash_of, number_of};
use super::months::make_month;
use crate::StoreError;
use crate::decision::draft::Sealed;
use crate::decision::link::Head;
use crate::decision_log::month_of;
use crate::postgres::ANSWER;
use crate::postgres::transaction::{Kind, Param, PostgresRows};

/// Inserts entries: a column is one list.
const INSERT: &str = "INSERT INTO decision_entries (month, chain, place, at, chance, decisions, context, hash, clients, body) \
     SELECT $1, $2, * FROM unnest($3::BIGINT[], $4::BIGINT[], $5::BYTEA[], $6::INTEGER[], $7::BIGINT[], $8::BYTEA[], $9::BYTEA[], \
     $10::BYTEA[])";

/// What must be there before something is appended.
pub(super) struct Prepared {
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

impl PostgresDecisions {
    /// Makes the partition of the month, and the rows of contexts, that are not there yet. The month is this one, or the chain's
    /// last where the clock has gone back.
    pub(super) fn prepare(&self, entries: &[Sealed]) -> Result<Prepared, StoreError> {
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
    pub(super) fn append_to(
        &self,
        prepared: Prepared,
        entries: &[Sealed],
    ) -> Result<Head, StoreError> {
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
