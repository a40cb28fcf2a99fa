//! Why a contract file cannot be used.

use std::fmt;

/// A contract file that cannot be used. Its text is meant for the person who wrote the file.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// No TOML, or something the grammar does not have, or a contradiction: all of them.
    #[error("the contract has {}:{}", count(.0), lines(.0))]
    Invalid(Vec<Problem>),
}

/// One thing to put right in a contract file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    line: Option<usize>,
    place: String,
    text: String,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            line: None,
            place: place.into(),
            text: text.into(),
        }
    }

    pub(super) fn at_line(self, line: Option<usize>) -> Self {
        Self { line, ..self }
    }

    /// The line of the file, counted from 1, where it is known.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part of the contract it is about, such as `input VPT`.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}: {}", self.place, self.text)
    }
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "a problem".to_owned(),
        n => format!("{n} problems"),
    }
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}
