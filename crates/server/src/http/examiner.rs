//! What looks at the machine and the configuration for the pages: the commands `doctor` and `check-config`, which the server is given when
//! it is started.

use std::fmt;
use std::path::Path;

use propenso_scoring::Language;

/// Looks at the machine and the configuration.
pub trait Examiner: fmt::Debug + Send + Sync {
    /// What `propenso doctor` finds now.
    fn machine(&self, language: Language) -> Vec<Looked>;

    /// What `propenso check-config` understands now.
    fn configuration(&self, language: Language) -> Vec<Looked>;

    /// Writes what `propenso backup` does into a file.
    ///
    /// # Errors
    ///
    /// A sentence that says why there is none.
    fn backup(&self, file: &Path, language: Language) -> Result<(), String>;
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It is as it should be.
    Good,
    /// It works, and somebody should know.
    Warning,
    /// It does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// How bad it is.
    pub level: Level,
    /// What it is about, in a word.
    pub subject: String,
    /// What is so.
    pub text: String,
    /// What to do about it.
    pub advice: Option<String>,
}
