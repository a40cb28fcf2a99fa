//! The gates that a model passes on its way in: each says pass, warn or fail, with its numbers.
//!
//! | gate | asks |
//! |---|---|
//! | [`reading`] | can the file be read and its model served; does it name anything foreign |
//! | [`fit`] | does the contract make the features it was trained on |
//! | [`golden`] | do golden rows that came along reproduce |
//! | [`drift`] | how do its scores of a reference portfolio compare with the champion's |
//! | [`holdout`] | how well does it tell payers apart, beside the champion, on labelled clients |
//!
//! [`examine`](examination::examine) runs them; [`limits`] are what they compare with; [`concern`] is what speaks
//! against a model; [`verdict`] is the text that people read.

pub mod concern;
pub mod drift;
pub mod examination;
pub mod fit;
pub mod golden;
pub mod holdout;
pub mod limits;
pub mod reading;
pub mod verdict;

pub use concern::{Concern, Level};
use serde::{Deserialize, Serialize};

/// What all gates say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing speaks against the model.
    Passed,
    /// A person should look first.
    Warned,
    /// The model is rejected.
    Failed,
}

/// What a gate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateOutcome {
    /// Nothing speaks against the model.
    Pass,
    /// A person should look first.
    Warn,
    /// The model is rejected.
    Fail,
    /// There was nothing to go by.
    Skipped,
}

/// One gate's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gate {
    /// What it says.
    pub outcome: GateOutcome,
    /// What speaks against the model.
    pub concerns: Vec<Concern>,
    /// Its numbers.
    #[serde(flatten)]
    pub findings: Findings,
}

/// What a gate found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "gate", rename_all = "lowercase")]
pub enum Findings {
    /// Of the file.
    Reading(reading::Reading),
    /// Of contract and model.
    Fit(fit::Fit),
    /// Of golden rows.
    Golden(golden::GoldenRows),
    /// Of the reference portfolio.
    Drift(Box<drift::Drift>),
    /// Of labelled clients.
    Holdout(Box<holdout::Holdout>),
}

/// What the gates said of a model when it arrived.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct GateReport {
    /// In the order they were asked.
    pub gates: Vec<Gate>,
}

impl Gate {
    /// The worst of its concerns decides; without findings to go by, it is skipped.
    fn new(findings: Findings, concerns: Vec<Concern>, was_asked: bool) -> Self {
        let worst = concerns.iter().map(Concern::level).max();
        let outcome = match worst {
            Some(Level::Fail) => GateOutcome::Fail,
            Some(Level::Warn) => GateOutcome::Warn,
            None if was_asked => GateOutcome::Pass,
            None => GateOutcome::Skipped,
        };
        Self {
            outcome,
            concerns,
            findings,
        }
    }
}

impl GateReport {
    /// What stands for a report that cannot be read any more.
    pub(crate) fn unreadable() -> Self {
        Self {
            gates: vec![reading::unreadable_report()],
        }
    }

    /// What all gates say together.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let has = |outcome| self.gates.iter().any(|gate| gate.outcome == outcome);
        if has(GateOutcome::Fail) {
            Verdict::Failed
        } else if has(GateOutcome::Warn) {
            Verdict::Warned
        } else {
            Verdict::Passed
        }
    }
}
