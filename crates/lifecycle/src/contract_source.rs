//! A contract as it is kept: by its text, so that it means tomorrow what it means today, whatever the next
//! program ships under the same name.

use std::path::Path;

use propenso_model::Signature;
use propenso_scoring::{Contract, ContractFile, shipped_names, shipped_text};

use crate::load_error::LoadError;

/// The contract used when none is named and it fits the model.
pub const DEFAULT_CONTRACT: &str = "casas-cobranzas";

/// The contract of the model's own columns, by name.
pub const MODEL_CONTRACT: &str = "model";

/// Whether a contract is named by file rather than by one of the shipped names.
#[must_use]
pub fn is_file_name(name: &str) -> bool {
    name.ends_with(".toml") || name.contains(['/', '\\'])
}

/// Where a contract's meaning comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractSource {
    name: String,
    /// `None`: the model's own columns.
    text: Option<String>,
}

impl ContractSource {
    /// By shipped name, or by `model`.
    ///
    /// # Errors
    ///
    /// [`LoadError::UnknownContract`] when there is none of that name.
    pub fn shipped(name: &str) -> Result<Self, LoadError> {
        if name == MODEL_CONTRACT {
            return Ok(Self {
                name: name.to_owned(),
                text: None,
            });
        }
        let text = shipped_text(name).ok_or_else(|| {
            let shipped: Vec<&str> = shipped_names().chain([MODEL_CONTRACT]).collect();
            LoadError::UnknownContract {
                name: name.to_owned(),
                shipped: shipped.join(", "),
            }
        })?;
        Ok(Self::with_text(name.to_owned(), text.to_owned()))
    }

    /// By shipped name, by `model`, or by file.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when there is none of that name, or the file cannot be read.
    pub fn named(name: &str) -> Result<Self, LoadError> {
        if !is_file_name(name) {
            return Self::shipped(name);
        }
        let path = Path::new(name);
        let text = std::fs::read_to_string(path).map_err(|error| LoadError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        Ok(Self::with_text(name.to_owned(), text))
    }

    /// A contract's own text, however it came. The byte order mark that Notepad puts before UTF-8 is none of it: with
    /// and without, it is the same contract.
    #[must_use]
    pub fn with_text(name: String, text: String) -> Self {
        let text = match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        };
        Self {
            name,
            text: Some(text),
        }
    }

    /// Reads back what [`Self::name`] and [`Self::text`] gave.
    #[must_use]
    pub fn stored(name: String, text: Option<String>) -> Self {
        match text {
            Some(text) => Self::with_text(name, text),
            None => Self { name, text },
        }
    }

    /// The name or file it was given by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its TOML; `None` for the model's own columns.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The contract, for a model of this signature.
    ///
    /// # Errors
    ///
    /// [`LoadError::Contract`] when it is wrong.
    pub fn contract(&self, signature: &Signature) -> Result<Contract, LoadError> {
        let contract = match &self.text {
            None => Contract::of_model(signature),
            Some(text) => ContractFile::parse(text).and_then(|file| match file {
                ContractFile::Complete(contract) => Ok(*contract),
                ContractFile::Overlay(overlay) => overlay.apply(signature),
            }),
        };
        contract.map_err(|error| LoadError::Contract {
            name: self.name.clone(),
            error,
        })
    }
}
