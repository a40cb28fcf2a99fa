//! The two languages of every text a person reads.

use std::fmt;
use std::sync::Arc;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

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
///
/// In a file it is `{ es = "…", en = "…" }`. Without `en`, and where there is just a text, both languages have the
/// Spanish one.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Asks for a text in each language.
    pub fn of(say: impl Fn(Language) -> String) -> Self {
        Self::new(say(Language::Spanish), say(Language::English))
    }

    /// Takes one text for both languages.
    pub fn same(text: impl Into<Arc<str>>) -> Self {
        let es: Arc<str> = text.into();
        Self {
            en: Arc::clone(&es),
            es,
        }
    }

    /// The text in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        language.pick(&self.es, &self.en)
    }

    /// Whether it says nothing in one of them.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.es.trim().is_empty() || self.en.trim().is_empty()
    }
}

impl<'de> Deserialize<'de> for Bilingual {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(BilingualVisitor)
    }
}

struct BilingualVisitor;

impl<'de> Visitor<'de> for BilingualVisitor {
    type Value = Bilingual;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or one per language as in { es = \"…\", en = \"…\" }")
    }

    fn visit_str<E>(self, text: &str) -> Result<Bilingual, E> {
        Ok(Bilingual::same(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Bilingual, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            es: Arc<str>,
            en: Option<Arc<str>>,
        }
        let Table { es, en } = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(match en {
            Some(en) => Bilingual { es, en },
            None => Bilingual::same(es),
        })
    }
}
