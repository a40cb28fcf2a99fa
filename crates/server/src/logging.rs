//! The log: text or JSON lines on standard error.
//!
//! Input values never appear in it: nothing logs a query string, a body or a path that no route
//! matched.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;
use crate::settings::LogSettings;

/// Starts the log of this process. A second call changes nothing.
///
/// # Errors
///
/// The text of a level that is no level.
pub fn start(settings: &LogSettings) -> Result<(), String> {
    let filter = EnvFilter::try_new(&settings.level)
        .map_err(|error| format!("the log level `{}` is wrong: {error}", settings.level))?;
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
