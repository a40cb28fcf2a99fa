//! The way into the registry, whichever door a model comes by: gates, then a version.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use propenso_model::{Blob, Sha256};

use crate::contract_source::ContractSource;
use crate::gates::clients::{ClientRows, Clients};
use crate::gates::examination::{Candidate, examine};
use crate::gates::standard::Standard;
use crate::load_error::LoadError;
use crate::registry::{NewVersion, Origin, Registry, RegistryError, State, Version, WayIn};
use crate::rules::AdmissionRules;
use crate::served::Served;

/// A model that arrives, with what came along.
#[derive(Debug)]
pub struct Arrival {
    /// The file's name.
    pub file_name: String,
    /// The file.
    pub model: Blob,
    /// The hash it should have, if that was told.
    pub announced: Option<Sha256>,
    /// The key under which the file, a dict or a list, has its model.
    pub key: Option<String>,
    /// The contract asked for.
    pub contract: Option<ContractSource>,
    /// Golden rows.
    pub golden: Option<Blob>,
    /// Labelled clients: the file's name and bytes.
    pub holdout: Option<(String, Vec<u8>)>,
    /// The way it came.
    pub way: WayIn,
    /// Who sent it.
    pub by: String,
    /// What they said of it.
    pub note: String,
}

impl Arrival {
    /// Whether the file is the one that was sent, as far as is known.
    fn is_as_announced(&self) -> bool {
        let hash = self.model.sha256();
        self.announced.is_none_or(|announced| announced == hash)
    }
}

/// A version, and what is known of it since it was examined.
#[derive(Debug)]
pub struct Admitted {
    /// The version.
    pub version: Version,
    /// Whether this model and contract came for the first time.
    pub is_new: bool,
    /// Its scorer, ready to answer, so that nobody need load it again; `None` for one that was rejected, or known.
    pub served: Option<Arc<Served>>,
}

/// Why a model could not even be examined. A model that fails a gate is no error: it is a rejected version.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// The registry could not be used.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The contract cannot be used.
    #[error(transparent)]
    Contract(#[from] LoadError),
}

/// The gates before a registry.
#[derive(Debug)]
pub struct Admission {
    registry: Arc<Registry>,
    rules: AdmissionRules,
}

impl Admission {
    /// Opens the way into a registry, by some rules.
    #[must_use]
    pub fn new(registry: Arc<Registry>, rules: AdmissionRules) -> Self {
        Self { registry, rules }
    }

    /// The registry.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Examines a model and stores it: as a candidate, or as rejected. The same model under the same contract
    /// is stored once.
    ///
    /// # Errors
    ///
    /// [`AdmissionError`]; then nothing is stored.
    pub fn admit(&self, arrival: &Arrival) -> Result<Admitted, AdmissionError> {
        let champion = self.registry.holder(State::Champion)?;
        let number = champion.as_ref().map(|version| version.number);
        // Without a contract of its own, the same file is the same version, whatever was configured since.
        let hash = arrival.model.sha256();
        if arrival.is_as_announced()
            && let Some(version) = self.registry.find(hash, arrival.contract.as_ref())?
        {
            self.registry.mend(&arrival.model)?;
            return Ok(Admitted {
                version,
                is_new: false,
                served: None,
            });
        }
        let contract = self.contract(arrival, champion.as_ref())?;
        let in_service = champion.as_ref().and_then(|version| self.load(version));
        let champion_golden = champion.as_ref().and_then(|version| {
            let golden = version.content.golden?;
            self.registry.file(golden).ok()
        });
        let reference = self.rules.reference.as_deref().map(clients_at);
        let holdout = arrival.holdout.as_ref().map(|(name, bytes)| Clients {
            name: name.clone(),
            rows: ClientRows::Sent(bytes),
        });
        let candidate = Candidate {
            file_name: &arrival.file_name,
            model: &arrival.model,
            is_as_announced: arrival.is_as_announced(),
            key: arrival.key.as_deref().or(self.rules.key.as_deref()),
            contract: contract.as_ref(),
            golden: arrival.golden.as_ref().map(Blob::bytes),
            holdout: holdout.as_ref(),
        };
        let standard = Standard {
            champion: number.zip(in_service.as_ref().map(|served| &served.scorer)),
            has_champion: number.is_some(),
            champion_golden: champion_golden.as_ref().map(Blob::bytes),
            reference: reference.as_ref(),
            target: &self.rules.target,
            limits: &self.rules.limits,
            is_strict: self.rules.strict,
        };
        let examined = examine(&candidate, &standard)?;
        let (version, is_new) = self.registry.add(NewVersion {
            model: &arrival.model,
            contract: examined.contract,
            golden: arrival.golden.as_ref(),
            deciles: examined.deciles,
            origin: Origin {
                file_name: arrival.file_name.clone(),
                way: arrival.way,
                added_at: Timestamp::now(),
                added_by: arrival.by.clone(),
                note: arrival.note.clone(),
            },
            report: examined.report,
        })?;
        let served = examined.scorer.filter(|_| is_new).map(|scorer| {
            let served = Served::new(scorer, Some(version.number));
            Arc::new(served.with_bands(version.content.deciles))
        });
        Ok(Admitted {
            version,
            is_new,
            served,
        })
    }

    /// The contract a model is examined under: its own, else the configured one, else the champion's.
    fn contract(
        &self,
        arrival: &Arrival,
        champion: Option<&Version>,
    ) -> Result<Option<ContractSource>, LoadError> {
        if let Some(contract) = &arrival.contract {
            return Ok(Some(contract.clone()));
        }
        if let Some(name) = &self.rules.contract {
            return ContractSource::named(name).map(Some);
        }
        Ok(champion.map(|version| version.content.contract.clone()))
    }

    /// The champion, to compare with. One that cannot be loaded is reported where it should be served.
    fn load(&self, version: &Version) -> Option<Served> {
        Served::load(&self.registry, version).ok()
    }
}

fn clients_at(path: &Path) -> Clients<'_> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    Clients {
        name: name.to_string_lossy().into_owned(),
        rows: ClientRows::File(path),
    }
}
