//! Work of milliseconds or more for clients that wait for it, such as searches: done in turns, off the threads that serve connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Busy;
use super::background::in_background;
use super::line::Line;

/// Work that is done in turns.
#[derive(Debug)]
pub struct Lane {
    line: Line,
    longest: Duration,
}

/// What work looks at as it goes on: whether there is somebody left to do it for.
#[derive(Debug, Clone)]
pub struct Wanted {
    until: Instant,
    is_gone: Arc<AtomicBool>,
}

/// Whoever waits for the work; when it goes, that shows.
struct Waits(Arc<AtomicBool>);

impl Lane {
    /// Gives the turns of `line`; work is wanted no longer than `longest`.
    #[must_use]
    pub fn new(line: Line, longest: Duration) -> Self {
        Self { line, longest }
    }

    /// Those who wait.
    #[must_use]
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Does some work when its turn has come.
    ///
    /// # Errors
    ///
    /// [`Busy`] when that is not in time; then it is not begun.
    ///
    /// # Panics
    ///
    /// When the work does, back on the task that asked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Wanted) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = self.line.turn().await?;
        let wanted = Wanted {
            until: Instant::now() + self.longest,
            is_gone: Arc::default(),
        };
        let waits = Waits(Arc::clone(&wanted.is_gone));
        // The turn ends with the work, even when the client has gone before.
        let done = in_background(move || {
            let _turn = turn;
            work(&wanted)
        });
        let done = done.await;
        drop(waits);
        Ok(done)
    }
}

impl Wanted {
    /// Tells whether to go on.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !self.is_gone.load(Ordering::Relaxed) && Instant::now() < self.until
    }

    /// Work that is wanted whatever it takes.
    #[must_use]
    pub fn always() -> Self {
        Self {
            until: Instant::now() + Duration::from_secs(365 * 24 * 3600),
            is_gone: Arc::default(),
        }
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(longest: Duration) -> Lane {
        Lane::new(Line::new(1, 1, Duration::from_secs(5)), longest)
    }

    #[tokio::test]
    async fn work_ends_with_its_time() {
        let lane = lane(Duration::from_millis(20));
        let rounds = lane.run(|wanted| {
            let mut rounds = 0;
            while wanted.is_wanted() {
                rounds += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            rounds
        });
        assert!(rounds.await.unwrap() > 0);
    }

    #[tokio::test]
    async fn work_ends_when_nobody_waits_for_it_and_the_turn_with_it() {
        let lane = lane(Duration::from_secs(60));
        let work = lane.run(|wanted| {
            while wanted.is_wanted() {
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let gone = tokio::time::timeout(Duration::from_millis(20), work).await;
        assert!(gone.is_err());
        assert_eq!(lane.run(|_| 7).await, Ok(7));
    }
}
