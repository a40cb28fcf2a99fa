//! Requests that are being answered, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Busy;

/// When to ask again. It is over as soon as some of many thousand requests are answered.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How many there are, and may be.
#[derive(Debug, Clone)]
pub struct InFlight {
    count: Arc<AtomicUsize>,
    max: usize,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub struct Counted(Arc<AtomicUsize>);

impl InFlight {
    /// Lets in up to `max`.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self {
            count: Arc::default(),
            max,
        }
    }

    /// Counts one more.
    ///
    /// # Errors
    ///
    /// [`Busy`] when there are too many.
    pub fn enter(&self) -> Result<Counted, Busy> {
        let counted = Counted(Arc::clone(&self.count));
        match self.count.fetch_add(1, Ordering::Relaxed) < self.max {
            true => Ok(counted),
            false => Err(Busy {
                retry_after: RETRY_AFTER,
            }),
        }
    }

    /// Tells how many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_so_many() {
        let requests = InFlight::new(1);
        let first = requests.enter();
        assert!(first.is_ok());
        assert!(requests.enter().is_err());
        assert_eq!(requests.count(), 1, "who is refused does not count");
        drop(first);
        assert!(requests.enter().is_ok());
    }
}
