//! One thread that appends what many answer, all that came while it appended the last: a disk that is slow makes the groups
//! larger. What nobody waits for is appended when there is much of it, or when it has waited for
//! long.
//!
//! Requests of one client are most of what comes. Those that have all in common but the client share an entry while it waits
//! (`waiting`): the more there is to do at a time, the less each costs. Requests of many clients bring entries of their own.
//!
//! Each group costs its writes, a turn of the disk, and a processor that is taken from those who answer. So a group is closed when
//! no more is likely to come: when one of the threads that answer has nothing left to do, of which it gives an [`IdleNotice`], or when
//! as many wait as for the group before. Threads that give no notice are not waited for, and after a millisecond nobody is. Those
//! who wait are not woken one by one: their own runtime does it while the next group is appended.

mod queue;
mod state;
mod waiting;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::DecisionLog;
use crate::decision::draft::{Sealed, WrittenContext};
use crate::decision::link::Head;
use crate::decision::{DecisionId, Written};
use crate::error::StoreError;
use queue::Queue;

/// Appends decisions to a log on a thread of its own. Dropped, it first appends all that waits.
#[derive(Debug)]
pub struct DecisionWriter {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

/// Why a decision was not kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotKept {
    /// As much waits as there is room for.
    #[error("more decisions wait to be kept than there is room for")]
    QueueFull,
    /// The log could not append.
    #[error("decisions cannot be kept: {0}")]
    Store(Arc<StoreError>),
    /// The writer has ended.
    #[error("no more decisions are kept: this process is ending")]
    Ended,
}

/// What a writer has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Decisions that were kept.
    pub decisions: u64,
    /// Decisions that were answered and not kept, where that is allowed.
    pub lost: u64,
    /// Decisions that were not answered because they could not be kept.
    pub refused: u64,
    /// Times that something was appended.
    pub commits: u64,
    /// Times that nothing could be.
    pub failures: u64,
    /// Bytes that wait.
    pub waiting: u64,
}

/// Who is told whether a decision is kept.
type Sender = oneshot::Sender<Result<(), NotKept>>;

/// The promise that a decision is kept: it ends when it is.
#[derive(Debug)]
pub struct Receipt(oneshot::Receiver<Result<(), NotKept>>);

/// Tells a writer that a thread which answers has nothing left to do.
#[derive(Debug, Clone)]
pub struct IdleNotice(Weak<Queue>);

impl DecisionWriter {
    /// Begins to append to a log; `max_bytes` may wait.
    ///
    /// # Errors
    ///
    /// That the system has no thread left.
    pub fn start(log: Arc<dyn DecisionLog>, max_bytes: usize) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(log, max_bytes));
        let thread = thread::Builder::new().name("decisions".to_owned()).spawn({
            let queue = Arc::clone(&queue);
            move || queue.work()
        })?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    /// Takes an entry that must be kept before it is answered: wait for the receipt.
    ///
    /// # Errors
    ///
    /// [`NotKept`] when it is known at once that it is not.
    pub fn require(&self, entry: Sealed) -> Result<Receipt, NotKept> {
        let (sender, receipt) = self.receipt();
        let count = entry.count as u64;
        let taken = self.queue.take(entry, Some(sender));
        self.or_refuse(count, taken)?;
        Ok(receipt)
    }

    /// Takes an entry that is kept if it can be. Tells whether there was room for it; what is lost is counted.
    pub fn offer(&self, entry: Sealed) -> bool {
        let count = entry.count as u64;
        let is_taken = self.queue.take(entry, None).is_ok();
        if !is_taken {
            self.queue.counts.lost.fetch_add(count, Ordering::Relaxed);
        }
        is_taken
    }

    /// Takes one decision that must be kept before it is answered, and names it. Others that come at the same time, and have the
    /// same context, are kept in one entry with it.
    ///
    /// # Errors
    ///
    /// As [`Self::require`].
    pub fn require_one(
        &self,
        context: &WrittenContext,
        decision: &Written,
    ) -> Result<(DecisionId, Receipt), NotKept> {
        let (sender, receipt) = self.receipt();
        let taken = self.queue.take_one(context, decision, Some(sender));
        Ok((self.or_refuse(1, taken)?, receipt))
    }

    /// Takes one decision that is kept if it can be, as [`Self::require_one`] does, and names it. `None` where there was no room for
    /// it; what is lost is counted.
    pub fn offer_one(&self, context: &WrittenContext, decision: &Written) -> Option<DecisionId> {
        let taken = self.queue.take_one(context, decision, None);
        if taken.is_err() {
            self.queue.counts.lost.fetch_add(1, Ordering::Relaxed);
        }
        taken.ok()
    }

    /// What each thread that answers gives notice with whenever it becomes idle, if it is one that can.
    #[must_use]
    pub fn idle_notice(&self) -> IdleNotice {
        IdleNotice(Arc::downgrade(&self.queue))
    }

    /// Appends entries at once, on this thread; for those who bring many.
    ///
    /// # Errors
    ///
    /// [`NotKept::Store`]; then nothing of them was kept.
    pub fn append(&self, entries: &[Sealed]) -> Result<Head, NotKept> {
        self.queue.keep(entries)
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Arc<dyn DecisionLog> {
        &self.queue.log
    }

    /// What was done so far.
    #[must_use]
    pub fn kept(&self) -> Kept {
        let counts = &self.queue.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Kept {
            decisions: read(&counts.decisions),
            lost: read(&counts.lost),
            refused: read(&counts.refused),
            commits: read(&counts.commits),
            failures: read(&counts.failures),
            waiting: self.queue.state().bytes as u64,
        }
    }

    /// Takes no more, and appends what waits, for no longer than `patience`. Tells whether all of it was.
    pub fn end_within(&self, patience: Duration) -> bool {
        let mut state = self.queue.state();
        state.is_ended = true;
        self.queue.has_more.notify_all();
        let until = Instant::now() + patience;
        while state.bytes > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.queue.has_less.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    /// Where the chain is, as far as this writer knows.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.queue.state().head
    }

    /// What the log said, if it could not append the last time.
    #[must_use]
    pub fn trouble(&self) -> Option<Arc<StoreError>> {
        self.queue.state().trouble.clone()
    }

    /// A promise, and who is told when it is kept.
    fn receipt(&self) -> (Sender, Receipt) {
        if self.queue.runtime.get().is_none()
            && let Ok(runtime) = Handle::try_current()
        {
            let _ = self.queue.runtime.set(runtime);
        }
        let (sender, receipt) = oneshot::channel();
        (sender, Receipt(receipt))
    }

    /// Counts decisions that must be kept and were not taken.
    fn or_refuse<T>(&self, count: u64, taken: Result<T, NotKept>) -> Result<T, NotKept> {
        if taken.is_err() {
            let refused = &self.queue.counts.refused;
            refused.fetch_add(count, Ordering::Relaxed);
        }
        taken
    }
}

impl Drop for DecisionWriter {
    fn drop(&mut self) {
        self.queue.state().is_ended = true;
        self.queue.has_more.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl IdleNotice {
    /// Gives notice that this thread becomes idle: what is awaited is appended now. From then on the thread is taken for one that gives
    /// notice each time, to whichever writer it brings decisions.
    pub fn give(&self) {
        if let Some(queue) = self.0.upgrade() {
            queue.take_notice();
        }
    }
}

impl Receipt {
    /// Waits until the decision is kept.
    ///
    /// # Errors
    ///
    /// [`NotKept`] says why it is not.
    pub async fn kept(self) -> Result<(), NotKept> {
        self.0.await.unwrap_or(Err(NotKept::Ended))
    }

    /// Waits until the decision is kept, on a thread that may wait.
    ///
    /// # Errors
    ///
    /// As [`Self::kept`].
    pub fn wait(self) -> Result<(), NotKept> {
        self.0.blocking_recv().unwrap_or(Err(NotKept::Ended))
    }
}
