//! Parts of one piece of work, done on several threads and taken in their order by one.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does each part on one of some threads, this one among them, and has `take` what came of it here, in the parts' order: while one is
/// taken, others are done. Whatever `take` says is wrong ends it.
///
/// Parts wait for their turn, so that about two a thread are in memory at once.
pub(super) fn each_in_order<T: Send, E>(
    parts: &[Range<usize>],
    n_threads: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
    mut take: impl FnMut(Range<usize>, T) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let claim = || {
        let place = next.fetch_add(1, Ordering::Relaxed);
        Some((place, parts.get(place)?.clone()))
    };
    let work = &work;
    thread::scope(|scope| {
        // What nobody takes any more cannot be sent, which ends the others.
        let (send, done) = mpsc::sync_channel(n_threads);
        for _ in 1..n_threads.min(parts.len()) {
            let send = send.clone();
            let help = move || {
                while let Some((place, part)) = claim() {
                    if send.send((place, work(part))).is_err() {
                        break;
                    }
                }
            };
            // Where the system has no thread left, fewer do it.
            if thread::Builder::new().spawn_scoped(scope, help).is_err() {
                break;
            }
        }
        drop(send);
        let mut early = HashMap::new();
        for (place, part) in parts.iter().enumerate() {
            let made = loop {
                if let Some(made) = early.remove(&place) {
                    break made;
                }
                let other = done.try_recv().ok();
                let other = other.or_else(|| claim().map(|(place, part)| (place, work(part))));
                match other.or_else(|| done.recv().ok()) {
                    Some((place, made)) => early.insert(place, made),
                    // Its thread was lost: as if it had been here.
                    None => break work(part.clone()),
                };
            };
            take(part.clone(), made)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use super::*;

    fn parts(n: usize) -> Vec<Range<usize>> {
        (0..n).map(|part| part * 10..part * 10 + 10).collect()
    }

    fn double(part: &Range<usize>) -> Vec<usize> {
        part.clone().map(|each| each * 2).collect()
    }

    #[test]
    fn all_is_taken_in_order_however_long_each_part_takes() {
        for n_threads in [1, 2, 5] {
            for n_parts in [0, 1, 2, 3, 40] {
                let mut taken = Vec::new();
                let work = |part: Range<usize>| {
                    thread::sleep(Duration::from_micros((part.start as u64 * 7919) % 500));
                    double(&part)
                };
                let all = each_in_order(&parts(n_parts), n_threads, work, |part, made| {
                    assert_eq!(made, double(&part));
                    taken.extend(made);
                    Ok::<_, ()>(())
                });
                assert_eq!(all, Ok(()));
                assert_eq!(taken, double(&(0..n_parts * 10)));
            }
        }
    }

    #[test]
    fn what_is_wrong_ends_it_at_once() {
        let done = AtomicUsize::new(0);
        let work = |_| done.fetch_add(1, Ordering::Relaxed);
        let mut taken = 0;
        let ended = each_in_order(&parts(1_000), 3, work, |_, _| {
            taken += 1;
            if taken == 5 { Err("enough") } else { Ok(()) }
        });
        assert_eq!((ended, taken), (Err("enough"), 5));
        // What each thread has in hand, and what waits to be taken.
        assert!(done.load(Ordering::Relaxed) < 30, "{done:?}");
    }

    #[test]
    fn a_panic_of_another_thread_is_told_here() {
        let here = thread::current().id();
        let has_panicked = AtomicBool::new(false);
        let told = std::panic::catch_unwind(|| {
            each_in_order(
                &parts(50),
                2,
                |_| {
                    thread::sleep(Duration::from_millis(1));
                    if thread::current().id() != here && !has_panicked.swap(true, Ordering::Relaxed)
                    {
                        std::panic::resume_unwind(Box::new("lost"));
                    }
                },
                |_, ()| Ok::<_, ()>(()),
            )
        });
        assert_eq!(told.is_err(), has_panicked.into_inner());
    }
}
