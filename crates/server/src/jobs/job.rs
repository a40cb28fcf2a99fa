//! A portfolio that was sent, and what became of it.

use jiff::Timestamp;
use propenso_portfolio::{Detected, PortfolioError, Report, Summary};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{JobOptions, OptionError};

/// A job, as `job.json` keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Its id: hexadecimal digits that nobody guesses.
    pub id: String,
    /// What it is doing.
    pub state: JobState,
    /// The file's name as it was sent.
    pub file_name: String,
    /// The input's name in the job's folder.
    pub input: String,
    /// The ranked file's name in the job's folder.
    pub output: String,
    /// What was asked.
    pub options: JobOptions,
    /// When it was sent.
    pub created: Timestamp,
    /// When it was done or failed.
    pub ended: Option<Timestamp>,
    /// How often a restart of the server began it again.
    #[serde(default)]
    pub starts: u32,
    /// How often it was begun and the process ended before it did. Written down before it is begun, and taken back when
    /// it is given up on purpose.
    #[serde(default)]
    pub attempts: u32,
    /// Why it failed.
    pub error: Option<String>,
    /// What it came to.
    pub report: Option<Value>,
    /// The rejected rows' file in the job's folder, if there are any.
    pub rejected: Option<String>,
    /// The suppressed rows' file in the job's folder, if there are any.
    pub suppressed: Option<String>,
}

/// What a job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is being scored.
    Running,
    /// It was scored; its files can be fetched.
    Done,
    /// It could not be scored.
    Failed,
    /// It is being scored, and will be removed as soon as that can be ended.
    Cancelling,
}

/// Runs that may take the process with them: one may have met another's end, two have not.
const MOST_ATTEMPTS: u32 = 2;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No model is there to score with.
    #[error("no model is in service; promote one, and send the portfolio again")]
    NoChampion,
    /// What was asked cannot be done.
    #[error(transparent)]
    Options(#[from] OptionError),
    /// The file cannot be scored.
    #[error(transparent)]
    Portfolio(#[from] PortfolioError),
    /// A reader broke on the file.
    #[error("propenso failed on this file; that is a bug, please report it with the log")]
    Panicked,
    /// The process ended while it ran, again.
    #[error(
        "the server's process ended twice while it scored this file, so it is not tried again; look in the system's log for \
         why (memory, mostly), and send the file in smaller pieces or in another form, as .csv"
    )]
    EndedProcess,
    /// That it is being tried cannot be written down.
    #[error(
        "the folder of portfolios could not be written to ({}); ask who runs the server to make room, and send it again",
        .0.kind()
    )]
    NotRecorded(std::io::Error),
}

impl Job {
    /// Makes it the one that runs, and counts that before it does.
    pub(super) fn begin(&mut self) {
        self.state = JobState::Running;
        self.attempts += 1;
    }

    /// Makes it wait as if it had not been begun: the server stops.
    pub(super) fn give_back(&mut self) {
        self.state = JobState::Queued;
        self.outlive_attempt();
        self.starts += 1;
    }

    /// Takes back that it was begun: the process is still there.
    fn outlive_attempt(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
    }

    /// Makes it wait again after the process ended while it ran, the first time; the second time it has failed.
    pub(super) fn survive(&mut self) {
        if self.attempts >= MOST_ATTEMPTS {
            self.fail(&Failure::EndedProcess);
        } else {
            // Records of earlier versions count no attempts.
            self.attempts = 1;
            self.starts += 1;
            self.state = JobState::Queued;
        }
    }

    /// Ends it, and says why.
    pub(super) fn fail(&mut self, failure: &Failure) {
        self.state = JobState::Failed;
        self.ended = Some(Timestamp::now());
        self.error = Some(failure.to_string());
    }

    /// Ends it, and keeps what came of it.
    pub(super) fn succeed(&mut self, report: &Report) {
        self.state = JobState::Done;
        self.outlive_attempt();
        self.ended = Some(Timestamp::now());
        self.set_report(report);
    }

    /// Keeps a report, and the names of the files that it tells of.
    fn set_report(&mut self, report: &Report) {
        let name = |path: &Option<std::path::PathBuf>| {
            let name = path.as_deref()?.file_name()?;
            Some(name.to_string_lossy().into_owned())
        };
        self.rejected = name(&report.rejected_file);
        self.suppressed = name(&report.suppressed_file);
        self.report = serde_json::to_value(ReportView::of(report)).ok();
    }
}

/// A report for whoever sent the file, who has no use for where things lie on this machine.
#[derive(Serialize)]
struct ReportView<'r> {
    detected: &'r Detected,
    summary: &'r Summary,
    seconds: f64,
}

impl<'r> ReportView<'r> {
    fn of(report: &'r Report) -> Self {
        Self {
            detected: &report.detected,
            summary: &report.summary,
            seconds: report.seconds,
        }
    }
}
