//! The model that a command scores with: the file that is named, by whom ever, or else the registry's champion.

use std::path::PathBuf;

use propenso_lifecycle::gates::target::Target;
use propenso_lifecycle::registry::Place;

use super::{File, General, ModelsSettings, SettingsError};
use crate::cli::{IntakeArgs, RegistryArgs};
use crate::record::{Mode, RecordSettings};

/// The model that a command scores with, and what is known of clients to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelChoice {
    /// Where it is.
    pub source: ModelSource,
    /// Recent clients.
    pub reference: Option<PathBuf>,
    /// How labelled clients say who paid.
    pub target: Target,
    /// What is kept of what a champion answers.
    pub record: RecordSettings,
}

/// Where a model is.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelSource {
    /// In a file.
    File {
        /// The file.
        path: PathBuf,
        /// The key under which it has the model.
        key: Option<String>,
        /// Name or file of the contract.
        contract: Option<String>,
        /// Whether the strict policy decides.
        strict: bool,
    },
    /// The champion of the registry there.
    Champion(Place),
}

impl ModelChoice {
    /// Finds the model: what was typed or stands in the environment, then what the configuration says as it does for `serve`,
    /// then the registry.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when the configuration cannot be used.
    pub fn resolve(
        model: Option<PathBuf>,
        args: &RegistryArgs,
        intake: &IntakeArgs,
    ) -> Result<Self, SettingsError> {
        let (file, beside) = File::open(args.config.as_deref())?;
        let general = General::resolve(args, intake, &file, &beside)?;
        let named = model.or_else(|| file.model.clone().map(|path| beside.path(path)));
        let rules = file.models.rules(&general, &beside);
        let usual = match named {
            Some(_) => Mode::Off,
            None => Mode::Required,
        };
        let record = file.record.resolve(usual, &beside)?;
        let source = match named {
            Some(path) => ModelSource::File {
                path,
                key: general.key,
                contract: general.contract,
                strict: general.strict,
            },
            None => ModelSource::Champion(Place {
                folder: ModelsSettings::folder(general.data_dir)?,
                url: general.store,
            }),
        };
        Ok(Self {
            source,
            reference: rules.reference,
            target: rules.target,
            record,
        })
    }
}
