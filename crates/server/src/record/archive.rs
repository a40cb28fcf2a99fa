//! The models of former days, from the registry: what a decision was made with, loaded once. What is in service is there already.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use propenso_lifecycle::live::Live;
use propenso_lifecycle::load;
use propenso_lifecycle::registry::{Registry, Version};
use propenso_model::Sha256;
use propenso_scoring::Scorer;
use propenso_store::decision::Context;

/// Scorers that are in memory at a time: more, and all are loaded anew.
const MOST: usize = 16;

/// A scorer, or why there is none.
type Loaded = Result<Arc<Scorer>, NoScorer>;

/// Scorers of a registry's versions, by model and contract.
#[derive(Debug)]
pub struct Archive {
    registry: Arc<Registry>,
    /// What is in service here.
    live: Option<Arc<Live>>,
    scorers: Mutex<HashMap<(Sha256, Sha256), Loaded>>,
}

/// Why there is no scorer of a decision any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoScorer {
    /// The registry has no version of its model and contract.
    #[error(
        "the registry has no version with model {model} and contract {contract}; it was answered by another registry's, or by a file"
    )]
    Unknown {
        /// The beginning of the model's hash.
        model: String,
        /// The beginning of the contract's hash.
        contract: String,
    },
    /// The version cannot be loaded.
    #[error("version {version}, which answered it, cannot be loaded: {cause}")]
    Unusable {
        /// Its number.
        version: u32,
        /// What stands in the way.
        cause: String,
    },
}

impl Archive {
    /// Loads what is asked for from a registry.
    #[must_use]
    pub fn new(registry: Arc<Registry>) -> Self {
        Self {
            registry,
            live: None,
            scorers: Mutex::default(),
        }
    }

    /// Shares what is in service instead of loading it once more.
    #[must_use]
    pub fn sharing(self, live: Arc<Live>) -> Self {
        Self {
            live: Some(live),
            ..self
        }
    }

    /// The scorer that decisions of this context were made with.
    ///
    /// # Errors
    ///
    /// [`NoScorer`], the same each time.
    pub fn scorer(&self, context: &Context) -> Result<Arc<Scorer>, NoScorer> {
        let key = (context.model, context.contract);
        let live = self.live.as_ref();
        if let Some(scorer) = live.and_then(|live| live.scorer_of(key.0, key.1)) {
            return Ok(scorer);
        }
        let mut scorers = self.scorers.lock().unwrap_or_else(PoisonError::into_inner);
        if scorers.len() >= MOST && !scorers.contains_key(&key) {
            scorers.clear();
        }
        // Whoever else wants it waits for it, rather than loading it too.
        let scorer = scorers.entry(key).or_insert_with(|| self.load(context));
        scorer.clone()
    }

    fn load(&self, context: &Context) -> Result<Arc<Scorer>, NoScorer> {
        let unusable = |version: u32, cause: String| NoScorer::Unusable { version, cause };
        let versions = self
            .registry
            .versions()
            .map_err(|error| unusable(context.version.unwrap_or_default(), error.to_string()))?;
        let mut with_model: Vec<&Version> = versions
            .iter()
            .filter(|version| version.content.model == context.model)
            .collect();
        // The one that is named first; a registry that was made anew may number them otherwise.
        with_model.sort_by_key(|version| Some(version.number) != context.version);
        let mut trouble = None;
        for version in with_model {
            match self.load_version(version) {
                Ok(scorer) if scorer.contract().digest() == context.contract => {
                    return Ok(Arc::new(scorer));
                }
                Ok(_) => {}
                Err(cause) => trouble = Some(unusable(version.number, cause)),
            }
        }
        Err(trouble.unwrap_or_else(|| NoScorer::Unknown {
            model: context.model.short(),
            contract: context.contract.short(),
        }))
    }

    fn load_version(&self, version: &Version) -> Result<Scorer, String> {
        let file = self
            .registry
            .model(version)
            .map_err(|error| error.to_string())?;
        let path = self.registry.path(version.content.model);
        let scorer = load::scorer_of(&path.to_string_lossy(), file, &version.content.contract);
        scorer.map_err(|error| error.to_string())
    }
}
