//! Why a model file and a contract become no scorer.

use std::path::PathBuf;

use propenso_scoring::{ContractError, FitError};

/// Why there is no scorer.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read from disk.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The machine has too little memory for the file.
    #[error(
        "{}: loading it takes about {needed} MiB of memory, and {available} MiB are available; stop what else runs, give the machine or the container more, or train fewer or shallower trees",
        path.display()
    )]
    Memory {
        /// The file.
        path: PathBuf,
        /// MiB that it takes.
        needed: u64,
        /// MiB that there are.
        available: u64,
    },
    /// The model file cannot be used.
    #[error("{}: {error}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: propenso_model::Error,
    },
    /// A contract by a name that does not ship.
    #[error(
        "there is no contract named `{name}`; these ship: {shipped}; a contract file is named by its path, ending in .toml"
    )]
    UnknownContract {
        /// The name.
        name: String,
        /// The names that ship.
        shipped: String,
    },
    /// The contract file is wrong.
    #[error("contract {name}: {error}")]
    Contract {
        /// Its name or path.
        name: String,
        /// All that is wrong with it.
        error: ContractError,
    },
    /// The strict policy refuses the file.
    #[error("{}: refused by the strict policy:{}", path.display(), lines(.reasons))]
    Strict {
        /// The file.
        path: PathBuf,
        /// Why, one sentence each.
        reasons: Vec<String>,
    },
    /// The contract and the model do not go together.
    #[error("{model}: {error}{hint}")]
    Fit {
        /// The model file.
        model: String,
        /// Every difference.
        error: FitError,
        /// What else can be done.
        hint: &'static str,
    },
}

fn lines(reasons: &[String]) -> String {
    let line = |reason: &String| format!("\n  {reason}");
    reasons.iter().map(line).collect()
}
