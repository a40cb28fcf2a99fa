//! The partitions of months: made, and let go.

use super::entry_row::{ENTRY, bytes, clients_column, read_entry};
use crate::StoreError;
use crate::decision::{Entry, Pseudonym};
use crate::decision_log::Dropped;
use crate::decision_log::contexts::Contexts;
use crate::postgres::transaction::{Param, PostgresRows};

/// Makes the partition of a month where there is none.
pub(super) fn make_month(rows: &PostgresRows<'_>, month: i32) -> Result<(), StoreError> {
    rows.batch(format!(
        "CREATE TABLE IF NOT EXISTS decision_entries_{month} PARTITION OF decision_entries FOR VALUES IN ({month})"
    ))
}

/// Drops a month's partition, and puts back what is held of it, with no other client in it.
pub(super) fn drop_month(
    rows: &PostgresRows<'_>,
    month: i32,
    held: &[Pseudonym],
) -> Result<Dropped, StoreError> {
    let mut dropped = Dropped::default();
    let sql = "SELECT coalesce(sum(decisions), 0)::BIGINT FROM decision_entries WHERE month = $1";
    if let Some(row) = rows.query_one(sql, vec![Box::new(month)])? {
        dropped.decisions = row.try_get::<_, i64>(0)?.cast_unsigned();
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
