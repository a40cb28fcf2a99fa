//! Folders that pages name.

use std::path::PathBuf;

use propenso_lifecycle::watched_folder::WatchSettings;

use crate::settings::Settings;

/// Folders that pages name.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    /// Where all is kept; nowhere, where one model's file is served.
    pub data: Option<PathBuf>,
    /// Models are dropped here.
    pub models: Option<PathBuf>,
    /// Portfolios are dropped here.
    pub portfolios: Option<PathBuf>,
}

impl Folders {
    /// Takes them from the settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let models = &settings.models;
        let of = |watch: &WatchSettings| watch.folder.clone();
        let is_registry = settings.model.is_none();
        Self {
            data: is_registry.then(|| models.data_dir.clone()),
            models: models.inbox.as_ref().filter(|_| is_registry).map(of),
            portfolios: settings.portfolio_inbox.as_ref().map(of),
        }
    }
}
