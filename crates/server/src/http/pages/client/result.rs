//! An answer as people read it.

use propenso_scoring::{
    Answered, AskedError, Counterfactual, CounterfactualError, Language, Outcome, ScoreReason,
    Scorer, Sought, unexplained_message,
};
use propenso_store::decision::DecisionId;

use super::super::figure::{number, percent};
use crate::serving::Champion;

/// Width of the picture of a reason, on either side of its middle, in its own units.
const HALF: f64 = 60.0;

/// An answer.
#[derive(Debug)]
pub(super) struct ResultView {
    /// The class, in the contract's words; a number's own where the model gives one.
    pub(super) label: String,
    /// Whether the client is expected to pay, where that is what the model says.
    pub(super) pays: Option<bool>,
    /// What there is one figure for: the probability of paying, else of the class.
    probability: Option<f64>,
    pub(super) percent: Option<String>,
    /// The same for a `<meter>`.
    pub(super) share: String,
    pub(super) is_of_paying: bool,
    /// The fifth of the model's reference portfolio.
    pub(super) band: Option<&'static str>,
    /// All classes with their probabilities, where there are more than two.
    pub(super) classes: Vec<(String, String)>,
    pub(super) warnings: Vec<String>,
    pub(super) reasons: Vec<Reason>,
    pub(super) base: Option<String>,
    /// Why there are no reasons.
    pub(super) unexplained: Option<String>,
    pub(super) has_change: bool,
    pub(super) decision: Option<DecisionId>,
    /// What answered.
    pub(super) model: String,
}

/// A reason, and its bar.
#[derive(Debug)]
pub(super) struct Reason {
    pub(super) text: String,
    /// Where its bar begins and how long it is, in the picture's units.
    pub(super) x: String,
    pub(super) width: String,
    pub(super) is_up: bool,
    pub(super) points: String,
}

impl ResultView {
    pub(super) fn new(
        served: &Champion,
        answered: Answered,
        decision: Option<DecisionId>,
        language: Language,
    ) -> Self {
        let scorer = &served.scorer;
        let outcome = &answered.score.outcome;
        let probability = probability_of(outcome);
        let pays = match outcome {
            Outcome::Payer { pays, .. } => Some(*pays),
            Outcome::Class { .. } | Outcome::Value(_) => None,
        };
        let bands = served
            .bands
            .as_ref()
            .zip(probability)
            .filter(|_| pays.is_some());
        let warnings = answered.score.warnings.iter();
        let unexplained = scorer.check_explanation().err();
        let explanation = answered.explanation;
        Self {
            label: label_of(scorer, outcome, language),
            pays,
            percent: probability.map(|share| percent(share, language)),
            share: probability.map_or_else(String::new, |share| format!("{share:.4}")),
            probability,
            is_of_paying: pays.is_some(),
            band: bands.map(|(bands, share)| bands.band(share)),
            classes: classes_of(scorer, outcome, language),
            warnings: warnings.map(|warning| warning.message(language)).collect(),
            base: explanation.as_ref().map(|explanation| match outcome {
                Outcome::Value(_) => number(explanation.base, 2, language),
                _ => percent(explanation.base, language),
            }),
            reasons: explanation.map_or_else(Vec::new, |explanation| {
                reasons(&explanation.reasons, outcome, language)
            }),
            unexplained: unexplained.map(|error| unexplained_message(error, language)),
            has_change: scorer.check_counterfactual().is_ok(),
            decision,
            model: served.name.clone(),
        }
    }

    /// How many points this is away from another answer's probability.
    pub(super) fn difference(&self, before: Option<f64>, language: Language) -> Option<String> {
        let points = (self.probability? - before?) * 100.0;
        let sign = if points >= 0.05 { "+" } else { "" };
        Some(format!("{sign}{}", number(points, 1, language)))
    }
}

fn probability_of(outcome: &Outcome) -> Option<f64> {
    match outcome {
        Outcome::Payer { probability, .. } => *probability,
        Outcome::Class {
            class,
            probabilities,
        } => probabilities.get(*class).copied(),
        Outcome::Value(_) => None,
    }
}

fn label_of(scorer: &Scorer, outcome: &Outcome, language: Language) -> String {
    match outcome {
        Outcome::Value(value) => number(*value, 2, language),
        _ => {
            let label = scorer.label(outcome);
            let mut characters = label.chars();
            let first = characters.next().map(char::to_uppercase);
            first.into_iter().flatten().chain(characters).collect()
        }
    }
}

fn classes_of(scorer: &Scorer, outcome: &Outcome, language: Language) -> Vec<(String, String)> {
    match outcome {
        Outcome::Class { probabilities, .. } if probabilities.len() > 2 => {
            let classes = scorer.classes().iter().zip(probabilities);
            classes
                .map(|(label, share)| (label.to_string(), percent(*share, language)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Reasons with bars, the longest of which fills its side.
fn reasons(reasons: &[ScoreReason], outcome: &Outcome, language: Language) -> Vec<Reason> {
    let most = reasons.iter().map(|reason| reason.contribution.abs());
    let most = most.fold(f64::MIN_POSITIVE, f64::max);
    let is_number = matches!(outcome, Outcome::Value(_));
    reasons
        .iter()
        .map(|reason| {
            let added = reason.contribution;
            let width = added.abs() / most * HALF;
            let shown = match is_number {
                true => number(added, 2, language),
                false => number(added * 100.0, 1, language),
            };
            Reason {
                text: reason.message(language),
                x: format!("{:.1}", if added < 0.0 { HALF - width } else { HALF }),
                width: format!("{width:.1}"),
                is_up: added > 0.0,
                points: if added > 0.0 {
                    format!("+{shown}")
                } else {
                    shown
                },
            }
        })
        .collect()
}

/// What would change an answer.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) text: String,
    pub(super) changes: Vec<String>,
}

impl Change {
    pub(super) fn of(scorer: &Scorer, sought: &Sought, language: Language) -> Self {
        match sought {
            Sought::Not => Self::default(),
            Sought::InVain => Self {
                text: Counterfactual::none_message(language).to_owned(),
                changes: Vec::new(),
            },
            Sought::Found(found) => Self {
                text: found.message(scorer, language),
                changes: found
                    .changes
                    .iter()
                    .map(|change| change.message(language))
                    .collect(),
            },
        }
    }

    /// Says why a model has no such change.
    pub(super) fn impossible(error: &AskedError, language: Language) -> Self {
        let text = match error {
            AskedError::Reasons(error) => unexplained_message(*error, language),
            AskedError::Counterfactual(error) => message(error, language),
        };
        Self {
            text,
            changes: Vec::new(),
        }
    }
}

fn message(error: &CounterfactualError, language: Language) -> String {
    match language {
        Language::Spanish => error.message(language).into(),
        Language::English => error.to_string(),
    }
}
