//! What an agency has decided about models that arrive.

use std::path::PathBuf;

use crate::gates::limits::GateLimits;
use crate::gates::target::Target;

/// Rules that models are admitted by.
#[derive(Debug, Clone, PartialEq)]
pub struct AdmissionRules {
    /// The key under which files that arrive, where they are dicts or lists, have their model.
    pub key: Option<String>,
    /// The contract of models that arrive; without one, the champion's.
    pub contract: Option<String>,
    /// Whether the strict policy decides which files are accepted.
    pub strict: bool,
    /// Recent clients, to compare models on.
    pub reference: Option<PathBuf>,
    /// How labelled clients say who paid.
    pub target: Target,
    /// What the gates compare with.
    pub limits: GateLimits,
    /// How many days the files of rejected models are kept.
    pub keep_days: u32,
}

impl Default for AdmissionRules {
    fn default() -> Self {
        Self {
            key: None,
            contract: None,
            strict: false,
            reference: None,
            target: Target::default(),
            limits: GateLimits::default(),
            keep_days: 90,
        }
    }
}
