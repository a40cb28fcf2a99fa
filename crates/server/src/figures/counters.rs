//! Counters that many threads count into, each into one of several copies, so that they do not take the same lines of memory from
//! each other.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

/// Copies, at the most.
const MOST_COPIES: usize = 8;

/// A row of counters.
#[derive(Debug, Default)]
pub(super) struct Counters(Box<[Box<[AtomicU64]>]>);

impl Counters {
    /// Makes so many, all 0.
    pub(super) fn new(count: usize) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self::with_copies(count, threads.clamp(1, MOST_COPIES))
    }

    /// Makes so many, in so many copies.
    pub(super) fn with_copies(count: usize, copies: usize) -> Self {
        let copy = || (0..count).map(|_| AtomicU64::new(0)).collect();
        Self((0..copies).map(|_| copy()).collect())
    }

    /// Counts 1 in each of some places.
    pub(super) fn count(&self, places: impl IntoIterator<Item = usize>) {
        let Some(copy) = self.0.get(of_this_thread() % self.0.len().max(1)) else {
            return;
        };
        for place in places {
            if let Some(counter) = copy.get(place) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Takes away what was counted in so many places from one on.
    pub(super) fn take(&self, first: usize, count: usize) -> Vec<u64> {
        let mut counts = vec![0; count];
        for copy in &self.0 {
            for (sum, counter) in counts.iter_mut().zip(copy.iter().skip(first)) {
                // Most are 0, and looking does not take the line away from who counts.
                if counter.load(Ordering::Relaxed) > 0 {
                    *sum += counter.swap(0, Ordering::Relaxed);
                }
            }
        }
        counts
    }
}

/// The number of this thread among those that count.
fn of_this_thread() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    NUMBER.with(|number| match number.get() {
        Some(number) => number,
        None => {
            let new = THREADS.fetch_add(1, Ordering::Relaxed);
            number.set(Some(new));
            new
        }
    })
}
