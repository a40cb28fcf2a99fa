//! A model file and a contract become a scorer.

use std::path::{Path, PathBuf};

use propenso_engine::Predictor;
use propenso_model::{Limits, ModelFile};
use propenso_scoring::{Contract, ContractError, FitError, Scorer, shipped_names};

use crate::settings::is_file_name;

/// Why there is no scorer.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read from disk.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The model file cannot be used.
    #[error("{}: {error}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: propenso_model::Error,
    },
    /// A contract by a name that does not ship.
    #[error(
        "there is no contract named `{name}`; these ship: {shipped}; a contract file is named by its path, ending in .toml"
    )]
    UnknownContract {
        /// The name.
        name: String,
        /// The names that ship.
        shipped: String,
    },
    /// The contract file is wrong.
    #[error("contract {name}: {error}")]
    Contract {
        /// Its name or path.
        name: String,
        /// All that is wrong with it.
        error: ContractError,
    },
    /// The contract and the model do not go together.
    #[error("{}: {error}", model.display())]
    Fit {
        /// The model file.
        model: PathBuf,
        /// Every difference.
        error: FitError,
    },
}

/// Reads a model file from disk.
///
/// # Errors
///
/// [`LoadError::Unreadable`] or [`LoadError::Model`].
pub fn model_file(path: &Path) -> Result<ModelFile, LoadError> {
    let bytes = std::fs::read(path).map_err(|error| LoadError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    ModelFile::read(bytes, &Limits::default()).map_err(|error| LoadError::Model {
        path: path.to_owned(),
        error,
    })
}

/// A contract by shipped name or by file.
///
/// # Errors
///
/// [`LoadError`] when there is none of that name, or it is wrong.
pub fn contract(name: &str) -> Result<Contract, LoadError> {
    if let Some(contract) = Contract::shipped(name) {
        return Ok(contract);
    }
    if !is_file_name(name) {
        let shipped = shipped_names().collect::<Vec<_>>().join(", ");
        return Err(LoadError::UnknownContract {
            name: name.to_owned(),
            shipped,
        });
    }
    let path = Path::new(name);
    let text = std::fs::read_to_string(path).map_err(|error| LoadError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    Contract::parse(text.strip_prefix('\u{feff}').unwrap_or(&text)).map_err(|error| {
        LoadError::Contract {
            name: name.to_owned(),
            error,
        }
    })
}

/// A scorer from a model file and a contract's name.
///
/// # Errors
///
/// [`LoadError`] for whatever stands in the way, with what to do about it.
pub fn scorer(model: &Path, contract_name: &str) -> Result<Scorer, LoadError> {
    let contract = contract(contract_name)?;
    let file = model_file(model)?;
    let estimator = file.estimator().map_err(|error| LoadError::Model {
        path: model.to_owned(),
        error,
    })?;
    Scorer::new(contract, Predictor::compile(estimator), file.sha256()).map_err(|error| {
        LoadError::Fit {
            model: model.to_owned(),
            error,
        }
    })
}
