//! One month's file.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_model::Sha256;
use rusqlite::{Connection, OpenFlags, Statement, Transaction, TransactionBehavior, params};

use super::entry_row::{ENTRY, clients_column, read_entry};
use super::schema;
use crate::decision::draft::{Sealed, WrittenContext};
use crate::decision::entry::Body;
use crate::decision::link::{ChainId, Head};
use crate::decision::{DecisionId, Entry, Pseudonym};
use crate::decision_log::contexts::Contexts;
use crate::decision_log::{Month, Query, Room};
use crate::error::StoreError;
use crate::sqlite::connection::open_to_write;

/// How long one process waits for another to finish with the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pages that are written ahead before they are put in their places: more, and less often, than SQLite does by itself.
const PAGES_AHEAD: u32 = 4_000;

/// What is left of the file that is written ahead when it is begun anew, in bytes.
const KEPT_AHEAD: u32 = 64 << 20;

const INSERT: &str = "INSERT INTO entries (place, at, chance, decisions, context, hash, clients, body) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// A month's file.
#[derive(Debug)]
pub(super) struct MonthFile {
    month: Date,
    connection: Connection,
    /// The rows of contexts that this connection has met.
    contexts: HashMap<Sha256, i64>,
}

impl MonthFile {
    /// Opens the file of a month to append to, making it where there is none; `head` is where the chain is before it, if
    /// there is one.
    pub(super) fn make(path: &Path, month: Date, head: Option<Head>) -> Result<Self, StoreError> {
        let mut connection = open_to_write(path, PATIENCE)?;
        connection.pragma_update(None, "wal_autocheckpoint", PAGES_AHEAD)?;
        connection.pragma_update(None, "journal_size_limit", KEPT_AHEAD)?;
        let head = head.unwrap_or_else(|| Head::empty(ChainId::made()));
        schema::prepare(&mut connection, head)?;
        Ok(Self::new(connection, month))
    }

    /// Opens the file of a month, if there is one.
    pub(super) fn open(path: &Path, month: Date) -> Result<Option<Self>, StoreError> {
        let is_there = path.try_exists();
        if !is_there.map_err(|error| StoreError::Failed(error.into()))? {
            return Ok(None);
        }
        // One that is written ahead cannot be read without writing.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        // What is forgotten is overwritten.
        connection.pragma_update(None, "secure_delete", true)?;
        let is_made = schema::layout_of(&connection)? > 0;
        Ok(is_made.then(|| Self::new(connection, month)))
    }

    fn new(connection: Connection, month: Date) -> Self {
        Self {
            month,
            connection,
            contexts: HashMap::new(),
        }
    }

    pub(super) fn month(&self) -> Date {
        self.month
    }

    /// Appends entries; nothing where the month is over.
    pub(super) fn append(&mut self, entries: &[Sealed]) -> Result<Option<Head>, StoreError> {
        let appended = self.append_all(entries);
        if appended.is_err() {
            // Rows of contexts went with the rest.
            self.contexts.clear();
        }
        appended
    }

    fn append_all(&mut self, entries: &[Sealed]) -> Result<Option<Head>, StoreError> {
        let transaction = begin(&mut self.connection)?;
        if is_closed(&transaction)? {
            return Ok(None);
        }
        let mut head = read_head(&transaction)?;
        let mut query = transaction.prepare_cached(INSERT)?;
        for entry in entries {
            let digest = entry.context.digest;
            let context = match self.contexts.get(&digest) {
                Some(context) => *context,
                None => {
                    let context = keep_context(&transaction, &entry.context)?;
                    self.contexts.insert(digest, context);
                    context
                }
            };
            head = head.with(&entry.contents);
            insert(&mut query, &head, entry, context)?;
        }
        drop(query);
        transaction.commit()?;
        Ok(Some(head))
    }

    /// Ends the month: nothing is appended any more. Tells where the chain is.
    pub(super) fn close(&mut self) -> Result<Head, StoreError> {
        let transaction = begin(&mut self.connection)?;
        transaction.execute("UPDATE chain SET is_closed = 1", [])?;
        let head = read_head(&transaction)?;
        transaction.commit()?;
        Ok(head)
    }

    pub(super) fn head(&self) -> Result<Head, StoreError> {
        read_head(&self.connection)
    }

    pub(super) fn find(&self, id: DecisionId) -> Result<Option<Entry>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached(&format!("{ENTRY} WHERE e.at = ?1"))?;
        let at = id.at().as_millisecond();
        let mut rows = query.query([at])?;
        let mut contexts = Contexts::default();
        while let Some(row) = rows.next()? {
            let entry = read_entry(row, self.month, &mut contexts)?;
            if id
                .minus(entry.first)
                .is_some_and(|place| place < entry.count)
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Gives entries behind a place, as far as there is room for them.
    pub(super) fn page(
        &self,
        query: &Query,
        after: u64,
        room: &mut Room,
    ) -> Result<Vec<Entry>, StoreError> {
        let places = query.client.map(|client| self.places_of(client, after));
        let Some(places) = places.transpose()? else {
            return self.page_of_all(query, after, room);
        };
        let mut found = Vec::new();
        let mut contexts = Contexts::default();
        let mut one = self.connection.prepare_cached(&format!(
            "{ENTRY} WHERE e.place = ?1 AND e.at >= ?2 AND e.at < ?3"
        ))?;
        let (from, until) = times(query);
        for place in places {
            let mut rows = one.query(params![place, from, until])?;
            while let Some(row) = rows.next()? {
                let entry = read_entry(row, self.month, &mut contexts)?;
                room.take(&entry);
                found.push(entry);
            }
            if room.is_none() {
                break;
            }
        }
        Ok(found)
    }

    pub(super) fn page_of_all(
        &self,
        query: &Query,
        after: u64,
        room: &mut Room,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut all = self.connection.prepare_cached(&format!(
            "{ENTRY} WHERE e.place > ?1 AND e.at >= ?2 AND e.at < ?3 ORDER BY e.place LIMIT ?4"
        ))?;
        let (from, until) = times(query);
        let most = i64::try_from(room.entries()).unwrap_or(i64::MAX);
        let mut rows = all.query(params![after.cast_signed(), from, until, most])?;
        let mut found = Vec::new();
        let mut contexts = Contexts::default();
        while let Some(row) = rows.next()? {
            let entry = read_entry(row, self.month, &mut contexts)?;
            room.take(&entry);
            found.push(entry);
            if room.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The places of entries with a decision on a client, in order.
    fn places_of(&self, client: Pseudonym, after: u64) -> Result<Vec<i64>, StoreError> {
        let mut single = self.connection.prepare_cached(
            "SELECT place, clients FROM entries \
             WHERE decisions = 1 AND clients IS NOT NULL AND substr(clients, 1, 6) = ?1 AND place > ?2",
        )?;
        let mut many = self.connection.prepare_cached(
            "SELECT place, clients FROM entries \
             WHERE decisions > 1 AND clients IS NOT NULL AND place > ?1",
        )?;
        let after = after.cast_signed();
        let mut places = Vec::new();
        let mut take = |mut rows: rusqlite::Rows<'_>| -> Result<(), StoreError> {
            while let Some(row) = rows.next()? {
                let clients = row.get_ref(1)?.as_blob().unwrap_or_default();
                let mut clients = clients.chunks_exact(size_of::<Pseudonym>());
                if clients.any(|bytes| bytes == client.as_bytes()) {
                    places.push(row.get(0)?);
                }
            }
            Ok(())
        };
        take(single.query(params![&client.as_bytes()[..6], after])?)?;
        take(many.query([after])?)?;
        places.sort_unstable();
        Ok(places)
    }

    pub(super) fn count_of(&self, context: Sha256) -> Result<u64, StoreError> {
        // In this order: of a context that is new no entry is looked at.
        let count: i64 = self.connection.query_row(
            "SELECT coalesce(sum(e.decisions), 0) FROM contexts c CROSS JOIN entries e ON e.context = c.id \
             WHERE c.digest = ?1",
            [context.as_bytes()],
            |row| row.get(0),
        )?;
        Ok(count.cast_unsigned())
    }

    pub(super) fn count(&self, bytes: u64) -> Result<Month, StoreError> {
        let count = "SELECT count(*), coalesce(sum(decisions), 0) FROM entries";
        let (entries, decisions): (i64, i64) = self
            .connection
            .query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Month {
            month: self.month,
            entries: entries.cast_unsigned(),
            decisions: decisions.cast_unsigned(),
            bytes,
        })
    }

    /// Puts an entry in the place of the one with its hash and the body that it had; tells whether there is one.
    pub(super) fn replace(&mut self, entry: &Entry, was: &Body) -> Result<bool, StoreError> {
        let transaction = begin(&mut self.connection)?;
        let changed = transaction.execute(
            "UPDATE entries SET clients = ?3, body = ?4 WHERE place = ?1 AND hash = ?2 AND body = ?5",
            params![
                entry.link.place.cast_signed(),
                entry.hash.as_bytes(),
                clients_column(&entry.clients),
                entry.body.as_bytes(),
                was.as_bytes(),
            ],
        )?;
        transaction.commit()?;
        if changed > 0 {
            // The old text is in the file that is written ahead until that is taken over.
            self.connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(changed > 0)
    }
}

pub(super) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

fn is_closed(connection: &Connection) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT is_closed FROM chain")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// Where the chain is: at the last entry, or where it was before the first.
fn read_head(connection: &Connection) -> Result<Head, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT chain, coalesce(e.place, c.place), coalesce(e.hash, c.hash) FROM chain c \
         LEFT JOIN (SELECT place, hash FROM entries ORDER BY place DESC LIMIT 1) e",
    )?;
    Ok(query.query_row([], |row| {
        Ok(Head {
            chain: ChainId(row.get::<_, i64>(0)?.cast_unsigned()),
            place: row.get::<_, i64>(1)?.cast_unsigned(),
            hash: Sha256::from_bytes(row.get(2)?),
        })
    })?)
}

pub(super) fn keep_context(
    connection: &Connection,
    context: &WrittenContext,
) -> Result<i64, StoreError> {
    connection.execute(
        "INSERT INTO contexts (digest, body) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING",
        params![context.digest.as_bytes(), &*context.bytes],
    )?;
    let query = "SELECT id FROM contexts WHERE digest = ?1";
    Ok(connection.query_row(query, [context.digest.as_bytes()], |row| row.get(0))?)
}

fn insert(
    query: &mut Statement<'_>,
    head: &Head,
    entry: &Sealed,
    context: i64,
) -> Result<(), StoreError> {
    query.execute(params![
        head.place.cast_signed(),
        entry.first.at().as_millisecond(),
        &entry.first.as_bytes()[6..],
        entry.count as i64,
        context,
        head.hash.as_bytes(),
        clients_column(&entry.clients),
        entry.body.as_bytes(),
    ])?;
    Ok(())
}

/// The moments between which entries are looked for, in milliseconds.
fn times(query: &Query) -> (i64, i64) {
    let millis = |at: Option<Timestamp>, else_| at.map_or(else_, Timestamp::as_millisecond);
    (millis(query.from, i64::MIN), millis(query.until, i64::MAX))
}
