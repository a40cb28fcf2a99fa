//! What moved each score, in sentences.

use std::collections::{BinaryHeap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use propenso_scoring::{AnsweredRow, Language, Scorer, Workspace};

use crate::batch::BatchRow;
use crate::columns::Columns;
use crate::decimals::Decimals;
use crate::folio::Texts;
use crate::ranking::{SortKey, descending};
use crate::repeats::Client;
use crate::row_encoder::row_of;

/// Explains the scores of one file.
#[derive(Debug)]
pub(crate) struct Reasons<'r> {
    pub(crate) scorer: &'r Scorer,
    pub(crate) columns: &'r Columns,
    pub(crate) decimals: &'r Decimals,
    /// Reasons per row.
    pub(crate) most: usize,
    /// Tells who will not be in the list; nobody reads why they are not.
    pub(crate) cutoff: Option<Cutoff>,
}

/// What is known, while rows come, of who will fit: as many as fit are better than a row that will not.
///
/// What it tells depends on which rows came first, and so on the threads; but it is never wrong of a row that will be in
/// the list, and the reasons of others are not written.
#[derive(Debug)]
pub(crate) struct Cutoff {
    capacity: usize,
    /// The best keys so far, turned round, the worst of them on top.
    best: Mutex<Best>,
    /// The worst of them, when there are as many as fit.
    worst: AtomicU64,
}

/// The best rows so far, one for each client.
#[derive(Debug, Default)]
struct Best {
    /// The worst on top.
    keys: BinaryHeap<(u64, Option<u128>)>,
    clients: HashSet<u128>,
}

impl Best {
    /// Adds a row, unless its client has one already: a worse key than a client's best turns nobody away.
    fn add(&mut self, key: u64, client: Option<Client>, capacity: usize) {
        let client = client.map(Client::number);
        if client.is_some_and(|client| !self.clients.insert(client)) {
            return;
        }
        self.keys.push((key, client));
        if self.keys.len() > capacity
            && let Some((_, Some(client))) = self.keys.pop()
        {
            self.clients.remove(&client);
        }
    }
}

impl Cutoff {
    /// The greatest capacity: its keys are in memory.
    const MOST: u64 = 1 << 20;

    /// Makes one for a list of so many; none where they are too many to remember.
    pub(crate) fn new(capacity: u64) -> Option<Self> {
        (capacity <= Self::MOST).then(|| Self {
            capacity: capacity as usize,
            best: Mutex::default(),
            worst: AtomicU64::new(u64::MAX),
        })
    }

    fn admits(&self, key: f64) -> bool {
        !key.is_nan() && descending(key) <= self.worst.load(Ordering::Relaxed)
    }

    fn learn(&self, keys: &[SortKey]) {
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        for SortKey { key, client, .. } in keys {
            if !self.admits(*key) {
                continue;
            }
            best.add(descending(*key), *client, self.capacity);
            if best.keys.len() == self.capacity {
                let worst = best.keys.peek().map_or(0, |(key, _)| *key);
                self.worst.store(worst, Ordering::Relaxed);
            }
        }
    }
}

/// A row that was just scored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScoredRow<'b> {
    pub(crate) cells: BatchRow<'b>,
    pub(crate) answered: AnsweredRow<'b>,
}

impl Reasons<'_> {
    /// Tells whether anybody may read a row's reasons.
    pub(crate) fn are_wanted(&self, key: f64) -> bool {
        self.cutoff.as_ref().is_none_or(|cutoff| cutoff.admits(key))
    }

    /// Takes notice of rows that were scored.
    pub(crate) fn learn(&self, keys: &[SortKey]) {
        if let Some(cutoff) = &self.cutoff {
            cutoff.learn(keys);
        }
    }

    /// Appends each row's reasons, the strongest first; empty texts where it has fewer, and where nobody will read them.
    pub(crate) fn write(
        &self,
        rows: &[Option<ScoredRow<'_>>],
        workspace: &mut Workspace,
        to: &mut Texts,
    ) {
        let contract = self.scorer.contract();
        let wanted = rows.iter().flatten().map(|scored| {
            let row = row_of(scored.cells, self.columns, self.decimals, contract);
            (row, scored.answered)
        });
        let wanted: Vec<_> = wanted.collect();
        // That the model can be explained was checked at the start.
        let explained = self
            .scorer
            .explain_rows(&wanted, self.most, workspace)
            .unwrap_or_default();
        let mut explained = explained.iter();
        for row in rows {
            let explained = row.and_then(|_| explained.next());
            for number in 0..self.most {
                let reason = explained.and_then(|explained| explained.reasons.get(number));
                let text = reason.map(|reason| reason.message(Language::Spanish));
                to.push(text.as_deref().unwrap_or_default());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whoever will be among the first is never turned away, whatever came before.
        #[test]
        fn nobody_who_fits_is_without_reasons(
            keys in prop::collection::vec(prop_oneof![Just(f64::NAN), -3.0..3.0, Just(0.5)], 1..200),
            capacity in 0usize..50,
            piece in 1usize..20,
        ) {
            let cutoff = Cutoff::new(capacity as u64).unwrap();
            let mut admitted = vec![false; keys.len()];
            for (at, piece) in (0..).step_by(piece).zip(keys.chunks(piece)) {
                for (row, key) in piece.iter().enumerate() {
                    admitted[at + row] = cutoff.admits(*key);
                }
                let piece: Vec<SortKey> = piece.iter().map(|key| SortKey { key: *key, size: 1, client: None }).collect();
                cutoff.learn(&piece);
            }
            let mut order: Vec<usize> = (0..keys.len()).filter(|row| !keys[*row].is_nan()).collect();
            order.sort_by_key(|row| descending(keys[*row]));
            prop_assert!(order.iter().take(capacity).all(|row| admitted[*row]));
            prop_assert!(cutoff.best.lock().unwrap().keys.len() <= capacity);
            if capacity > 0 && keys.len() > capacity {
                prop_assert!(!cutoff.admits(-4.0) || order.len() < capacity);
            }
        }
    }

    #[test]
    fn as_many_as_can_be_remembered() {
        assert!(Cutoff::new(Cutoff::MOST).is_some());
        assert!(Cutoff::new(Cutoff::MOST + 1).is_none());
    }
}
