//! What can be typed. Turned into ready things by [`crate::settings`] and [`crate::command`].

mod contract;
mod decisions;
mod evaluate;
mod intake;
mod keys;
mod language;
mod log;
mod looked_after;
mod models;
mod predict;
mod profile;
mod score;
mod service;
mod spanish;
mod tls;
mod traces;
mod unset;
mod usage_error;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use propenso_scoring::Language;

pub use contract::{CheckContractArgs, ContractArgs, ContractCommand, DraftArgs};
pub use decisions::{
    AccessesArgs, ClearArgs, DaysArgs, DecisionsArgs, DecisionsCommand, ExportDecisionsArgs,
    ForgetArgs, HoldArgs, LetterArgs, ListedArgs, ReleaseArgs, ReplayDecisionsArgs,
    SearchDecisionsArgs, ShowDecisionArgs, VerifyDecisionsArgs, WhyArgs,
};
pub use evaluate::EvaluateArgs;
pub use intake::{ContractArg, IntakeArgs, ModelArgs};
pub use keys::{
    AddKeyArgs, DisableKeyArgs, Expiry, KeysArgs, KeysCommand, ListKeysArgs, RotateKeyArgs, Target,
};
pub use language::{LanguageName, spoken};
pub use log::{LogArgs, LogFormat};
pub use looked_after::{BackupArgs, CheckConfigArgs, DoctorArgs, RestoreArgs};
pub use models::{
    AddArgs, CauseArgs, CheckArgs, CompareArgs, DiffArgs, ExportArgs, ListArgs, ModelsArgs,
    ModelsCommand, NamedModel, PromoteArgs, RegistryArgs, RetireArgs, RollbackArgs, ShowArgs,
    StoreUrlText,
};
pub use predict::PredictArgs;
pub use profile::ProfileArgs;
pub use score::{OrderArgs, ReadingArgs, ReportForm, ScoreArgs, WritingArgs};
pub use service::{
    DoingArgs, FirewallArgs, HealthArgs, InstallArgs, RunArgs, SERVICE_CONFIG, ServiceArgs,
    ServiceCommand, StartArgs, StatusArgs, StopArgs, UninstallArgs,
};
pub use tls::{SelfSignedArgs, TlsArgs, TlsCommand, TlsCommandArgs};
pub use traces::TracesArgs;

const EXAMPLES: &str = "\
Examples:
  propenso inspect modelo_final.pkl
  propenso verify modelo_final.pkl golden.csv
  propenso evaluate modelo_final.pkl resultados.csv
  propenso serve modelo_final.pkl
  curl 'http://127.0.0.1:5000/prediccion?er=EMP&po=NO&…'
  propenso predict modelo_final.pkl er=EMP po=NO vt=S cp=8029 ec=A vf=N \\
      vb=N fb=202310 ed=NaN cf=3 im=263.68 dt=1000.82 nl=12
  propenso models add modelo_diciembre.pkl && propenso models promote 2
  propenso score cartera.csv -o salida.csv --model modelo_final.pkl
  propenso predict modelo_final.pkl --explain 3 --counterfactual er=EMP po=NO …";

/// Serves a scikit-learn payment-propensity model without Python.
///
/// propenso reads the .pkl that an analytics team sends, executes nothing in it, and answers exactly
/// what scikit-learn would.
#[derive(Debug, Parser)]
#[command(name = "propenso", version, after_help = EXAMPLES)]
pub struct Cli {
    /// Language of help, errors and progress [default: the system's]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "es|en",
        hide_possible_values = true
    )]
    pub lang: Option<LanguageName>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads a command line, its program's name first, in a language.
    ///
    /// # Errors
    ///
    /// What there is to print instead of doing something: what is wrong with it, or the help that was asked for.
    pub fn read(arguments: Vec<OsString>, language: Language) -> Result<Self, Untyped> {
        let command = unset::without_empty(Self::command());
        let mut command = match language {
            Language::Spanish => spanish::in_spanish(command),
            Language::English => command,
        };
        let read = command.try_get_matches_from_mut(arguments);
        let read = read.and_then(|matches| {
            score::check(&mut command, &matches)?;
            Self::from_arg_matches(&matches)
        });
        read.map_err(|told| Untyped { told, language })
    }
}

/// A command line that there is nothing to do for.
#[derive(Debug)]
pub struct Untyped {
    told: clap::Error,
    language: Language,
}

impl Untyped {
    /// Prints what there is to say. Tells whether the command line is wrong.
    pub fn print(&self) -> bool {
        let is_wrong = self.told.use_stderr();
        let spanish = match self.language {
            Language::Spanish if is_wrong => usage_error::in_spanish(&self.told),
            _ => None,
        };
        match spanish {
            Some(text) => eprint!("{text}"),
            // Nobody is left to hear that it cannot be printed.
            None => drop(self.told.print()),
        }
        is_wrong
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer /prediccion and /v1/predict over HTTP
    Serve(Box<ServeArgs>),
    /// Score one client from the shell, or many from standard input
    Predict(PredictArgs),
    /// Score a whole portfolio: any client file in, a ranked file out, every row accounted for
    Score(Box<ScoreArgs>),
    /// Tell what a model file holds, without executing anything in it
    Inspect(InspectArgs),
    /// Prove that propenso answers as the original did, from a file of golden rows
    Verify(VerifyArgs),
    /// A contract drafted from a model and a sample of clients, and checked
    Contract(ContractArgs),
    /// Measure a model on clients of whom it is known whether they paid
    Evaluate(EvaluateArgs),
    /// The registry: next month's model in, checked, live, and back
    Models(ModelsArgs),
    /// Who may call the server: keys and roles
    Keys(KeysArgs),
    /// What was answered, to whom, by which model: the record of decisions
    Decisions(DecisionsArgs),
    /// A certificate for a network of one's own
    Tls(TlsCommandArgs),
    /// Say what `serve` would understand of its configuration, and what is wrong with it
    CheckConfig(Box<CheckConfigArgs>),
    /// Look at the machine and the data directory, beside a server or without one
    Doctor(Box<DoctorArgs>),
    /// Copy the whole data directory into one file, while a server runs
    Backup(BackupArgs),
    /// Restore what `backup` wrote
    Restore(RestoreArgs),
    /// propenso as a service, which starts with the machine
    Service(ServiceArgs),
}

/// Arguments of `serve`.
#[derive(Debug, Default, Clone, Args)]
#[command(after_help = "\
A setting is taken from its flag, else from its environment variable, else
from the configuration file, else from its default. Input values never appear
in the log.

Without MODEL, the registry's champion is served; see `propenso models --help`.
With `[portfolio] inbox` in the configuration file, client files dropped into
that folder come back ranked; see docs/configuration.md.

On this machine no key is needed until there is one. An address that others
reach needs keys (`propenso keys --help`), and TLS, or a proxy with TLS in
front of it (--behind-proxy); see docs/keys.md.

In a browser: / has pages for people (docs/pantallas.md).

Routes: /prediccion  /prueba  /v1/predict  /v1/portfolios  /v1/decisions  /v1/models  /metrics  /health/live  /health/ready")]
pub struct ServeArgs {
    /// The model file: .pkl or .joblib, compressed or not; without one, the registry's champion
    #[arg(env = "PROPENSO_MODEL", hide_env_values = true)]
    pub model: Option<PathBuf>,

    /// What model files are read by.
    #[command(flatten)]
    pub intake: IntakeArgs,

    /// Where the registry and the configuration are.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// A file with a secret: who sends it as `Authorization: Bearer …` may do everything, as the holder of a key with
    /// the role `administracion`; see `propenso keys --help`
    #[arg(
        long,
        value_name = "FILE",
        env = "PROPENSO_ADMIN_TOKEN_FILE",
        hide_env_values = true
    )]
    pub admin_token_file: Option<PathBuf>,

    /// Address and port to listen on [default: 127.0.0.1:5000]
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "PROPENSO_LISTEN",
        hide_env_values = true
    )]
    pub listen: Option<String>,

    /// A second address and port, for clients of gRPC that look for it on a port of its own, as on Triton's 8001; both answer
    /// everything
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "PROPENSO_GRPC_LISTEN",
        hide_env_values = true
    )]
    pub grpc_listen: Option<String>,

    /// Say that a proxy with TLS is in front, and that every request comes through it: all of them need a key
    #[arg(
        long,
        env = "PROPENSO_BEHIND_PROXY",
        hide_env_values = true,
        num_args = 0..=1,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        value_name = "BOOL"
    )]
    pub behind_proxy: Option<bool>,

    /// Answer a network without TLS: whoever listens in it sees keys and clients
    #[arg(
        long,
        env = "PROPENSO_INSECURE_LAN",
        hide_env_values = true,
        num_args = 0..=1,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        value_name = "BOOL"
    )]
    pub insecure_lan: Option<bool>,

    /// Largest request body, in bytes [default: 16777216]
    #[arg(
        long,
        value_name = "BYTES",
        env = "PROPENSO_MAX_BODY_BYTES",
        hide_env_values = true
    )]
    pub max_body_bytes: Option<usize>,

    /// Seconds that requests in flight get to finish after a stop signal [default: 30]
    #[arg(
        long,
        value_name = "SECONDS",
        env = "PROPENSO_SHUTDOWN_SECONDS",
        hide_env_values = true
    )]
    pub shutdown_seconds: Option<u64>,

    /// How connections are encrypted.
    #[command(flatten)]
    pub tls: TlsArgs,

    /// Where traces go.
    #[command(flatten)]
    pub traces: TracesArgs,

    /// Where the log goes.
    #[command(flatten)]
    pub log: LogArgs,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 the model can be served, 1 the file cannot be read, 2 it can be
read but its estimator is not supported, or --strict refuses it.")]
pub struct InspectArgs {
    /// The model file, and where in it the model is.
    #[command(flatten)]
    pub model: ModelArgs,

    /// Refuse what names classes outside the verified table, or anything foreign
    #[arg(long)]
    pub strict: bool,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
GOLDEN.csv has a header and a row per client. Its columns are the model's own
(or, with --contract, the contract's inputs), and what the original answered:
expected_class, expected_value, expected_proba_<class>. An empty input is
missing. A row whose expected columns are all empty is one that the original
refuses. Any table that `propenso score` reads will do: CSV in any dialect and
encoding, with decimal points or commas, .xlsx, .ods, .xls, .parquet. tools/write_golden.py
shows how Python writes such a file.

Exit status: 0 every row as expected, 1 the files cannot be used, 2 some row
differs.")]
pub struct VerifyArgs {
    /// The model file, and where in it the model is.
    #[command(flatten)]
    pub model: ModelArgs,

    /// The golden rows: CSV, .xlsx, .ods, .xls or .parquet
    #[arg(value_name = "GOLDEN.csv")]
    pub golden: PathBuf,

    /// The contract that inputs are read by.
    #[command(flatten)]
    pub contract: ContractArg,

    /// Largest difference that counts as rounding: |answer - expected| / max(1, |expected|) [default: by the
    /// model's arithmetic]
    #[arg(long, value_name = "X")]
    pub tolerance: Option<f64>,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}
