//! `[portfolio]` of the configuration: what is known beforehand of the portfolios that come.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::models::system_folder;
use super::{Beside, File, General, SettingsError};
use crate::cli::{IntakeArgs, RegistryArgs};
use crate::profile::Profile;
use crate::profiles::{self, Profiles};

/// Where saved profiles are in the data directory.
const FOLDER: &str = "profiles";

/// `[portfolio]` as written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PortfolioFile {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
    #[serde(flatten)]
    defaults: Profile,
}

/// What is known beforehand of portfolios, for a command that scores one.
///
/// # Errors
///
/// [`SettingsError`] when the configuration cannot be used.
pub fn profiles(args: &RegistryArgs) -> Result<Profiles, SettingsError> {
    let (file, beside) = File::open(args.config.as_deref())?;
    let general = General::resolve(args, &IntakeArgs::default(), &file, &beside);
    file.portfolio.resolve(&general, &beside)
}

impl PortfolioFile {
    pub(super) fn resolve(
        self,
        general: &General,
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
        let data_dir = general.data_dir.clone().or_else(system_folder);
        Ok(Profiles {
            defaults: options(self.defaults),
            configured: configured
                .map(|(name, profile)| (name, options(profile)))
                .collect(),
            folder: data_dir.map(|folder| folder.join(FOLDER)),
        })
    }
}
