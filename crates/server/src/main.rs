//! The `propenso` binary: parse, run, exit.

use std::process::ExitCode;

use clap::Parser;
use propenso::cli::Cli;
use propenso::command;

fn main() -> ExitCode {
    match command::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("propenso: {error}");
            ExitCode::FAILURE
        }
    }
}
