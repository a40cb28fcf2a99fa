//! The log: text or JSON lines on standard error.
//!
//! Input values never appear in it: nothing logs a query string, a body or a path that no route
//! matched.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::cli::LogFormat;
use crate::settings::LogSettings;

/// A level that is none.
#[derive(Debug, thiserror::Error)]
#[error("the log level `{level}` is wrong: {error}")]
pub struct LogLevelError {
    /// The level, as it was written.
    level: String,
    /// What is wrong with it.
    error: ParseError,
}

/// Starts the log of this process. A second call changes nothing.
///
/// # Errors
///
/// [`LogLevelError`] when the level is none.
pub fn start(settings: &LogSettings) -> Result<(), LogLevelError> {
    let filter = EnvFilter::try_new(&settings.level).map_err(|error| LogLevelError {
        level: settings.level.clone(),
        error,
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // It fails only when a log is already running, which serves as well.
    let _ = match settings.format {
        LogFormat::Text => {
            // Colours are for people; a service's log file is read with other tools.
            let colours = std::io::stderr().is_terminal();
            log.with_target(false).with_ansi(colours).try_init()
        }
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    Ok(())
}
