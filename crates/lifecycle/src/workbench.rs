//! A model that contracts are tried on: taken apart once, bound as often as somebody changes a line.

use std::sync::Arc;

use propenso_engine::{Predictor, Signature};
use propenso_model::{Estimator, Sha256};
use propenso_scoring::{Contract, Scorer};

use crate::contract_source::ContractSource;
use crate::load_error::LoadError;

/// A model that contracts are tried on.
#[derive(Debug)]
pub struct Workbench {
    /// What errors call the file.
    name: String,
    predictor: Arc<Predictor>,
    hash: Sha256,
}

impl Workbench {
    /// Makes one of what a model file holds, which need not be in memory any more. `name` is what errors call the file.
    #[must_use]
    pub fn new(name: &str, hash: Sha256, estimator: Estimator) -> Self {
        Self {
            name: name.to_owned(),
            predictor: Arc::new(Predictor::compile(estimator)),
            hash,
        }
    }

    /// What the model takes and answers.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        self.predictor.signature()
    }

    /// Binds a contract that has not been served before.
    ///
    /// # Errors
    ///
    /// [`LoadError::Contract`] or [`LoadError::Fit`], with everything that is wrong.
    pub fn bind(&self, source: &ContractSource) -> Result<Scorer, LoadError> {
        let contract = source.contract(self.signature())?;
        let checked = contract.check_parameters();
        checked.map_err(|error| LoadError::Contract {
            name: source.name().to_owned(),
            error,
        })?;
        self.bind_contract(contract)
    }

    /// Binds a contract, whatever its parameters are called.
    pub(crate) fn bind_contract(&self, contract: Contract) -> Result<Scorer, LoadError> {
        let bound = Scorer::with_predictor(contract, Arc::clone(&self.predictor), self.hash);
        bound.map_err(|error| LoadError::Fit {
            model: self.name.clone(),
            error,
            hint: "",
        })
    }
}
