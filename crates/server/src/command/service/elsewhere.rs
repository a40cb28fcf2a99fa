//! Systems whose services propenso does not know yet: it says so, and what to do now.

use std::process::ExitCode;

use propenso_scoring::Language;

use super::{CommandError, ServiceError};
use crate::cli::{InstallArgs, StatusArgs, UninstallArgs};

/// Says what to do in place of installing the service.
pub(super) fn install(_: &InstallArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says that there is no service.
pub(super) fn status(_: &StatusArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}

/// Says that there is no service.
pub(super) fn uninstall(_: &UninstallArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Elsewhere.into())
}
