//! What was answered once, and is remembered.

use clap::Args;

/// Which answers of before hold, and what these are saved as.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Remembered options")]
pub struct ProfileArgs {
    /// Options that were saved with --save-as, or written below [portfolio.profiles] of the configuration, or a .toml file
    /// of them; what is typed goes before them
    #[arg(long, value_name = "NAME|FILE.toml")]
    pub profile: Option<String>,

    /// Save the typed options for the next file of this kind, when the run has succeeded; with --profile, those too
    #[arg(long, value_name = "NAME")]
    pub save_as: Option<String>,
}
