//! `propenso service …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{RegistryArgs, TlsArgs};

#[cfg(not(windows))]
mod system {
    pub(super) const CONFIG: &str = "/etc/propenso/propenso.toml";
    pub(super) const SERVICE: &str = "\
Examples:
  sudo propenso service install --dry-run
  sudo propenso service install
  sudo propenso service status
  sudo propenso service uninstall

Who installed the .deb has the service already.";
    pub(super) const INSTALL: &str = "\
What is made: the account `propenso`, /etc/propenso/propenso.toml unless there is
one, /var/lib/propenso, /var/log/propenso, and the unit
/etc/systemd/system/propenso.service. A program that is neither below /usr nor
below /opt is copied to /usr/local/bin/propenso. Said again, with a newer program,
it replaces program and unit, and keeps the rest.";
    pub(super) const FIREWALL: &str = "\
Each Linux has another firewall: docs/install.md says what to type for each.";
}

#[cfg(windows)]
mod system {
    pub(super) const CONFIG: &str = r"C:\ProgramData\propenso\propenso.toml";
    pub(super) const SERVICE: &str = "\
Examples:
  propenso service install --dry-run
  propenso service install
  propenso service status
  propenso service firewall --dry-run
  propenso service uninstall

All but `status` and `health` are for administrators: open the terminal with
\"Run as administrator\". Who installed the .msi has the service already.";
    pub(super) const INSTALL: &str = "\
What is made: the service `propenso`, which starts with the machine and again when
it fails, as LocalService, C:\\ProgramData\\propenso with propenso.toml unless there is
one, and the source of events. A program that is not below C:\\Program Files is
copied to C:\\Program Files\\propenso. Said again, with a newer program, it replaces
program and service, and keeps the rest.";
    pub(super) const FIREWALL: &str = "\
The rule is for the port of the configuration, for this program, and for networks
that are private or the company's: nobody gets in from a public one.";
}

/// Where the service's configuration is, unless it is said.
pub const SERVICE_CONFIG: &str = system::CONFIG;

/// Arguments of `service`.
#[derive(Debug, Args)]
#[command(after_help = system::SERVICE)]
pub struct ServiceArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ServiceCommand,
}

/// What can be done about the service.
#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Have propenso start with the machine, under an account of its own
    Install(InstallArgs),
    /// Start the service
    Start(StartArgs),
    /// Stop the service: requests in flight finish
    Stop(StopArgs),
    /// Tell whether the service runs, and whether it answers
    Status(StatusArgs),
    /// Stop the service and take it away; models, keys and configuration stay
    Uninstall(UninstallArgs),
    /// Let other machines reach the service through Windows's firewall
    Firewall(FirewallArgs),
    /// Be the service: Windows's service manager says this, and nobody else
    #[command(hide = true)]
    Run(RunArgs),
    /// Ask a server on this machine whether it answers, as whatever looks after a container does
    Health(HealthArgs),
}

/// Arguments of `service install`.
#[derive(Debug, Args)]
#[command(after_help = system::INSTALL)]
pub struct InstallArgs {
    /// The configuration file that the service reads; the usual one is written if it is not there
    #[arg(long, value_name = "FILE", default_value = SERVICE_CONFIG)]
    pub config: PathBuf,

    /// Leave it stopped until the machine starts, or `service start`
    #[cfg(windows)]
    #[arg(long)]
    pub no_start: bool,

    /// How it is done.
    #[command(flatten)]
    pub doing: DoingArgs,
}

/// Arguments of `service start`.
#[derive(Debug, Args)]
pub struct StartArgs {}

/// Arguments of `service stop`.
#[derive(Debug, Args)]
pub struct StopArgs {}

/// Arguments of `service firewall`.
#[derive(Debug, Args)]
#[command(after_help = system::FIREWALL)]
pub struct FirewallArgs {
    /// The configuration file that the service reads
    #[arg(long, value_name = "FILE", default_value = SERVICE_CONFIG)]
    pub config: PathBuf,

    /// Tell what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `service run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The configuration file that the service reads
    #[arg(long, value_name = "FILE", default_value = SERVICE_CONFIG)]
    pub config: PathBuf,
}

/// Arguments of `service status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 it runs and answers, 1 it cannot be asked, 2 it does not run or
does not answer.")]
pub struct StatusArgs {
    /// The configuration file that the service reads
    #[arg(long, value_name = "FILE", default_value = SERVICE_CONFIG)]
    pub config: PathBuf,
}

/// Arguments of `service uninstall`.
#[derive(Debug, Args)]
pub struct UninstallArgs {
    /// Remove models, keys, portfolios, configuration and the account too; there is no way back
    #[arg(long)]
    pub purge: bool,

    /// Ask whoever sits at the machine whether that is to be removed too, as the installer does
    #[cfg(windows)]
    #[arg(long, conflicts_with = "purge")]
    pub ask: bool,

    /// How it is done.
    #[command(flatten)]
    pub doing: DoingArgs,
}

/// Whether it is done, and where.
#[derive(Debug, Default, Args)]
pub struct DoingArgs {
    /// Tell what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Write into this folder as if it were the system's root; accounts and the service manager are left alone
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<PathBuf>,
}

/// Arguments of `service health`.
#[derive(Debug, Args)]
#[command(after_help = "\
The address is found as `propenso serve` finds it: option, environment,
configuration file, else 127.0.0.1:5000. No key is needed. With TLS it is only
told that somebody listens.

Exit status: 0 it answers, with or without a model in service, 1 it does not.")]
pub struct HealthArgs {
    /// Where the configuration is.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// Address and port that the server listens on
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "PROPENSO_LISTEN",
        hide_env_values = true
    )]
    pub listen: Option<String>,

    /// How its connections are encrypted.
    #[command(flatten)]
    pub tls: TlsArgs,
}
