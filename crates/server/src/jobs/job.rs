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
}

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
}

impl Job {
    /// Keeps a report, and the names of the files that it tells of.
    pub(super) fn set_report(&mut self, report: &Report) {
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
