//! Portfolios that were sent over HTTP, or dropped into a folder: a queue of jobs, each a folder on disk.
//!
//! ```text
//! portfolios/<id>/job.json     what was asked, and what became of it
//! portfolios/<id>/input        the portfolio, as it was sent
//! portfolios/<id>/salida.csv   the ranked file, with its rejected rows, its report and its summary beside it
//! ```
//!
//! One job runs at a time, on a thread of its own. A job that was waiting when the process stopped, or that was given up
//! because it stopped, starts again with the next one: everything it needs is in its folder. One that ran when the process
//! ended by itself may be what ended it, so it is tried once more, and then has failed.
//!
//! - `job`: what a job is, and how it changes; `failure`: why one failed; `options`: what is asked of its run
//! - `store`: where they lie; `draft`: one that is being sent; `kept_drafts`: those that wait for their sender to say how; `room`: how much they take up
//! - `owner`: which of several processes on one data directory has them
//! - `worker`: the work on them; `open_jobs`: how it begins, and ends

mod draft;
mod failure;
mod job;
mod kept_drafts;
mod open_jobs;
mod options;
mod owner;
mod room;
mod store;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use propenso_lifecycle::data_lock::DataLock;
use propenso_lifecycle::live::Live;
use propenso_lifecycle::served::Served;
use propenso_portfolio::Place;

pub use draft::Draft;
pub(crate) use failure::contradiction;
pub use job::{Job, JobState};
use kept_drafts::KeptEntry;
pub use kept_drafts::{KEPT_HOURS, KeptDraft, Look, Seen, Unseen};
pub use open_jobs::{OpenJobs, Queue};
pub(crate) use options::{INPUT, REPORT, SUMMARY, SUPPRESSION};
use room::Room;

use crate::figures::portfolios::Portfolios;
use crate::monitoring::Monitoring;
use crate::profiles::Profiles;
use crate::record::Record;
use propenso_portfolio::options::OptionError;

/// Jobs that may wait, those that are being sent among them.
const MOST_WAITING: usize = 32;

/// Where jobs lie, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSettings {
    /// Largest upload, in bytes.
    pub max_upload_bytes: u64,
    /// What all portfolios together may take up on disk, in bytes.
    pub max_disk_bytes: u64,
    /// Days after which a finished job is removed.
    pub keep_days: u32,
    /// What is known of them beforehand.
    pub profiles: Profiles,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            max_upload_bytes: 2 << 30,
            max_disk_bytes: 20 << 30,
            keep_days: 7,
            profiles: Profiles::default(),
        }
    }
}

/// The jobs of a server.
#[derive(Debug)]
pub struct Jobs {
    folder: PathBuf,
    /// Set as soon as the folder is this process's; the lock inside, where there is one, keeps others out of it.
    owned: OnceLock<Option<DataLock>>,
    /// What scores.
    live: Arc<Live>,
    /// What keeps what clients were answered, where that is wanted.
    record: Option<Arc<Record>>,
    /// What a job's columns are compared with in its summary.
    reference: Option<PathBuf>,
    /// What is taken, and how long it is kept.
    settings: ArcSwap<JobSettings>,
    jobs: Mutex<BTreeMap<String, Entry>>,
    /// Those that are no jobs yet.
    kept: Mutex<BTreeMap<String, KeptEntry>>,
    room: Arc<Room>,
    /// Held by each draft.
    drafts: Arc<()>,
    is_stopping: AtomicBool,
    figures: Portfolios,
    /// What counts by day, where a registry is served.
    monitoring: Option<Arc<Monitoring>>,
}

/// A job, and how far it is.
#[derive(Debug, Clone)]
struct Entry {
    job: Job,
    place: Option<Place>,
    /// When the stage began that it is in.
    stage_began: Option<Instant>,
    is_cancelled: Arc<AtomicBool>,
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
    /// Too many have arrived and wait for their senders.
    #[error(
        "too many portfolios have arrived and wait for their senders to say how they are scored; remove some of those drafts"
    )]
    TooManyKept,
    /// What is asked of a run cannot be.
    #[error(transparent)]
    Asked(#[from] OptionError),
    /// Portfolios take up what they may.
    #[error(
        "portfolios take up all the room that this server gives them; delete some (DELETE /v1/portfolios/{{id}}) and send it again, or raise [portfolios] max_disk_bytes"
    )]
    NoRoom,
    /// Another process has them.
    #[error(
        "another propenso on the same data directory has the portfolios: send this to that one, or stop it, and this one takes them over within seconds"
    )]
    Elsewhere,
    /// The disk.
    #[error("the folder of portfolios cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

impl Jobs {
    /// The jobs in a folder; those that were not done are waiting again, unless they ended the process before. While another
    /// process has them there are none, see [`Self::are_ours`].
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
        let portfolios = Self::new(folder, live, reference, settings);
        if !portfolios.own()? {
            owner::tell_of_another(&portfolios.folder);
        }
        Ok(portfolios)
    }

    /// None yet.
    fn new(
        folder: PathBuf,
        live: Arc<Live>,
        reference: Option<PathBuf>,
        settings: JobSettings,
    ) -> Self {
        Self {
            folder,
            owned: OnceLock::new(),
            live,
            record: None,
            reference,
            room: Arc::new(Room::new(settings.max_disk_bytes)),
            settings: ArcSwap::from_pointee(settings),
            jobs: Mutex::default(),
            kept: Mutex::default(),
            drafts: Arc::default(),
            is_stopping: AtomicBool::new(false),
            figures: Portfolios::default(),
            monitoring: None,
        }
    }

    /// Keeps on record what the clients are answered.
    #[must_use]
    pub fn on_record(self, record: Option<Arc<Record>>) -> Self {
        Self { record, ..self }
    }

    /// Counts by day what the clients are answered.
    #[must_use]
    pub fn monitored(self, monitoring: Arc<Monitoring>) -> Self {
        Self {
            monitoring: Some(monitoring),
            ..self
        }
    }

    /// What is taken, and how long it is kept.
    #[must_use]
    pub fn settings(&self) -> Arc<JobSettings> {
        self.settings.load_full()
    }

    /// Lets other settings count from the next job on; but the room that all of them have stays as it is.
    pub fn replace_settings(&self, settings: JobSettings) {
        self.settings.store(Arc::new(settings));
    }

    /// Takes a job from the process before.
    fn take_over(&self, mut job: Job) {
        match job.state {
            JobState::Cancelling => return self.remove_files(&job.id),
            JobState::Running => {
                job.survive();
                store::tidy(&self.folder.join(&job.id), &[&job.input, SUPPRESSION]);
                tracing::warn!(job = job.id, state = ?job.state, "the process ended while it scored this portfolio");
                self.save(&job);
            }
            JobState::Queued | JobState::Done | JobState::Failed => {}
        }
        self.room.measure(&job.id, &self.folder.join(&job.id));
        self.lock().insert(job.id.clone(), Entry::new(job));
    }

    /// A folder for a job that is being sent.
    ///
    /// # Errors
    ///
    /// [`JobError::Elsewhere`], [`JobError::TooMany`], [`JobError::NoRoom`] or [`JobError::Io`].
    pub fn draft(&self) -> Result<Draft, JobError> {
        if !self.are_ours() {
            return Err(JobError::Elsewhere);
        }
        let turn = {
            let jobs = self.lock();
            let is_waiting = |entry: &&Entry| entry.job.state == JobState::Queued;
            let being_sent = Arc::strong_count(&self.drafts) - 1;
            if jobs.values().filter(is_waiting).count() + being_sent >= MOST_WAITING {
                return Err(JobError::TooMany);
            }
            Arc::clone(&self.drafts)
        };
        let draft = Draft::create(&self.folder, &self.room, turn)?;
        // Whoever has no room for a byte is told before it has sent gigabytes.
        draft.take(1)?;
        Ok(draft)
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

    /// What scores them.
    #[must_use]
    pub fn champion(&self) -> Option<Arc<Served>> {
        self.live.champion()
    }

    /// Some of the jobs, the last one first, from a place on; and how many there are in all.
    #[must_use]
    pub fn some(&self, from: usize, most: usize) -> (Vec<(Job, Option<Place>)>, usize) {
        let jobs = self.lock();
        let mut all: Vec<&Entry> = jobs.values().collect();
        all.sort_by_key(|entry| std::cmp::Reverse(entry.job.created));
        let shown = all.iter().skip(from).take(most);
        let shown = shown.map(|entry| (entry.job.clone(), entry.place));
        (shown.collect(), jobs.len())
    }

    /// How many jobs are worked on before one that waits.
    #[must_use]
    pub fn before(&self, job: &Job) -> usize {
        let jobs = self.lock();
        let earlier = jobs.values().filter(|entry| match entry.job.state {
            JobState::Running | JobState::Cancelling => true,
            JobState::Queued => entry.job.created < job.created,
            JobState::Done | JobState::Failed => false,
        });
        earlier.count()
    }

    /// Since when a job is in the stage that it is in.
    #[must_use]
    pub fn stage_began(&self, id: &str) -> Option<Instant> {
        self.lock().get(id)?.stage_began
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

    /// Those that failed since a moment, the last one first, at most so many.
    pub fn failed_since(&self, since: Timestamp, most: usize) -> Vec<Job> {
        let jobs = self.lock();
        let mut failed: Vec<&Job> = jobs
            .values()
            .map(|entry| &entry.job)
            .filter(|job| {
                job.state == JobState::Failed && job.ended.is_some_and(|ended| ended > since)
            })
            .collect();
        failed.sort_by_key(|job| std::cmp::Reverse(job.created));
        failed.into_iter().take(most).cloned().collect()
    }

    /// How many jobs are in each state.
    #[must_use]
    pub fn count_by_state(&self) -> [(JobState, usize); JobState::ALL.len()] {
        let jobs = self.lock();
        JobState::ALL.map(|state| {
            let alike = jobs.values().filter(|entry| entry.job.state == state);
            (state, alike.count())
        })
    }

    /// Bytes that all jobs take up on disk, and may take up.
    #[must_use]
    pub fn room(&self) -> (u64, u64) {
        self.room.taken()
    }

    /// What became of portfolios since the process started.
    #[must_use]
    pub fn figures(&self) -> &Portfolios {
        &self.figures
    }

    /// A file of a job.
    #[must_use]
    pub fn path(&self, job: &Job, file: &str) -> PathBuf {
        self.folder.join(&job.id).join(file)
    }

    /// Removes a job and its files; one that runs ends first, and says that it is cancelled meanwhile.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`] or [`JobError::Io`].
    pub fn remove(&self, id: &str) -> Result<(), JobError> {
        let mut jobs = self.lock();
        let entry = jobs.get_mut(id).ok_or(JobError::Unknown)?;
        if matches!(entry.job.state, JobState::Running | JobState::Cancelling) {
            // Its files are open; the worker removes them when it has let go, or the next process.
            entry.is_cancelled.store(true, Ordering::Relaxed);
            entry.job.state = JobState::Cancelling;
            self.save(&entry.job);
            return Ok(());
        }
        store::remove(&self.folder, id)?;
        jobs.remove(id);
        self.room.free(id);
        Ok(())
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
            stage_began: None,
            is_cancelled: Arc::default(),
        }
    }
}
