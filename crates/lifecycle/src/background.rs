//! Work that is done again and again on a thread of its own, until its handle is dropped.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// A thread that works at intervals. Dropping it waits for the work at hand and ends it.
#[derive(Debug)]
pub struct Background {
    bell: Bell,
    thread: Option<JoinHandle<()>>,
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
        let (bell, calls) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            loop {
                work();
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
            thread: Some(thread),
        }
    }

    /// What calls the thread.
    #[must_use]
    pub fn bell(&self) -> Bell {
        self.bell.clone()
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
        let _ = self.bell.0.send(Call::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic in there was reported by its hook.
            let _ = thread.join();
        }
    }
}
