//! States, verdicts and outcomes as tags: a word and a colour.

use propenso_lifecycle::gates::{GateOutcome, Verdict};
use propenso_lifecycle::registry::State;

use crate::http::pages::words::ModelsWords;

/// A word, and the class of its colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    pub(super) class: &'static str,
    pub(super) text: &'static str,
}

impl Tag {
    pub(super) fn state(state: State, words: ModelsWords) -> Self {
        let (class, text) = match state {
            State::Candidate => ("", words.state_candidate()),
            State::Shadow => ("", words.state_shadow()),
            State::Champion => ("is-good", words.state_champion()),
            State::Retired => ("is-quiet", words.state_retired()),
            State::Rejected => ("is-bad", words.state_rejected()),
        };
        Self { class, text }
    }

    pub(super) fn verdict(verdict: Verdict, words: ModelsWords) -> Self {
        let (class, text) = match verdict {
            Verdict::Passed => ("is-good", words.verdict_passed()),
            Verdict::Warned => ("is-warning", words.verdict_warned()),
            Verdict::Failed => ("is-bad", words.verdict_failed()),
        };
        Self { class, text }
    }

    pub(super) fn outcome(outcome: GateOutcome, words: ModelsWords) -> Self {
        let (class, text) = match outcome {
            GateOutcome::Pass => ("is-good", words.outcome_pass()),
            GateOutcome::Warn => ("is-warning", words.outcome_warn()),
            GateOutcome::Fail => ("is-bad", words.outcome_fail()),
            GateOutcome::Skipped => ("is-quiet", words.outcome_skipped()),
        };
        Self { class, text }
    }
}
