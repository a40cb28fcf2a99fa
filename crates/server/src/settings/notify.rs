//! Who is told of verdicts: `[notify]` of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

use super::models::seconds;
use super::{Beside, SettingsError};
use crate::notify::NotifySettings;

/// `[notify]` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotifyFile {
    command: Option<Vec<String>>,
    timeout_seconds: Option<f64>,
}

impl NotifyFile {
    /// The command; its program, where it is named by a path, is beside the configuration.
    pub(super) fn resolve(self, beside: &Beside) -> Result<Option<NotifySettings>, SettingsError> {
        let limit = seconds("notify.timeout_seconds", self.timeout_seconds, 30.0)?;
        let Some(mut command) = self.command else {
            return Ok(None);
        };
        let Some(program) = command.first_mut().filter(|program| !program.is_empty()) else {
            return Err(SettingsError::Value {
                key: "notify.command",
                value: format!("{command:?}"),
                problem: "a program and its arguments, each a text of its own: [\"avisar\", \"--a\", \"ana\"]",
            });
        };
        // By its name alone the system looks for it.
        if program.contains(['/', '\\']) {
            let path = beside.path(PathBuf::from(&*program));
            *program = path.to_string_lossy().into_owned();
        }
        Ok(Some(NotifySettings { command, limit }))
    }
}
