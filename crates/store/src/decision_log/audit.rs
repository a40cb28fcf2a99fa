//! Whether the chains of a log are what was written: every entry is hashed again, and follows the one before.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::pages::Pages;
use super::{DecisionLog, Place, Query};
use crate::decision::DecisionError;
use crate::decision::Entry;
use crate::decision::link::{ChainId, Head};
use crate::error::StoreError;

/// Entries that are read at a time.
const PAGE: usize = 1_000;

/// What an audit found.
#[derive(Debug, Default)]
pub struct Audit {
    /// Entries that were looked at.
    pub entries: u64,
    /// Decisions in them.
    pub decisions: u64,
    /// Places that are not there any more, by the month of the entry behind them: what was before it was let go.
    pub gone: BTreeMap<Date, u64>,
    /// The ends of the chains, as they were found.
    pub heads: Vec<Head>,
    /// The first entry that is not what was written, if there is one.
    pub broken: Option<Broken>,
}

/// An entry that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The chain.
    pub chain: ChainId,
    /// Its place.
    pub place: u64,
    /// The name of its first decision.
    pub first: String,
    /// What is wrong.
    pub how: Break,
}

/// What can be wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// Its contents, or its place, are others.
    #[error("what it holds is not what was written there")]
    Contents,
    /// It does not follow the one before.
    #[error("it does not follow the entry before: one was changed, added or taken out")]
    Order,
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] DecisionError),
    /// A log says that another entry was the last at that time.
    #[error("it is not the one whose hash was told at that time")]
    Told,
}

/// Goes through all chains of a log, to their ends or the first broken entry. `told` are ends that were told before,
/// in logs: they must be in the chains. `progress` hears of the decisions seen so far.
///
/// # Errors
///
/// [`StoreError`] when the log cannot be read.
pub fn audit(
    log: &dyn DecisionLog,
    told: &[Head],
    mut progress: impl FnMut(u64),
) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    let mut ends: HashMap<ChainId, Head> = HashMap::new();
    for page in Pages::of(log, &Query::default(), PAGE) {
        for entry in page? {
            if let Err(how) = check(&entry, told, &mut ends, &mut audit) {
                audit.broken = Some(Broken {
                    chain: entry.link.chain,
                    place: entry.link.place,
                    first: entry.first.to_string(),
                    how,
                });
                return Ok(audit);
            }
        }
        progress(audit.decisions);
    }
    // Entries that were taken off the end leave no trace in the chain itself: what was told of it is one.
    let cut = told.iter().find(|told| {
        let end = ends.get(&told.chain).map_or(0, |end| end.place);
        told.place > end
    });
    audit.broken = cut.map(|told| Broken {
        chain: told.chain,
        place: told.place,
        first: "-".to_owned(),
        how: Break::Told,
    });
    audit.heads = ends.into_values().collect();
    audit.heads.sort_by_key(|head| head.chain);
    Ok(audit)
}

fn check(
    entry: &Entry,
    told: &[Head],
    ends: &mut HashMap<ChainId, Head>,
    audit: &mut Audit,
) -> Result<(), Break> {
    let link = entry.link;
    if !entry.is_whole()? {
        return Err(Break::Contents);
    }
    match ends.get(&link.chain) {
        Some(end) if link.place == end.place + 1 => {
            if link.before != end.hash {
                return Err(Break::Order);
            }
        }
        Some(end) if link.place <= end.place => return Err(Break::Order),
        Some(end) => audit.miss(entry, link.place - end.place - 1),
        None => audit.miss(entry, link.place - 1),
    }
    let head = Head {
        chain: link.chain,
        place: link.place,
        hash: entry.hash,
    };
    let is_other = |told: &Head| {
        told.chain == head.chain && told.place == head.place && told.hash != head.hash
    };
    if told.iter().any(is_other) {
        return Err(Break::Told);
    }
    ends.insert(link.chain, head);
    audit.entries += 1;
    audit.decisions += entry.count as u64;
    Ok(())
}

impl Audit {
    fn miss(&mut self, entry: &Entry, places: u64) {
        if places > 0 {
            *self.gone.entry(entry.month).or_default() += places;
        }
    }
}

impl Entry {
    /// Its place among all, as it is kept by time.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            month: self.month,
            chain: self.link.chain,
            place: self.link.place,
        }
    }
}
