//! What a run came to, for people and for programs.

use std::path::PathBuf;

use serde::Serialize;

use super::source::Detected;
use super::summary::Summary;

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What the file turned out to be.
    pub detected: Detected,
    /// What was counted.
    pub summary: Summary,
    /// The ranked file; `None` for standard output.
    pub output: Option<PathBuf>,
    /// The rejected rows, where there are any.
    pub rejected_file: Option<PathBuf>,
    /// The rows the suppression list left out, where there are any.
    pub suppressed_file: Option<PathBuf>,
    /// The summary page, where it was asked for.
    pub page: Option<PathBuf>,
    /// How long it took.
    pub seconds: f64,
}

impl Report {
    /// For people, in Spanish.
    #[must_use]
    pub fn text(&self) -> String {
        String::new()
    }
}
