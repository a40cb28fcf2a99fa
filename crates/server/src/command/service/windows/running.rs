//! This process as the service: `serve`, told to stop by the service manager, which is told how it is (`service_manager`).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use propenso_scoring::Language;
use propenso_windows::event_log::{self, Severity};
use propenso_windows::running::{self, Service};

use super::{CommandError, NAME, ServiceError, serve_args};
use crate::command::serve;
use crate::shutdown;

/// Works as the service until it has stopped.
pub(super) fn run(config: PathBuf, language: Language) -> Result<ExitCode, CommandError> {
    let service = Service {
        name: NAME,
        run: Box::new(move || work(&config, language)),
        stop: shutdown::ask,
    };
    match running::run(service) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(ServiceError::NotStartedByManager { error }.into()),
    }
}

/// Serves until it is asked to stop, and gives the exit status.
fn work(config: &Path, language: Language) -> u32 {
    let (severity, text, status) = match serve::run(serve_args(config), language) {
        Ok(_) => (
            Severity::Information,
            language
                .pick("propenso se ha parado", "propenso has stopped")
                .to_owned(),
            0,
        ),
        Err(error) => (
            Severity::Error,
            format!("propenso: {}", error.message(language)),
            1,
        ),
    };
    // Who cannot be told of it cannot be told that.
    let _ = event_log::report(NAME, severity, &text);
    status
}
