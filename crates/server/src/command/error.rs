//! Why a command could not run.

mod spanish;
mod store;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::civil::Date;
use propenso_lifecycle::admission::AdmissionError;
use propenso_lifecycle::keys::KeyRefusal;
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::registry::RegistryError;
use propenso_lifecycle::served::UnservableError;
use propenso_lifecycle::steward::TakeError;
use propenso_portfolio::PortfolioError;
use propenso_scoring::{AskedError, Bilingual, Language};
use propenso_store::StoreError;

use super::service::ServiceError;
use super::{PARTIAL, USAGE};
use crate::access::admin_token::TokenError;
use crate::access::exposure::Unprotected;
use crate::data_archive::ArchiveError;
use crate::decisions::DecisionsError;
use crate::decisions::asked::NoCause;
use crate::decisions::export::ExportError;
use crate::jobs::JobError;
use crate::letter::refusal::LetterRefusal;
use crate::logging::LogFileError;
use crate::profiles::ProfileError;
use crate::record::RecordError;
use crate::settings::SettingsError;
use crate::tls::TlsError;
use crate::traces::TracesError;
use propenso_portfolio::options::OptionError;

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The model or the contract cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The registry could not do it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The record of decisions could not begin.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// There is no letter about a decision.
    #[error(transparent)]
    Letter(#[from] LetterRefusal),
    /// Something could not be done with decisions.
    #[error(transparent)]
    Decisions(#[from] DecisionsError),
    /// Nobody said why decisions are looked at.
    #[error("--why: {0}")]
    Cause(#[from] NoCause),
    /// Something that cannot be undone was not confirmed.
    #[error("nothing was forgotten; add --yes to do it without being asked")]
    NotConfirmed,
    /// It is not said for how long decisions are kept.
    #[error(
        "it is not said for how long decisions are kept; write keep_months = 24 below [record], or give --keep-months"
    )]
    KeptForEver,
    /// A model could not be examined.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    /// An action was not taken.
    #[error(transparent)]
    Take(#[from] TakeError),
    /// The admin token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// `serve` without a model, and without a registry.
    #[error(
        "no model: name a file, as in `propenso serve modelo.pkl`, or put one into the registry first: \
         `propenso models add modelo.pkl`, then `propenso models promote 1`"
    )]
    NothingToServe,
    /// A file named on the command line cannot be used.
    #[error("{}: {}", path.display(), problem.in_language(Language::English))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: Bilingual,
    },
    /// Options for files, where versions are compared.
    #[error("--contract and --key are for model files; a version has its own contract and key")]
    FilesOnly,
    /// There is no shadow to compare.
    #[error("no version is shadow now; name one: `propenso models compare N`")]
    NoShadow,
    /// A backup could not be made, or restored.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The log's file cannot be written.
    #[error(transparent)]
    Log(#[from] LogFileError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; choose another with {option}")]
    Listen {
        /// The option that says another.
        option: &'static str,
        /// The address.
        address: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The address would be answered without what protects it.
    #[error("{}", .0.message(Language::English))]
    Unprotected(Box<Unprotected>),
    /// What is asked of holders and keys cannot be done.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    /// A day that is over already.
    #[error("{0} is over already; a key ends on a later day")]
    EndsInThePast(Date),
    /// Reading standard input or writing standard output failed.
    #[error("standard input or output: {0}")]
    Io(#[from] std::io::Error),
    /// A file of golden rows that cannot be used.
    #[error("{}: {problem}", path.display())]
    Golden {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        problem: String,
    },
    /// A portfolio that cannot be scored.
    #[error(transparent)]
    Portfolio(#[from] PortfolioError),
    /// A portfolio that cannot be scored before something is answered, which can be remembered.
    #[error(
        "{error}. To be asked once, add --save-as NAME, and --profile NAME from then on; or write {line} below [portfolio] in the configuration"
    )]
    Unanswered {
        /// The question.
        error: PortfolioError,
        /// The answer, as the configuration has it.
        line: &'static str,
    },
    /// Options that cannot be asked together.
    #[error("{}", as_flags(.0))]
    Options(OptionError),
    /// There is no such profile, or it cannot be saved.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// `--save-as` without anything to remember.
    #[error(
        "--save-as remembers what is typed of the file and of its order, and nothing of it was; add for instance --decimal comma or --map \"COLUMN=INPUT\""
    )]
    NothingToSave,
    /// The folder of portfolios that were sent cannot be used.
    #[error(transparent)]
    Jobs(#[from] JobError),
    /// There is nothing to score with.
    #[error(
        "no model is in service: name one with --model FILE, or add one to the registry with `propenso models add FILE` and `propenso models promote N`"
    )]
    NoChampion,
    /// A version that was named cannot be loaded.
    #[error("version {number} cannot be loaded: {reason}")]
    Version {
        /// The version.
        number: u32,
        /// What stands in the way.
        reason: UnservableError,
    },
    /// The registry's champion cannot be loaded.
    #[error("the champion cannot be loaded: {0}")]
    Champion(UnservableError),
    /// What is asked of every client cannot be had of this model.
    #[error("{flag}: {0}", flag = flag_of(.0))]
    Asked(#[from] AskedError),
    /// TLS cannot be spoken.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// Traces cannot be sent.
    #[error(transparent)]
    Traces(#[from] TracesError),
    /// A name for a certificate that no client looks for.
    #[error(
        "`{0}` is no name of a host, nor an address; write what stands between `https://` and the port, as scoring.agencia.local or 192.168.1.20"
    )]
    NoHost(String),
    /// No certificate can be made.
    #[error("no certificate can be made: {0}")]
    Certificate(String),
    /// The service cannot be made, asked or taken away.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// An argument of `predict` that is no NAME=VALUE.
    #[error("`{0}` is not NAME=VALUE; write the inputs as er=EMP po=NO …")]
    NotAPair(String),
    /// `predict` with a model and no client.
    #[error(
        "the client's inputs are missing; write them behind the model as er=EMP po=NO …, or `-` to read clients from standard input"
    )]
    NoInputs,
}

impl CommandError {
    /// Makes an error of what is wrong with a file.
    pub(super) fn file(path: &Path, problem: Bilingual) -> Self {
        Self::File {
            path: path.to_owned(),
            problem,
        }
    }

    /// Makes an error of what the system said of a file, in whatever language that is.
    pub(super) fn system(path: &Path, error: &std::io::Error) -> Self {
        Self::file(path, Bilingual::same(error.to_string()))
    }

    /// Says what is wrong and what to do. What only who runs a server meets is told in English.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Spanish => spanish::command(self),
            Language::English => self.to_string(),
        }
    }

    /// The exit status that tells scripts what happened: a portfolio without clients is no failure of the program.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Portfolio(PortfolioError::Empty) => ExitCode::from(PARTIAL),
            Self::Options(_)
            | Self::NothingToSave
            | Self::NoHost(_)
            | Self::Cause(_)
            | Self::NotConfirmed
            | Self::KeptForEver
            | Self::FilesOnly
            | Self::NoInputs => ExitCode::from(USAGE),
            _ => ExitCode::FAILURE,
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Decisions(error.into())
    }
}

impl From<ExportError> for CommandError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Unreadable(error) => Self::Decisions(error.into()),
            ExportError::File(error) => Self::Portfolio(error),
        }
    }
}

impl From<OptionError> for CommandError {
    fn from(error: OptionError) -> Self {
        match error {
            OptionError::Request(error) => Self::Portfolio(error),
            error => Self::Options(error),
        }
    }
}

/// What is wrong with options, by the names that are typed.
fn as_flags(error: &OptionError) -> String {
    match error {
        OptionError::Alone { name, other } => format!(
            "{} needs {} with it; neither what was typed nor what is remembered has one",
            flag(name),
            flag(other)
        ),
        error => error.to_string(),
    }
}

/// An option as it is typed.
fn flag(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

/// The flag that asked for what cannot be had.
fn flag_of(error: &AskedError) -> &'static str {
    match error {
        AskedError::Reasons(_) => "--explain",
        AskedError::Counterfactual(_) => "--counterfactual",
    }
}
