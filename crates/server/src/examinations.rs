//! Models that are being examined for somebody who watches, and what came of it: for as long as this process is there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use propenso_lifecycle::gates::progress::Progress;

/// Examinations that are remembered.
const REMEMBERED: usize = 32;

/// Examinations at a time: each has a model in memory.
const AT_A_TIME: usize = 2;

/// Models that are being examined.
#[derive(Debug, Default)]
pub struct Examinations(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    last: u64,
    examinations: VecDeque<Arc<Examination>>,
}

/// A model that is being examined, or was.
#[derive(Debug)]
pub struct Examination {
    /// Its name, for whoever asks.
    pub id: u64,
    /// The file's name.
    pub file_name: String,
    /// What it is at.
    pub progress: Progress,
    outcome: Mutex<Option<Outcome>>,
}

/// What came of an examination.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is a version: this one.
    Version(u32),
    /// It could not be examined.
    Failed(Failure),
}

/// Why a model could not even be examined.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The contract cannot be used.
    Contract(String),
    /// The disk is full.
    NoRoom,
    /// The registry's database does not answer.
    Unreachable,
    /// The log says why.
    Other,
}

/// An examination that goes on: when this is dropped without an end, it has failed.
#[derive(Debug)]
pub struct Running(Arc<Examination>);

impl Examinations {
    /// Begins one; `None` while there are too many.
    #[must_use]
    pub fn begin(&self, file_name: &str) -> Option<Running> {
        let memory = &mut *self.remember();
        let going_on = |examination: &&Arc<Examination>| examination.outcome().is_none();
        if memory.examinations.iter().filter(going_on).count() >= AT_A_TIME {
            return None;
        }
        memory.last += 1;
        let examination = Arc::new(Examination {
            id: memory.last,
            file_name: file_name.to_owned(),
            progress: Progress::default(),
            outcome: Mutex::default(),
        });
        memory.examinations.push_back(Arc::clone(&examination));
        if memory.examinations.len() > REMEMBERED {
            memory.examinations.pop_front();
        }
        Some(Running(examination))
    }

    /// One of those that are remembered.
    #[must_use]
    pub fn find(&self, id: u64) -> Option<Arc<Examination>> {
        let memory = self.remember();
        let mut examinations = memory.examinations.iter();
        examinations
            .find(|examination| examination.id == id)
            .cloned()
    }

    fn remember(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Examination {
    /// What came of it; `None` while it goes on.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let outcome = self.outcome.lock();
        outcome.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn end(&self, outcome: Outcome) {
        let mut ended = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        ended.get_or_insert(outcome);
    }
}

impl Running {
    /// The examination.
    #[must_use]
    pub fn examination(&self) -> &Examination {
        &self.0
    }

    /// Says what came of it.
    pub fn end(self, outcome: Outcome) {
        self.0.end(outcome);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.end(Outcome::Failed(Failure::Other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_examination_that_is_left_has_failed() {
        let examinations = Examinations::default();
        let first = examinations.begin("a.pkl").unwrap();
        let second = examinations.begin("b.pkl").unwrap();
        assert!(examinations.begin("c.pkl").is_none());
        let (one, two) = (first.examination().id, second.examination().id);
        first.end(Outcome::Version(7));
        drop(second);
        let outcome = |id| examinations.find(id).unwrap().outcome();
        assert!(matches!(outcome(one), Some(Outcome::Version(7))));
        assert!(matches!(
            outcome(two),
            Some(Outcome::Failed(Failure::Other))
        ));
        for _ in 0..REMEMBERED {
            drop(examinations.begin("d.pkl").unwrap());
        }
        assert!(examinations.find(one).is_none());
    }
}
