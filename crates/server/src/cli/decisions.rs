//! `propenso decisions …`.

mod letter;

use clap::{Args, Subcommand};

use super::RegistryArgs;
pub use letter::LetterArgs;

/// Arguments of `decisions`.
#[derive(Debug, Args)]
pub struct DecisionsArgs {
    /// Where the registry and the configuration are.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: DecisionsCommand,
}

/// What can be done with decisions.
#[derive(Debug, Subcommand)]
pub enum DecisionsCommand {
    /// Write the letter owed to a person on whom a score decided: HTML that prints on A4
    Letter(LetterArgs),
}
