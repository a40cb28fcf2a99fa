//! How answers compare with golden rows.

use propenso_engine::Answer;
use propenso_model::Rounding;
use propenso_scoring::{FieldError, Language, Scorer};

use super::{Expectation, ExpectedNumber, is_label};

/// How a row's answer compares with what was expected of it.
#[derive(Debug)]
pub enum Comparison {
    /// Refused, as the original does.
    RefusedAsExpected,
    /// Answered with the class that was expected.
    Compared {
        /// The largest difference.
        worst: f64,
        /// The column it is in.
        column: String,
    },
    /// Answered with another class.
    OtherClass {
        /// The largest difference of a number.
        worst: f64,
        /// How far the answer is from the class that was expected.
        margin: f64,
        /// What is told of it.
        what: String,
    },
    /// Refused, where the original answered.
    Refused(String),
    /// Wrong in a way no tolerance excuses.
    Wrong(String),
}

/// What a comparison means where differences up to some size are rounding.
#[derive(Debug)]
pub enum Judgement {
    /// Every number has the expected bits.
    Equal,
    /// Refused, as the original does.
    RefusedAsExpected,
    /// The same class, and numbers that differ by rounding.
    Rounding {
        /// The largest difference.
        worst: f64,
    },
    /// Another class, and rounding alone decides between the two. It is another decision about a client
    /// all the same.
    Tie(String),
    /// Something else than was expected.
    Different(String),
    /// Refused, where the original answered.
    Refused(String),
}

/// Compares the answers of one scorer, and tells of them in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparer<'s> {
    pub(super) scorer: &'s Scorer,
    pub(super) language: Language,
}

impl Comparer<'_> {
    /// Compares a row's answer with what was expected.
    pub(super) fn compare(
        self,
        expected: &Expectation<'_>,
        answer: Result<&Answer, Vec<FieldError>>,
    ) -> Comparison {
        let answer = match (answer, expected.is_refusal()) {
            (Err(_), true) => return Comparison::RefusedAsExpected,
            (Ok(_), true) => {
                let what = self.language.pick(
                    "hay respuesta, y se esperaba un rechazo",
                    "answered, where a refusal is expected",
                );
                return Comparison::Wrong(what.to_owned());
            }
            (Err(errors), false) => return Comparison::Refused(self.refusal(&errors)),
            (Ok(answer), false) => answer,
        };
        let (worst, column) = match self.worst(answer, expected) {
            Ok(worst) => worst,
            Err(wrong) => return Comparison::Wrong(wrong),
        };
        let classes = self.scorer.classes();
        let Some(class) = expected.class else {
            return Comparison::Compared { worst, column };
        };
        let answered = classes.get(answer.class);
        if answered.is_some_and(|label| is_label(label, class)) {
            return Comparison::Compared { worst, column };
        }
        let none = || self.language.pick("ninguna", "none").to_owned();
        let answered = answered.map_or_else(none, ToString::to_string);
        let what = self.language.pick(
            format!("clase {answered}, y se esperaba {class}"),
            format!("class {answered}, where {class} is expected"),
        );
        match classes.iter().position(|label| is_label(label, class)) {
            Some(other) => Comparison::OtherClass {
                worst,
                margin: margin(answer, other),
                what,
            },
            None => Comparison::Wrong(what),
        }
    }

    /// The largest difference of a number, and what it is in.
    fn worst(self, answer: &Answer, expected: &Expectation<'_>) -> Result<(f64, String), String> {
        let mut worst = (0.0, String::new());
        for ExpectedNumber {
            column,
            position,
            text,
            value,
        } in &expected.numbers
        {
            let Some(got) = answer.values.get(*position).copied() else {
                return Err(self.language.pick(
                    format!("no hay ningún número para {column}"),
                    format!("no number for {column}"),
                ));
            };
            let Some(want) = *value else {
                return Err(self.language.pick(
                    format!("{column} no es un número: {text}"),
                    format!("{column} is not a number: {text}"),
                ));
            };
            let difference = difference(got, want);
            if difference > worst.0 {
                let what = self.language.pick(
                    format!("{column}: la respuesta es {got}, y se esperaba {want}"),
                    format!("{column}: answered {got}, expected {want}"),
                );
                worst = (difference, what);
            }
        }
        Ok(worst)
    }

    fn refusal(self, errors: &[FieldError]) -> String {
        let said = errors
            .iter()
            .map(|error| format!("{}: {}", error.input, error.message(self.language)));
        let said = said.collect::<Vec<_>>().join("; ");
        let refused = self.language.pick("rechazada", "refused");
        format!("{refused}: {said}")
    }
}

impl Comparison {
    /// What it means where numbers may differ by `tolerance`. What decides between two classes is rounding only by the
    /// model's own arithmetic, however much is tolerated.
    pub fn judge(self, tolerance: f64, rounding: Rounding) -> Judgement {
        match self {
            Self::RefusedAsExpected => Judgement::RefusedAsExpected,
            Self::Compared { worst: 0.0, .. } => Judgement::Equal,
            Self::Compared { worst, .. } if worst <= tolerance => Judgement::Rounding { worst },
            Self::Compared { column, .. } => Judgement::Different(column),
            // What decides is the difference of two numbers, each off by rounding.
            Self::OtherClass {
                worst,
                margin,
                what,
            } if worst <= rounding.tolerance() && margin <= 2.0 * rounding.tolerance() => {
                Judgement::Tie(what)
            }
            Self::OtherClass { what, .. } | Self::Wrong(what) => Judgement::Different(what),
            Self::Refused(what) => Judgement::Refused(what),
        }
    }

    /// The largest difference of any number, infinite where one is missing.
    pub fn worst(&self) -> Option<(f64, &str)> {
        match self {
            Self::Compared { worst, column } => Some((*worst, column)),
            Self::OtherClass { worst, what, .. } => Some((*worst, what)),
            Self::RefusedAsExpected | Self::Refused(_) | Self::Wrong(_) => None,
        }
    }
}

/// How far an answer is from one of another class: by its probabilities, or else by its decision function.
fn margin(answer: &Answer, other: usize) -> f64 {
    let apart = |numbers: &[f64]| Some((numbers.get(answer.class)? - numbers.get(other)?).abs());
    let by_decision = || match answer.decision[..] {
        [decision] => Some(decision.abs()),
        _ => apart(&answer.decision),
    };
    apart(&answer.values)
        .or_else(by_decision)
        .unwrap_or(f64::INFINITY)
}

/// 0 for the same bits only.
fn difference(got: f64, want: f64) -> f64 {
    if got.to_bits() == want.to_bits() {
        return 0.0;
    }
    let difference = (got - want).abs() / want.abs().max(1.0);
    if difference.is_nan() {
        f64::INFINITY
    } else {
        difference.max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_class_is_a_tie_only_where_rounding_decides() {
        let judge = |margin: f64, worst: f64| {
            let comparison = Comparison::OtherClass {
                worst,
                margin,
                what: String::new(),
            };
            comparison.judge(1.0, Rounding::Single)
        };
        assert!(matches!(judge(0.0, 0.0), Judgement::Tie(_)));
        assert!(matches!(judge(1.9e-6, 9e-7), Judgement::Tie(_)));
        assert!(matches!(judge(3e-6, 0.0), Judgement::Different(_)));
        // A number that is wrong makes no tie.
        assert!(matches!(judge(0.0, 1e-3), Judgement::Different(_)));
    }

    #[test]
    fn how_far_another_class_is() {
        let answer = |class: usize, values: &[f64], decision: &[f64]| Answer {
            class,
            values: values.to_vec(),
            decision: decision.to_vec(),
        };
        assert_eq!(margin(&answer(1, &[0.25, 0.75], &[]), 0), 0.5);
        assert_eq!(margin(&answer(1, &[], &[1e-9]), 0), 1e-9);
        assert_eq!(margin(&answer(2, &[], &[1.0, 2.0, 5.0]), 1), 3.0);
        assert_eq!(margin(&answer(0, &[], &[]), 1), f64::INFINITY);
    }

    #[test]
    fn differences_up_to_the_tolerance_are_rounding() {
        let judge = |worst: f64| {
            let column = String::new();
            Comparison::Compared { worst, column }.judge(1e-12, Rounding::Double)
        };
        assert!(matches!(judge(0.0), Judgement::Equal));
        assert!(matches!(judge(1e-12), Judgement::Rounding { .. }));
        assert!(matches!(judge(1.1e-12), Judgement::Different(_)));
        assert!(matches!(judge(f64::INFINITY), Judgement::Different(_)));
    }
}
