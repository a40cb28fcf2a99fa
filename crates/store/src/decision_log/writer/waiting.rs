//! What waits to be appended: entries that came whole, and entries that those who answer one client fill together.

use std::mem;

use jiff::{SignedDuration, Timestamp};

use super::Sender;
use crate::decision::draft::{Draft, Sealed, WrittenContext};
use crate::decision::{DecisionId, Written};

/// Most decisions that share an entry. Who looks for one of them has the whole entry read.
const MOST_SHARING: usize = 512;

/// Bytes of an entry that takes no more decisions.
const FULL: usize = 128 << 10;

/// How long an entry takes decisions: its time is in the names of all.
const SHARING: SignedDuration = SignedDuration::from_millis(100);

/// What waits to be appended.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    whole: Vec<Sealed>,
    /// Entries that are being filled, or were: at most the last of a context still is.
    shared: Vec<Draft>,
    /// Those who wait for one of them.
    senders: Vec<Sender>,
    n_required: usize,
    n_offered: usize,
}

impl Waiting {
    /// How many wait for some of it.
    pub(super) fn n_awaiting(&self) -> usize {
        self.senders.len()
    }

    /// Decisions that somebody waits for.
    pub(super) fn n_required(&self) -> usize {
        self.n_required
    }

    /// Decisions that nobody waits for.
    pub(super) fn n_offered(&self) -> usize {
        self.n_offered
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, entry: Sealed, sender: Option<Sender>) {
        self.await_by(sender, entry.count);
        self.whole.push(entry);
    }

    /// Adds a decision to the entry of its context, and names it. Gives the bytes that it takes, too.
    pub(super) fn push_one(
        &mut self,
        context: &WrittenContext,
        decision: &Written,
        sender: Option<Sender>,
    ) -> (DecisionId, usize) {
        self.await_by(sender, 1);
        let now = Timestamp::now();
        // The one that was begun last is the likeliest.
        let of_context = |draft: &Draft| draft.context().digest == context.digest;
        let last = self.shared.iter().rposition(of_context);
        let open = last.filter(|place| is_open(&self.shared[*place], now));
        let before = open.map_or(0, |place| self.shared[place].size());
        let draft = match open {
            Some(place) => &mut self.shared[place],
            None => self.shared.push_mut(Draft::new(context.clone(), now)),
        };
        let id = draft.append(decision);
        (id, draft.size() - before)
    }

    /// Counts decisions, and who waits for them.
    pub(super) fn await_by(&mut self, sender: Option<Sender>, count: usize) {
        match sender {
            Some(sender) => {
                self.senders.push(sender);
                self.n_required += count;
            }
            None => self.n_offered += count,
        }
    }

    /// Takes all entries, closed, into the room of others: first those that came whole, whose number it gives.
    pub(super) fn close(&mut self, entries: &mut Vec<Sealed>) -> usize {
        mem::swap(&mut self.whole, entries);
        let n_whole = entries.len();
        entries.extend(self.shared.drain(..).map(Draft::seal));
        n_whole
    }

    /// Takes those who wait, and forgets how many decisions there were.
    pub(super) fn take_senders(&mut self) -> Vec<Sender> {
        (self.n_required, self.n_offered) = (0, 0);
        mem::take(&mut self.senders)
    }
}

/// Whether an entry takes one more decision.
fn is_open(draft: &Draft, now: Timestamp) -> bool {
    let age = now.duration_since(draft.began());
    let is_young = (SignedDuration::ZERO..SHARING).contains(&age);
    is_young && draft.count() < MOST_SHARING && draft.size() < FULL
}
