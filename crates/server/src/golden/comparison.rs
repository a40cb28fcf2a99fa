//! How answers compare with golden rows.

use propenso_engine::Answer;
use propenso_scoring::{FieldError, Language, Scorer};

use super::{Expectation, is_label};

/// How a row's answer compares with what was expected of it.
#[derive(Debug)]
pub(crate) enum Comparison {
    /// Refused, as the original does.
    RefusedAsExpected,
    /// Answered; with the largest difference and the column it is in.
    Compared { worst: f64, column: String },
    /// Refused, where the original answered.
    Refused(String),
    /// Wrong in a way no tolerance excuses.
    Wrong(String),
}

impl Comparison {
    /// Of a row's answer with what was expected.
    pub(super) fn of(
        scorer: &Scorer,
        expected: &Expectation<'_>,
        answer: Result<&Answer, Vec<FieldError>>,
    ) -> Self {
        let answer = match (answer, expected.is_refusal()) {
            (Err(_), true) => return Self::RefusedAsExpected,
            (Ok(_), true) => {
                return Self::Wrong("answered, where a refusal is expected".to_owned());
            }
            (Err(errors), false) => return Self::Refused(refusal(&errors)),
            (Ok(answer), false) => answer,
        };
        if let Some(class) = expected.class {
            let answered = scorer.classes().get(answer.class);
            if !answered.is_some_and(|label| is_label(label, class)) {
                let answered = answered.map_or_else(|| "none".to_owned(), ToString::to_string);
                return Self::Wrong(format!("class {answered}, where {class} is expected"));
            }
        }
        let mut worst = (0.0, String::new());
        for number in &expected.numbers {
            let Some(got) = answer.values.get(number.position).copied() else {
                return Self::Wrong(format!("no number for {}", number.column));
            };
            let Ok(want) = number.text.parse::<f64>() else {
                return Self::Wrong(format!(
                    "{} is not a number: {}",
                    number.column, number.text
                ));
            };
            let difference = difference(got, want);
            if difference > worst.0 {
                worst = (
                    difference,
                    format!("{}: answered {got}, expected {want}", number.column),
                );
            }
        }
        let (worst, column) = worst;
        Self::Compared { worst, column }
    }
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

fn refusal(errors: &[FieldError]) -> String {
    let said = errors
        .iter()
        .map(|error| format!("{}: {}", error.input, error.reason(Language::English)));
    format!("refused: {}", said.collect::<Vec<_>>().join("; "))
}
