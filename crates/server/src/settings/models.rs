//! The registry's settings: `[models]` of the configuration.

use std::path::PathBuf;
use std::time::Duration;

#[cfg(not(windows))]
use etcetera::AppStrategy;
use propenso_lifecycle::gates::limits::GateLimits;
use propenso_lifecycle::gates::target::Target;
use propenso_lifecycle::registry::{Place, Promotion};
use propenso_lifecycle::rules::AdmissionRules;
use propenso_lifecycle::watched_folder::WatchSettings;
use serde::Deserialize;

use super::{Beside, File, General, SettingsError};
use crate::cli::{IntakeArgs, RegistryArgs};
use crate::notify::NotifySettings;

/// Everything the registry and its gates need, ready to use.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelsSettings {
    /// What is kept on this machine.
    pub data_dir: PathBuf,
    /// Where the registry is: there, or where several machines share it.
    pub place: Place,
    /// Whether that was said, or is the system's folder.
    pub is_data_dir_named: bool,
    /// What decides about models that arrive.
    pub rules: AdmissionRules,
    /// Who decides that a version becomes champion.
    pub promotion: Promotion,
    /// The folder that models are dropped into.
    pub inbox: Option<WatchSettings>,
    /// Largest upload, in bytes.
    pub max_upload_bytes: usize,
    /// Who is told of verdicts.
    pub notify: Option<NotifySettings>,
}

/// `[models]` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelsFile {
    promotion: Option<Promotion>,
    reference: Option<PathBuf>,
    inbox: Option<PathBuf>,
    poll_seconds: Option<f64>,
    settle_seconds: Option<f64>,
    target_column: Option<String>,
    target_paid: Option<Vec<String>>,
    max_upload_bytes: Option<usize>,
    keep_days: Option<u32>,
    #[serde(default)]
    gates: GateLimits,
}

impl ModelsSettings {
    /// Merges what was typed for a command that works on the registry with the configuration file it names.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when the configuration cannot be used.
    pub fn resolve(args: &RegistryArgs, intake: &IntakeArgs) -> Result<Self, SettingsError> {
        let (file, beside) = File::open(args.config.as_deref())?;
        let general = General::resolve(args, intake, &file, &beside)?;
        let notify = file.notify.resolve(&beside)?;
        file.models.resolve(general, notify, &beside)
    }

    /// The data directory that is named, or the system's.
    pub(super) fn folder(named: Option<PathBuf>) -> Result<PathBuf, SettingsError> {
        let folder = named.or_else(system_folder);
        folder.ok_or(SettingsError::NoDataFolder)
    }
}

impl ModelsFile {
    pub(super) fn resolve(
        self,
        general: General,
        notify: Option<NotifySettings>,
        beside: &Beside,
    ) -> Result<ModelsSettings, SettingsError> {
        let rules = self.rules(&general, beside);
        let poll = seconds("models.poll_seconds", self.poll_seconds, 2.0)?;
        let folder = ModelsSettings::folder(general.data_dir.clone())?;
        let settle = seconds("models.settle_seconds", self.settle_seconds, 5.0)?;
        Ok(ModelsSettings {
            is_data_dir_named: general.data_dir.is_some(),
            place: Place {
                folder: folder.clone(),
                url: general.store,
            },
            data_dir: folder,
            rules,
            promotion: self.promotion.unwrap_or_default(),
            inbox: self.inbox.map(|folder| WatchSettings {
                folder: beside.path(folder),
                poll,
                settle,
            }),
            max_upload_bytes: self.max_upload_bytes.unwrap_or(512 << 20),
            notify,
        })
    }

    /// What decides about models that arrive.
    pub(super) fn rules(&self, general: &General, beside: &Beside) -> AdmissionRules {
        let default = AdmissionRules::default();
        let target = default.target;
        AdmissionRules {
            key: general.key.clone(),
            contract: general.contract.clone(),
            strict: general.strict,
            reference: self.reference.clone().map(|path| beside.path(path)),
            target: Target {
                column: self.target_column.clone().unwrap_or(target.column),
                paid: self.target_paid.clone().unwrap_or(target.paid),
            },
            limits: self.gates,
            keep_days: self.keep_days.unwrap_or(default.keep_days),
        }
    }
}

pub(super) fn seconds(
    key: &'static str,
    value: Option<f64>,
    default: f64,
) -> Result<Duration, SettingsError> {
    let value = value.unwrap_or(default);
    let is_usable = (0.01..=86_400.0).contains(&value);
    let problem = "seconds, from 0.01 to 86400";
    is_usable
        .then(|| Duration::from_secs_f64(value))
        .ok_or_else(|| SettingsError::Value {
            key,
            value: value.to_string(),
            problem,
        })
}

/// Finds `AppData\Local\propenso`: the roaming folder may be on a share, where SQLite must not be.
#[cfg(windows)]
pub(super) fn system_folder() -> Option<PathBuf> {
    std::env::var_os("LOCALAPPDATA").map(|folder| PathBuf::from(folder).join("propenso"))
}

/// Finds `~/.local/share/propenso`.
#[cfg(not(windows))]
pub(super) fn system_folder() -> Option<PathBuf> {
    let strategy = etcetera::choose_app_strategy(etcetera::AppStrategyArgs {
        top_level_domain: "org".to_owned(),
        author: "propenso".to_owned(),
        app_name: "propenso".to_owned(),
    });
    Some(strategy.ok()?.data_dir())
}
