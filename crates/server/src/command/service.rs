//! `propenso service …`: propenso as a service of the system, which starts and watches it.
//!
//! - `health`: whether a server on this machine answers
//! - `linux`: systemd's; `windows`: Windows's; `elsewhere`: systems that have none
//! - `plan`: what is done to a system, step by step
//! - `error`: why it cannot be done

#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;
mod error;
mod health;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(target_os = "linux", windows))]
mod plan;
#[cfg(windows)]
mod windows;

use std::io::Write;
#[cfg(any(target_os = "linux", windows))]
use std::path::Path;
use std::process::ExitCode;

use propenso_scoring::Language;

use super::CommandError;
#[cfg(any(target_os = "linux", windows))]
use super::PARTIAL;
#[cfg(any(target_os = "linux", windows))]
use crate::cli::{DoingArgs, RegistryArgs};
use crate::cli::{HealthArgs, ServeArgs, ServiceArgs, ServiceCommand};
use crate::settings::Settings;
#[cfg(not(any(target_os = "linux", windows)))]
use elsewhere as system;
pub use error::ServiceError;
use health::Health;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(any(target_os = "linux", windows))]
use plan::{Place, Plan};
#[cfg(windows)]
use windows as system;

/// Does what was asked about the service.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(args: ServiceArgs, language: Language) -> Result<ExitCode, CommandError> {
    match args.command {
        ServiceCommand::Install(args) => system::install(&args, language),
        ServiceCommand::Start(args) => system::start(&args, language),
        ServiceCommand::Stop(args) => system::stop(&args, language),
        ServiceCommand::Status(args) => system::status(&args, language),
        ServiceCommand::Uninstall(args) => system::uninstall(&args, language),
        ServiceCommand::Firewall(args) => system::firewall(&args, language),
        ServiceCommand::Run(args) => system::run_as_service(&args, language),
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

/// Tells each step, and takes it unless it is only to be told.
#[cfg(any(target_os = "linux", windows))]
fn carry_out(
    plan: &Plan,
    place: &Place,
    doing: &DoingArgs,
    command: &'static str,
    language: Language,
) -> Result<(), CommandError> {
    if !(doing.dry_run || place.is_elsewhere() || system::may_change()) {
        return Err(system::not_allowed(command).into());
    }
    for step in plan.steps() {
        say(&step.message(place, language))?;
        if !doing.dry_run {
            step.take(place)?;
        }
    }
    Ok(())
}

/// Tells whether the service answers, and, where it does not run, where to find out why.
#[cfg(any(target_os = "linux", windows))]
fn tell_answer(
    config: &Path,
    runs: bool,
    why: &str,
    language: Language,
) -> Result<ExitCode, CommandError> {
    let settings = Settings::resolve(serve_args(config))?;
    let health = Health::ready(&settings.listen, settings.tls.is_some());
    say(&format!(
        "{}{}",
        language.pick("respuesta   ", "answer      "),
        health.message(language)
    ))?;
    if !runs {
        say(why)?;
    }
    Ok(match runs && health.answers() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(PARTIAL),
    })
}

/// What the service serves by its configuration file.
#[cfg(any(target_os = "linux", windows))]
fn serve_args(config: &Path) -> ServeArgs {
    ServeArgs {
        registry: RegistryArgs {
            config: Some(config.to_owned()),
            ..RegistryArgs::default()
        },
        ..ServeArgs::default()
    }
}

#[cfg(any(target_os = "linux", windows))]
fn say(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
}
