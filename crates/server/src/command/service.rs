//! `propenso service …`: propenso as a service of the system, which starts and watches it.
//!
//! - `health`: whether a server on this machine answers
//! - `linux`: systemd's; `elsewhere`: systems that have none yet
//! - `error`: why it cannot be done

#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod error;
mod health;
#[cfg(target_os = "linux")]
mod linux;

use std::io::Write;
use std::process::ExitCode;

use propenso_scoring::Language;

use super::CommandError;
use crate::cli::{HealthArgs, ServeArgs, ServiceArgs, ServiceCommand};
use crate::settings::Settings;
#[cfg(not(target_os = "linux"))]
use elsewhere as system;
pub use error::ServiceError;
use health::Health;
#[cfg(target_os = "linux")]
use linux as system;

/// Does what was asked about the service.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(args: ServiceArgs, language: Language) -> Result<ExitCode, CommandError> {
    match args.command {
        ServiceCommand::Install(args) => system::install(&args, language),
        ServiceCommand::Status(args) => system::status(&args, language),
        ServiceCommand::Uninstall(args) => system::uninstall(&args, language),
        ServiceCommand::Health(args) => tell_health(args, language),
    }
}

fn tell_health(args: HealthArgs, language: Language) -> Result<ExitCode, CommandError> {
    let settings = Settings::resolve(ServeArgs {
        registry: args.registry,
        listen: args.listen,
        tls: args.tls,
        ..ServeArgs::default()
    })?;
    let health = Health::alive(&settings.listen, settings.tls.is_some());
    writeln!(std::io::stdout().lock(), "{}", health.message(language))?;
    Ok(match health.answers() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
