//! The `propenso` binary: parse, run, exit.

use std::process::ExitCode;

use clap::Parser;
use propenso::cli::Cli;
use propenso::{command, panic_report};

fn main() -> ExitCode {
    panic_report::to_standard_error();
    let cli = Cli::parse();
    // A panic was reported when it happened.
    std::panic::catch_unwind(|| run(cli)).unwrap_or(ExitCode::FAILURE)
}

fn run(cli: Cli) -> ExitCode {
    match command::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("propenso: {error}");
            ExitCode::FAILURE
        }
    }
}
