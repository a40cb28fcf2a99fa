//! The way into the registry, whichever door a model comes by: gates, then a version. What comes again with something
//! to go by that was not there before is examined again, as the version it is.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use propenso_model::{Blob, Sha256};

use crate::contract_source::ContractSource;
use crate::gates::Evidence;
use crate::gates::clients::{ClientRows, Clients};
use crate::gates::examination::{Candidate, Examined, examine};
use crate::gates::progress::{Progress, Step};
use crate::gates::standard::Standard;
use crate::load_error::LoadError;
use crate::registry::{
    Cause, NewVersion, Origin, Recheck, Registry, RegistryError, State, Version, WayIn,
};
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

/// What there is to examine a model by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Proofs<'p> {
    /// Golden rows.
    pub golden: Option<&'p Blob>,
    /// Labelled clients: the file's name and bytes.
    pub holdout: Option<&'p (String, Vec<u8>)>,
}

/// How a model was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// This model and contract came for the first time.
    New,
    /// They were there, and have been examined again.
    ExaminedAgain,
    /// They were there, and nothing came along that was not known.
    Known,
}

/// A version, and what is known of it since it was examined.
#[derive(Debug)]
pub struct Admitted {
    /// The version.
    pub version: Version,
    /// How it was received.
    pub reception: Reception,
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
    /// is stored once, and examined again when it comes with something else to go by.
    ///
    /// # Errors
    ///
    /// [`AdmissionError`]; then nothing is stored.
    pub fn admit(&self, arrival: &Arrival) -> Result<Admitted, AdmissionError> {
        self.admit_watched(arrival, &Progress::default())
    }

    /// Examines a model and stores it, as [`Self::admit`] does, and tells how far it is.
    ///
    /// # Errors
    ///
    /// As [`Self::admit`].
    pub fn admit_watched(
        &self,
        arrival: &Arrival,
        progress: &Progress,
    ) -> Result<Admitted, AdmissionError> {
        let proofs = Proofs {
            golden: arrival.golden.as_ref(),
            holdout: arrival.holdout.as_ref(),
        };
        // Without a contract of its own, the same file is the same version, whatever was configured since.
        let hash = arrival.model.sha256();
        if arrival.is_as_announced()
            && let Some(version) = self.registry.find(hash, arrival.contract.as_ref())?
        {
            self.registry.mend(&arrival.model)?;
            return self.admit_again(version, proofs, arrival, progress);
        }
        let champion = self.registry.holder(State::Champion)?;
        let contract = self.contract(arrival, champion.as_ref())?;
        let holdout = proofs.holdout.map(clients_sent);
        let candidate = Candidate {
            file_name: &arrival.file_name,
            model: &arrival.model,
            is_as_announced: arrival.is_as_announced(),
            key: arrival.key.as_deref().or(self.rules.key.as_deref()),
            is_known: false,
            contract: contract.as_ref(),
            golden: proofs.golden.map(Blob::bytes),
            holdout: holdout.as_ref(),
            progress,
        };
        let mut examined = self.examine(&candidate, champion.as_ref())?;
        examined.report.evidence = Some(self.evidence(proofs));
        progress.begin(Step::Keeping);
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
        self.clear();
        if !is_new {
            // Another process was faster with the same model, and perhaps with less to go by.
            return self.admit_again(version, proofs, arrival, progress);
        }
        let served = examined.scorer.map(|scorer| {
            let served = Served::new(scorer, Some(version.number));
            Arc::new(served.with_findings_of(&version))
        });
        Ok(Admitted {
            version,
            reception: Reception::New,
            served,
        })
    }

    /// Examines a version that comes again, where there is something to go by that was not known.
    fn admit_again(
        &self,
        version: Version,
        proofs: Proofs<'_>,
        arrival: &Arrival,
        progress: &Progress,
    ) -> Result<Admitted, AdmissionError> {
        let now = self.evidence(proofs);
        let is_news = match &version.report.evidence {
            Some(before) => now.is_news_to(before),
            // Nobody wrote down what it was examined with.
            None => proofs.golden.is_some() || proofs.holdout.is_some(),
        };
        if !is_news {
            return Ok(Admitted {
                version,
                reception: Reception::Known,
                served: None,
            });
        }
        let cause = Cause {
            who: arrival.by.clone(),
            why: arrival.note.clone(),
        };
        Ok(Admitted {
            version: self.check_watched(version.number, proofs, &cause, progress)?,
            reception: Reception::ExaminedAgain,
            served: None,
        })
    }

    /// Examines a version of the registry again, as things are now. What is not sent stays as it was: its golden rows
    /// are asked again, and what was found on labelled clients is kept.
    ///
    /// # Errors
    ///
    /// [`AdmissionError`]; then nothing has changed.
    pub fn check(
        &self,
        number: u32,
        proofs: Proofs<'_>,
        cause: &Cause,
    ) -> Result<Version, AdmissionError> {
        self.check_watched(number, proofs, cause, &Progress::default())
    }

    fn check_watched(
        &self,
        number: u32,
        proofs: Proofs<'_>,
        cause: &Cause,
        progress: &Progress,
    ) -> Result<Version, AdmissionError> {
        let version = self.registry.version(number)?;
        let content = &version.content;
        let model = self.registry.model(&version)?;
        let kept = content.golden.map(|golden| self.registry.file(golden));
        let golden = match (proofs.golden, kept) {
            (Some(golden), _) => Some(golden.clone()),
            (None, kept) => kept.transpose()?,
        };
        // A champion is compared with nothing: with itself there is nothing to see.
        let champion = self.registry.holder(State::Champion)?;
        let champion = champion.filter(|champion| champion.number != number);
        let holdout = proofs.holdout.map(clients_sent);
        let was_read = version.report.was_read();
        let candidate = Candidate {
            file_name: &version.origin.file_name,
            model: &model,
            is_as_announced: true,
            key: self.rules.key.as_deref().filter(|_| !was_read),
            is_known: was_read,
            contract: Some(&content.contract),
            golden: golden.as_ref().map(Blob::bytes),
            holdout: holdout.as_ref(),
            progress,
        };
        let mut examined = self.examine(&candidate, champion.as_ref())?;
        progress.begin(Step::Keeping);
        let before = version.report.evidence.clone().unwrap_or_default();
        examined.report.evidence = Some(self.evidence(proofs).or(&before));
        if proofs.holdout.is_none() {
            examined.report.keep_holdout_of(&version.report);
        }
        let found = Recheck {
            golden: golden.as_ref(),
            deciles: examined.deciles,
            report: examined.report,
        };
        Ok(self.registry.recheck(number, found, cause)?)
    }

    /// Removes the files of rejected models whose time is over. What cannot be removed is tried again the next time.
    pub fn clear(&self) {
        if let Err(error) = self.registry.clear_rejected(self.rules.keep_days) {
            tracing::warn!(%error, "the files of rejected models whose time is over are still there");
        }
    }

    /// What a model is examined with now.
    fn evidence(&self, proofs: Proofs<'_>) -> Evidence {
        let rules = &self.rules;
        let reference = rules.reference.as_deref();
        let reference = reference.and_then(|path| std::fs::read(path).ok());
        let holdout = proofs.holdout;
        Evidence {
            golden: proofs.golden.map(|golden| golden.sha256().to_string()),
            holdout: holdout.map(|(_, bytes)| Evidence::of_holdout(bytes, &rules.target)),
            reference: reference.map(|bytes| Evidence::of_file(&bytes)),
            rules: Some(Evidence::of_rules(&rules.limits, rules.strict)),
        }
    }

    /// Passes a model through the gates, beside the champion where there is another.
    fn examine(
        &self,
        candidate: &Candidate<'_>,
        champion: Option<&Version>,
    ) -> Result<Examined, AdmissionError> {
        let number = champion.map(|version| version.number);
        let in_service = champion.and_then(|version| self.load(version));
        let champion_golden = champion.and_then(|version| {
            let golden = version.content.golden?;
            self.registry.file(golden).ok()
        });
        let reference = self.rules.reference.as_deref().map(clients_at);
        let standard = Standard {
            champion: number.zip(in_service.as_ref().map(|served| &*served.scorer)),
            has_champion: number.is_some(),
            champion_golden: champion_golden.as_ref().map(Blob::bytes),
            reference: reference.as_ref(),
            target: &self.rules.target,
            limits: &self.rules.limits,
            is_strict: self.rules.strict,
        };
        Ok(examine(candidate, &standard)?)
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

fn clients_sent((name, bytes): &(String, Vec<u8>)) -> Clients<'_> {
    Clients {
        name: name.clone(),
        rows: ClientRows::Sent(bytes),
    }
}

fn clients_at(path: &Path) -> Clients<'_> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    Clients {
        name: name.to_string_lossy().into_owned(),
        rows: ClientRows::File(path),
    }
}
