//! An entry as a row, and back.

use jiff::civil::Date;
use propenso_model::Sha256;
use tokio_postgres::Row;

use crate::StoreError;
use crate::decision::entry::Body;
use crate::decision::link::{ChainId, Link};
use crate::decision::{DecisionId, Entry};
use crate::decision_log::contexts::Contexts;
use crate::postgres::transaction::Param;

/// What is asked of the table of entries, in the order that `read_entry` wants.
pub(super) const ENTRY: &str = "SELECT e.month, e.chain, e.place, e.at, e.chance, e.decisions, coalesce(e.before, b.hash, m.hash), e.hash, \
     e.clients, e.body, c.body, c.digest FROM decision_entries e JOIN decision_contexts c ON c.id = e.context \
     LEFT JOIN decision_entries b ON b.month = e.month AND b.chain = e.chain AND b.place = e.place - 1 \
     LEFT JOIN decision_months m ON m.month = e.month AND m.chain = e.chain AND m.place = e.place - 1";

pub(super) fn bytes(bytes: &[u8]) -> Param {
    Box::new(bytes.to_vec())
}

pub(super) fn clients_column(clients: &[u8]) -> Option<Vec<u8>> {
    clients
        .iter()
        .any(|byte| *byte != 0)
        .then(|| clients.to_vec())
}

/// `202611` of the first of November.
pub(super) fn number_of(month: Date) -> i32 {
    i32::from(month.year()) * 100 + i32::from(month.month())
}

pub(super) fn date_of(number: i32) -> Result<Date, StoreError> {
    let date = || {
        let year = i16::try_from(number / 100).ok()?;
        let month = i8::try_from(number % 100).ok()?;
        Date::new(year, month, 1).ok()
    };
    date().ok_or_else(|| StoreError::row("decision_entries", "a month that is none"))
}

pub(super) fn hash_of(row: &Row, column: usize) -> Result<Sha256, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    let hash: [u8; 32] = bytes
        .try_into()
        .map_err(|error| StoreError::row("decision_entries", error))?;
    Ok(Sha256::from_bytes(hash))
}

pub(super) fn read_entry(row: &Row, contexts: &mut Contexts) -> Result<Entry, StoreError> {
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
