//! The `propenso` binary: parse, run, exit.

use std::ffi::OsString;
use std::process::ExitCode;

use propenso::cli::{self, Cli};
use propenso::command::{self, USAGE};
use propenso::panic_report;
use propenso_scoring::Language;

fn main() -> ExitCode {
    panic_report::to_standard_error();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let language = cli::spoken(&arguments);
    let cli = match Cli::read(arguments, language) {
        Ok(cli) => cli,
        // What was asked for, as the help, is no error.
        Err(told) => {
            return match told.print() {
                true => ExitCode::from(USAGE),
                false => ExitCode::SUCCESS,
            };
        }
    };
    // A panic was reported when it happened.
    std::panic::catch_unwind(|| run(cli, language)).unwrap_or(ExitCode::FAILURE)
}

fn run(cli: Cli, language: Language) -> ExitCode {
    match command::run(cli, language) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("propenso: {}", error.message(language));
            error.exit_code()
        }
    }
}
