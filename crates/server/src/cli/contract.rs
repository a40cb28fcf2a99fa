//! `propenso contract …`: a contract drafted, and checked.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ModelArgs;

/// Arguments of `contract`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso contract draft modelo.pkl --from clientes.csv -o contrato.toml
  propenso contract check contrato.toml modelo.pkl --golden filas.csv
  propenso serve modelo.pkl --contract contrato.toml

A contract says what a client may send and how it becomes the model's features;
see docs/contracts.md.")]
pub struct ContractArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ContractCommand,
}

/// What can be done with contracts.
#[derive(Debug, Subcommand)]
pub enum ContractCommand {
    /// Write a first contract for a model, with questions where only a person knows the answer
    Draft(DraftArgs),
    /// Say everything that is wrong with a contract, and whether it fits a model
    Check(CheckContractArgs),
}

/// Arguments of `contract draft`.
#[derive(Debug, Args)]
#[command(after_help = "\
What the model's file and the sample tell is written down; what they cannot tell
is a line that begins with # QUESTION, with something in its place. Answer it and
delete the line. At most 20,000 rows of the sample are looked at.

Exit status: 0 written, 1 the files cannot be used.")]
pub struct DraftArgs {
    /// The model file, and where in it the model is.
    #[command(flatten)]
    pub model: ModelArgs,

    /// Clients as they will be sent: .csv, .xlsx, .ods, .xls or .parquet
    #[arg(long = "from", value_name = "FILE")]
    pub sample: Option<PathBuf>,

    /// The contract's file, which must not exist yet [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `contract check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 the contract fits and every golden row is as expected, 1 the files
cannot be used, 2 the contract is wrong, does not fit the model, or some row differs.")]
pub struct CheckContractArgs {
    /// The contract: a file, or the name of one that ships
    #[arg(value_name = "CONTRACT")]
    pub contract: String,

    /// The model file, and where in it the model is.
    #[command(flatten)]
    pub model: ModelArgs,

    /// Rows with the answers the original gave; see `propenso verify --help`
    #[arg(long, value_name = "FILE")]
    pub golden: Option<PathBuf>,
}
