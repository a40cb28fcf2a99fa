//! What is run beside a server: `check-config`, `doctor`, `backup`, `restore`.

use std::path::PathBuf;

use clap::Args;

use super::{RegistryArgs, ServeArgs};

/// Arguments of `check-config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso check-config --config /etc/propenso/propenso.toml
  propenso check-config modelo_final.pkl --listen 0.0.0.0:5000

It takes what `propenso serve` takes, reads what that would read, says what it
understood, and what is wrong with what to do. Nothing is started or changed.

Exit status: 0 the server would start, 1 something stands in its way.")]
pub struct CheckConfigArgs {
    /// What `serve` would be given.
    #[command(flatten)]
    pub serve: ServeArgs,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso doctor --config /etc/propenso/propenso.toml

It looks at the data directory and its permissions, the room on the disk, the
clock, the database, the certificate, the keys, the port, the inboxes, and
whether the champion loads and answers as the original did. A server may run
meanwhile. It takes what `propenso serve` takes.

Exit status: 0 nothing is wrong, 1 something is.")]
pub struct DoctorArgs {
    /// What `serve` is given.
    #[command(flatten)]
    pub serve: ServeArgs,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso backup /copias/propenso-2026-11-26.zip --config /etc/propenso/propenso.toml

The registry with its models, the keys' hashes, the saved profiles, the
portfolios, the decisions and the key for their pseudonyms, in one zip file with
a hash of each. A server may run meanwhile. The
configuration file and the certificate lie elsewhere: copy them too. The file
holds people's debts, and is readable by this account alone.

Exit status: 0 whole, 1 it could not be written, 2 written, and something is
damaged in the data directory.")]
pub struct BackupArgs {
    /// The file that is written; it must not exist
    pub file: PathBuf,

    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,

    /// Where the registry and the configuration are.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso restore /copias/propenso-2026-11-26.zip --data-dir /var/lib/propenso

No server may use the folder meanwhile. Everything is checked before anything is
put in its place.

Exit status: 0 restored, 1 it could not be.")]
pub struct RestoreArgs {
    /// A file that `propenso backup` wrote
    pub file: PathBuf,

    /// Restore into a folder that is not empty; what is there is kept in it, in a folder `before-restore-…`
    #[arg(long)]
    pub force: bool,

    /// Where the registry and the configuration are.
    #[command(flatten)]
    pub registry: RegistryArgs,
}
