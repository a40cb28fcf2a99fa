//! A model file and a contract become a scorer.

use std::path::{Path, PathBuf};

use propenso_engine::Predictor;
use propenso_model::{Estimator, Limits, ModelFile, Signature, strict};
use propenso_scoring::{Contract, ContractError, ContractFile, FitError, Scorer, shipped_names};

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
    /// The strict policy refuses the file.
    #[error("{}: refused by the strict policy:{}", path.display(), lines(.reasons))]
    Strict {
        /// The file.
        path: PathBuf,
        /// Why, one sentence each.
        reasons: Vec<String>,
    },
    /// The contract and the model do not go together.
    #[error("{}: {error}{hint}", model.display())]
    Fit {
        /// The model file.
        model: PathBuf,
        /// Every difference.
        error: FitError,
        /// What else can be done.
        hint: &'static str,
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

/// The contract used when none is named and it fits the model.
pub const DEFAULT_CONTRACT: &str = "casas-cobranzas";

/// The contract of the model's own columns, by name.
pub const MODEL_CONTRACT: &str = "model";

/// A contract by shipped name, by `model`, or by file.
///
/// # Errors
///
/// [`LoadError`] when there is none of that name, or it is wrong.
pub fn contract(name: &str, signature: &Signature) -> Result<Contract, LoadError> {
    let wrong = |error| LoadError::Contract {
        name: name.to_owned(),
        error,
    };
    if name == MODEL_CONTRACT {
        return Contract::of_model(signature).map_err(wrong);
    }
    if let Some(contract) = Contract::shipped(name) {
        return Ok(contract);
    }
    if !is_file_name(name) {
        let shipped: Vec<&str> = shipped_names().chain([MODEL_CONTRACT]).collect();
        return Err(LoadError::UnknownContract {
            name: name.to_owned(),
            shipped: shipped.join(", "),
        });
    }
    let path = Path::new(name);
    let text = std::fs::read_to_string(path).map_err(|error| LoadError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match ContractFile::parse(text).map_err(wrong)? {
        ContractFile::Complete(contract) => Ok(*contract),
        ContractFile::Overlay(overlay) => overlay.apply(signature).map_err(wrong),
    }
}

/// A scorer from a model file and a contract's name.
///
/// Without a name it is the contract that ships, where that fits the model. A pipeline brings its
/// own columns, and where the shipped contract does not fit is served by those.
///
/// # Errors
///
/// [`LoadError`] for whatever stands in the way, with what to do about it.
pub fn scorer(model: &Path, contract_name: Option<&str>) -> Result<Scorer, LoadError> {
    let (file, estimator) = estimator(model)?;
    bind(model, &file, estimator, contract_name)
}

/// As [`scorer`], for files that the strict policy lets pass.
///
/// # Errors
///
/// [`LoadError::Strict`] too.
pub fn strict_scorer(model: &Path, contract_name: Option<&str>) -> Result<Scorer, LoadError> {
    let (file, estimator) = estimator(model)?;
    let reasons = strict::violations(&file, &estimator);
    if !reasons.is_empty() {
        return Err(LoadError::Strict {
            path: model.to_owned(),
            reasons,
        });
    }
    bind(model, &file, estimator, contract_name)
}

/// A model file and the estimator it holds.
///
/// # Errors
///
/// [`LoadError::Unreadable`] or [`LoadError::Model`].
pub fn estimator(path: &Path) -> Result<(ModelFile, Estimator), LoadError> {
    let file = model_file(path)?;
    let estimator = file.estimator().map_err(|error| LoadError::Model {
        path: path.to_owned(),
        error,
    })?;
    Ok((file, estimator))
}

/// A scorer from what a model file holds; see [`scorer`].
///
/// # Errors
///
/// [`LoadError`] about the contract.
pub fn bind(
    model: &Path,
    file: &ModelFile,
    estimator: Estimator,
    contract_name: Option<&str>,
) -> Result<Scorer, LoadError> {
    let is_pipeline = !estimator.pipeline.transforms.is_empty();
    let signature = &estimator.signature;
    let mut contract = self::contract(contract_name.unwrap_or(DEFAULT_CONTRACT), signature)?;
    if contract_name.is_none() && is_pipeline && contract.check_fit(signature).is_err() {
        contract = self::contract(MODEL_CONTRACT, signature)?;
    }
    Scorer::new(contract, Predictor::compile(estimator), file.sha256()).map_err(|error| {
        LoadError::Fit {
            model: model.to_owned(),
            error,
            hint: if contract_name.is_none() {
                "\nto serve the model by its own columns, add --contract model"
            } else {
                ""
            },
        }
    })
}

fn lines(reasons: &[String]) -> String {
    let line = |reason: &String| format!("\n  {reason}");
    reasons.iter().map(line).collect()
}
