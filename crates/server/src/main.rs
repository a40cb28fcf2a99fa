//! The `propenso` binary: parse, run, exit.

use std::process::ExitCode;

use clap::Parser;
use propenso::cli::Cli;
use propenso::{command, panic_report};

fn main() -> ExitCode {
    panic_report::to_standard_error();
    let cli = Cli::parse();
    match std::panic::catch_unwind(|| command::run(cli)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            eprintln!("propenso: {error}");
            ExitCode::FAILURE
        }
        // It was reported when it happened.
        Err(_) => ExitCode::FAILURE,
    }
}
