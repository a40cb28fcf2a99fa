//! The log: text or JSON lines on standard error, or in a file that is turned by its size.
//!
//! Input values never appear in it: nothing logs a query string, a body or a path that no route
//! matched.
//!
//! - `event_log`: Windows's, for a service's errors
//! - `plain`: what is logged of others' texts, in one line that forges none
//! - [`sink`]: where lines go, whole, and what is done when they cannot; `turned_file`: a file and those of before

#[cfg(windows)]
mod event_log;
mod plain;
pub mod sink;
mod turned_file;

use std::io::{self, IsTerminal};
use std::sync::Arc;

use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::cli::LogFormat;
use crate::settings::log::{LogFileSettings, LogLevel, LogSettings};
use plain::PlainFields;
use sink::{Sink, SinkWriter};

/// A file that cannot be logged to.
#[derive(Debug, thiserror::Error)]
#[error(
    "the log cannot be written to {}: {error}; name a file that this account may write with --log-file, or none",
    path.display()
)]
pub struct LogFileError {
    /// The file.
    pub path: std::path::PathBuf,
    /// What the system said.
    pub error: io::Error,
}

/// The log of this process, for whoever changes it while it runs.
#[derive(Debug, Clone)]
pub struct Log {
    filter: reload::Handle<EnvFilter, Registry>,
    sink: Arc<Sink>,
}

/// Starts the log of this process. A second call changes nothing.
///
/// # Errors
///
/// [`LogFileError`] when its file cannot be written.
pub fn start(settings: &LogSettings) -> Result<Log, LogFileError> {
    let is_json = settings.format == LogFormat::Json;
    let sink = Arc::new(Sink::open(settings.file.clone(), is_json)?);
    let (filter, handle) = reload::Layer::new(settings.level.filter());
    let lines = fmt::layer()
        .with_writer(SinkWriter(Arc::clone(&sink)))
        // It would say so on standard error, and panic when that cannot be written either.
        .log_internal_errors(false);
    let lines = match settings.format {
        LogFormat::Text => {
            // Colours are for people; a service's log file is read with other tools.
            let colours = settings.file.is_none() && io::stderr().is_terminal();
            lines
                .with_target(false)
                .with_ansi(colours)
                .fmt_fields(PlainFields)
                .boxed()
        }
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // It fails only when a log is already running, which serves as well.
    let log = tracing_subscriber::registry().with(filter).with(lines);
    #[cfg(windows)]
    let log = log.with(event_log::EventLog);
    let _ = log.try_init();
    Ok(Log {
        filter: handle,
        sink,
    })
}

impl Log {
    /// Logs from now on what this level lets pass.
    pub fn set_level(&self, level: &LogLevel) {
        // It fails only when another log is running than this one.
        let _ = self.filter.reload(level.filter());
    }

    /// Goes on in this file, opened anew; without one, on standard error.
    ///
    /// # Errors
    ///
    /// [`LogFileError`]; then the log goes on where it was.
    pub fn redirect(&self, file: Option<LogFileSettings>) -> Result<(), LogFileError> {
        self.sink.redirect(file)
    }
}
