//! How far one of the data moved the result, in words and then in figures.

use propenso_scoring::{Language, Outcome};

use crate::letter::words::{number, points};

/// Less of a probability than this is told as nothing to speak of.
const HARDLY: f64 = 0.0005;

/// What the data move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// A probability.
    Probability,
    /// A number of whatever the model predicts.
    Number,
}

impl Measure {
    pub(super) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Payer { .. } | Outcome::Class { .. } => Self::Probability,
            Outcome::Value(_) => Self::Number,
        }
    }

    /// What is moved.
    pub(super) fn name(self, language: Language) -> &'static str {
        match self {
            Self::Probability => language.pick("la probabilidad", "the probability"),
            Self::Number => language.pick("el valor", "the value"),
        }
    }

    /// How far, without saying where to.
    pub(super) fn amount(self, contribution: f64, language: Language) -> String {
        match self {
            Self::Probability => points(contribution, language),
            Self::Number => number(contribution.abs(), language),
        }
    }

    /// What one of the data did, as a sentence.
    pub(super) fn effect(self, contribution: f64, language: Language) -> String {
        if contribution == 0.0 {
            return language.pick("No contó.", "It did not count.").to_owned();
        }
        let is_up = contribution > 0.0;
        let amount = self.amount(contribution, language);
        let how = match self {
            Self::Number => Some(("", "")),
            Self::Probability => strength(contribution),
        };
        match (how, language) {
            (None, Language::Spanish) => "Apenas contó.".to_owned(),
            (None, Language::English) => "It hardly counted.".to_owned(),
            (Some((how, _)), Language::Spanish) => {
                let verb = if is_up { "subir" } else { "bajar" };
                let it = match self {
                    Self::Probability => "La",
                    Self::Number => "Lo",
                };
                format!("{it} hizo {verb}{how}: {amount}.")
            }
            (Some((_, how)), Language::English) => {
                let verb = if is_up { "Raised" } else { "Lowered" };
                format!("{verb} it{how}: {amount}.")
            }
        }
    }
}

/// How much that is of a probability, in both languages; `None` where it is nothing to speak of.
fn strength(contribution: f64) -> Option<(&'static str, &'static str)> {
    Some(match contribution.abs() {
        much if much >= 0.1 => (" mucho", " a lot"),
        some if some >= 0.03 => (" bastante", " quite a bit"),
        some if some >= 0.01 => (" algo", " somewhat"),
        little if little >= HARDLY => (" un poco", " a little"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use Language::{English, Spanish};

    use super::*;

    #[test]
    fn effects_are_sentences() {
        for (contribution, spanish, english) in [
            (
                -0.1044,
                "La hizo bajar mucho: 10,4 puntos.",
                "Lowered it a lot: 10.4 points.",
            ),
            (
                0.03,
                "La hizo subir bastante: 3,0 puntos.",
                "Raised it quite a bit: 3.0 points.",
            ),
            (
                0.01,
                "La hizo subir algo: 1,0 punto.",
                "Raised it somewhat: 1.0 point.",
            ),
            (
                -0.001,
                "La hizo bajar un poco: 0,1 puntos.",
                "Lowered it a little: 0.1 points.",
            ),
            (0.000_1, "Apenas contó.", "It hardly counted."),
            (0.0, "No contó.", "It did not count."),
        ] {
            let said = |language| Measure::Probability.effect(contribution, language);
            assert_eq!(said(Spanish), spanish);
            assert_eq!(said(English), english);
        }
        let said = Measure::Number.effect(-12.25, Spanish);
        assert_eq!(said, "Lo hizo bajar: 12,25.");
    }
}
