//! `[portfolio]` of the configuration: what is known beforehand of the portfolios that come.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use propenso_lifecycle::watched_folder::WatchSettings;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::models::{seconds, system_folder};
use super::{Beside, File, General, SettingsError};
use crate::cli::{IntakeArgs, RegistryArgs};
use crate::profile::Profile;
use crate::profiles::{self, Profiles};

/// Where saved profiles are in the data directory.
const FOLDER: &str = "profiles";

/// Keys of `[portfolio]` that are none of a profile's.
const KEYS: [&str; 4] = ["inbox", "poll_seconds", "settle_seconds", "profiles"];

/// `[portfolio]` as written.
#[derive(Debug, Default)]
pub(super) struct PortfolioFile {
    inbox: Option<PathBuf>,
    poll_seconds: Option<f64>,
    settle_seconds: Option<f64>,
    profiles: BTreeMap<String, Profile>,
    /// All other keys.
    defaults: Profile,
}

/// Read key by key, so that an error names the line that it is in.
impl<'de> Deserialize<'de> for PortfolioFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = PortfolioFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what is known of portfolios")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<PortfolioFile, A::Error> {
        let mut file = PortfolioFile::default();
        while let Some(key) = table.next_key::<String>()? {
            match key.as_str() {
                "inbox" => file.inbox = Some(table.next_value()?),
                "poll_seconds" => file.poll_seconds = Some(table.next_value()?),
                "settle_seconds" => file.settle_seconds = Some(table.next_value()?),
                "profiles" => file.profiles = table.next_value()?,
                key => file.defaults.take(key, &mut table, &KEYS)?,
            }
        }
        Ok(file)
    }
}

/// What is known beforehand of portfolios, for a command that scores one.
///
/// # Errors
///
/// [`SettingsError`] when the configuration cannot be used.
pub fn profiles(args: &RegistryArgs) -> Result<Profiles, SettingsError> {
    let (file, beside) = File::open(args.config.as_deref())?;
    let general = General::resolve(args, &IntakeArgs::default(), &file, &beside)?;
    file.portfolio.resolve(general.data_dir, &beside)
}

impl PortfolioFile {
    /// The folder that portfolios are dropped into; that of models is another.
    pub(super) fn inbox(
        &self,
        beside: &Beside,
        models: Option<&Path>,
    ) -> Result<Option<WatchSettings>, SettingsError> {
        let poll = seconds("portfolio.poll_seconds", self.poll_seconds, 2.0)?;
        let settle = seconds("portfolio.settle_seconds", self.settle_seconds, 5.0)?;
        let Some(folder) = self.inbox.clone().map(|folder| beside.path(folder)) else {
            return Ok(None);
        };
        if models == Some(&folder) {
            return Err(SettingsError::Value {
                key: "portfolio.inbox",
                value: folder.display().to_string(),
                problem: "another folder than that of [models]",
            });
        }
        Ok(Some(WatchSettings {
            folder,
            poll,
            settle,
        }))
    }

    pub(super) fn resolve(
        self,
        data_dir: Option<PathBuf>,
        beside: &Beside,
    ) -> Result<Profiles, SettingsError> {
        let folder = beside.path("".into());
        let options = |profile: Profile| profiles::beside(profile.into_options(), &folder);
        if let Some(name) = self.profiles.keys().find(|name| !profiles::is_name(name)) {
            return Err(SettingsError::Value {
                key: "portfolio.profiles",
                value: name.clone(),
                problem: "a name has letters, digits, `-` and `_`",
            });
        }
        let configured = self.profiles.into_iter();
        let data_dir = data_dir.or_else(system_folder);
        Ok(Profiles {
            defaults: options(self.defaults),
            configured: configured
                .map(|(name, profile)| (name, options(profile)))
                .collect(),
            folder: data_dir.map(|folder| folder.join(FOLDER)),
        })
    }
}
