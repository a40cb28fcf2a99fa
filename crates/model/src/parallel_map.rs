//! Work on many items that is shared between threads.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// How long a thread that has finished looks whether the others have, too: to sleep and be woken takes longer than most of them
/// need.
const LOOKING: Duration = Duration::from_micros(100);

/// Takes each item to what a function makes of it, on at most so many threads and no more than the machine has, and gives
/// that in the items' order.
///
/// The function is told the item's position. Threads take the next item whenever they are through with one, so items may differ in size.
pub fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    most_threads: usize,
    of: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    let most_threads = most_threads.min(items.len());
    let n_threads = match most_threads {
        0 | 1 => 1,
        _ => {
            thread::available_parallelism().map_or(1, |there| NonZero::get(there).min(most_threads))
        }
    };
    if n_threads == 1 {
        let items = items.iter().enumerate();
        return items.map(|(at, item)| of(at, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return made;
            };
            made.push((at, of(at, item)));
        }
    };
    let mut made = thread::scope(|scope| {
        // Where no more threads are to be had, those that are there do it.
        let another = |_| thread::Builder::new().spawn_scoped(scope, take).ok();
        let others: Vec<_> = (1..n_threads).map_while(another).collect();
        let mut made = take();
        await_briefly(&others);
        for other in others {
            match other.join() {
                Ok(other) => made.extend(other),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
}

/// Looks whether other threads have finished, for a tenth of a millisecond at most. Whoever shares a call's work between threads does
/// so before it sleeps until they have.
pub fn await_briefly<T>(others: &[ScopedJoinHandle<'_, T>]) {
    let since = Instant::now();
    while !others.iter().all(ScopedJoinHandle::is_finished) && since.elapsed() < LOOKING {
        std::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_comes_in_the_items_order() {
        for n_items in [0, 1, 2, 1_000] {
            let items: Vec<usize> = (0..n_items).collect();
            for most_threads in [0, 1, 2, 2_000] {
                let made = parallel_map(&items, most_threads, |at, item| (at, 3 * item));
                let expected: Vec<_> = (0..n_items).map(|at| (at, 3 * at)).collect();
                assert_eq!(made, expected);
            }
        }
    }

    #[test]
    #[should_panic(expected = "the ninth")]
    fn a_panic_is_passed_on() {
        let items: Vec<usize> = (0..100).collect();
        parallel_map(&items, 4, |at, _| assert_ne!(at, 9, "the ninth"));
    }
}
