//! Why a portfolio cannot be scored.

mod message;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use propenso_scoring::{Ambiguity, Bilingual, Language};

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
    #[error("{}: {}", path.display(), problem.in_language(Language::English))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: Bilingual,
    },
    /// Several sheets of a workbook may be the portfolio.
    #[error("{}: {}", path.display(), rival_sheets(sheets, Language::English))]
    UnclearSheets {
        /// The file.
        path: PathBuf,
        /// The sheets' names.
        sheets: Vec<String>,
    },
    /// Columns that are needed are not there.
    #[error(
        "the file has no column for {}; its columns are {}; name them with --map \"COLUMN=INPUT\"",
        .inputs.join(", "),
        listed(.columns, Language::English)
    )]
    MissingColumns {
        /// The inputs that have no column.
        inputs: Vec<String>,
        /// The columns there are; none where the file has clients in place of names.
        columns: Vec<String>,
    },
    /// Numbers can be read in two ways, and nothing in the file tells in which.
    #[error(
        "numbers such as 1.250 can be read in two ways, as a thousand or as little more than one, and nothing in the file tells in which, in {}; say what stands before its decimals with --decimal comma or --decimal point",
        .columns.join(", ")
    )]
    UnclearNumbers {
        /// The columns they are in.
        columns: Vec<String>,
    },
    /// A suppression list does not match: clients who must not be called would be.
    #[error(
        "of the {listed} ids of the suppression list, {found} are in the portfolio, and {written_otherwise} are there but for zeros before them, blanks, case, or a `.0`: \
         clients who must not be called would be; mend the list, or accept it with --suppress-missing ok"
    )]
    Suppression {
        /// The list's ids.
        listed: u64,
        /// Those that a client has.
        found: u64,
        /// Those that a client has but for how it is written.
        written_otherwise: u64,
    },
    /// It is not clear which column is which.
    #[error("{}", ambiguous(.0))]
    AmbiguousColumns(#[from] Ambiguity),
    /// What was asked for contradicts itself or the file.
    #[error("{}", .0.in_language(Language::English))]
    Request(Bilingual),
    /// There are columns and no clients.
    #[error(
        "the portfolio has its columns and not one client; nothing was written, and the list of before is as it was"
    )]
    Empty,
    /// The model gives no probability of paying.
    #[error(
        "the model and its contract do not say how likely a client is to pay, so there is nothing to rank by; a contract with [decision] says which class pays"
    )]
    NoProbability,
    /// The model does not take the features that its contract makes.
    #[error(
        "the model does not take the features that its contract makes; that is a bug in propenso, please report it"
    )]
    Features,
    /// The model's scores cannot be explained.
    #[error("--explain: {0}")]
    Unexplained(#[from] propenso_engine::Unexplained),
    /// The system's folder for temporary files cannot be used.
    #[error(
        "cannot write to {}, the folder for temporary files: {error}; make room there, or name another (TMPDIR, on Windows TEMP)",
        folder.display()
    )]
    Temporary {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// What the clients were answered cannot be kept, and has to be.
    #[error("the rows cannot be kept on record, and the list is not given without that: {0}")]
    Witness(std::io::Error),
    /// Whoever asked for it does not want it any more.
    #[error("cancelled")]
    Cancelled,
}

/// Lists columns of a file by their names. What is no table has clients for names: neither many nor long ones are told.
pub(crate) fn listed(columns: &[String], language: Language) -> String {
    const MOST: (usize, usize) = (40, 60);
    let cut = |name: &String| match name.char_indices().nth(MOST.1) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.clone(),
    };
    let told: Vec<String> = columns.iter().take(MOST.0).map(cut).collect();
    match columns.len().checked_sub(MOST.0 + 1) {
        None if columns.is_empty() => language
            .pick(
                "las que no tienen nombre en la fila donde se busca",
                "not named in the row where names are looked for",
            )
            .to_owned(),
        Some(others) => {
            let (told, others) = (told.join(", "), others + 1);
            language.pick(
                format!("{told} y {others} más"),
                format!("{told} and {others} more"),
            )
        }
        None => told.join(", "),
    }
}

/// Says which sheets may be meant, and what to do.
fn rival_sheets(sheets: &[String], language: Language) -> String {
    let names: Vec<String> = sheets.iter().map(|name| format!("«{name}»")).collect();
    let names = names.join(", ");
    language.pick(
        format!(
            "varias hojas pueden ser la cartera, y sus columnas no son las mismas: {names}; indique una con --sheet, o ponga los clientes en una sola"
        ),
        format!(
            "several sheets may be the portfolio, and their columns are not the same: {names}; name one with --sheet, or put the clients into one"
        ),
    )
}

/// Says what is not clear, and what to do. No name tells columns apart that have the same.
fn ambiguous(ambiguity: &Ambiguity) -> String {
    match ambiguity.is_repeated() {
        true => ambiguity.to_string(),
        false => format!("{ambiguity}, or name it with --map \"COLUMN=INPUT\""),
    }
}

impl PortfolioError {
    /// Makes an error of what the system said of a file.
    pub(crate) fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }

    /// Says what is wrong with a file that can be read, in Spanish and English.
    pub(crate) fn unreadable<S, E>(path: &Path, (spanish, english): (S, E)) -> Self
    where
        S: Into<Arc<str>>,
        E: Into<Arc<str>>,
    {
        Self::Unreadable {
            path: path.to_owned(),
            problem: Bilingual::new(spanish, english),
        }
    }

    /// Says what cannot be asked for, in Spanish and English.
    pub fn request<S, E>(spanish: S, english: E) -> Self
    where
        S: Into<Arc<str>>,
        E: Into<Arc<str>>,
    {
        Self::Request(Bilingual::new(spanish, english))
    }

    /// Calls a file by the name that people know it by, not by where it lies.
    pub(crate) fn naming(mut self, file: &Path, name: &str) -> Self {
        if let Self::Io { path, .. }
        | Self::Unreadable { path, .. }
        | Self::UnclearSheets { path, .. } = &mut self
            && path == file
        {
            *path = name.into();
        }
        self
    }
}
