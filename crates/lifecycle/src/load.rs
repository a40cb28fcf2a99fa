//! A model file and a contract become a scorer.

use std::path::Path;
use std::thread;

use propenso_model::{Blob, Estimator, ModelFile, Sha256, strict};
use propenso_scoring::Scorer;

use crate::contract_source::{ContractSource, DEFAULT_CONTRACT, MODEL_CONTRACT};
use crate::load_error::LoadError;
use crate::memory;
use crate::model_folder::model_blob;
use crate::patience;
use crate::workbench::Workbench;

/// Bytes of a file that takes a while to be freed.
const LARGE: usize = 64 << 20;

/// A model file on disk, and the key under which it has its model where it is a dict or a list.
#[derive(Debug, Clone, Copy)]
pub struct ModelPath<'p> {
    /// The file.
    pub path: &'p Path,
    /// The key.
    pub key: Option<&'p str>,
}

impl<'p> ModelPath<'p> {
    /// A file whose model may be under a key.
    #[must_use]
    pub fn new(path: &'p Path, key: Option<&'p str>) -> Self {
        Self { path, key }
    }
}

impl<'p, P: AsRef<Path> + ?Sized> From<&'p P> for ModelPath<'p> {
    fn from(path: &'p P) -> Self {
        Self::new(path.as_ref(), None)
    }
}

/// Reads a model file from disk, or a folder of MLflow's.
///
/// # Errors
///
/// [`LoadError::Unreadable`], [`LoadError::Memory`] or [`LoadError::Model`].
pub fn model_file<'p>(model: impl Into<ModelPath<'p>>) -> Result<ModelFile, LoadError> {
    let ModelPath { path, key } = model.into();
    let file = model_blob(path)?;
    let limits = memory::limits(file.bytes().len());
    let read = ModelFile::read(file, &limits);
    read.map(|file| file.with_key(key))
        .map_err(|error| LoadError::Model {
            path: path.to_owned(),
            error,
        })
}

/// A scorer from a model file and a contract's name.
///
/// Without a name it is the contract that ships, where that fits the model. A pipeline brings its
/// own columns, and where the shipped contract does not fit is served by those.
///
/// # Errors
///
/// [`LoadError`] for whatever stands in the way, with what to do about it.
pub fn scorer<'p>(
    model: impl Into<ModelPath<'p>>,
    contract_name: Option<&str>,
) -> Result<Scorer, LoadError> {
    let model = model.into();
    patience::loading(&model.path.to_string_lossy(), || {
        let (file, estimator) = estimator(model)?;
        bind(model.path, let_go(file), estimator, contract_name)
    })
}

/// As [`scorer`], for files that the strict policy lets pass.
///
/// # Errors
///
/// [`LoadError::Strict`] too.
pub fn strict_scorer<'p>(
    model: impl Into<ModelPath<'p>>,
    contract_name: Option<&str>,
) -> Result<Scorer, LoadError> {
    let model = model.into();
    patience::loading(&model.path.to_string_lossy(), || {
        let (file, estimator) = estimator(model)?;
        let reasons = strict::violations(&file, &estimator);
        if !reasons.is_empty() {
            return Err(LoadError::Strict {
                path: model.path.to_owned(),
                reasons,
            });
        }
        bind(model.path, let_go(file), estimator, contract_name)
    })
}

/// A model file and the estimator it holds.
///
/// # Errors
///
/// [`LoadError::Unreadable`] or [`LoadError::Model`].
pub fn estimator<'p>(model: impl Into<ModelPath<'p>>) -> Result<(ModelFile, Estimator), LoadError> {
    let model = model.into();
    let file = model_file(model)?;
    let estimator = file.estimator().map_err(|error| LoadError::Model {
        path: model.path.to_owned(),
        error,
    })?;
    Ok((file, estimator))
}

/// Frees a file whose model was taken out of it, and tells its hash: there is room for what is compiled then. To free hundreds of
/// megabytes takes tens of milliseconds, which nobody waits for.
fn let_go(file: ModelFile) -> Sha256 {
    let hash = file.sha256();
    if file.n_bytes() < LARGE {
        return hash;
    }
    // Where there is no thread to be had, it is freed here.
    let _ = thread::Builder::new().spawn(move || drop(file));
    hash
}

/// A scorer from what a model file of some hash holds; see [`scorer`]. Nothing of the file is needed any more.
///
/// # Errors
///
/// [`LoadError`] about the contract.
pub fn bind(
    model: &Path,
    hash: Sha256,
    estimator: Estimator,
    contract_name: Option<&str>,
) -> Result<Scorer, LoadError> {
    let source = match contract_name {
        Some(name) => ContractSource::named(name)?,
        None => fitting_contract(&estimator)?,
    };
    let bound = bind_source(&model.to_string_lossy(), hash, estimator, &source);
    bound.map_err(|error| match error {
        LoadError::Fit { model, error, .. } if contract_name.is_none() => LoadError::Fit {
            model,
            error,
            hint: "\nto serve the model by its own columns, add --contract model",
        },
        error => error,
    })
}

/// The contract of a model for which none is named: the one that ships, where that fits. A pipeline
/// brings its own columns, and where the shipped contract does not fit is served by those.
///
/// # Errors
///
/// [`LoadError`] about the contract.
pub fn fitting_contract(estimator: &Estimator) -> Result<ContractSource, LoadError> {
    let source = ContractSource::named(DEFAULT_CONTRACT)?;
    let is_pipeline = !estimator.pipeline.transforms.is_empty();
    let signature = &estimator.signature;
    if is_pipeline && source.contract(signature)?.check_fit(signature).is_err() {
        return ContractSource::named(MODEL_CONTRACT);
    }
    Ok(source)
}

/// A scorer from what a model file of some hash holds and a contract that has not been served before. `model` is what errors call
/// the file.
///
/// # Errors
///
/// [`LoadError::Contract`] or [`LoadError::Fit`].
pub fn bind_source(
    model: &str,
    hash: Sha256,
    estimator: Estimator,
    source: &ContractSource,
) -> Result<Scorer, LoadError> {
    Workbench::new(model, hash, estimator).bind(source)
}

/// Makes a scorer from a model file that was examined before, and a contract. `model` is what errors call
/// the file. Where its model is under a key, there is no other, so the key need not be told again.
///
/// # Errors
///
/// [`LoadError`] for whatever stands in the way.
pub fn scorer_of(model: &str, file: Blob, source: &ContractSource) -> Result<Scorer, LoadError> {
    let wrong = |error| LoadError::Model {
        path: model.into(),
        error,
    };
    patience::loading(model, || {
        let limits = memory::limits(file.bytes().len());
        let file = ModelFile::read(file, &limits).map_err(wrong)?;
        let file = file.with_only_model();
        let estimator = file.estimator().map_err(wrong)?;
        let contract = source.contract(&estimator.signature)?;
        Workbench::new(model, let_go(file), estimator).bind_contract(contract)
    })
}
