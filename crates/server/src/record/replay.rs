//! Decisions scored again, with the models of their days: would it be the same today?

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use propenso_scoring::{Outcome, Workspace};
use propenso_store::StoreError;
use propenso_store::decision::outcome::has_same_bits;
use propenso_store::decision::{Decision, DecisionId, Entry, PersonalPart, RecordedWarning};
use propenso_store::decision_log::pages::Pages;
use propenso_store::decision_log::{DecisionLog, Query};

use super::archive::Archive;

/// Entries that are handed to a thread at a time.
const PAGE: usize = 1_000;

/// Decisions that did not replay, of which is told one by one.
const MOST_TOLD: usize = 100;

/// What came of a decision that was scored again.
#[derive(Debug, Clone, PartialEq)]
pub enum Replayed {
    /// The same, to the bit.
    Same,
    /// Something else.
    Other {
        /// What the model of its day says now.
        now: Box<Outcome>,
    },
    /// The model of its day refuses it now.
    Refused(String),
    /// Its data were forgotten.
    Forgotten,
    /// Policy did not keep all of its data.
    Withheld,
    /// The model of its day is not there.
    NoModel(String),
    /// It cannot be read.
    Unreadable(String),
}

impl Replayed {
    /// A word for it, in lists and figures.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Other { .. } => "other",
            Self::Refused(_) => "refused",
            Self::Forgotten => "forgotten",
            Self::Withheld => "withheld",
            Self::NoModel(_) => "no model",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether something is wrong: what was forgotten or never kept is not.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        !matches!(self, Self::Same | Self::Forgotten | Self::Withheld)
    }
}

/// What came of many.
#[derive(Debug, Default)]
pub struct Replay {
    /// How many came to what.
    pub counts: BTreeMap<&'static str, u64>,
    /// The first ones that are wrong.
    pub wrong: Vec<(DecisionId, Replayed)>,
    /// How many are wrong.
    pub n_wrong: u64,
}

impl Replay {
    /// Decisions that were looked at.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    fn add(&mut self, id: DecisionId, replayed: Replayed) {
        *self.counts.entry(replayed.word()).or_default() += 1;
        if replayed.is_wrong() {
            self.n_wrong += 1;
            self.wrong.push((id, replayed));
        }
    }

    fn add_all(&mut self, other: Self) {
        for (word, count) in other.counts {
            *self.counts.entry(word).or_default() += count;
        }
        self.n_wrong += other.n_wrong;
        self.wrong.extend(other.wrong);
        self.wrong.sort_by_key(|(id, _)| *id);
        self.wrong.truncate(MOST_TOLD);
    }
}

/// Scores one decision again.
pub fn replay(
    entry: &Entry,
    decision: &Decision,
    archive: &Archive,
    workspace: &mut Workspace,
) -> Replayed {
    let PersonalPart::Known(personal) = &decision.personal else {
        return Replayed::Forgotten;
    };
    let scorer = match archive.scorer(&entry.context) {
        Ok(scorer) => scorer,
        Err(error) => return Replayed::NoModel(error.to_string()),
    };
    let contract = scorer.contract();
    let Some(row) = personal.row(contract) else {
        return Replayed::Withheld;
    };
    match scorer.score(&row, workspace) {
        Ok(score) => {
            let recorded = &decision.public;
            let is_same = has_same_bits(&score.outcome, &recorded.outcome)
                && RecordedWarning::of_all(&score.warnings, contract) == recorded.warnings;
            match is_same {
                true => Replayed::Same,
                false => Replayed::Other {
                    now: Box::new(score.outcome),
                },
            }
        }
        Err(errors) => {
            let inputs: Vec<&str> = errors.iter().map(|error| &*error.input).collect();
            Replayed::Refused(inputs.join(", "))
        }
    }
}

/// Scores all decisions again that a query finds, on all threads. `progress` hears of how many so far.
///
/// # Errors
///
/// [`StoreError`] when the log cannot be read.
pub fn replay_all(
    log: &dyn DecisionLog,
    query: &Query,
    archive: &Archive,
    mut progress: impl FnMut(u64),
) -> Result<Replay, StoreError> {
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
    let (sender, receiver) = sync_channel::<Vec<Entry>>(n_threads * 2);
    let receiver = Arc::new(Mutex::new(receiver));
    thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads)
            .map(|_| {
                let receiver = Arc::clone(&receiver);
                scope.spawn(move || work(&receiver, query, archive))
            })
            .collect();
        let mut so_far = 0;
        let mut read = Ok(());
        for page in Pages::of(log, query, PAGE) {
            match page {
                Err(error) => read = Err(error),
                Ok(entries) => {
                    let counts = entries.iter().map(|entry| entry.count as u64);
                    so_far += counts.sum::<u64>();
                    if sender.send(entries).is_err() {
                        break;
                    }
                    progress(so_far);
                }
            }
        }
        drop(sender);
        let mut sum = Replay::default();
        for worker in workers {
            // A thread that panicked has said so; what it had looked at is not in the sum.
            if let Ok(part) = worker.join() {
                sum.add_all(part);
            }
        }
        read.map(|()| sum)
    })
}

fn work(receiver: &Mutex<Receiver<Vec<Entry>>>, query: &Query, archive: &Archive) -> Replay {
    let mut part = Replay::default();
    let mut workspace = Workspace::default();
    loop {
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(page) = next else { return part };
        for entry in page {
            match entry.decisions() {
                Ok(decisions) => {
                    for (place, decision) in decisions.iter().enumerate() {
                        let is_asked =
                            query.client.is_none() || entry.client(place) == query.client;
                        if is_asked {
                            let replayed = replay(&entry, decision, archive, &mut workspace);
                            part.add(decision.id, replayed);
                        }
                    }
                }
                Err(error) => part.add(entry.first, Replayed::Unreadable(error.to_string())),
            }
        }
        part.wrong.truncate(MOST_TOLD);
    }
}
