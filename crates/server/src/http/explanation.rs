//! Explanations on the wire.

use std::sync::Arc;

use propenso_scoring::{Language, ScoreExplanation, ScoreReason, WarningValue};
use serde::Serialize;

/// Most instances of one request that are explained: at some milliseconds each, a few seconds of a
/// thread.
pub const MAX_EXPLAINED: usize = 1_000;

/// What moved a score, in the users' language.
#[derive(Debug, Serialize)]
pub struct Explicacion {
    base: f64,
    motivos: Vec<Motivo>,
}

/// What one input added, in the users' language.
#[derive(Debug, Serialize)]
struct Motivo {
    dato: Arc<str>,
    valor: Option<WarningValue>,
    contribucion: f64,
    sentido: &'static str,
    texto: String,
}

/// What moved a score, in its wire form.
#[derive(Debug, Serialize)]
pub struct ExplanationAnswer {
    base: f64,
    reasons: Vec<ReasonAnswer>,
}

/// What one input added, in its wire form.
#[derive(Debug, Serialize)]
struct ReasonAnswer {
    input: Arc<str>,
    value: Option<WarningValue>,
    contribution: f64,
    direction: &'static str,
    text: String,
}

impl From<ScoreExplanation> for Explicacion {
    fn from(explanation: ScoreExplanation) -> Self {
        Self {
            base: explanation.base,
            motivos: explanation.reasons.into_iter().map(Motivo::from).collect(),
        }
    }
}

impl From<ScoreReason> for Motivo {
    fn from(reason: ScoreReason) -> Self {
        Self {
            texto: reason.message(Language::Spanish),
            sentido: reason.direction(Language::Spanish),
            dato: reason.input,
            valor: reason.value,
            contribucion: reason.contribution,
        }
    }
}

impl From<ScoreExplanation> for ExplanationAnswer {
    fn from(explanation: ScoreExplanation) -> Self {
        let reasons = explanation.reasons.into_iter();
        Self {
            base: explanation.base,
            reasons: reasons.map(ReasonAnswer::from).collect(),
        }
    }
}

impl From<ScoreReason> for ReasonAnswer {
    fn from(reason: ScoreReason) -> Self {
        Self {
            text: reason.message(Language::English),
            direction: reason.direction(Language::English),
            input: reason.input,
            value: reason.value,
            contribution: reason.contribution,
        }
    }
}
