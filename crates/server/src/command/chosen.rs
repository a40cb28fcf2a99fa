//! The model that a command scores with, loaded.

use std::path::PathBuf;
use std::sync::Arc;

use propenso_lifecycle::load::{self, ModelPath};
use propenso_lifecycle::registry::{Registry, State};
use propenso_lifecycle::served::Served;
use propenso_scoring::Scorer;
use propenso_scoring::statistics::Deciles;

use super::CommandError;
use crate::settings::choice::ModelSource;

/// A model that a command scores with.
pub(super) struct Chosen {
    /// What scores.
    pub(super) scorer: Arc<Scorer>,
    /// The registry's version; `None` for a file.
    pub(super) version: Option<u32>,
    /// The scores that cut the version's reference portfolio into tenths.
    pub(super) bands: Option<Deciles>,
    /// The file.
    pub(super) path: PathBuf,
}

impl Chosen {
    /// Loads it.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when there is none, or it cannot be used.
    pub(super) fn load(source: ModelSource) -> Result<Self, CommandError> {
        match source {
            ModelSource::File {
                path,
                key,
                contract,
                strict,
            } => {
                let file = ModelPath::new(&path, key.as_deref());
                let scorer = match strict {
                    true => load::strict_scorer(file, contract.as_deref())?,
                    false => load::scorer(file, contract.as_deref())?,
                };
                Ok(Self {
                    scorer: Arc::new(scorer),
                    version: None,
                    bands: None,
                    path,
                })
            }
            ModelSource::Champion(place) => {
                let registry = Registry::open(&place)?;
                let champion = registry.holder(State::Champion)?;
                let champion = champion.ok_or(CommandError::NoChampion)?;
                let served = Served::load(&registry, &champion).map_err(CommandError::Champion)?;
                Ok(Self {
                    scorer: served.scorer,
                    version: Some(champion.number),
                    bands: champion.content.deciles,
                    path: PathBuf::from(champion.origin.file_name),
                })
            }
        }
    }
}
