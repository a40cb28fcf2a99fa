//! What is asked of each client by protocols that name the methods of a scikit-learn estimator.

use propenso_scoring::{Asked, Contract};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::frame::misshapen;
use super::object::Object;
use super::problem::Problem;

/// What is asked of each client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    /// Its class, or the number.
    #[default]
    Predict,
    /// The probabilities.
    PredictProba,
    /// Its class, and what each input added.
    #[serde(skip)]
    Explain,
}

impl Method {
    /// What a scorer is asked for.
    pub(super) fn asked(self, contract: &Contract) -> Asked {
        let is_explained = self == Self::Explain;
        Asked {
            reasons: is_explained.then_some(contract.inputs().len()),
            counterfactual: false,
        }
    }
}

/// What goes with the clients of a request. What it does not know it leaves alone, as those do whose protocols these are.
#[derive(Debug, Default, Deserialize)]
struct Parameters {
    #[serde(default)]
    predict_method: Method,
}

impl Method {
    /// Reads it from what goes with the clients of a request, where anything does.
    ///
    /// # Errors
    ///
    /// 400 for what is no object, and for another method.
    pub(super) fn of(parameters: Option<&RawValue>) -> Result<Self, Problem> {
        let Some(json) = parameters else {
            return Ok(Self::default());
        };
        let parameters = serde_json::from_str::<Object<Parameters>>(json.get());
        let parameters = parameters.map_err(|error| {
            misshapen(format!(
                "parameters may be {{\"predict_method\": \"predict\"}}, or \"predict_proba\": {error}"
            ))
        })?;
        Ok(parameters.0.predict_method)
    }
}
