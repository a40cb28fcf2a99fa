//! Where the log of `serve` goes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where the log goes, in which form, and how much of it.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// Form of the log [default: text]
    #[arg(long, value_enum, env = "PROPENSO_LOG_FORMAT", hide_env_values = true)]
    pub log_format: Option<LogFormat>,

    /// How much to log: error, warn, info, debug (debug has a line per request), trace, off [default: info]
    #[arg(
        long,
        value_name = "LEVEL",
        env = "PROPENSO_LOG_LEVEL",
        hide_env_values = true
    )]
    pub log_level: Option<String>,

    /// A file for the log instead of standard error; at 50 MiB another is begun, and five are kept (`[log]` says otherwise)
    #[arg(
        long,
        value_name = "FILE",
        env = "PROPENSO_LOG_FILE",
        hide_env_values = true
    )]
    pub log_file: Option<PathBuf>,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
