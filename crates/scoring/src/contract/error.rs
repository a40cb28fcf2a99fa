//! Why a contract file cannot be used.

use std::fmt;

use crate::{Bilingual, Language};

/// A contract file that cannot be used. Its text is meant for the person who wrote the file.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// No TOML, or something the grammar does not have, or a contradiction: all of them.
    #[error("{}", told(.0, Language::English))]
    Invalid(Vec<Problem>),
}

impl ContractError {
    /// All that is wrong, in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        let Self::Invalid(problems) = self;
        problems
    }

    /// Says what is wrong, a line each.
    pub fn message(&self, language: Language) -> String {
        told(self.problems(), language)
    }
}

/// One thing to put right in a contract file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    line: Option<usize>,
    place: String,
    text: Bilingual,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, text: Bilingual) -> Self {
        Self {
            line: None,
            place: place.into(),
            text,
        }
    }

    pub(super) fn at_line(self, line: Option<usize>) -> Self {
        Self { line, ..self }
    }

    /// The line of the file, counted from 1, where it is known.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong, in English.
    pub fn text(&self) -> &str {
        self.text_in(Language::English)
    }

    /// What is wrong. Keys of the grammar are in backquotes.
    pub fn text_in(&self, language: Language) -> &str {
        self.text.in_language(language)
    }

    /// The part of the contract it is about, such as `input VPT`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The part of the contract it is about, such as «dato VPT».
    pub fn place_in(&self, language: Language) -> String {
        let place = &*self.place;
        if language == Language::English {
            return place.to_owned();
        }
        if let Some(name) = place.strip_prefix("input ") {
            return format!("dato {name}");
        }
        if let Some(name) = place.strip_prefix("feature ") {
            return format!("variable {name}");
        }
        match place {
            "contract" => "contrato".to_owned(),
            table => format!("[{table}]"),
        }
    }

    /// Says where and what.
    pub fn message(&self, language: Language) -> String {
        let line = self.line.map_or_else(String::new, |line| {
            format!("{} {line}: ", language.pick("línea", "line"))
        });
        let (place, text) = (self.place_in(language), self.text_in(language));
        format!("{line}{place}: {text}")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Language::English))
    }
}

fn told(problems: &[Problem], language: Language) -> String {
    let count = match (problems.len(), language) {
        (1, Language::Spanish) => "hay un error en el contrato".to_owned(),
        (n, Language::Spanish) => format!("hay {n} errores en el contrato"),
        (1, Language::English) => "the contract has a problem".to_owned(),
        (n, Language::English) => format!("the contract has {n} problems"),
    };
    let lines = problems
        .iter()
        .map(|problem| format!("\n  {}", problem.message(language)));
    lines.fold(format!("{count}:"), |all, line| all + &line)
}
