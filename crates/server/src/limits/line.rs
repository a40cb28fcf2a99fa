//! A line of those who wait for one of a few turns: first come, first served; so many may wait, and for so long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Busy;

/// How long who is not let in waits for that to be said. Clients that ask again at once would take up the
/// processor otherwise.
const PAUSE: Duration = Duration::from_millis(200);

/// A line.
#[derive(Debug)]
pub struct Line {
    turns: Arc<Semaphore>,
    n_turns: usize,
    waiting: AtomicUsize,
    max_waiting: usize,
    patience: Duration,
}

/// Somebody's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// One that waits; counted as long as it does, whether it is let in, given up or gone.
struct Waiting<'l>(&'l AtomicUsize);

impl Line {
    /// Gives `turns` at a time; lets `max_waiting` wait, each as long as `patience`.
    #[must_use]
    pub fn new(turns: usize, max_waiting: usize, patience: Duration) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(turns)),
            n_turns: turns,
            waiting: AtomicUsize::new(0),
            max_waiting,
            patience,
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    ///
    /// [`Busy`] when too many wait already, or its turn has not come in time.
    pub async fn turn(&self) -> Result<Turn, Busy> {
        if let Ok(permit) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(Turn { _permit: permit });
        }
        let Some(_waiting) = self.join() else {
            tokio::time::sleep(PAUSE).await;
            return Err(Busy::NO_ROOM);
        };
        let turn = Arc::clone(&self.turns).acquire_owned();
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
            // Nobody closes it.
            Ok(Err(_)) | Err(_) => Err(Busy::NO_ROOM),
        }
    }

    /// Tells how many wait.
    #[must_use]
    pub fn n_waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Tells how many turns are taken.
    #[must_use]
    pub fn n_taken(&self) -> usize {
        self.n_turns - self.turns.available_permits().min(self.n_turns)
    }

    fn join(&self) -> Option<Waiting<'_>> {
        let one_more = |waiting: usize| (waiting < self.max_waiting).then_some(waiting + 1);
        let joined = self
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        joined.ok().map(|_| Waiting(&self.waiting))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_wait_and_for_so_long() {
        let patience = Duration::from_millis(50);
        let line = Line::new(1, 1, patience);
        let first = line.turn().await.unwrap();
        let asked = std::time::Instant::now();
        let (second, third) = tokio::join!(line.turn(), line.turn());
        assert!(second.is_err(), "its turn did not come");
        assert!(third.is_err(), "there was no room for it");
        assert!(asked.elapsed() >= patience);
        assert_eq!(line.n_waiting(), 0);
        drop(first);
        assert_eq!(line.n_taken(), 0);
        assert!(line.turn().await.is_ok());
    }

    #[tokio::test]
    async fn who_goes_leaves_its_place() {
        let line = Line::new(1, 1, Duration::from_secs(60));
        let first = line.turn().await.unwrap();
        let gone = tokio::time::timeout(Duration::from_millis(20), line.turn()).await;
        assert!(gone.is_err());
        let (second, ()) = tokio::join!(line.turn(), async { drop(first) });
        assert!(second.is_ok());
    }
}
