//! The language that the command line speaks.

use std::ffi::OsString;

use clap::ValueEnum;
use propenso_scoring::Language;

/// Environment variable that names it.
const VARIABLE: &str = "PROPENSO_LANG";

/// The subcommands that people use who read Spanish.
const SPANISH: [&str; 6] = ["score", "models", "predict", "keys", "decisions", "service"];

/// A language's short name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageName {
    /// Spanish.
    Es,
    /// English.
    En,
}

impl From<LanguageName> for Language {
    fn from(name: LanguageName) -> Self {
        match name {
            LanguageName::Es => Self::Spanish,
            LanguageName::En => Self::English,
        }
    }
}

/// Finds the language before the command line is parsed, for help and errors come out of that: what `--lang` says,
/// else the environment, else the system. Where none of them is Spanish or English, it is the subcommand's.
#[must_use]
pub fn spoken(arguments: &[OsString]) -> Language {
    spoken_with(
        arguments,
        std::env::var(VARIABLE).ok().as_deref(),
        sys_locale::get_locale().as_deref(),
    )
}

fn spoken_with(arguments: &[OsString], variable: Option<&str>, locale: Option<&str>) -> Language {
    typed(arguments)
        .or_else(|| variable.and_then(of_tag))
        .or_else(|| locale.and_then(of_tag))
        .unwrap_or_else(|| of_command(arguments))
}

/// Reads `--lang es` or `--lang=es`; what else stands there is an error, which the parser tells.
fn typed(arguments: &[OsString]) -> Option<Language> {
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        let name = match word.strip_prefix("--lang") {
            Some("") => words.next()?,
            Some(value) => value.strip_prefix('=')?.to_owned().into(),
            None => continue,
        };
        return LanguageName::from_str(&name, true).ok().map(Into::into);
    }
    None
}

/// Reads the language of a tag such as `es`, `es-ES` or `en_GB.UTF-8`.
fn of_tag(tag: &str) -> Option<Language> {
    let language = tag.split(['-', '_', '.', '@']).next()?;
    LanguageName::from_str(language, true).ok().map(Into::into)
}

fn of_command(arguments: &[OsString]) -> Language {
    let mut words = arguments.iter().skip(1);
    match words.any(|word| SPANISH.iter().any(|command| word == command)) {
        true => Language::Spanish,
        false => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, variable: Option<&str>, locale: Option<&str>) -> Language {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        spoken_with(&arguments, variable, locale)
    }

    #[test]
    fn what_is_typed_goes_before_the_environment_and_that_before_the_system() {
        use Language::{English, Spanish};
        assert_eq!(
            of("propenso --lang en score", Some("es"), Some("es-ES")),
            English
        );
        assert_eq!(
            of("propenso score --lang=ES a.csv", Some("en"), None),
            Spanish
        );
        assert_eq!(of("propenso score", Some("en"), Some("es-MX")), English);
        assert_eq!(of("propenso serve", None, Some("es-MX")), Spanish);
        assert_eq!(of("propenso score", None, Some("en_GB.UTF-8")), English);
        for locale in [None, Some("C"), Some("fr-FR"), Some("estonian")] {
            assert_eq!(of("propenso --quiet score", None, locale), Spanish);
            assert_eq!(of("propenso help models", None, locale), Spanish);
            assert_eq!(of("propenso serve score.pkl", None, locale), English);
        }
        assert_eq!(of("propenso score -- --lang en", None, None), Spanish);
    }
}
