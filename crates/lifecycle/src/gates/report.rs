//! What the gates say, each and together.

use serde::Serialize;

use super::checked::Checked;
use super::concern::{Concern, Level};
use super::drift::Drift;
use super::evidence::Evidence;
use super::fit::Fit;
use super::golden::GoldenRows;
use super::holdout::Holdout;
use super::reading::{self, Reading};

/// What all gates say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "gate", rename_all = "lowercase")]
pub enum Findings {
    /// Of the file.
    Reading(Reading),
    /// Of contract and model.
    Fit(Fit),
    /// Of golden rows.
    Golden(GoldenRows),
    /// Of the reference portfolio.
    Drift(Box<Drift>),
    /// Of labelled clients.
    Holdout(Box<Holdout>),
}

impl From<Reading> for Findings {
    fn from(findings: Reading) -> Self {
        Self::Reading(findings)
    }
}

impl From<Fit> for Findings {
    fn from(findings: Fit) -> Self {
        Self::Fit(findings)
    }
}

impl From<GoldenRows> for Findings {
    fn from(findings: GoldenRows) -> Self {
        Self::Golden(findings)
    }
}

impl From<Drift> for Findings {
    fn from(findings: Drift) -> Self {
        Self::Drift(Box::new(findings))
    }
}

impl From<Holdout> for Findings {
    fn from(findings: Holdout) -> Self {
        Self::Holdout(Box::new(findings))
    }
}

/// What the gates said of a model when it was examined last.
#[derive(Debug, Clone, Default, Serialize)]
pub struct GateReport {
    /// In the order they were asked.
    pub gates: Vec<Gate>,
    /// What they went by; `None` where that was not written down.
    #[serde(skip)]
    pub evidence: Option<Evidence>,
}

impl GateReport {
    /// What was found on the reference portfolio.
    #[must_use]
    pub fn drift(&self) -> Option<&Drift> {
        self.gates.iter().find_map(|gate| match &gate.findings {
            Findings::Drift(drift) => Some(&**drift),
            _ => None,
        })
    }
}

impl Gate {
    /// The worst of its concerns decides; without findings to go by, it is skipped.
    pub(super) fn of<F: Into<Findings>>(checked: Checked<F>) -> Self {
        let Checked {
            findings,
            concerns,
            was_asked,
        } = checked;
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
            findings: findings.into(),
        }
    }
}

impl GateReport {
    /// What stands for a report that cannot be read any more.
    pub(crate) fn unreadable() -> Self {
        Self {
            gates: vec![Gate::of(reading::unreadable_report())],
            evidence: None,
        }
    }

    /// Keeps what an earlier report says of labelled clients, where there were none this time.
    pub(crate) fn keep_holdout_of(&mut self, before: &Self) {
        let is_holdout = |gate: &&Gate| matches!(gate.findings, Findings::Holdout(_));
        let before = before.gates.iter().find(is_holdout);
        for gate in &mut self.gates {
            if let (Findings::Holdout(_), GateOutcome::Skipped, Some(before)) =
                (&gate.findings, gate.outcome, before)
            {
                *gate = before.clone();
            }
        }
    }

    /// Tells whether the model was found in its file.
    #[must_use]
    pub fn was_read(&self) -> bool {
        let is_read = |gate: &Gate| matches!(&gate.findings, Findings::Reading(found) if found.class.is_some());
        self.gates.iter().any(is_read)
    }

    /// Tells whether all gates were asked, so that a person who knows may say otherwise.
    #[must_use]
    pub fn may_be_overruled(&self) -> bool {
        let mut concerns = self.gates.iter().flat_map(|gate| &gate.concerns);
        concerns.all(Concern::may_be_overruled)
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
