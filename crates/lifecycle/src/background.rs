//! Work that is done again and again on a thread of its own, until its handle is dropped.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a thread that is to end is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// A thread that works at intervals. Dropping it waits for the work at hand and ends it.
#[derive(Debug)]
pub struct Background {
    bell: Bell,
    /// None when it has ended, or was left.
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Calls a background thread to work before its time.
#[derive(Debug, Clone)]
pub struct Bell(Sender<Call>);

#[derive(Debug, PartialEq, Eq)]
enum Call {
    Work,
    Stop,
}

impl Background {
    /// Works now, then at intervals and whenever the bell rings.
    #[must_use]
    pub fn every(interval: Duration, mut work: impl FnMut() + Send + 'static) -> Self {
        Self::paced(move || {
            work();
            interval
        })
    }

    /// Works now, then whenever the bell rings, and after as long as the work says.
    #[must_use]
    pub fn paced(mut work: impl FnMut() -> Duration + Send + 'static) -> Self {
        let (bell, calls) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            loop {
                let interval = work();
                match calls.recv_timeout(interval) {
                    Ok(Call::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                    Ok(Call::Work) | Err(RecvTimeoutError::Timeout) => {}
                }
                // Several calls are one.
                if calls.try_iter().any(|call| call == Call::Stop) {
                    return;
                }
            }
        });
        Self {
            bell: Bell(bell),
            thread: Mutex::new(Some(thread)),
        }
    }

    /// What calls the thread.
    #[must_use]
    pub fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// Ends the thread, waiting for the work at hand no longer than `patience`.
    ///
    /// Tells whether it has ended. One that has not is left: it ends with its work or with the process, and nothing waits
    /// for it any more.
    pub fn end_within(&self, patience: Duration) -> bool {
        let asked = Instant::now();
        let Some(thread) = self.stop() else {
            return true;
        };
        while !thread.is_finished() {
            let left = patience.saturating_sub(asked.elapsed());
            if left.is_zero() {
                return false;
            }
            std::thread::sleep(left.min(LOOK));
        }
        true
    }

    /// Tells the thread to stop after the work at hand, and gives it up to whoever waits for it.
    fn stop(&self) -> Option<JoinHandle<()>> {
        let _ = self.bell.0.send(Call::Stop);
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.take()
    }
}

impl Bell {
    /// Calls the thread to work now.
    pub fn ring(&self) {
        // A thread that has ended needs no call.
        let _ = self.0.send(Call::Work);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(thread) = self.stop() {
            // A panic in there was reported by its hook.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_does_not_end_is_left() {
        let (go_on, wait) = mpsc::channel::<()>();
        let working = Background::every(Duration::from_secs(600), move || {
            let _ = wait.recv();
        });
        assert!(!working.end_within(Duration::from_millis(20)));
        // Nobody waits for it any more.
        drop(working);
        drop(go_on);
    }

    #[test]
    fn work_at_hand_is_waited_for() {
        let (done, told) = mpsc::channel();
        let working = Background::every(Duration::from_secs(600), move || {
            std::thread::sleep(Duration::from_millis(50));
            let _ = done.send(());
        });
        assert!(working.end_within(Duration::from_secs(30)));
        assert!(told.try_recv().is_ok());
    }
}
