//! A clock that costs nothing to read: whoever looks after connections sets it, a few times a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Milliseconds since the start; never 0, which stands for no moment.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    now: AtomicU64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            now: AtomicU64::new(1),
        }
    }
}

impl Clock {
    /// Tells the time that it was set to.
    pub(super) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// Tells how long ago a moment was.
    pub(super) fn since(&self, moment: u64) -> Duration {
        Duration::from_millis(self.now().saturating_sub(moment))
    }

    /// Sets it.
    pub(super) fn set(&self) {
        let millis = self.start.elapsed().as_millis();
        let now = u64::try_from(millis).unwrap_or(u64::MAX).max(1);
        self.now.fetch_max(now, Ordering::Relaxed);
    }

    /// Goes on by so much, for tests.
    #[cfg(test)]
    pub(super) fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap();
        self.now.fetch_add(by, Ordering::Relaxed);
    }
}
