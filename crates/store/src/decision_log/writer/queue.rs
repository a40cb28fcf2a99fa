//! The queue of a writer: those who answer put decisions into it, one thread appends them.

use std::cell::Cell;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::runtime::Handle;

use super::state::{Group, Rests, State};
use super::waiting::Waiting;
use super::{NotKept, Sender};
use crate::decision::draft::{Sealed, WrittenContext};
use crate::decision::link::Head;
use crate::decision::{DecisionId, Written};
use crate::decision_log::DecisionLog;

/// Bytes of decisions that are appended whether or not anybody waits.
const MUCH: usize = 1 << 20;

thread_local! {
    /// Whether this thread tells when it is idle.
    static GIVES_NOTICE: Cell<bool> = const { Cell::new(false) };
}

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) log: Arc<dyn DecisionLog>,
    state: Mutex<State>,
    pub(super) has_more: Condvar,
    pub(super) has_less: Condvar,
    max_bytes: usize,
    /// Where those are at home who wait for receipts; none where threads wait.
    pub(super) runtime: OnceLock<Handle>,
    pub(super) counts: Counts,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) decisions: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) failures: AtomicU64,
}

/// Tells all who wait for a group.
fn tell(senders: Vec<Sender>, said: &Result<(), NotKept>) {
    for sender in senders {
        // Whoever asked may have gone.
        let _ = sender.send(said.clone());
    }
}

fn add(count: &AtomicU64, by: usize) {
    count.fetch_add(by as u64, Ordering::Relaxed);
}

impl Queue {
    pub(super) fn new(log: Arc<dyn DecisionLog>, max_bytes: usize) -> Self {
        Self {
            log,
            state: Mutex::default(),
            has_more: Condvar::new(),
            has_less: Condvar::new(),
            max_bytes,
            runtime: OnceLock::new(),
            counts: Counts::default(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an entry.
    pub(super) fn take(&self, entry: Sealed, sender: Option<Sender>) -> Result<(), NotKept> {
        let size = entry.size();
        let spent = self.put(size, |state| {
            state.waiting.push(entry, sender);
            (state.spent.pop(), size)
        })?;
        if let Some(spent) = spent {
            spent.recycle();
        }
        Ok(())
    }

    /// Takes a decision into the entry of its context, and names it.
    pub(super) fn take_one(
        &self,
        context: &WrittenContext,
        decision: &Written,
        sender: Option<Sender>,
    ) -> Result<DecisionId, NotKept> {
        self.put(decision.size(), |state| {
            state.waiting.push_one(context, decision, sender)
        })
    }

    /// Puts something of about `size` bytes into the queue, if there is room for it; `put` gives the bytes that it took.
    fn put<T>(
        &self,
        size: usize,
        put: impl FnOnce(&mut State) -> (T, usize),
    ) -> Result<T, NotKept> {
        let mut state = self.state();
        state.room_for(size, self.max_bytes)?;
        let n_awaiting = state.waiting.n_awaiting();
        let (put, size) = put(&mut state);
        let is_sooner = state.note(size, n_awaiting, GIVES_NOTICE.get());
        self.wake(state, is_sooner);
        Ok(put)
    }

    /// Takes notice that the thread at hand is idle: it brings no more for now.
    pub(super) fn take_notice(&self) {
        GIVES_NOTICE.set(true);
        let mut state = self.state();
        if state.waiting.n_awaiting() > 0 {
            state.is_all = true;
            self.wake(state, false);
        }
    }

    /// Wakes the thread that appends, if what it waits for has come.
    fn wake(&self, mut state: MutexGuard<'_, State>, is_sooner: bool) {
        if state.has_come(self.much(), is_sooner) {
            state.rests = None;
            drop(state);
            self.has_more.notify_one();
        }
    }

    /// Appends what comes, until the end.
    pub(super) fn work(&self) {
        let mut group = Group::default();
        let mut entries = Vec::new();
        while let Some(mut state) = self.wait() {
            state.take(&mut group);
            drop(state);
            let Group { waiting, bytes } = &mut group;
            let n_whole = waiting.close(&mut entries);
            let said = self.append(&entries, waiting);
            entries.truncate(n_whole);
            // What is being appended is still in memory: it takes its room until it is not.
            let mut state = self.state();
            state.bytes -= *bytes;
            // Never more than one time's, and never what is large.
            if state.spent.is_empty() && *bytes <= self.much() * 2 {
                mem::swap(&mut state.spent, &mut entries);
            }
            let is_ended = state.is_ended;
            drop(state);
            // Whoever is told finds the room free.
            self.tell(waiting.take_senders(), said);
            if is_ended {
                self.has_less.notify_all();
            }
            entries.clear();
        }
    }

    /// Waits until something is to be appended; `None` at the end.
    fn wait(&self) -> Option<MutexGuard<'_, State>> {
        let mut state = self.state();
        loop {
            let Some(left) = state.left() else {
                if state.is_ended {
                    return None;
                }
                state.rests = Some(Rests::UntilSome);
                let waited = self.has_more.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if state.is_due(self.much()) || left.is_zero() {
                state.rests = None;
                return Some(state);
            }
            state.rests = Some(Rests::UntilDue);
            let waited = self.has_more.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Bytes that do not wait for more.
    fn much(&self) -> usize {
        MUCH.min(self.max_bytes / 2)
    }

    /// Appends to the log, and says what it said.
    pub(super) fn keep(&self, entries: &[Sealed]) -> Result<Head, NotKept> {
        let counts = &self.counts;
        match self.log.append(entries) {
            Ok(head) => {
                let mut state = self.state();
                state.head = Some(head);
                state.trouble = None;
                drop(state);
                add(&counts.commits, 1);
                add(
                    &counts.decisions,
                    entries.iter().map(|entry| entry.count).sum(),
                );
                Ok(head)
            }
            Err(error) => {
                let error = Arc::new(error);
                self.state().trouble = Some(Arc::clone(&error));
                add(&counts.failures, 1);
                Err(NotKept::Store(error))
            }
        }
    }

    /// Appends the entries of what waited, and counts what comes of it.
    fn append(&self, entries: &[Sealed], waiting: &Waiting) -> Result<(), NotKept> {
        let said = self.keep(entries).map(drop);
        if said.is_err() {
            add(&self.counts.lost, waiting.n_offered());
            add(&self.counts.refused, waiting.n_required());
        }
        said
    }

    /// Tells those who wait for a group what came of it.
    fn tell(&self, senders: Vec<Sender>, said: Result<(), NotKept>) {
        match self.runtime.get() {
            Some(runtime) if senders.len() > 1 => {
                runtime.spawn(async move { tell(senders, &said) });
            }
            _ => tell(senders, &said),
        }
    }
}
