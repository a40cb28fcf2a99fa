//! Why a portfolio cannot be scored.

use std::path::{Path, PathBuf};

use propenso_scoring::Ambiguity;

/// Why a portfolio cannot be scored at all. Rows that cannot be are rejected one by one instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortfolioError {
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file; `-` for standard input or output.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The input is no portfolio in any form that is known.
    #[error("{}: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// Columns that are needed are not there.
    #[error(
        "the file has no column for {}; its columns are {}; name them with --map \"COLUMN=INPUT\"",
        .inputs.join(", "),
        .columns.join(", ")
    )]
    MissingColumns {
        /// The inputs that have no column.
        inputs: Vec<String>,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// It is not clear which column is which.
    #[error("{}", ambiguous(.0))]
    AmbiguousColumns(#[from] Ambiguity),
    /// What was asked for contradicts itself or the file.
    #[error("{0}")]
    Request(String),
    /// The model gives no probability of paying.
    #[error(
        "the model and its contract do not say how likely a client is to pay, so there is nothing to rank by; a contract with [decision] says which class pays"
    )]
    NoProbability,
    /// The model's scores cannot be explained.
    #[error("--explain: {0}")]
    Unexplained(#[from] propenso_engine::Unexplained),
    /// Whoever asked for it does not want it any more.
    #[error("cancelled")]
    Cancelled,
}

/// What is not clear and what to do: no name tells columns apart that have the same.
fn ambiguous(ambiguity: &Ambiguity) -> String {
    match ambiguity.is_repeated() {
        true => ambiguity.to_string(),
        false => format!("{ambiguity}, or name it with --map \"COLUMN=INPUT\""),
    }
}

impl PortfolioError {
    /// What the system said of a file.
    pub(crate) fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }

    /// What is wrong with a file that can be read.
    pub(crate) fn unreadable(path: &Path, problem: impl Into<String>) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }
}
