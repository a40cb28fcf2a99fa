//! `[record]` of the configuration: what is kept of what was answered.

use std::collections::BTreeMap;
use std::path::PathBuf;

use propenso_lifecycle::registry::Place;
use propenso_store::decision::FieldRule;
use serde::Deserialize;

use super::{Beside, File, General, ModelsSettings, SettingsError};
use crate::cli::{IntakeArgs, RegistryArgs};
use crate::record::policy::{ClientRule, PORTFOLIO};
use crate::record::{Mode, RecordSettings};

/// What decisions may come by.
const WAYS: [&str; 9] = [
    "/prediccion",
    "/v1/predict",
    "/v2",
    "/inference.GRPCInferenceService",
    "/invocations",
    "/v1/models/{name}:predict",
    "/v1/models/{name}:explain",
    "/vertex/predict",
    PORTFOLIO,
];

/// Everything that a command needs that works on decisions.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionsSettings {
    /// Where the registry and the decisions lie.
    pub place: Place,
    /// What is kept.
    pub record: RecordSettings,
}

impl DecisionsSettings {
    /// Merges what was typed with the configuration file it names.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when the configuration cannot be used.
    pub fn resolve(args: &RegistryArgs) -> Result<Self, SettingsError> {
        let (file, beside) = File::open(args.config.as_deref())?;
        let general = General::resolve(args, &IntakeArgs::default(), &file, &beside)?;
        Ok(Self {
            place: Place {
                folder: ModelsSettings::folder(general.data_dir)?,
                url: general.store,
            },
            record: file.record.resolve(Mode::Required, &beside)?,
        })
    }
}

/// `[record]` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordFile {
    mode: Option<Mode>,
    client: Option<ClientRule>,
    keep_months: Option<u32>,
    max_waiting_bytes: Option<usize>,
    pseudonym_key_file: Option<PathBuf>,
    #[serde(default)]
    routes: BTreeMap<String, Mode>,
    #[serde(default)]
    fields: BTreeMap<String, WrittenRule>,
}

/// What is kept of an input, as written.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenRule {
    Keep,
    Omit,
    Pseudonym,
}

impl RecordFile {
    /// What the file says, and where it says nothing `mode`.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Value`] for a way that there is not, and for no month at all.
    pub(super) fn resolve(
        self,
        mode: Mode,
        beside: &Beside,
    ) -> Result<RecordSettings, SettingsError> {
        if let Some(way) = self.routes.keys().find(|way| !WAYS.contains(&way.as_str())) {
            return Err(SettingsError::Value {
                key: "record.routes",
                value: way.clone(),
                problem: "decisions come by \"/prediccion\", \"/v1/predict\", \"/v2\", \"/inference.GRPCInferenceService\", \"/invocations\", \"/v1/models/{name}:predict\", \
                    \"/v1/models/{name}:explain\", \"/vertex/predict\" or \"portfolio\"",
            });
        }
        if self.keep_months == Some(0) {
            return Err(SettingsError::Value {
                key: "record.keep_months",
                value: "0".to_owned(),
                problem: "whole months besides the current one, 1 or more; leave it out to keep all, or write mode = \"off\"",
            });
        }
        let usual = RecordSettings::of(self.mode.unwrap_or(mode));
        let fields = self.fields.into_iter().map(|(name, rule)| {
            let rule = match rule {
                WrittenRule::Keep => FieldRule::Keep,
                WrittenRule::Omit => FieldRule::Omit,
                WrittenRule::Pseudonym => FieldRule::Pseudonym,
            };
            (name, rule)
        });
        Ok(RecordSettings {
            routes: self.routes,
            client: self.client.unwrap_or_default(),
            fields: fields.collect(),
            keep_months: self.keep_months,
            max_waiting_bytes: self.max_waiting_bytes.unwrap_or(usual.max_waiting_bytes),
            pseudonym_key_file: self.pseudonym_key_file.map(|path| beside.path(path)),
            ..usual
        })
    }
}
