//! Where the log goes: `[log]` of the configuration.

use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::{Beside, SettingsError};
use crate::cli::{LogArgs, LogFormat};

/// The levels, as they are listed.
pub const LEVELS: &str = "error, warn, info, debug, trace, off";

/// The least that a file of the log may hold: a few lines.
const LEAST_BYTES: u64 = 4 << 10;

/// The most files that are kept: each turn renames all of them.
const MOST_KEPT: u32 = 1000;

/// Where the log goes, in which form, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// Text or JSON.
    pub format: LogFormat,
    /// What is logged.
    pub level: LogLevel,
    /// The file that it is written to; without one, standard error.
    pub file: Option<LogFileSettings>,
}

/// The file of the log, and those of before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFileSettings {
    /// The file that is written to.
    pub path: PathBuf,
    /// Bytes at which another is begun.
    pub max_bytes: u64,
    /// How many of before are kept beside it.
    pub keep: u32,
}

/// What is logged: a level, or a filter of `tracing-subscriber`, as `info,hyper=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLevel(String);

/// A level that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the log level `{0}` is none (--log-level, PROPENSO_LOG_LEVEL, or [log] level); the levels are {LEVELS}"
)]
pub struct LogLevelError(pub String);

impl LogLevel {
    /// What lets lines of this level pass.
    #[must_use]
    pub fn filter(&self) -> EnvFilter {
        // It was read once.
        EnvFilter::new(&self.0)
    }

    /// The level as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for LogLevel {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl FromStr for LogLevel {
    type Err = LogLevelError;

    /// Reads a level. A word alone would be taken for a module whose lines are all let pass, and nothing else be logged.
    fn from_str(text: &str) -> Result<Self, LogLevelError> {
        let is_level = |part: &str| {
            let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
            !level.is_empty() && LevelFilter::from_str(level.trim()).is_ok()
        };
        let is_known = text.split(',').all(is_level) && EnvFilter::try_new(text).is_ok();
        match is_known {
            true => Ok(Self(text.to_owned())),
            false => Err(LogLevelError(text.to_owned())),
        }
    }
}

/// `[log]` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogFile {
    format: Option<LogFormat>,
    level: Option<String>,
    file: Option<PathBuf>,
    max_bytes: Option<u64>,
    keep: Option<u32>,
}

impl LogFile {
    pub(super) fn resolve(
        self,
        args: LogArgs,
        beside: &Beside,
    ) -> Result<LogSettings, SettingsError> {
        let level = args.log_level.or(self.level);
        let level = level.map(|level| level.parse()).transpose()?;
        let max_bytes = self.max_bytes.unwrap_or(50 << 20);
        if max_bytes < LEAST_BYTES {
            return Err(SettingsError::Value {
                key: "log.max_bytes",
                value: max_bytes.to_string(),
                problem: "bytes at which another file is begun, from 4096",
            });
        }
        let keep = self.keep.unwrap_or(5);
        if keep > MOST_KEPT {
            return Err(SettingsError::Value {
                key: "log.keep",
                value: keep.to_string(),
                problem: "how many files of before are kept, up to 1000",
            });
        }
        let path = self.file.map(|path| beside.path(path));
        Ok(LogSettings {
            format: args.log_format.or(self.format).unwrap_or(LogFormat::Text),
            level: level.unwrap_or_default(),
            file: args.log_file.or(path).map(|path| LogFileSettings {
                path,
                max_bytes,
                keep,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_of_those_that_there_are() {
        for level in ["error", "INFO", "debug", "off", "info,hyper=debug"] {
            assert!(level.parse::<LogLevel>().is_ok(), "{level}");
        }
        for level in ["verbose", "", "loud=very", "info,hyper", "warning"] {
            let told = level.parse::<LogLevel>().unwrap_err().to_string();
            assert!(told.contains(LEVELS) && told.contains(level), "{told}");
        }
    }
}
