//! A month without what nobody holds.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};

use super::entry_row::clients_column;
use super::month::{MonthFile, begin, keep_context};
use super::schema;
use crate::decision::draft::WrittenContext;
use crate::decision::{Entry, Pseudonym};
use crate::decision_log::{Dropped, Query, Room};
use crate::error::StoreError;

impl MonthFile {
    /// Writes what is left of the month without the entries that nobody holds into another file.
    pub(super) fn thin(&self, path: &Path, held: &[Pseudonym]) -> Result<Dropped, StoreError> {
        let _ = std::fs::remove_file(path);
        let mut other = Connection::open(path)?;
        let head = self.head()?;
        schema::prepare(&mut other, head)?;
        let transaction = begin(&mut other)?;
        transaction.execute("UPDATE chain SET is_closed = 1", [])?;
        let mut dropped = Dropped::default();
        let mut after = 0;
        if held.is_empty() {
            // Nothing of it is read.
            dropped.decisions = self.count(0)?.decisions;
            after = head.place;
        }
        loop {
            let page = self.page_of_all(&Query::default(), after, &mut Room::for_entries(256))?;
            let Some(last) = page.last() else { break };
            after = last.link.place;
            for entry in page {
                keep_held(&transaction, entry, held, &mut dropped)?;
            }
        }
        transaction.commit()?;
        Ok(dropped)
    }
}

/// Keeps an entry that has a held client, with no other client in it.
fn keep_held(
    to: &Transaction<'_>,
    mut entry: Entry,
    held: &[Pseudonym],
    dropped: &mut Dropped,
) -> Result<(), StoreError> {
    let unreadable = |error| StoreError::row("entries", error);
    let is_held = |place: usize| {
        entry
            .client(place)
            .is_some_and(|client| held.contains(&client))
    };
    let n_held = (0..entry.count).filter(|place| is_held(*place)).count() as u64;
    dropped.held += n_held;
    dropped.decisions += entry.count as u64 - n_held;
    if n_held == 0 {
        return Ok(());
    }
    entry.keep_only(held).map_err(unreadable)?;
    let context = WrittenContext {
        bytes: entry.context.to_bytes().map_err(unreadable)?.into(),
        digest: entry.context_digest,
    };
    let context = keep_context(to, &context)?;
    to.prepare_cached(
        "INSERT INTO entries (place, at, chance, decisions, context, hash, clients, before, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        entry.link.place.cast_signed(),
        entry.first.at().as_millisecond(),
        &entry.first.as_bytes()[6..],
        entry.count as i64,
        context,
        entry.hash.as_bytes(),
        clients_column(&entry.clients),
        entry.link.before.as_bytes(),
        entry.body.as_bytes(),
    ])?;
    Ok(())
}
