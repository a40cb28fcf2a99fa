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
            return language
                .pick("No cambió nada.", "It changed nothing.")
                .to_owned();
        }
        let is_up = contribution > 0.0;
        let verb = match (language, is_up) {
            (Language::Spanish, true) => "Hizo subir",
            (Language::Spanish, false) => "Hizo bajar",
            (Language::English, true) => "Raised",
            (Language::English, false) => "Lowered",
        };
        let what = match self {
            Self::Probability => language.pick("la probabilidad", "the probability"),
            Self::Number => language.pick("el valor", "the value"),
        };
        let amount = self.amount(contribution, language);
        match (self, strength(contribution), language) {
            (Self::Number, _, _) => format!("{verb} {what}: {amount}."),
            (_, None, Language::Spanish) => format!("Apenas cambió {what}."),
            (_, None, Language::English) => format!("Hardly changed {what}."),
            (_, Some((how, _)), Language::Spanish) => format!("{verb} {how} {what}: {amount}."),
            (_, Some((_, how)), Language::English) => format!("{verb} {what} {how}: {amount}."),
        }
    }
}

/// How much that is of a probability, in both languages; `None` where it is nothing to speak of.
fn strength(contribution: f64) -> Option<(&'static str, &'static str)> {
    Some(match contribution.abs() {
        much if much >= 0.1 => ("mucho", "a lot"),
        some if some >= 0.03 => ("bastante", "quite a bit"),
        some if some >= 0.01 => ("algo", "somewhat"),
        little if little >= HARDLY => ("un poco", "a little"),
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
                "Hizo bajar mucho la probabilidad: 10,4 puntos.",
                "Lowered the probability a lot: 10.4 points.",
            ),
            (
                0.03,
                "Hizo subir bastante la probabilidad: 3,0 puntos.",
                "Raised the probability quite a bit: 3.0 points.",
            ),
            (
                0.01,
                "Hizo subir algo la probabilidad: 1,0 punto.",
                "Raised the probability somewhat: 1.0 point.",
            ),
            (
                -0.001,
                "Hizo bajar un poco la probabilidad: 0,1 puntos.",
                "Lowered the probability a little: 0.1 points.",
            ),
            (
                0.000_1,
                "Apenas cambió la probabilidad.",
                "Hardly changed the probability.",
            ),
            (0.0, "No cambió nada.", "It changed nothing."),
        ] {
            let said = |language| Measure::Probability.effect(contribution, language);
            assert_eq!(said(Spanish), spanish);
            assert_eq!(said(English), english);
        }
        let said = Measure::Number.effect(-12.25, Spanish);
        assert_eq!(said, "Hizo bajar el valor: 12,25.");
    }
}
