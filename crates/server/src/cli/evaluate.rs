//! `propenso evaluate`.

use std::path::PathBuf;

use clap::Args;

use super::{IntakeArgs, RegistryArgs};

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
#[command(
    allow_missing_positional = true,
    after_help = "\
Without MODEL, the model of the configuration is measured, else the registry's
champion. With one, no registry is needed. Nothing is kept. The figures are those that a model gets
that arrives with labelled clients: AUC with its 95 % interval, Gini, KS, log loss,
Brier, and what was said and what happened by tenths of the clients. An empty cell
of the target column is a client whose outcome is not known yet.

Exit status: 0 measured, 1 the files cannot be used."
)]
pub struct EvaluateArgs {
    /// The model file; without one, the model that `serve` would answer with
    #[arg(value_name = "MODEL", env = "PROPENSO_MODEL", hide_env_values = true)]
    pub file: Option<PathBuf>,

    /// Clients with a column that says who paid: .csv, .xlsx, .ods, .xls or .parquet
    #[arg(value_name = "HOLDOUT")]
    pub holdout: PathBuf,

    /// What model files are read by.
    #[command(flatten)]
    pub intake: IntakeArgs,

    /// Where the registry and the configuration are.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// The column that says who paid [default: the configuration's models.target_column, else TARGET]
    #[arg(long, value_name = "NAME")]
    pub target_column: Option<String>,

    /// What that column says of those who did, as often as there are words [default: models.target_paid, else 1, SI, S, TRUE and their like]
    #[arg(long, value_name = "TEXT")]
    pub target_paid: Vec<String>,

    /// Answer with JSON instead of text in Spanish
    #[arg(long)]
    pub json: bool,
}
