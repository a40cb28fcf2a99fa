//! Portfolios that were sent over HTTP: a queue of jobs, each a folder on disk.
//!
//! ```text
//! portfolios/<id>/job.json     what was asked, and what became of it
//! portfolios/<id>/input.csv    the portfolio, as it was sent
//! portfolios/<id>/salida.csv   the ranked file, with its rejected rows and its summary beside it
//! ```
//!
//! One job runs at a time, on a thread of its own. A job that was waiting or running when the process stopped starts again
//! with the next one: everything it needs is in its folder.

mod job;
mod options;
mod store;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::background::{Background, Bell};
use propenso_lifecycle::live::Live;
use propenso_portfolio::{Place, PortfolioRequest, Progress, Report, score_portfolio};
use tempfile::TempDir;

use job::Failure;
pub use job::{Job, JobState};
pub(crate) use options::SUPPRESSION;
pub use options::{JobOptions, OptionError};
pub use store::Draft;

/// Jobs that may wait.
const MOST_WAITING: usize = 32;

/// How often old jobs are looked for.
const SWEEP: Duration = Duration::from_secs(600);

/// Where jobs lie, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSettings {
    /// Largest upload, in bytes.
    pub max_upload_bytes: u64,
    /// Days after which a finished job is removed.
    pub keep_days: u32,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            max_upload_bytes: 2 << 30,
            keep_days: 7,
        }
    }
}

/// The jobs of a server.
#[derive(Debug)]
pub struct Jobs {
    folder: PathBuf,
    /// What scores.
    live: Arc<Live>,
    /// What a job's columns are compared with in its summary.
    reference: Option<PathBuf>,
    /// What is taken, and how long it is kept.
    pub settings: JobSettings,
    jobs: Mutex<BTreeMap<String, Entry>>,
    is_stopping: AtomicBool,
}

/// A job, and how far it is.
#[derive(Debug, Clone)]
struct Entry {
    job: Job,
    place: Option<Place>,
    is_cancelled: Arc<AtomicBool>,
}

/// Jobs that are worked on until this is dropped: the one at hand is given up then, and starts again with the next process.
#[derive(Debug)]
pub struct OpenJobs {
    // In this order.
    portfolios: Stop,
    bell: Bell,
    _worker: Background,
    /// A folder that is removed with everything in it.
    _temporary: Option<TempDir>,
}

/// Why there is no such job, or none more.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// No job has this id.
    #[error("there is no job of this id; GET /v1/portfolios lists all")]
    Unknown,
    /// Too many wait.
    #[error(
        "{MOST_WAITING} portfolios are waiting already; send this one again when some are done"
    )]
    TooMany,
    /// The disk.
    #[error("the folder of portfolios cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

impl Jobs {
    /// The jobs in a folder; those that were not done are waiting again.
    ///
    /// # Errors
    ///
    /// [`JobError::Io`] when the folder cannot be used.
    pub fn open(
        folder: PathBuf,
        live: Arc<Live>,
        reference: Option<PathBuf>,
        settings: JobSettings,
    ) -> Result<Self, JobError> {
        let mut jobs = BTreeMap::new();
        for mut job in store::load(&folder)? {
            if job.state == JobState::Running {
                job.state = JobState::Queued;
                job.starts += 1;
            }
            jobs.insert(job.id.clone(), Entry::new(job));
        }
        Ok(Self {
            folder,
            live,
            reference,
            settings,
            jobs: Mutex::new(jobs),
            is_stopping: AtomicBool::new(false),
        })
    }

    /// Works on jobs that are gone with the process, for a server without a folder of its own.
    ///
    /// # Errors
    ///
    /// [`JobError::Io`] when there is no room for temporary files.
    pub fn temporary(live: Arc<Live>, settings: JobSettings) -> Result<OpenJobs, JobError> {
        let folder = TempDir::new()?;
        let open = Self::open(folder.path().to_owned(), live, None, settings)?.start();
        Ok(OpenJobs {
            _temporary: Some(folder),
            ..open
        })
    }

    /// Begins to work on the jobs.
    #[must_use]
    pub fn start(self) -> OpenJobs {
        let portfolios = Arc::new(self);
        let working = Arc::clone(&portfolios);
        let worker = Background::every(SWEEP, move || working.work_off());
        OpenJobs {
            portfolios: Stop(portfolios),
            bell: worker.bell(),
            _worker: worker,
            _temporary: None,
        }
    }

    /// A folder for a job that is being sent.
    ///
    /// # Errors
    ///
    /// [`JobError::TooMany`] or [`JobError::Io`].
    pub fn draft(&self) -> Result<Draft, JobError> {
        let waiting = self
            .lock()
            .values()
            .filter(|entry| entry.job.state == JobState::Queued)
            .count();
        if waiting >= MOST_WAITING {
            return Err(JobError::TooMany);
        }
        Ok(Draft::create(&self.folder)?)
    }

    /// All jobs, the last one first, with how far each is.
    #[must_use]
    pub fn list(&self) -> Vec<(Job, Option<Place>)> {
        let jobs = self.lock();
        let mut all: Vec<_> = jobs
            .values()
            .map(|entry| (entry.job.clone(), entry.place))
            .collect();
        all.sort_by_key(|(job, _)| std::cmp::Reverse(job.created));
        all
    }

    /// A job, with how far it is.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`].
    pub fn get(&self, id: &str) -> Result<(Job, Option<Place>), JobError> {
        let jobs = self.lock();
        let entry = jobs.get(id).ok_or(JobError::Unknown)?;
        Ok((entry.job.clone(), entry.place))
    }

    /// A file of a job.
    #[must_use]
    pub fn path(&self, job: &Job, file: &str) -> PathBuf {
        self.folder.join(&job.id).join(file)
    }

    /// Removes a job and its files; one that runs ends first.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`] or [`JobError::Io`].
    pub fn remove(&self, id: &str) -> Result<(), JobError> {
        let mut jobs = self.lock();
        let entry = jobs.get(id).ok_or(JobError::Unknown)?;
        if entry.job.state == JobState::Running {
            // Its files are open; the worker removes them when it has let go.
            entry.is_cancelled.store(true, Ordering::Relaxed);
            return Ok(());
        }
        jobs.remove(id);
        store::remove(&self.folder, id)?;
        Ok(())
    }

    /// Does what waits, in its order, and removes what is old.
    fn work_off(&self) {
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
            if self.is_stopping.load(Ordering::Relaxed) && outcome.is_err() {
                return;
            }
            self.end(&job.id, outcome, is_cancelled.load(Ordering::Relaxed));
        }
    }

    /// The job that waits longest, now running.
    fn begin_next(&self) -> Option<(Job, Arc<AtomicBool>)> {
        if self.is_stopping.load(Ordering::Relaxed) {
            return None;
        }
        let mut jobs = self.lock();
        let waiting = jobs
            .values_mut()
            .filter(|entry| entry.job.state == JobState::Queued);
        let entry = waiting.min_by_key(|entry| entry.job.created)?;
        entry.job.state = JobState::Running;
        self.save(&entry.job);
        Some((entry.job.clone(), Arc::clone(&entry.is_cancelled)))
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

    fn end(&self, id: &str, outcome: Result<Report, Failure>, is_cancelled: bool) {
        let mut jobs = self.lock();
        if is_cancelled {
            jobs.remove(id);
            if let Err(error) = store::remove(&self.folder, id) {
                tracing::error!(%error, job = id, "the files of a removed portfolio are still there");
            }
            return;
        }
        let Some(entry) = jobs.get_mut(id) else {
            return;
        };
        entry.place = None;
        entry.job.ended = Some(Timestamp::now());
        match outcome {
            Ok(report) => {
                tracing::info!(
                    job = id,
                    rows = report.summary.read.rows,
                    rejected = report.summary.rejected.rows,
                    "scored"
                );
                entry.job.state = JobState::Done;
                entry.job.set_report(&report);
            }
            Err(error) => {
                tracing::warn!(job = id, "a portfolio could not be scored");
                entry.job.state = JobState::Failed;
                entry.job.error = Some(error.to_string());
            }
        }
        self.save(&entry.job);
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

    fn save(&self, job: &Job) {
        if let Err(error) = store::save(&self.folder, job) {
            tracing::error!(%error, job = job.id, "what became of a portfolio cannot be written down");
        }
    }

    /// A panic while holding it leaves the list as it was.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn new(job: Job) -> Self {
        Self {
            job,
            place: None,
            is_cancelled: Arc::default(),
        }
    }
}

impl OpenJobs {
    /// The jobs.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.portfolios.0
    }

    /// Queues a job that has arrived whole.
    ///
    /// # Errors
    ///
    /// [`JobError::Io`]; then there is no such job.
    pub fn submit(&self, draft: Draft, job: Job) -> Result<Job, JobError> {
        draft.keep(&job)?;
        let mut jobs = self.portfolios.0.lock();
        jobs.insert(job.id.clone(), Entry::new(job.clone()));
        drop(jobs);
        self.bell.ring();
        Ok(job)
    }

    /// A folder for jobs beside a registry.
    #[must_use]
    pub fn folder(data_dir: &Path) -> PathBuf {
        data_dir.join("portfolios")
    }
}

/// The worker, which is waited for next, gives up what it is at.
#[derive(Debug)]
struct Stop(Arc<Jobs>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
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
