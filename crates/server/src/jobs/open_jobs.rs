//! Jobs that are worked on, and how that ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use propenso_lifecycle::background::{Background, Bell};
use propenso_lifecycle::live::Live;
use propenso_store::decision::Who;
use tempfile::TempDir;

use super::{Draft, Entry, Job, JobError, JobSettings, Jobs, owner, store};
use crate::background::let_others_go_first;
use crate::record::Record;

/// How often old jobs are looked for.
const SWEEP: Duration = Duration::from_secs(600);

/// Jobs that are worked on until this is dropped: the one at hand is given up then, and starts again with the next process.
#[derive(Debug)]
pub struct OpenJobs {
    // In this order.
    portfolios: Stop,
    worker: Background,
    /// A folder that is removed with everything in it.
    _temporary: Option<TempDir>,
}

/// Where jobs are handed in.
#[derive(Debug, Clone)]
pub struct Queue {
    jobs: Arc<Jobs>,
    bell: Bell,
}

impl Jobs {
    /// Works on jobs that are gone with the process, for a server without a folder of its own.
    ///
    /// # Errors
    ///
    /// [`JobError::Io`] when there is no room for temporary files.
    pub fn temporary(
        live: Arc<Live>,
        settings: JobSettings,
        record: Option<Arc<Record>>,
    ) -> Result<OpenJobs, JobError> {
        let folder = TempDir::new()?;
        let jobs = Self::new(folder.path().to_owned(), live, None, settings).on_record(record);
        let open = jobs.alone().start();
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
        OpenJobs {
            portfolios: Stop(portfolios),
            worker: Background::paced(move || {
                // Before clients who wait for an answer, nobody waits for a portfolio.
                let_others_go_first();
                if !working.succeed() {
                    return owner::LOOK;
                }
                working.work_off();
                SWEEP
            }),
            _temporary: None,
        }
    }
}

impl OpenJobs {
    /// The jobs.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.portfolios.0
    }

    /// Where jobs are handed in, for whoever outlives a borrow of these.
    #[must_use]
    pub fn queue(&self) -> Queue {
        Queue {
            jobs: Arc::clone(&self.portfolios.0),
            bell: self.worker.bell(),
        }
    }

    /// Gives up the job at hand, which says so as soon as it can, and begins none.
    pub fn stop(&self) {
        self.portfolios.stop();
    }

    /// Waits until the job at hand is given up, but no longer than `patience`: what does not let go is left to end with
    /// the process, and waits for the next one all the same.
    pub fn end_within(&self, patience: Duration) {
        self.stop();
        if !self.worker.end_within(patience) {
            self.portfolios.0.give_back();
        }
    }

    /// A folder for jobs beside a registry.
    #[must_use]
    pub fn folder(data_dir: &Path) -> PathBuf {
        data_dir.join("portfolios")
    }
}

impl Queue {
    /// The jobs.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Queues a job that has arrived whole.
    ///
    /// # Errors
    ///
    /// [`JobError::Io`]; then there is no such job.
    pub fn submit(&self, mut draft: Draft, job: Job) -> Result<Job, JobError> {
        draft.keep(&job)?;
        let mut jobs = self.jobs.lock();
        jobs.insert(job.id.clone(), Entry::new(job.clone()));
        // Now it waits, and is not being sent any more.
        drop(draft);
        drop(jobs);
        self.bell.ring();
        Ok(job)
    }

    /// Queues the job that a kept draft becomes.
    ///
    /// # Errors
    ///
    /// [`JobError`]; then the draft is as it was.
    pub fn submit_draft(&self, id: &str, who: Option<Who>) -> Result<Job, JobError> {
        let (draft, job) = self.jobs.take_draft(id, who)?;
        let submitted = self.submit(draft, job);
        match &submitted {
            Ok(_) => store::remove_draft_record(&self.jobs.folder, id),
            Err(_) => self.jobs.put_back(id),
        }
        submitted
    }
}

/// The worker, which is waited for next, gives up what it is at.
#[derive(Debug)]
struct Stop(Arc<Jobs>);

impl Stop {
    fn stop(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.stop();
    }
}
