//! The two languages of every text a person reads.

use std::sync::Arc;

use serde::Deserialize;

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// The users' language.
    #[default]
    Spanish,
    /// The language of developers and integrators.
    English,
}

impl Language {
    /// Gives the text, or whatever else there is in both languages, of this one.
    #[must_use]
    pub fn pick<T>(self, spanish: T, english: T) -> T {
        match self {
            Self::Spanish => spanish,
            Self::English => english,
        }
    }
}

/// One text in both languages. Cloning it copies two pointers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    es: Arc<str>,
    en: Arc<str>,
}

impl Bilingual {
    /// Puts a text's two forms together.
    pub fn new(es: impl Into<Arc<str>>, en: impl Into<Arc<str>>) -> Self {
        Self {
            es: es.into(),
            en: en.into(),
        }
    }

    /// The text in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        language.pick(&self.es, &self.en)
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.es.trim().is_empty() || self.en.trim().is_empty()
    }
}
