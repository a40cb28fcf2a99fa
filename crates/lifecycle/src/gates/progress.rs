//! What an examination is at, for somebody who waits.

use std::sync::atomic::{AtomicU8, Ordering};

/// What an examination is at. Threads may look at it while it goes on.
#[derive(Debug, Default)]
pub struct Progress(AtomicU8);

/// A step of an examination, in the order they are taken; some are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The file is read.
    Reading,
    /// Contract and model are put together.
    Fit,
    /// Golden rows are answered.
    Golden,
    /// The reference portfolio is scored.
    Drift,
    /// Labelled clients are scored.
    Holdout,
    /// What was found is kept.
    Keeping,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 6] = [
        Self::Reading,
        Self::Fit,
        Self::Golden,
        Self::Drift,
        Self::Holdout,
        Self::Keeping,
    ];
}

impl Progress {
    /// Says that a step begins.
    pub fn begin(&self, step: Step) {
        self.0.store(step as u8, Ordering::Relaxed);
    }

    /// The step that was begun last.
    #[must_use]
    pub fn step(&self) -> Step {
        let at = usize::from(self.0.load(Ordering::Relaxed));
        Step::ALL.get(at).copied().unwrap_or(Step::Keeping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_one_begun_last() {
        let progress = Progress::default();
        assert_eq!(progress.step(), Step::Reading);
        for step in Step::ALL {
            progress.begin(step);
            assert_eq!(progress.step(), step);
        }
    }
}
