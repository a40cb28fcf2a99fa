//! The `propenso` binary: parse, run, exit.

use std::process::ExitCode;

use clap::Parser;
use propenso::cli::Cli;
use propenso::command::{self, USAGE};
use propenso::panic_report;

fn main() -> ExitCode {
    panic_report::to_standard_error();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            // What was asked for, as the help, is no error. Nobody is left to hear that it cannot be printed.
            let _ = told.print();
            return match told.use_stderr() {
                true => ExitCode::from(USAGE),
                false => ExitCode::SUCCESS,
            };
        }
    };
    // A panic was reported when it happened.
    std::panic::catch_unwind(|| run(cli)).unwrap_or(ExitCode::FAILURE)
}

fn run(cli: Cli) -> ExitCode {
    match command::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("propenso: {error}");
            error.exit_code()
        }
    }
}
