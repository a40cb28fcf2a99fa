//! What may be asked of a job: the command's options, by the same names and with the same rules.

use std::path::Path;

use clap::Parser;
use serde::{Deserialize, Serialize};

use crate::cli::{Cli, Command, ScoreArgs};

/// Options of `propenso score` that a job may have. Those that name files of this machine are not among them.
const NAMES: [&str; 21] = [
    "amount_column",
    "capacity",
    "contact_cost",
    "control_share",
    "decimal",
    "encoding",
    "explain",
    "fee",
    "header_row",
    "id_column",
    "input_format",
    "map",
    "output_decimal",
    "output_encoding",
    "output_format",
    "output_separator",
    "rank_by",
    "seed_key",
    "separator",
    "sheet",
    "threads",
];

/// The suppression list's name in a job's folder.
pub(crate) const SUPPRESSION: &str = "suppress";

/// Names and values, as they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobOptions(Vec<(String, String)>);

/// An option that there is not, or whose value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OptionError(String);

impl JobOptions {
    /// Adds an option.
    ///
    /// # Errors
    ///
    /// [`OptionError`] when there is none of that name.
    pub fn push(&mut self, name: &str, value: String) -> Result<(), OptionError> {
        if !NAMES.contains(&name) {
            let names = NAMES.join(", ");
            return Err(OptionError(format!(
                "`{name}` is no field; there are file, suppress, {names}"
            )));
        }
        self.0.push((name.to_owned(), value));
        Ok(())
    }

    /// The extension of the file that is written.
    #[must_use]
    pub fn extension(&self) -> &str {
        let format = self
            .0
            .iter()
            .rev()
            .find(|(name, _)| name == "output_format");
        format.map_or("csv", |(_, format)| format)
    }

    /// What the command would be asked in a job's folder.
    ///
    /// # Errors
    ///
    /// [`OptionError`] with what the command line would say.
    pub fn args(&self, folder: &Path, input: &str) -> Result<Box<ScoreArgs>, OptionError> {
        let path = |name: &str| folder.join(name).into_os_string();
        let mut words = vec!["propenso".into(), "score".into(), path(input), "-o".into()];
        words.push(path(&output(self.extension())));
        words.extend(["--resumen".into(), path(SUMMARY)]);
        if folder.join(SUPPRESSION).exists() {
            words.extend(["--suppress".into(), path(SUPPRESSION)]);
        }
        for (name, value) in &self.0 {
            // A name that was checked, and a value that may begin with a dash.
            words.push(format!("--{}={value}", name.replace('_', "-")).into());
        }
        match Cli::try_parse_from(words).map(|cli| cli.command) {
            Ok(Command::Score(args)) => Ok(args),
            Ok(_) => Err(OptionError("the options do not make a job".to_owned())),
            Err(error) => {
                let text = error.to_string();
                let line = text.lines().next().unwrap_or_default();
                Err(OptionError(line.trim_start_matches("error: ").to_owned()))
            }
        }
    }
}

/// The summary page's name in a job's folder.
pub(crate) const SUMMARY: &str = "resumen.html";

/// The ranked file's name in a job's folder.
pub(crate) fn output(extension: &str) -> String {
    format!("salida.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::RankForm;

    #[test]
    fn the_commands_options_by_the_commands_rules() {
        let mut options = JobOptions::default();
        for (name, value) in [
            ("rank_by", "expected"),
            ("map", "-Cód=CODIGO_POSTAL"),
            ("capacity", "5"),
        ] {
            options.push(name, value.to_owned()).unwrap();
        }
        let args = options.args(Path::new("x"), "input.csv").unwrap();
        assert_eq!(args.order.rank_by, RankForm::Expected);
        assert_eq!(args.order.capacity, Some(5));
        assert_eq!(args.reading.map[0].column, "-Cód");
        assert!(options.push("output", "/etc/passwd".to_owned()).is_err());
        assert!(options.push("resumen", "x".to_owned()).is_err());
        options.push("capacity", "many".to_owned()).unwrap();
        assert!(options.args(Path::new("x"), "input.csv").is_err());
    }
}
