//! What each subcommand does.

pub mod backup;
pub mod check_config;
mod checks;
mod chosen;
pub mod contract;
pub mod decisions;
pub mod doctor;
mod error;
pub mod evaluate;
mod findings;
pub mod inspect;
pub mod keys;
pub mod models;
mod neighbour;
pub mod predict;
pub mod score;
pub mod serve;
pub mod service;
pub mod tls;
pub mod verify;

use std::process::ExitCode;

use propenso_scoring::Language;

use crate::cli::{Cli, Command};
pub use error::CommandError;

/// Exit status of a command that ran but met something it could not do.
pub const PARTIAL: u8 = 2;

/// Exit status of a command line that says nothing that can be done: `EX_USAGE` of BSD's `sysexits.h`.
pub const USAGE: u8 = 64;

/// Runs what was typed, and speaks `language` meanwhile.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(cli: Cli, language: Language) -> Result<ExitCode, CommandError> {
    match cli.command {
        Command::Serve(args) => serve::run(*args, language),
        Command::Predict(args) => predict::run(&args),
        Command::Score(args) => score::run(&args, language),
        Command::Inspect(args) => inspect::run(&args),
        Command::Verify(args) => verify::run(&args, language),
        Command::Contract(args) => contract::run(&args, language),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Models(args) => models::run(&args),
        Command::Keys(args) => keys::run(&args, language),
        Command::Decisions(args) => decisions::run(&args, language),
        Command::Tls(args) => tls::run(&args),
        Command::CheckConfig(args) => check_config::run(*args, language),
        Command::Doctor(args) => doctor::run(*args, language),
        Command::Backup(args) => backup::backup(&args, language),
        Command::Restore(args) => backup::restore(&args, language),
        Command::Service(args) => service::run(args, language),
    }
}
