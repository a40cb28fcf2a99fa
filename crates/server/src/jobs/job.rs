//! A portfolio that was sent, and what became of it.

use std::path::{MAIN_SEPARATOR, Path};

use jiff::Timestamp;
use propenso_portfolio::{Detected, Report, Summary};
use propenso_store::decision::Who;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Draft;
use super::failure::Failure;
use super::options::{INPUT, request};
use propenso_portfolio::options::{OptionError, RunOptions};

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
    pub options: RunOptions,
    /// Whether it came from the inbox, which brings its files back and removes it.
    #[serde(default)]
    pub dropped: bool,
    /// Who sent it.
    #[serde(default)]
    pub who: Option<Who>,
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
    /// The same in Spanish, with what to do.
    #[serde(default)]
    pub reason: Option<String>,
    /// What it came to.
    pub report: Option<Value>,
    /// The rejected rows' file in the job's folder, if there are any.
    pub rejected: Option<String>,
    /// The suppressed rows' file in the job's folder, if there are any.
    pub suppressed: Option<String>,
    /// The file with the ids of the suppression list that the portfolio does not have, if there are any.
    #[serde(default)]
    pub unmatched: Option<String>,
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

impl JobState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Cancelling,
    ];
}

/// Runs that may take the process with them: one may have met another's end, two have not.
const MOST_ATTEMPTS: u32 = 2;

impl Job {
    /// Makes a job of what has arrived whole in a draft's folder.
    ///
    /// # Errors
    ///
    /// [`OptionError`]: what cannot be asked of a run is refused now.
    pub fn new(draft: &Draft, file_name: String, options: RunOptions) -> Result<Self, OptionError> {
        let request = request(&options, draft.folder(), INPUT)?;
        let output = request.output.as_deref().and_then(Path::file_name);
        Ok(Self {
            id: draft.id().to_owned(),
            state: JobState::Queued,
            file_name,
            input: INPUT.to_owned(),
            output: output.unwrap_or_default().to_string_lossy().into_owned(),
            options,
            dropped: false,
            who: None,
            created: Timestamp::now(),
            ended: None,
            starts: 0,
            attempts: 0,
            error: None,
            reason: None,
            report: None,
            rejected: None,
            suppressed: None,
            unmatched: None,
        })
    }

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
        self.reason = Some(failure.in_spanish(self.dropped));
    }

    /// Calls files by their names alone where it says why it failed: where they lie is nobody's business who asks from afar.
    pub(super) fn forget_place(&mut self, folder: &Path) {
        let place = format!("{}{MAIN_SEPARATOR}", folder.display());
        for text in [&mut self.error, &mut self.reason] {
            *text = text.take().map(|text| text.replace(&place, ""));
        }
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
        self.unmatched = name(&report.unmatched_file);
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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use propenso_portfolio::PortfolioError;

    use super::*;

    #[test]
    fn a_full_disk_is_named_and_no_place() {
        let failed = |error: std::io::Error| {
            Failure::from(PortfolioError::Io {
                path: "data/portfolios/1/salida.csv".into(),
                error,
            })
        };
        let full = failed(ErrorKind::StorageFull.into()).to_string();
        assert!(full.starts_with("the server's disk is full"), "{full}");
        let mut job: Job = serde_json::from_value(serde_json::json!({
            "id": "1", "state": "running", "file_name": "a.csv", "input": "input", "output": "salida.csv",
            "options": [], "created": "2026-01-01T00:00:00Z"
        }))
        .unwrap();
        job.fail(&failed(ErrorKind::PermissionDenied.into()));
        job.forget_place(
            &["data", "portfolios", "1"]
                .iter()
                .collect::<std::path::PathBuf>(),
        );
        if cfg!(unix) {
            assert!(job.error.unwrap().starts_with("salida.csv: "));
        }
    }

    #[test]
    fn a_process_that_ends_twice_is_enough() {
        let mut job: Job = serde_json::from_value(serde_json::json!({
            "id": "1", "state": "running", "file_name": "a.csv", "input": "input", "output": "salida.csv",
            "options": [], "created": "2026-01-01T00:00:00Z"
        }))
        .unwrap();
        // Of a version that counted nothing.
        job.survive();
        assert_eq!(
            (job.state, job.attempts, job.starts),
            (JobState::Queued, 1, 1)
        );
        job.begin();
        job.give_back();
        assert_eq!(
            (job.state, job.attempts, job.starts),
            (JobState::Queued, 1, 2)
        );
        job.begin();
        job.survive();
        assert_eq!((job.state, job.attempts), (JobState::Failed, 2));
        assert!(job.error.unwrap().contains("ended twice"));
    }
}
