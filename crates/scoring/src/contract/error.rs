//! Why a contract file cannot be used.

use std::fmt;

/// A contract file that cannot be used. Its text is meant for the person who wrote the file.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// Not TOML, or a key or a type the grammar does not have. The text shows the place.
    #[error("the contract cannot be read: {0}")]
    Syntax(Box<toml::de::Error>),
    /// Readable, but it contradicts itself: all the places where it does.
    #[error("the contract has {}:{}", count(.0), lines(.0))]
    Invalid(Vec<Problem>),
}

/// One thing to put right in a contract file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: String,
    text: String,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            text: text.into(),
        }
    }

    /// The part of the contract it is about, such as `input VPT`.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
