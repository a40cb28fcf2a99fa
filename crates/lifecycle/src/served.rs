//! A scorer in service.

use std::sync::Arc;

use propenso_engine::{Answer, Scratch};
use propenso_scoring::statistics::Deciles;
use propenso_scoring::{Binning, Scorer};

use crate::gates::input_reference::InputReference;
use crate::load;
use crate::load_error::LoadError;
use crate::registry::{Registry, RegistryError, Version};

/// Why a version cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum UnservableError {
    /// Its file cannot be read from the registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The file and the contract become no scorer.
    #[error(transparent)]
    Load(Box<LoadError>),
}

impl From<LoadError> for UnservableError {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}

/// A scorer in service.
#[derive(Debug)]
pub struct Served {
    /// What scores. Whoever scores again what it answered shares it.
    pub scorer: Arc<Scorer>,
    /// Its version in the registry; `None` for a model served from its file.
    pub version: Option<u32>,
    /// The version and the beginning of the hash, as callers are told: `2 1f3a5c7e`, or the hash alone.
    pub name: String,
    /// The scores that cut the version's reference portfolio into tenths.
    pub bands: Option<Deciles>,
    /// What its inputs are counted in, where it was examined with a reference portfolio.
    pub binning: Option<Arc<Binning>>,
}

impl Served {
    /// Puts a scorer, of a registry's version or of a file, into service. It has answered once: that it can is known, and its
    /// memory is at hand.
    #[must_use]
    pub fn new(scorer: Scorer, version: Option<u32>) -> Self {
        let predictor = scorer.predictor();
        let row = vec![0.0; predictor.signature().n_inputs()];
        // A model may refuse the row; what counts is that the engine has walked it.
        let _ = predictor.predict(&row, &mut Scratch::default(), &mut Answer::default());
        let hash = scorer.model().short();
        let name = match version {
            Some(version) => format!("{version} {hash}"),
            None => hash,
        };
        Self {
            name,
            scorer: Arc::new(scorer),
            version,
            bands: None,
            binning: None,
        }
    }

    /// Loads a version from the registry's files.
    ///
    /// # Errors
    ///
    /// [`UnservableError`], which says what stands in the way.
    pub fn load(registry: &Registry, version: &Version) -> Result<Self, UnservableError> {
        let content = &version.content;
        let file = registry.model(version)?;
        let path = registry.path(content.model);
        let scorer = load::scorer_of(&path.to_string_lossy(), file, &content.contract)?;
        Ok(Self::new(scorer, Some(version.number)).with_findings_of(version))
    }

    /// Tells whether it is a version as the registry has it now: an examination may have found its tenths since, or other bins.
    #[must_use]
    pub fn is(&self, version: &Version) -> bool {
        let has_bands = self.bands.is_some() || version.content.deciles.is_none();
        let has_bins = || match (&self.binning, reference(version)) {
            (Some(binning), Some(reference)) => binning.id() == reference.id(),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        self.version == Some(version.number) && has_bands && has_bins()
    }

    /// Knows what a version's examination found: the scores that cut the reference portfolio into tenths, and what its inputs are
    /// counted in.
    #[must_use]
    pub fn with_findings_of(self, version: &Version) -> Self {
        let binning =
            reference(version).map(|reference| Arc::new(reference.binning(self.scorer.contract())));
        Self {
            bands: version.content.deciles,
            binning,
            ..self
        }
    }
}

/// What a version's inputs were in the reference portfolio.
fn reference(version: &Version) -> Option<&InputReference> {
    version.report.drift()?.inputs.as_ref()
}
