//! `propenso evaluate`.

use std::path::PathBuf;

use clap::Args;

use super::{ContractArg, ModelArgs};

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "\
No registry is needed, and nothing is kept. The figures are those that a model gets
that arrives with labelled clients: AUC with its 95 % interval, Gini, KS, log loss,
Brier, and what was said and what happened by tenths of the clients. An empty cell
of the target column is a client whose outcome is not known yet.

Exit status: 0 measured, 1 the files cannot be used.")]
pub struct EvaluateArgs {
    /// The model file, and where in it the model is.
    #[command(flatten)]
    pub model: ModelArgs,

    /// Clients with a column that says who paid: .csv, .xlsx, .ods, .xls or .parquet
    #[arg(value_name = "HOLDOUT")]
    pub holdout: PathBuf,

    /// The contract that inputs are read by.
    #[command(flatten)]
    pub contract: ContractArg,

    /// The column that says who paid [default: TARGET]
    #[arg(long, value_name = "NAME")]
    pub target_column: Option<String>,

    /// What that column says of those who did, as often as there are words [default: 1, SI, S, TRUE and their like]
    #[arg(long, value_name = "TEXT")]
    pub target_paid: Vec<String>,

    /// Answer with JSON instead of text in Spanish
    #[arg(long)]
    pub json: bool,
}
