//! `propenso models …`: the registry from the shell.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;

use super::IntakeArgs;

/// Arguments of `models`.
#[derive(Debug, Args)]
#[command(after_help = "\
A month, start to end:
  propenso models add modelo_diciembre.pkl --holdout resultados.csv
  propenso models compare 2       after it has been shadow for a while
  propenso models promote 2       a running server answers with it at once
  propenso models rollback        and with the one before again

A running server follows the registry within a second. docs/cambiar-el-modelo.md
has the whole ceremony on a page, in Spanish.")]
pub struct ModelsArgs {
    /// Where the registry is.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// What model files are read by.
    #[command(flatten)]
    pub intake: IntakeArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: ModelsCommand,
}

/// Where the registry and the configuration are.
#[derive(Debug, Default, Clone, Args)]
pub struct RegistryArgs {
    /// Where the registry lies [default: the system's folder for data]
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        env = "PROPENSO_DATA_DIR",
        hide_env_values = true
    )]
    pub data_dir: Option<PathBuf>,

    /// The registry's database: `sqlite:`, in its folder, or `postgres://…`; see docs/postgresql.md
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PROPENSO_STORE_URL",
        hide_env_values = true
    )]
    pub store_url: Option<StoreUrlText>,

    /// Certificates (PEM) of who vouches for that database
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PROPENSO_STORE_CA",
        hide_env_values = true
    )]
    pub store_ca: Option<PathBuf>,

    /// Configuration file (TOML); see docs/configuration.md
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PROPENSO_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,
}

/// Where a database is, as it was written. There may be a password in it, which is shown to nobody.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct StoreUrlText(pub String);

impl From<String> for StoreUrlText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for StoreUrlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreUrlText(…)")
    }
}

/// What can be done with the registry.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// All versions, and what each is doing
    List(ListArgs),
    /// One version: where it came from, and the verdict on it
    Show(ShowArgs),
    /// Check a model file and store it: as a candidate, or as rejected
    Add(AddArgs),
    /// Examine a version again: with other labelled clients or golden rows, or as the configuration is now
    Check(CheckArgs),
    /// Let a version answer
    Promote(PromoteArgs),
    /// Let the champion before answer again
    Rollback(RollbackArgs),
    /// Give a candidate or shadow up
    Retire(RetireArgs),
    /// How a shadow's answers compare with the champion's, day by day
    Compare(CompareArgs),
    /// Who moves from which decile to which between two versions, or two files, client by client
    Diff(DiffArgs),
    /// Write a version's model file
    Export(ExportArgs),
}

/// Arguments of `models list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The last events instead: who did what, when and why
    #[arg(long)]
    pub events: bool,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `models show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The version's number
    pub version: u32,

    /// Answer with JSON instead of text in Spanish
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `models add`.
#[derive(Debug, Args)]
#[command(after_help = "\
Beside FILE, FILE.golden.csv is taken for golden rows and FILE.holdout.csv for
labelled clients, unless they are named. A model that is there already is
examined again when something comes along that was not known: other rows, other
clients, another target column, reference or limits.

Exit status: 0 stored, 1 it could not be examined, 2 rejected.")]
pub struct AddArgs {
    /// The model file
    pub file: PathBuf,

    /// A contract that ships, `model` for the model's own columns, or a contract file [default: the champion's]
    #[arg(long, value_name = "NAME|FILE")]
    pub contract: Option<String>,

    /// The key under which the file, a dict or a list, has the model (of a list: its place, from 0)
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,

    /// Rows with the answers the original gave; see `propenso verify --help`
    #[arg(long, value_name = "CSV")]
    pub golden: Option<PathBuf>,

    /// Clients with a column that says who paid, to measure the model on: .csv, .xlsx, .ods, .xls or .parquet
    #[arg(long, value_name = "FILE")]
    pub holdout: Option<PathBuf>,

    /// What there is to say of it
    #[arg(long, default_value = "")]
    pub note: String,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,

    /// Answer with JSON instead of text in Spanish
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `models check`.
#[derive(Debug, Args)]
#[command(after_help = "\
What is not named stays as it was: the version's golden rows are asked again, and
what was found on labelled clients is kept. A candidate or shadow that fails is
rejected; a rejected version that passes is a candidate; what answers goes on
answering.

Exit status: 0 it passes, 1 it could not be examined, 2 it does not pass.")]
pub struct CheckArgs {
    /// The version's number
    pub version: u32,

    /// Rows with the answers the original gave; see `propenso verify --help`
    #[arg(long, value_name = "CSV")]
    pub golden: Option<PathBuf>,

    /// Clients with a column that says who paid, to measure the model on: .csv, .xlsx, .ods, .xls or .parquet
    #[arg(long, value_name = "FILE")]
    pub holdout: Option<PathBuf>,

    /// Who asks, and why.
    #[command(flatten)]
    pub cause: CauseArgs,

    /// Answer with JSON instead of text in Spanish
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `models promote`.
#[derive(Debug, Args)]
#[command(after_help = "\
Of a former champion it is a rollback to it. --despite makes a version answer that
gates refused, and that only: a file that cannot be read, or a contract that does
not fit, stays out. Who did it and why is kept with the rest.")]
pub struct PromoteArgs {
    /// The version's number
    pub version: u32,

    /// Promote it although gates refused it, and why
    #[arg(long, value_name = "WHY", conflicts_with = "why", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub despite: Option<String>,

    /// Who asks, and why.
    #[command(flatten)]
    pub cause: CauseArgs,
}

/// Arguments of `models rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// A version that was champion before [default: the last one that was]
    pub version: Option<u32>,

    /// Who asks, and why.
    #[command(flatten)]
    pub cause: CauseArgs,
}

/// Arguments of `models retire`.
#[derive(Debug, Args)]
pub struct RetireArgs {
    /// The version's number
    pub version: u32,

    /// Who asks, and why.
    #[command(flatten)]
    pub cause: CauseArgs,
}

/// Who asks for something, and why.
#[derive(Debug, Args)]
pub struct CauseArgs {
    /// Why, for the record
    #[arg(long, default_value = "")]
    pub why: String,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

impl CauseArgs {
    /// Who, where it was said, and why.
    #[must_use]
    pub fn parts(&self) -> (Option<&str>, &str) {
        (self.by.as_deref(), &self.why)
    }
}

/// Arguments of `models compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The version's number [default: the shadow]
    pub version: Option<u32>,

    /// Answer with JSON instead of text in Spanish
    #[arg(long)]
    pub json: bool,
}

/// A model of the registry, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedModel {
    /// A version, by its number.
    Version(u32),
    /// A file that is in no registry.
    File(PathBuf),
}

impl From<&str> for NamedModel {
    fn from(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Version(number),
            Err(_) => Self::File(text.into()),
        }
    }
}

/// Arguments of `models diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
The table has a line per client: its row in the file, the id column's value,
and of each version the probability, the class and the decile (1 = most likely
to pay). A version is named by its number, a model that is in no registry by its
file (one that is called 2 by ./2).")]
pub struct DiffArgs {
    /// The version before, or a model file
    #[arg(value_name = "BEFORE")]
    pub before: NamedModel,

    /// The version after, or a model file
    #[arg(value_name = "AFTER")]
    pub after: NamedModel,

    /// Of files: a contract that ships, `model` for the model's own columns, or a contract file [default: the one
    /// that fits]
    #[arg(long, value_name = "NAME|FILE")]
    pub contract: Option<String>,

    /// Of files: the key under which one that is a dict or a list has the model
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,

    /// The clients: .csv, .xlsx, .ods, .xls or .parquet
    #[arg(long, value_name = "FILE")]
    pub on: PathBuf,

    /// Where to write the table [default: standard output]
    #[arg(short, long, value_name = "CSV")]
    pub output: Option<PathBuf>,

    /// The column that tells clients apart
    #[arg(long, value_name = "NAME", default_value = "CUST_CODE")]
    pub id_column: String,

    /// Every client, not only those who change decile or class
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `models export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The version's number
    pub version: u32,

    /// Where to write the file; it must not exist
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}
