//! `propenso decisions …`: what was answered, and what a person is told of it.

mod letter;

use std::process::ExitCode;

use propenso_scoring::Language;

use super::CommandError;
use crate::cli::{DecisionsArgs, DecisionsCommand};

/// Does what was asked of decisions.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(args: &DecisionsArgs, language: Language) -> Result<ExitCode, CommandError> {
    match &args.command {
        DecisionsCommand::Letter(letter) => letter::run(letter, &args.registry, language),
    }
}
