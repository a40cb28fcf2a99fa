//! Folders that pages name.

use std::path::PathBuf;
use std::sync::Arc;

use propenso_lifecycle::watched_folder::{FolderSight, OpenFolder, Sighted, WatchSettings};

use crate::settings::Settings;

/// Folders that pages name.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    /// Where all is kept; nowhere, where one model's file is served.
    pub data: Option<PathBuf>,
    /// Models are dropped here.
    pub models: Option<InboxFolder>,
    /// Portfolios are dropped here.
    pub portfolios: Option<InboxFolder>,
}

/// A folder that files are dropped into.
#[derive(Debug, Clone)]
pub struct InboxFolder {
    /// Where it is.
    pub path: PathBuf,
    sight: Option<Arc<FolderSight>>,
}

impl InboxFolder {
    fn of(watch: &WatchSettings, open: Option<&OpenFolder>) -> Self {
        Self {
            path: watch.folder.clone(),
            sight: open.map(|open| Arc::clone(open.sight())),
        }
    }

    /// What was seen there at the last look, where somebody looks.
    #[must_use]
    pub fn sighted(&self) -> Option<Sighted> {
        self.sight.as_ref()?.last()
    }
}

impl Folders {
    /// Takes them from the settings, with those that are looked into.
    #[must_use]
    pub fn of(
        settings: &Settings,
        models_inbox: Option<&OpenFolder>,
        portfolios_inbox: Option<&OpenFolder>,
    ) -> Self {
        let models = &settings.models;
        let is_registry = settings.model.is_none();
        Self {
            data: is_registry.then(|| models.data_dir.clone()),
            models: models
                .inbox
                .as_ref()
                .filter(|_| is_registry)
                .map(|watch| InboxFolder::of(watch, models_inbox)),
            portfolios: settings
                .portfolio_inbox
                .as_ref()
                .map(|watch| InboxFolder::of(watch, portfolios_inbox)),
        }
    }
}
