//! A counterfactual in words.

use super::{Change, Counterfactual, CounterfactualError};
use crate::{Language, Outcome, Scorer};

impl Change {
    /// The change in a few words: "total debt, in euros: 80 instead of 263.68".
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let text = self.text.in_language(language);
        let words = Words(language);
        match (&self.proposed, &self.value) {
            (Some(any), _) if self.is_presence => {
                format!(
                    "{text}: {} {any}",
                    words.0.pick("con un valor, como", "with a value, such as")
                )
            }
            (Some(proposed), Some(value)) => {
                format!("{text}: {proposed} {} {value}", words.instead_of())
            }
            (Some(proposed), None) => format!(
                "{text}: {proposed}, {}",
                words.0.pick("ahora sin valor", "without a value now")
            ),
            (None, value) => {
                let now = value.as_ref().map_or(String::new(), |value| {
                    format!(", {} {value}", words.instead_of())
                });
                format!(
                    "{text}: {}{now}",
                    words.0.pick("sin valor", "without a value")
                )
            }
        }
    }

    /// The change as a condition: "«total debt, in euros» were 80 instead of 263.68".
    fn condition(&self, words: Words) -> String {
        let text = self.text.in_language(words.0);
        let text = match words.0 {
            Language::Spanish => format!("«{text}»"),
            Language::English => format!("\"{text}\""),
        };
        let now = match &self.value {
            Some(value) => format!("{} {value}", words.0.pick("ahora", "now")),
            None => words
                .0
                .pick("ahora no tiene valor", "it has no value now")
                .to_owned(),
        };
        match (&self.proposed, &self.value) {
            (Some(any), _) if self.is_presence => format!(
                "{text} {} {any}",
                words
                    .0
                    .pick("tuviera un valor, como", "had a value, such as")
            ),
            (Some(proposed), Some(value)) => format!(
                "{text} {} {proposed} {} {value}",
                words.0.pick("fuera", "were"),
                words.instead_of()
            ),
            (Some(proposed), None) => {
                format!(
                    "{text} {} {proposed} ({now})",
                    words.0.pick("fuera", "were")
                )
            }
            (None, _) => {
                format!(
                    "{text} {} ({now})",
                    words.0.pick("no tuviera valor", "had no value")
                )
            }
        }
    }
}

impl Counterfactual {
    /// The whole as one sentence: "If … were 80 instead of 263.68, the result would be …".
    #[must_use]
    pub fn message(&self, scorer: &Scorer, language: Language) -> String {
        let words = Words(language);
        let conditions: Vec<String> = self
            .changes
            .iter()
            .map(|change| change.condition(words))
            .collect();
        format!(
            "{} {}, {} {}{}.",
            words.0.pick("Si", "If"),
            conditions.join(words.0.pick(" y ", " and ")),
            words.0.pick("el resultado sería", "the result would be"),
            scorer.label(&self.outcome),
            words.probability(&self.outcome),
        )
    }

    /// What is said where no change was found.
    #[must_use]
    pub fn none_message(language: Language) -> &'static str {
        language.pick(
            "No se ha encontrado ningún cambio de uno o dos datos que cambie el resultado.",
            "No change of one or two inputs was found that would change the result.",
        )
    }
}

impl CounterfactualError {
    /// Why there is no counterfactual, as a sentence without its full stop.
    #[must_use]
    pub fn message(self, language: Language) -> &'static str {
        match self {
            Self::NoClass => language.pick(
                "el modelo predice un número, y no hay clase que cambiar",
                "the model predicts a number, and there is no class to change",
            ),
        }
    }
}

/// Words in one language.
#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn instead_of(self) -> &'static str {
        self.0.pick("en lugar de", "instead of")
    }

    /// The probability of paying, of a client; else that of the class.
    fn probability(self, outcome: &Outcome) -> String {
        let (of, probability) = match outcome {
            Outcome::Payer { probability, .. } => (
                self.0.pick("probabilidad de pago", "probability of paying"),
                *probability,
            ),
            Outcome::Class {
                class,
                probabilities,
            } => (
                self.0.pick("probabilidad", "probability"),
                probabilities.get(*class).copied(),
            ),
            Outcome::Value(_) => ("", None),
        };
        let Some(probability) = probability else {
            return String::new();
        };
        let digits = format!("{probability:.2}");
        let digits = match self.0 {
            Language::Spanish => digits.replace('.', ","),
            Language::English => digits,
        };
        format!(" ({of} {digits})")
    }
}
