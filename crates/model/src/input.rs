//! What a model takes: its inputs, and the texts that categories are told apart by.

use std::collections::HashMap;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInput {
    /// The column's name, or `f0`, `f1`, … where the model has none.
    pub name: String,
    /// What its values are.
    pub kind: InputKind,
    /// What becomes of a missing value.
    pub missing: OnMissing,
}

/// What an input's values are.
#[derive(Debug, Clone, PartialEq)]
pub enum InputKind {
    /// Numbers.
    Number,
    /// Texts, of which the model knows some.
    Category {
        /// Codes of the texts seen in training.
        known: Vec<u32>,
        /// Whether a text not seen in training is refused.
        refuses_unknown: bool,
    },
    /// Anything: the model does not look at it.
    Unused,
}

/// What becomes of a missing value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OnMissing {
    /// The row is refused.
    Refused,
    /// The model takes it as it is.
    Accepted,
    /// The model takes it for a value that training never saw: none of a column's categories is the missing value.
    Unseen,
    /// The model puts this value in its place (a category's code, for a category).
    Imputed(f64),
}

impl ModelInput {
    /// A number that may not be missing.
    #[must_use]
    pub fn number(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: InputKind::Number,
            missing: OnMissing::Refused,
        }
    }

    /// The name of an input that has none.
    #[must_use]
    pub fn name_of(position: usize) -> String {
        format!("f{position}")
    }
}

/// The texts of a model's categories, each with its code. In a row, a text stands as its code; all
/// texts the model does not know stand as [`Vocabulary::UNKNOWN`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocabulary {
    texts: Vec<String>,
    codes: HashMap<String, u32>,
}

impl Vocabulary {
    /// The value of a text that is not in the vocabulary.
    pub const UNKNOWN: f64 = -1.0;

    /// The code of a text, which is added if it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        // A file's nodes are numbered by u32, and a text is a node at least.
        let code = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.codes.insert(text.to_owned(), code);
        code
    }

    /// The value a text stands as in a row.
    #[must_use]
    pub fn value(&self, text: &str) -> f64 {
        self.codes
            .get(text)
            .map_or(Self::UNKNOWN, |code| f64::from(*code))
    }

    /// The text of a code.
    #[must_use]
    pub fn text(&self, code: u32) -> Option<&str> {
        self.texts.get(code as usize).map(String::as_str)
    }
}
