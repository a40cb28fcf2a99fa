//! The work on jobs: one after the other, what waits longest first.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::served::Served;
use propenso_portfolio::{
    Place, PortfolioError, PortfolioRequest, Progress, Report, Witness, score_witnessed,
};
use propenso_store::decision::Who;

use super::failure::Failure;
use super::options::{REPORT, request};
use super::{Entry, Job, JobState, Jobs, store};
use crate::record::file_hash::FileHash;
use crate::record::portfolio::{PortfolioPages, Sending, control_name};
use crate::whole_file;

/// How often it is looked how much a job has written.
const LOOK: Duration = Duration::from_millis(100);

impl Jobs {
    /// Does what waits, in its order, and removes what is old.
    pub(super) fn work_off(&self) {
        self.sweep();
        while let Some((job, is_cancelled)) = self.begin_next() {
            let watch = Watch::new(self, &job.id, &is_cancelled);
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
        let request = request(&job.options, &folder, &job.input)?;
        let request = PortfolioRequest {
            name: Some(job.file_name.clone()),
            version: served.version,
            bands: served.bands,
            binning: served.binning.clone().filter(|_| self.monitoring.is_some()),
            reference: self.reference.clone(),
            ..request
        };
        let pages = self.pages(job, &served, &request)?;
        tracing::info!(job = job.id, "scoring a portfolio");
        let witness = pages.as_ref().map(|pages| pages as &dyn Witness);
        let scored = score_witnessed(&served.scorer, &request, watch, witness);
        let report = scored.map_err(|error| match error {
            PortfolioError::Cancelled if watch.has_no_room() => Failure::NoRoom,
            error => Failure::from(error),
        })?;
        write_report(&report, &folder.join(REPORT))?;
        if let Some(monitoring) = &self.monitoring {
            monitoring.portfolio(&served, &report.summary);
        }
        Ok(report)
    }

    /// Begins to write down what the clients are answered, where that is kept.
    fn pages(
        &self,
        job: &Job,
        served: &Served,
        request: &PortfolioRequest,
    ) -> Result<Option<PortfolioPages>, Failure> {
        let (Some(record), Some(file)) = (&self.record, &request.input) else {
            return Ok(None);
        };
        let control = control_name(request.control.as_ref());
        let who = job.who.clone().unwrap_or_else(|| Who {
            name: "unknown".to_owned(),
            key: None,
        });
        let sending = Sending {
            file: record.hash(file).map(FileHash::wait).transpose()?,
            folder: &self.folder.join(&job.id),
            job: &job.id,
            since: job.created,
            who,
            control,
        };
        let pages = record.portfolio(&served.scorer, served.version, sending);
        pages.map_err(|error| PortfolioError::Witness(error).into())
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
        self.room
            .measure(&entry.job.id, &self.folder.join(&entry.job.id));
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
                self.figures.done(&report.summary);
            }
            // Nobody cancelled it: the server stops.
            Err(Failure::Portfolio(PortfolioError::Cancelled)) => job.give_back(),
            Err(failure) => {
                tracing::warn!(job = job.id, "a portfolio could not be scored");
                job.fail(&failure);
                self.figures.failed();
                job.forget_place(&self.folder.join(&job.id));
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
        self.room.free(id);
    }

    fn sweep(&self) {
        self.remove_forgotten();
        let now = Timestamp::now();
        let mut jobs = self.lock();
        jobs.retain(|id, entry| {
            // What is brought back must be there until it is.
            let least = u32::from(entry.job.dropped);
            let days = i64::from(self.settings().keep_days.max(least));
            let oldest = now - SignedDuration::from_hours(days * 24);
            let is_old = entry.job.ended.is_some_and(|ended| ended < oldest);
            let is_gone = is_old && store::remove(&self.folder, id).is_ok();
            if is_gone {
                self.room.free(id);
            }
            !is_gone
        });
    }
}

/// Writes what a run came to, for people. Where its files are is for whoever hands them out to say.
fn write_report(report: &Report, path: &Path) -> Result<(), PortfolioError> {
    let report = Report {
        output: None,
        rejected_file: None,
        suppressed_file: None,
        unmatched_file: None,
        page: None,
        ..report.clone()
    };
    let written = whole_file::write(path, report.text().as_bytes());
    written.map_err(|error| PortfolioError::Io {
        path: path.to_owned(),
        error,
    })
}

/// Tells how far a job is, and ends it when it is not wanted or has no room any more.
struct Watch<'p> {
    portfolios: &'p Jobs,
    id: &'p str,
    folder: PathBuf,
    is_cancelled: &'p AtomicBool,
    has_no_room: AtomicBool,
    /// When it was looked how much it has written.
    looked: Mutex<Option<Instant>>,
}

impl<'p> Watch<'p> {
    fn new(portfolios: &'p Jobs, id: &'p str, is_cancelled: &'p AtomicBool) -> Self {
        Self {
            portfolios,
            id,
            folder: portfolios.folder.join(id),
            is_cancelled,
            has_no_room: AtomicBool::new(false),
            looked: Mutex::default(),
        }
    }

    fn has_no_room(&self) -> bool {
        self.has_no_room.load(Ordering::Relaxed)
    }

    /// Looks how much the job has written; of several threads one does.
    fn look(&self) {
        let Ok(mut looked) = self.looked.try_lock() else {
            return;
        };
        if looked.is_none_or(|at| at.elapsed() >= LOOK) {
            if !self.portfolios.room.measure(self.id, &self.folder) {
                self.has_no_room.store(true, Ordering::Relaxed);
            }
            *looked = Some(Instant::now());
        }
    }
}

impl Progress for Watch<'_> {
    fn advance(&self, place: &Place) {
        if let Some(entry) = self.portfolios.lock().get_mut(self.id) {
            // A file may be read again, from its beginning.
            let is_further = |known: Place| known.stage == place.stage && known.rows <= place.rows;
            if !entry.place.is_some_and(is_further) {
                entry.stage_began = Some(Instant::now());
            }
            entry.place = Some(*place);
        }
        self.look();
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
            || self.has_no_room()
            || self.portfolios.is_stopping.load(Ordering::Relaxed)
    }
}
