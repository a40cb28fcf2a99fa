//! Work for many threads whose results are taken in the order the work came in.
//!
//! Whichever thread is free takes the next job, does it, and delivers what it came to, together with what others have
//! finished meanwhile, if it is its turn and nobody delivers already. No thread only reads or only writes, so all cores are
//! busy whatever the work costs; what one thread runs ahead of the others is bounded.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Results per thread that may wait for their turn.
const AHEAD: usize = 2;

/// Work that is done on each job between taking it and delivering it.
pub trait Pass: Sync {
    /// What is taken in, by one thread at a time.
    type Job: Send;
    /// What comes of it.
    type Done: Send;
    /// What each thread keeps from job to job.
    type Bench: Send;
    /// What ends all of it.
    type Error: Send;

    /// A thread's own things.
    fn bench(&self) -> Self::Bench;

    /// Does a job, beside others.
    fn work(&self, job: Self::Job, bench: &mut Self::Bench) -> Result<Self::Done, Self::Error>;
}

/// Takes jobs from `next` until there are none, and hands what they come to to `deliver`, in the same order whatever the
/// number of threads, of which this is one. Where the system has fewer left, those do it. Gives every thread's own things.
///
/// # Errors
///
/// The first error in the order of the jobs, as far as they were begun; what was delivered before stays so.
pub fn in_order<P: Pass>(
    pass: &P,
    threads: NonZeroUsize,
    next: impl FnMut() -> Result<Option<P::Job>, P::Error> + Send,
    deliver: impl FnMut(P::Done) -> Result<(), P::Error> + Send,
) -> Result<Vec<P::Bench>, P::Error> {
    let hall = Hall {
        intake: Mutex::new(Intake { next, taken: 0 }),
        deliver: Mutex::new(deliver),
        counter: Mutex::new(Counter {
            is_delivering: false,
            due: 0,
            waiting: BTreeMap::new(),
            failed: None,
            is_over: false,
        }),
        moved: Condvar::new(),
        most_waiting: threads.get() * AHEAD,
    };
    let benches = thread::scope(|scope| {
        let another = |_| {
            let thread = thread::Builder::new();
            thread.spawn_scoped(scope, || hall.work_off(pass)).ok()
        };
        let others: Vec<_> = (1..threads.get()).map_while(another).collect();
        let mut benches = vec![hall.work_off(pass)];
        for other in others {
            match other.join() {
                Ok(bench) => benches.push(bench),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        benches
    });
    let counter = hall.counter.into_inner();
    match counter.unwrap_or_else(PoisonError::into_inner).failed {
        Some((_, error)) => Err(error),
        None => Ok(benches),
    }
}

struct Hall<N, D, T, E> {
    intake: Mutex<Intake<N>>,
    deliver: Mutex<D>,
    counter: Mutex<Counter<T, E>>,
    /// Rung when the counter has moved on.
    moved: Condvar,
    most_waiting: usize,
}

struct Intake<N> {
    next: N,
    taken: u64,
}

struct Counter<T, E> {
    /// Whether somebody delivers: all that is due by then, so that nobody has to wait for it.
    is_delivering: bool,
    /// The job whose result is to be delivered next.
    due: u64,
    /// Results whose turn has not come.
    waiting: BTreeMap<u64, T>,
    /// The error of the earliest job that has one.
    failed: Option<(u64, E)>,
    is_over: bool,
}

impl<N, D, T: Send, E: Send> Hall<N, D, T, E> {
    fn work_off<J, P>(&self, pass: &P) -> P::Bench
    where
        P: Pass<Job = J, Done = T, Error = E>,
        N: FnMut() -> Result<Option<J>, E> + Send,
        D: FnMut(T) -> Result<(), E> + Send,
    {
        // A panic in here must not leave the others waiting for a result that never comes.
        let _over = OverOnPanic(|| {
            self.counter().is_over = true;
            self.moved.notify_all();
        });
        let mut bench = pass.bench();
        while !self.counter().is_over {
            let (number, job) = match self.take() {
                (_, Ok(None)) => break,
                (number, Ok(Some(job))) => (number, job),
                (number, Err(error)) => {
                    self.fail(number, error);
                    break;
                }
            };
            match pass.work(job, &mut bench) {
                Ok(done) => self.hand_over(number, done),
                Err(error) => self.fail(number, error),
            }
        }
        bench
    }

    fn take<J>(&self) -> (u64, Result<Option<J>, E>)
    where
        N: FnMut() -> Result<Option<J>, E>,
    {
        let mut intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        let number = intake.taken;
        intake.taken += 1;
        (number, (intake.next)())
    }

    fn hand_over(&self, number: u64, done: T)
    where
        D: FnMut(T) -> Result<(), E>,
    {
        let mut counter = self.counter();
        counter.waiting.insert(number, done);
        if !counter.is_delivering {
            counter.is_delivering = true;
            drop(counter);
            self.deliver_due();
            counter = self.counter();
        }
        while counter.waiting.len() >= self.most_waiting && !counter.is_over {
            let woken = self.moved.wait(counter);
            counter = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn deliver_due(&self)
    where
        D: FnMut(T) -> Result<(), E>,
    {
        let mut deliver = self.deliver.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // Others may hand over meanwhile.
            let next = self.counter().take_due();
            let Some((due, done)) = next else {
                break;
            };
            if let Err(error) = deliver(done) {
                self.fail(due, error);
            }
            self.moved.notify_all();
        }
    }

    fn fail(&self, number: u64, error: E) {
        let mut counter = self.counter();
        counter.is_over = true;
        let is_first = counter
            .failed
            .as_ref()
            .is_none_or(|(first, _)| number < *first);
        if is_first {
            counter.failed = Some((number, error));
        }
        self.moved.notify_all();
    }

    fn counter(&self) -> MutexGuard<'_, Counter<T, E>> {
        self.counter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E> Counter<T, E> {
    /// The result whose turn it is, and its job; none once something has failed. Whoever gets none delivers no longer.
    fn take_due(&mut self) -> Option<(u64, T)> {
        let due = self.due;
        let done = (!self.is_over).then(|| self.waiting.remove(&due)).flatten();
        match done {
            Some(done) => {
                self.due += 1;
                Some((due, done))
            }
            None => {
                self.is_delivering = false;
                None
            }
        }
    }
}

struct OverOnPanic<F: Fn()>(F);

impl<F: Fn()> Drop for OverOnPanic<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Squares;

    impl Pass for Squares {
        type Job = u64;
        type Done = u64;
        type Bench = u64;
        type Error = String;

        fn bench(&self) -> u64 {
            0
        }

        fn work(&self, job: u64, bench: &mut u64) -> Result<u64, String> {
            if job % 7 == 3 {
                std::thread::yield_now();
            }
            *bench += 1;
            match job {
                1_000_000 => Err("too many".to_owned()),
                2_000_000 => panic!("a thread breaks"),
                _ => Ok(job * job),
            }
        }
    }

    fn run(threads: usize, last: u64) -> (Vec<u64>, Result<u64, String>) {
        let mut jobs = 0..last;
        let mut out = Vec::new();
        let threads = NonZeroUsize::new(threads).unwrap();
        let benches = in_order(
            &Squares,
            threads,
            || Ok(jobs.next()),
            |done| {
                out.push(done);
                Ok(())
            },
        );
        (out, benches.map(|benches| benches.iter().sum()))
    }

    #[test]
    fn the_order_is_that_of_the_jobs() {
        let expected: Vec<u64> = (0..5_000).map(|job| job * job).collect();
        for threads in [1, 2, 3, 8] {
            let (out, done) = run(threads, 5_000);
            assert_eq!(out, expected, "{threads}");
            assert_eq!(done, Ok(5_000));
        }
        assert!(run(4, 0).0.is_empty());
    }

    struct Begun(Mutex<u64>, Condvar);

    impl Pass for Begun {
        type Job = u64;
        type Done = u64;
        type Bench = ();
        type Error = ();

        fn bench(&self) {}

        fn work(&self, job: u64, (): &mut ()) -> Result<u64, ()> {
            let mut last = self.0.lock().unwrap();
            *last = job.max(*last);
            self.1.notify_all();
            Ok(job)
        }
    }

    #[test]
    fn nobody_waits_for_a_slow_delivery() {
        let begun = Begun(Mutex::new(0), Condvar::new());
        let threads = NonZeroUsize::new(2).unwrap();
        // As many as may wait for their turn.
        let ahead = (threads.get() * AHEAD) as u64;
        let mut jobs = 0..ahead + 3;
        let deliver = |job| {
            if job == 0 {
                let patience = std::time::Duration::from_secs(60);
                let last = begun.0.lock().unwrap();
                let waited = begun
                    .1
                    .wait_timeout_while(last, patience, |last| *last < ahead);
                assert!(!waited.unwrap().1.timed_out());
            }
            Ok(())
        };
        let done = in_order(&begun, threads, || Ok(jobs.next()), deliver);
        assert_eq!(done.map(|benches| benches.len()), Ok(2));
    }

    #[test]
    fn an_error_ends_it_wherever_it_comes_from() {
        for threads in [1, 4] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let mut jobs = 999_990..;
            let mut out = Vec::new();
            let ended = in_order(
                &Squares,
                threads,
                || Ok(jobs.next()),
                |done| {
                    out.push(done);
                    Ok(())
                },
            );
            assert_eq!(ended.map(drop), Err("too many".to_owned()));
            assert!(out.len() <= 10);
            let mut left = 20;
            let taking = || match left {
                0 => Err("no more".to_owned()),
                _ => {
                    left -= 1;
                    Ok(Some(left))
                }
            };
            let ended = in_order(&Squares, threads, taking, |_| Ok(()));
            assert_eq!(ended.map(drop), Err("no more".to_owned()));
            let mut jobs = 0..;
            let ended = in_order(
                &Squares,
                threads,
                || Ok(jobs.next()),
                |done| match done {
                    10_000 => Err("full".to_owned()),
                    _ => Ok(()),
                },
            );
            assert_eq!(ended.map(drop), Err("full".to_owned()));
        }
    }

    #[test]
    #[should_panic(expected = "a thread breaks")]
    fn a_panic_is_passed_on() {
        let mut jobs = 1_999_900..2_000_100;
        let threads = NonZeroUsize::new(4).unwrap();
        let _ = in_order(&Squares, threads, || Ok(jobs.next()), |_| Ok(()));
    }
}
