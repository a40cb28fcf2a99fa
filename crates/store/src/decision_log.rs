//! Where decisions are kept: appended to a chain, found again, forgotten, and let go when their time is over.
//!
//! What a log does is the same whichever database keeps it, and so are its tests.
//!
//! - [`sqlite`]: a file a month; `chain_file`: which chain is a machine's, in a database that several share
//! - `contexts`: what entries have in common, read once
//! - [`pages`]: all that is looked for, a page at a time
//! - [`writer`]: the one thread that appends what all others answer
//! - [`audit`]: whether the chains are what was written

pub mod audit;
#[cfg(feature = "postgres")]
pub(crate) mod chain_file;
pub(crate) mod contexts;
pub mod pages;
pub mod sqlite;
pub mod writer;

use std::fmt::Debug;

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_model::Sha256;

use crate::decision::draft::Sealed;
use crate::decision::entry::Body;
use crate::decision::link::{ChainId, Head};
use crate::decision::{DecisionId, Entry, Pseudonym};
use crate::error::StoreError;

/// Keeps decisions.
pub trait DecisionLog: Debug + Send + Sync {
    /// Appends entries to this writer's chain, all of them or none. What it tells is kept, whatever happens next.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then nothing of them was kept.
    fn append(&self, entries: &[Sealed]) -> Result<Head, StoreError>;

    /// Finds the entry that a decision is in.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn find(&self, id: DecisionId) -> Result<Option<Entry>, StoreError>;

    /// Gives the entries behind a place, in the order of their chains and places: at most so many, and fewer where they are
    /// large.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn page(
        &self,
        query: &Query,
        after: Option<Place>,
        most: usize,
    ) -> Result<EntryPage, StoreError>;

    /// Counts what was kept of a portfolio: decisions whose context has this digest.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn count_of(&self, context: Sha256, since: Timestamp) -> Result<u64, StoreError>;

    /// Puts an entry of which less is known in the place of the one that is there; its hash is the same. What was there
    /// is overwritten. Nothing happens, and it is told, where there is another body than it `was`, or no such entry: else what
    /// others forgot meanwhile would be there again.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn replace(&self, entry: &Entry, was: &Body) -> Result<bool, StoreError>;

    /// The ends of all chains.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn heads(&self) -> Result<Vec<Head>, StoreError>;

    /// The months of which there are entries, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn months(&self) -> Result<Vec<Month>, StoreError>;

    /// Lets a month go, but for the entries of clients that are held.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn drop_month(&self, month: Date, held: &[Pseudonym]) -> Result<Dropped, StoreError>;
}

/// An entry's place among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The month, by its first day.
    pub month: Date,
    /// The chain.
    pub chain: ChainId,
    /// The place in it.
    pub place: u64,
}

/// Some of the entries that were looked for.
#[derive(Debug, Default)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The place that the next page is behind; nothing where this is the last.
    pub next: Option<Place>,
}

impl EntryPage {
    /// A page that was made from so much room: where none is left, there may be more.
    pub(crate) fn of(entries: Vec<Entry>, is_full: bool) -> Self {
        let last = entries.last().map(Entry::place);
        Self {
            entries,
            next: last.filter(|_| is_full),
        }
    }
}

/// Bytes of entries after which a page ends.
const PAGE_BYTES: usize = 8 << 20;

/// What a page has room for still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    entries: usize,
    bytes: usize,
}

impl Room {
    pub(crate) fn for_entries(most: usize) -> Self {
        Self {
            entries: most,
            bytes: PAGE_BYTES,
        }
    }

    pub(crate) fn take(&mut self, entry: &Entry) {
        self.entries = self.entries.saturating_sub(1);
        let size = entry.body.as_bytes().len() + entry.clients.len();
        self.bytes = self.bytes.saturating_sub(size);
    }

    /// The entries that there is room for.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }

    pub(crate) fn is_none(&self) -> bool {
        self.entries == 0 || self.bytes == 0
    }
}

/// Which entries are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Those with a decision on this client.
    pub client: Option<Pseudonym>,
    /// Those made from here on.
    pub from: Option<Timestamp>,
    /// Those made before this.
    pub until: Option<Timestamp>,
}

/// What is kept of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// Its first day.
    pub month: Date,
    /// Entries.
    pub entries: u64,
    /// Decisions.
    pub decisions: u64,
    /// Bytes that it takes.
    pub bytes: u64,
}

/// What was let go with a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Decisions.
    pub decisions: u64,
    /// Decisions of clients that are held, which were kept.
    pub held: u64,
}

/// The first day of the month of a moment, in UTC.
#[must_use]
pub fn month_of(at: Timestamp) -> Date {
    jiff::tz::Offset::UTC
        .to_datetime(at)
        .date()
        .first_of_month()
}
