//! The work on jobs: one after the other, what waits longest first.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use propenso_portfolio::{
    Place, PortfolioError, PortfolioRequest, Progress, Report, score_portfolio,
};

use super::job::Failure;
use super::{Entry, Job, JobState, Jobs, store};

impl Jobs {
    /// Does what waits, in its order, and removes what is old.
    pub(super) fn work_off(&self) {
        self.sweep();
        while let Some((job, is_cancelled)) = self.begin_next() {
            let watch = Watch {
                portfolios: self,
                id: &job.id,
                is_cancelled: &is_cancelled,
            };
            // A reader that breaks on a file must not take the jobs behind it along.
            let run = AssertUnwindSafe(|| self.run(&job, &watch));
            let outcome = std::panic::catch_unwind(run).unwrap_or_else(|_| {
                tracing::error!(job = job.id, "scoring a portfolio panicked");
                Err(Failure::Panicked)
            });
            self.end(&job.id, outcome);
        }
    }

    /// The job that is next, now running. That it is tried is on disk before it is: whatever ends the process, it counts.
    fn begin_next(&self) -> Option<(Job, Arc<AtomicBool>)> {
        let mut jobs = self.lock();
        loop {
            if self.is_stopping.load(Ordering::Relaxed) {
                return None;
            }
            let waiting = jobs
                .values_mut()
                .filter(|entry| entry.job.state == JobState::Queued);
            // One that a process ended with lets those pass that did nothing of the kind.
            let entry = waiting.min_by_key(|entry| (entry.job.attempts, entry.job.created))?;
            entry.job.begin();
            match store::save(&self.folder, &entry.job) {
                Ok(()) => return Some((entry.job.clone(), Arc::clone(&entry.is_cancelled))),
                Err(error) => {
                    tracing::error!(%error, job = entry.job.id, "a portfolio cannot be begun");
                    entry.job.fail(&Failure::NotRecorded(error));
                }
            }
        }
    }

    fn run(&self, job: &Job, watch: &Watch<'_>) -> Result<Report, Failure> {
        let served = self.live.champion().ok_or(Failure::NoChampion)?;
        let folder = self.folder.join(&job.id);
        let request = job.options.request(&folder, &job.input)?;
        let request = PortfolioRequest {
            name: Some(job.file_name.clone()),
            version: served.version,
            bands: served.bands,
            reference: self.reference.clone(),
            ..request
        };
        tracing::info!(job = job.id, "scoring a portfolio");
        Ok(score_portfolio(&served.scorer, &request, watch)?)
    }

    fn end(&self, id: &str, outcome: Result<Report, Failure>) {
        let mut jobs = self.lock();
        let Some(entry) = jobs.get_mut(id) else {
            return;
        };
        match entry.job.state {
            JobState::Running => self.write_down(entry, outcome),
            JobState::Cancelling => {
                jobs.remove(id);
                self.remove_files(id);
            }
            // It was written back when the server could wait no longer: the next process does it.
            JobState::Queued | JobState::Done | JobState::Failed => {}
        }
    }

    fn write_down(&self, entry: &mut Entry, outcome: Result<Report, Failure>) {
        entry.place = None;
        let job = &mut entry.job;
        match outcome {
            Ok(report) => {
                tracing::info!(
                    job = job.id,
                    rows = report.summary.read.rows,
                    rejected = report.summary.rejected.rows,
                    "scored"
                );
                job.succeed(&report);
            }
            // Nobody cancelled it: the server stops.
            Err(Failure::Portfolio(PortfolioError::Cancelled)) => job.give_back(),
            Err(failure) => {
                tracing::warn!(job = job.id, "a portfolio could not be scored");
                job.fail(&failure);
            }
        }
        self.save(job);
    }

    /// Writes down what a worker is at that nobody waits for any more: it waits for the next process.
    pub(super) fn give_back(&self) {
        let mut jobs = self.lock();
        let mut cancelled = Vec::new();
        for entry in jobs.values_mut() {
            match entry.job.state {
                JobState::Running => {
                    tracing::warn!(
                        job = entry.job.id,
                        "a portfolio is left in the middle; it begins again with the next start"
                    );
                    entry.job.give_back();
                    self.save(&entry.job);
                }
                JobState::Cancelling => cancelled.push(entry.job.id.clone()),
                JobState::Queued | JobState::Done | JobState::Failed => {}
            }
        }
        for id in cancelled {
            jobs.remove(&id);
            // What cannot be removed while it is open goes when the next process starts.
            self.remove_files(&id);
        }
    }

    pub(super) fn remove_files(&self, id: &str) {
        if let Err(error) = store::remove(&self.folder, id) {
            tracing::error!(%error, job = id, "the files of a removed portfolio are still there");
        }
    }

    fn sweep(&self) {
        let days = i64::from(self.settings.keep_days);
        let oldest = Timestamp::now() - SignedDuration::from_hours(days * 24);
        let mut jobs = self.lock();
        jobs.retain(|id, entry| {
            let is_old = entry.job.ended.is_some_and(|ended| ended < oldest);
            !(is_old && store::remove(&self.folder, id).is_ok())
        });
    }
}

/// Tells how far a job is.
struct Watch<'p> {
    portfolios: &'p Jobs,
    id: &'p str,
    is_cancelled: &'p AtomicBool,
}

impl Progress for Watch<'_> {
    fn advance(&self, place: &Place) {
        if let Some(entry) = self.portfolios.lock().get_mut(self.id) {
            entry.place = Some(*place);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
            || self.portfolios.is_stopping.load(Ordering::Relaxed)
    }
}
