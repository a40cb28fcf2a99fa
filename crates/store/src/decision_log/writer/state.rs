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

/// How long decisions wait at the most that somebody waits for: threads that tell when they are idle may be busy for longer.
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
    since: Option<Instant>,
    /// When the first came that somebody waits for.
    awaited_since: Option<Instant>,
    /// Whether no more is likely to come: a thread that answers is idle, or one brought something that would not tell.
    pub(super) is_all: bool,
    /// How many waited for the group that was taken last: as many are likely to come again.
    n_last: usize,
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
    /// Tells whether what there is should be appended now: all that is likely to come while somebody waits, or `much`, or
    /// anything at the end.
    pub(super) fn is_due(&self, much: usize) -> bool {
        let n_awaiting = self.waiting.n_awaiting();
        let is_all = self.is_all || n_awaiting >= self.n_last;
        n_awaiting > 0 && is_all || self.is_ended || self.bytes >= much
    }

    /// Tells whether what the thread that appends waits for has come; `is_sooner` says that something came that waits for less long
    /// than what was there.
    pub(super) fn has_come(&self, much: usize, is_sooner: bool) -> bool {
        match self.rests {
            None => false,
            Some(Rests::UntilSome) => true,
            Some(Rests::UntilDue) => is_sooner || self.is_due(much),
        }
    }

    /// How long what there is may still wait; `None` where there is nothing.
    pub(super) fn left(&self) -> Option<Duration> {
        let left = LEISURE.saturating_sub(self.since?.elapsed());
        let awaited = self.awaited_since;
        let awaited = awaited.map(|since| PATIENCE.saturating_sub(since.elapsed()));
        Some(awaited.map_or(left, |awaited| awaited.min(left)))
    }

    /// Takes note of something of `size` bytes that was put to what waits, by a thread that tells when it is idle or does not; `n_before`
    /// were awaiting before. Tells whether it is the first that somebody waits for.
    pub(super) fn note(&mut self, size: usize, n_before: usize, tells_when_idle: bool) -> bool {
        self.bytes += size;
        self.waiting_bytes += size;
        let is_awaited = self.waiting.n_awaiting() > n_before;
        let is_first = is_awaited && n_before == 0;
        if is_first || self.since.is_none() {
            let now = Instant::now();
            self.since.get_or_insert(now);
            self.awaited_since = is_first.then_some(now);
        }
        self.is_all |= is_awaited && !tells_when_idle;
        is_first
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
        self.awaited_since = None;
        self.is_all = false;
        self.n_last = self.waiting.n_awaiting();
        std::mem::swap(&mut self.waiting, &mut group.waiting);
        group.bytes = std::mem::take(&mut self.waiting_bytes);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const MUCH: usize = 1000;

    fn after_a_group_of(n: usize) -> State {
        State {
            n_last: n,
            ..State::default()
        }
    }

    /// Some come from threads that tell when they are idle.
    fn come(state: &mut State, n: usize) {
        for _ in 0..n {
            let (sender, _) = oneshot::channel();
            let n_before = state.waiting.n_awaiting();
            state.waiting.await_by(Some(sender), 1);
            assert_eq!(state.note(1, n_before, true), n_before == 0);
        }
    }

    /// One comes that nobody waits for, from a thread that does not tell.
    fn be_offered(state: &mut State, size: usize) {
        let n_before = state.waiting.n_awaiting();
        state.waiting.await_by(None, 1);
        assert!(!state.note(size, n_before, false));
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
    fn who_does_not_tell_is_not_waited_for() {
        let mut state = after_a_group_of(3);
        be_offered(&mut state, 1);
        assert!(!state.is_all, "nobody waits for that");
        let (sender, _) = oneshot::channel();
        state.waiting.await_by(Some(sender), 1);
        assert!(state.note(1, 0, false));
        assert!(state.is_due(MUCH));
    }

    #[test]
    fn the_thread_that_appends_is_woken_for_what_it_waits_for() {
        let mut state = after_a_group_of(3);
        come(&mut state, 2);
        assert!(!state.has_come(MUCH, true), "it appends");
        state.rests = Some(Rests::UntilDue);
        assert!(!state.has_come(MUCH, false), "a third is to come");
        assert!(state.has_come(MUCH, true), "it waits for too long");
        state.is_all = true;
        assert!(state.has_come(MUCH, false));
        state.rests = Some(Rests::UntilSome);
        state.take(&mut Group::default());
        assert!(state.has_come(MUCH, false));
    }

    #[test]
    fn what_nobody_awaits_is_due_when_it_is_much() {
        let mut state = State::default();
        assert_eq!(state.left(), None);
        be_offered(&mut state, MUCH - 1);
        assert!(!state.is_due(MUCH));
        assert!(state.left().unwrap() > PATIENCE);
        be_offered(&mut state, 1);
        assert!(state.is_due(MUCH));
        come(&mut state, 1);
        assert!(state.left().unwrap() <= PATIENCE);
        state.take(&mut Group::default());
        assert_eq!(state.left(), None);
    }
}
