//! A counterfactual in words.

use std::borrow::Cow;

use super::{Change, Counterfactual, CounterfactualError};
use crate::{Language, Outcome, Scorer};

impl Change {
    /// The change in a few words: "Deuda total: 80 € en lugar de 263,68 €".
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let name = self.short_name.at_start(language);
        match (self.proposed(language), self.value(language)) {
            (Some(any), _) if self.is_presence => {
                let any_such = language.pick("con un valor, como", "with a value, such as");
                format!("{name}: {any_such} {any}")
            }
            (Some(proposed), Some(value)) => {
                format!("{name}: {proposed} {} {value}", instead_of(language))
            }
            (Some(proposed), None) => format!(
                "{name}: {proposed}, {}",
                language.pick("ahora sin valor", "without a value now")
            ),
            (None, value) => {
                let now = value.map_or(String::new(), |value| {
                    format!(", {} {value}", instead_of(language))
                });
                let without = language.pick("sin valor", "without a value");
                format!("{name}: {without}{now}")
            }
        }
    }

    /// The change as a condition: "«deuda total» fuera 80 € en lugar de 263,68 €".
    fn condition(&self, language: Language) -> String {
        let name = self.short_name.within(language);
        let name = match language {
            Language::Spanish => format!("«{name}»"),
            Language::English => format!("\"{name}\""),
        };
        let value = self.value(language);
        let now = match &value {
            Some(value) => format!("{} {value}", language.pick("ahora", "now")),
            None => language
                .pick("ahora no tiene valor", "it has no value now")
                .to_owned(),
        };
        let were = language.pick("fuera", "were");
        match (self.proposed(language), value) {
            (Some(any), _) if self.is_presence => {
                let had = language.pick("tuviera un valor, como", "had a value, such as");
                format!("{name} {had} {any}")
            }
            (Some(proposed), Some(value)) => {
                format!("{name} {were} {proposed} {} {value}", instead_of(language))
            }
            (Some(proposed), None) => format!("{name} {were} {proposed} ({now})"),
            (None, _) => {
                let had_none = language.pick("no tuviera valor", "had no value");
                format!("{name} {had_none} ({now})")
            }
        }
    }

    fn value(&self, language: Language) -> Option<Cow<'_, str>> {
        let value = self.value.as_ref()?;
        Some(value.shown(self.sent, language))
    }

    fn proposed(&self, language: Language) -> Option<Cow<'_, str>> {
        let proposed = self.proposed.as_ref()?;
        Some(proposed.shown(self.wanted, language))
    }
}

impl Counterfactual {
    /// Whether it is less than anybody would call a change: the client is right on the edge.
    #[must_use]
    pub fn is_slight(&self) -> bool {
        self.is_slight
    }

    /// The whole as one sentence: "If … were 80 instead of 263.68, the result would be …".
    #[must_use]
    pub fn message(&self, scorer: &Scorer, language: Language) -> String {
        let conditions: Vec<String> = self
            .changes
            .iter()
            .map(|change| change.condition(language))
            .collect();
        format!(
            "{} {}, {} {}{}.",
            match self.is_slight {
                true => language.pick("Está justo en el límite: si", "It is right on the edge: if"),
                false => language.pick("Si", "If"),
            },
            conditions.join(language.pick(" y ", " and ")),
            language.pick("el resultado sería", "the result would be"),
            scorer.label(&self.outcome),
            probability(language, &self.outcome),
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

fn instead_of(language: Language) -> &'static str {
    language.pick("en lugar de", "instead of")
}

/// The probability of paying, of a client; else that of the class.
fn probability(language: Language, outcome: &Outcome) -> String {
    let (of, probability) = match outcome {
        Outcome::Payer { probability, .. } => (
            language.pick("probabilidad de pago", "probability of paying"),
            *probability,
        ),
        Outcome::Class {
            class,
            probabilities,
        } => (
            language.pick("probabilidad", "probability"),
            probabilities.get(*class).copied(),
        ),
        Outcome::Value(_) => ("", None),
    };
    let Some(probability) = probability else {
        return String::new();
    };
    let digits = format!("{probability:.2}");
    let digits = match language {
        Language::Spanish => digits.replace('.', ","),
        Language::English => digits,
    };
    format!(" ({of} {digits})")
}
