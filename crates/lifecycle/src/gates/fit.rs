//! Whether the contract makes the features that the model was trained on.

use propenso_model::Threshold;
use propenso_scoring::{FitError, Scorer};
use serde::Serialize;

use super::checked::Checked;
use super::concern::Concern;
use crate::load_error::LoadError;

/// What was found of contract and model.
#[derive(Debug, Clone, Serialize)]
pub struct Fit {
    /// The contract.
    pub contract: String,
    /// Every difference, in the contract's words.
    pub detail: Option<String>,
}

/// `threshold` is one that the file keeps beside its model.
pub(super) fn gate(
    contract: &str,
    scorer: &Result<Scorer, LoadError>,
    threshold: Option<Threshold>,
) -> Checked<Fit> {
    let detail = scorer.as_ref().err().map(ToString::to_string);
    let concern = match scorer {
        Ok(scorer) => lost_threshold(scorer, threshold),
        Err(LoadError::Fit {
            error: FitError::Features(_),
            ..
        }) => Some(Concern::Misfit),
        Err(_) => Some(Concern::ContractUnusable),
    };
    let findings = Fit {
        contract: contract.to_owned(),
        detail,
    };
    Checked::new(findings, concern)
}

/// A threshold beside the model that the contract does not have.
fn lost_threshold(scorer: &Scorer, threshold: Option<Threshold>) -> Option<Concern> {
    let Threshold { key, value } = threshold?;
    let decision = scorer.contract().decision();
    let applied = decision.and_then(|decision| decision.threshold);
    (applied != Some(value)).then_some(Concern::ThresholdBeside { key, value })
}
