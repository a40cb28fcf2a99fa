//! What reasons and counterfactuals call an input.

use std::borrow::Cow;
use std::sync::Arc;

use crate::{Bilingual, Language};

/// What people call an input, in a word or two: "deuda total"; else the input's own name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ShortName {
    text: Bilingual,
    /// Words begin a sentence with a capital letter; the name of a column is itself everywhere.
    is_words: bool,
}

impl ShortName {
    /// The words of a contract.
    pub(crate) fn words(text: Bilingual) -> Self {
        Self {
            text,
            is_words: true,
        }
    }

    /// The input's own name.
    pub(crate) fn own(name: &Arc<str>) -> Self {
        Self {
            text: Bilingual::same(Arc::clone(name)),
            is_words: false,
        }
    }

    /// As it stands within a sentence.
    pub(crate) fn within(&self, language: Language) -> &str {
        self.text.in_language(language)
    }

    /// As it stands at the beginning of a sentence.
    pub(crate) fn at_start(&self, language: Language) -> Cow<'_, str> {
        let text = self.within(language);
        let mut rest = text.chars();
        match rest.next() {
            Some(first) if self.is_words && first.is_lowercase() => {
                first.to_uppercase().chain(rest).collect::<String>().into()
            }
            _ => text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_a_sentence_and_columns_stay_as_they_are() {
        let words = ShortName::words(Bilingual::new("última fecha", "last date"));
        assert_eq!(words.at_start(Language::Spanish), "Última fecha");
        assert_eq!(words.at_start(Language::English), "Last date");
        assert_eq!(words.within(Language::Spanish), "última fecha");
        let column = ShortName::own(&"saldo_actual".into());
        assert_eq!(column.at_start(Language::Spanish), "saldo_actual");
    }
}
