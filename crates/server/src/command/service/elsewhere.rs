//! Systems whose services propenso does not know: it says so, and what to do.

use std::process::ExitCode;

use propenso_scoring::Language;

use super::{CommandError, ServiceError};
use crate::cli::{
    FirewallArgs, InstallArgs, RunArgs, StartArgs, StatusArgs, StopArgs, UninstallArgs,
};

/// Says what to do instead.
pub(super) fn install(_: &InstallArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says what to do instead.
pub(super) fn start(_: &StartArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says what to do instead.
pub(super) fn stop(_: &StopArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says what to do instead.
pub(super) fn status(_: &StatusArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says what to do instead.
pub(super) fn uninstall(_: &UninstallArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says what to do instead.
pub(super) fn firewall(_: &FirewallArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says what to do instead.
pub(super) fn run_as_service(_: &RunArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}
