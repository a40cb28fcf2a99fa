//! One thread that appends what many answer, all that came while it appended the last: nobody waits for a timer, and a
//! disk that is slow makes the groups larger. What nobody waits for is appended when there is much of it, or when it has waited for
//! long.
//!
//! This thread waits for nothing but the disk. It does not watch whether more comes before it begins: those who answer would have
//! nothing to do meanwhile. Nor does it wake those who wait, one by one: their own runtime does while the next group is appended.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::DecisionLog;
use crate::decision::draft::Sealed;
use crate::decision::link::Head;
use crate::error::StoreError;

/// How long decisions wait that nobody waits for.
const LEISURE: Duration = Duration::from_millis(100);

/// Bytes of decisions that are appended whether or not anybody waits.
const MUCH: usize = 1 << 20;

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

#[derive(Debug)]
struct Queue {
    log: Arc<dyn DecisionLog>,
    state: Mutex<State>,
    has_more: Condvar,
    has_less: Condvar,
    max_bytes: usize,
    /// Where those are at home who wait for receipts; none where threads wait.
    runtime: OnceLock<Handle>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct State {
    entries: Vec<Sealed>,
    receipts: Vec<Option<Sender>>,
    bytes: usize,
    /// Whether somebody waits for one of them.
    is_awaited: bool,
    /// When the first of them came.
    since: Option<Instant>,
    is_ended: bool,
    /// Entries that were appended. Whoever brings an entry takes one of these along and writes the next one there: memory that
    /// one thread takes and another frees makes threads wait for each other.
    spent: Vec<Sealed>,
    head: Option<Head>,
    /// What the log said when it could not append the last time.
    trouble: Option<Arc<StoreError>>,
}

#[derive(Debug, Default)]
struct Counts {
    decisions: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
    commits: AtomicU64,
    failures: AtomicU64,
}

impl DecisionWriter {
    /// Begins to append to a log; `max_bytes` may wait.
    ///
    /// # Errors
    ///
    /// That the system has no thread left.
    pub fn start(log: Arc<dyn DecisionLog>, max_bytes: usize) -> std::io::Result<Self> {
        let queue = Arc::new(Queue {
            log,
            state: Mutex::default(),
            has_more: Condvar::new(),
            has_less: Condvar::new(),
            max_bytes,
            runtime: OnceLock::new(),
            counts: Counts::default(),
        });
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
        if self.queue.runtime.get().is_none()
            && let Ok(runtime) = Handle::try_current()
        {
            let _ = self.queue.runtime.set(runtime);
        }
        let (sender, receipt) = oneshot::channel();
        let count = entry.count as u64;
        let taken = self.queue.take(entry, Some(sender));
        if taken.is_err() {
            self.queue
                .counts
                .refused
                .fetch_add(count, Ordering::Relaxed);
        }
        taken.map(|()| Receipt(receipt))
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

/// Tells all who wait for a group.
fn tell(receipts: Vec<Sender>, said: &Result<(), NotKept>) {
    for receipt in receipts {
        // Whoever asked may have gone.
        let _ = receipt.send(said.clone());
    }
}

fn add(count: &AtomicU64, by: usize) {
    count.fetch_add(by as u64, Ordering::Relaxed);
}

impl State {
    /// Tells whether what there is should be appended now.
    fn is_due(&self, much: usize) -> bool {
        self.is_awaited || self.is_ended || self.bytes >= much
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, entry: Sealed, receipt: Option<Sender>) -> Result<(), NotKept> {
        let size = entry.size();
        let mut state = self.state();
        if state.is_ended {
            return Err(NotKept::Ended);
        }
        // One that is larger than all the room is taken alone.
        if state.bytes > 0 && state.bytes + size > self.max_bytes {
            return Err(NotKept::QueueFull);
        }
        state.bytes += size;
        let is_first = state.entries.is_empty();
        let was_due = state.is_due(self.much());
        if is_first {
            state.since = Some(Instant::now());
        }
        state.is_awaited |= receipt.is_some();
        state.entries.push(entry);
        state.receipts.push(receipt);
        let is_due = state.is_due(self.much());
        let spent = state.spent.pop();
        drop(state);
        if let Some(spent) = spent {
            spent.recycle();
        }
        if is_first || is_due && !was_due {
            self.has_more.notify_one();
        }
        Ok(())
    }

    fn work(&self) {
        let mut entries = Vec::new();
        loop {
            let Some(mut state) = self.wait() else {
                return;
            };
            state.is_awaited = false;
            state.since = None;
            mem::swap(&mut state.entries, &mut entries);
            let receipts = mem::take(&mut state.receipts);
            let bytes: usize = entries.iter().map(Sealed::size).sum();
            drop(state);
            let said = self.append(&entries, &receipts);
            // What is being appended is still in memory: it takes its room until it is not.
            let mut state = self.state();
            state.bytes -= bytes;
            // Never more than one time's, and never what is large.
            if state.spent.is_empty() && bytes <= self.much() * 2 {
                mem::swap(&mut state.spent, &mut entries);
            }
            let is_ended = state.is_ended;
            drop(state);
            // Whoever is told finds the room free.
            self.tell(receipts, said);
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
            let Some(since) = state.since else {
                if state.is_ended {
                    return None;
                }
                let waited = self.has_more.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = LEISURE.saturating_sub(since.elapsed());
            if state.is_due(self.much()) || left.is_zero() {
                return Some(state);
            }
            let waited = self.has_more.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Bytes that do not wait for more.
    fn much(&self) -> usize {
        MUCH.min(self.max_bytes / 2)
    }

    /// Appends to the log, and says what it said.
    fn keep(&self, entries: &[Sealed]) -> Result<Head, NotKept> {
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

    fn append(&self, entries: &[Sealed], receipts: &[Option<Sender>]) -> Result<(), NotKept> {
        let counts = &self.counts;
        let said = self.keep(entries).map(drop);
        for (entry, receipt) in entries.iter().zip(receipts) {
            match (&said, &receipt) {
                (Ok(()), _) => {}
                (Err(_), None) => add(&counts.lost, entry.count),
                (Err(_), Some(_)) => add(&counts.refused, entry.count),
            }
        }
        said
    }

    /// Tells those who wait for a group what came of it.
    fn tell(&self, receipts: Vec<Option<Sender>>, said: Result<(), NotKept>) {
        let receipts: Vec<Sender> = receipts.into_iter().flatten().collect();
        match self.runtime.get() {
            Some(runtime) if receipts.len() > 1 => {
                runtime.spawn(async move { tell(receipts, &said) });
            }
            _ => tell(receipts, &said),
        }
    }
}
