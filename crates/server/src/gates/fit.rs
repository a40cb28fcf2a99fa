//! Whether the contract makes the features that the model was trained on.

use propenso_scoring::{FitError, Scorer};
use serde::{Deserialize, Serialize};

use super::concern::Concern;
use super::{Findings, Gate};
use crate::load::LoadError;

/// What was found of contract and model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fit {
    /// The contract.
    pub contract: String,
    /// Every difference, in the contract's words.
    pub detail: Option<String>,
}

pub(super) fn gate(contract: &str, scorer: &Result<Scorer, LoadError>) -> Gate {
    let detail = scorer.as_ref().err().map(ToString::to_string);
    let concern = scorer.as_ref().err().map(|error| match error {
        LoadError::Fit {
            error: FitError::Features(_),
            ..
        } => Concern::Misfit,
        _ => Concern::ContractUnusable,
    });
    let findings = Fit {
        contract: contract.to_owned(),
        detail,
    };
    Gate::new(Findings::Fit(findings), concern.into_iter().collect(), true)
}
