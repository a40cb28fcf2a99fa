//! What a queue holds, and when it is appended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::NotKept;
use super::waiting::Waiting;
use crate::decision::draft::Sealed;
use crate::decision::link::Head;
use crate::error::StoreError;

/// How long decisions wait that nobody waits for.
const LEISURE: Duration = Duration::from_millis(100);

/// How long decisions wait that somebody waits for, where those who answer said that they would tell when they are idle and do
/// not come to it.
const PATIENCE: Duration = Duration::from_millis(1);

/// What waits, and how far the thread that appends is.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) waiting: Waiting,
    /// Bytes that wait, and those that are being appended.
    pub(super) bytes: usize,
    /// Bytes that wait.
    pub(super) waiting_bytes: usize,
    /// When the first of what waits came.
    pub(super) since: Option<Instant>,
    /// Whether nobody is about to bring more: who answers is idle, or is not one who would tell so.
    pub(super) is_all: bool,
    /// How many were told the last time: as many are likely to come again.
    pub(super) n_told: usize,
    pub(super) is_ended: bool,
    /// What the thread that appends waits for, if it does not append.
    pub(super) rests: Option<Rests>,
    /// Entries that came whole and were appended. Whoever brings an entry takes one of these along and writes the next one there:
    /// memory that one thread takes and another frees makes threads wait for each other.
    pub(super) spent: Vec<Sealed>,
    pub(super) head: Option<Head>,
    /// What the log said when it could not append the last time.
    pub(super) trouble: Option<Arc<StoreError>>,
}

/// What the thread that appends waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rests {
    /// Anything at all.
    UntilSome,
    /// That what there is becomes due.
    UntilDue,
}

/// What waits, taken to be appended.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) waiting: Waiting,
    pub(super) bytes: usize,
}

impl State {
    /// Tells whether what there is should be appended now: all that is likely to come while somebody waits, or `much`.
    pub(super) fn is_due(&self, much: usize) -> bool {
        let n_awaiting = self.waiting.n_awaiting();
        let is_all = self.is_all || n_awaiting >= self.n_told;
        n_awaiting > 0 && is_all || self.is_ended || self.bytes >= much
    }

    /// How long what there is may still wait; `None` where there is nothing.
    pub(super) fn left(&self) -> Option<Duration> {
        let is_awaited = self.waiting.n_awaiting() > 0;
        let most = if is_awaited { PATIENCE } else { LEISURE };
        Some(most.saturating_sub(self.since?.elapsed()))
    }

    /// Tells whether there is room.
    ///
    /// # Errors
    ///
    /// Why something of this size is not taken.
    pub(super) fn room_for(&self, size: usize, max_bytes: usize) -> Result<(), NotKept> {
        if self.is_ended {
            return Err(NotKept::Ended);
        }
        // One that is larger than all the room is taken alone.
        if self.bytes > 0 && self.bytes + size > max_bytes {
            return Err(NotKept::QueueFull);
        }
        Ok(())
    }

    /// Takes what waits, into the room of a group before.
    pub(super) fn take(&mut self, group: &mut Group) {
        self.since = None;
        self.is_all = false;
        self.n_told = self.waiting.n_awaiting();
        std::mem::swap(&mut self.waiting, &mut group.waiting);
        group.bytes = std::mem::take(&mut self.waiting_bytes);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const MUCH: usize = 1000;

    fn come(state: &mut State, n: usize) {
        for _ in 0..n {
            let (sender, _) = oneshot::channel();
            state.waiting.await_by(Some(sender), 1);
            state.since.get_or_insert_with(Instant::now);
        }
    }

    #[test]
    fn what_is_awaited_is_due_when_all_is_there_that_is_likely_to_come() {
        let mut state = State::default();
        assert!(!state.is_due(MUCH));
        come(&mut state, 3);
        assert!(state.is_due(MUCH), "the first ones wait for nobody");
        state.take(&mut Group::default());
        assert!(!state.is_due(MUCH));
        come(&mut state, 2);
        assert!(!state.is_due(MUCH), "two of three are back");
        come(&mut state, 1);
        assert!(state.is_due(MUCH), "all three are");
        state.take(&mut Group::default());
        come(&mut state, 2);
        state.is_all = true;
        assert!(state.is_due(MUCH), "nobody brings a third");
        state.take(&mut Group::default());
        come(&mut state, 1);
        assert!(!state.is_due(MUCH), "that was said of the two before");
        assert!(state.left().unwrap() <= PATIENCE);
    }

    #[test]
    fn what_nobody_awaits_is_due_when_it_is_much() {
        let mut state = State::default();
        assert_eq!(state.left(), None);
        state.waiting.await_by(None, 1);
        state.since = Some(Instant::now());
        state.bytes = MUCH - 1;
        assert!(!state.is_due(MUCH));
        assert!(state.left().unwrap() > PATIENCE);
        state.bytes = MUCH;
        assert!(state.is_due(MUCH));
    }
}
