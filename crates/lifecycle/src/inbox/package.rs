//! A zip archive of a model and what comes along with it, as mail makes people send them.

use std::path::Path;

use propenso_model::{Blob, Limits, Sha256, packed_files};

use super::name::hash_in;
use super::stranger::Stranger;
use crate::admission::Arrival;
use crate::contract_source::ContractSource;

/// What came in one archive. Inside, golden rows may be called `modelo.pkl.golden.csv`, `modelo.golden.csv`,
/// `golden.csv`: there is one model that they can be of.
#[derive(Debug, Default)]
pub(super) struct Package {
    model: Option<(String, Vec<u8>)>,
    golden: Option<Vec<u8>>,
    holdout: Option<(String, Vec<u8>)>,
    contract: Option<(String, Vec<u8>)>,
    announced: Option<Sha256>,
}

impl Package {
    /// Opens an archive in which one file is a model, and the others belong to it or are none. `None` for any other file:
    /// which of several was meant is not guessed.
    pub(super) fn open(bytes: &[u8]) -> Option<Self> {
        let files = packed_files(bytes, &Limits::default()).ok()??;
        // Alone, it is read as it is.
        if files.len() < 2 {
            return None;
        }
        let mut package = Self::default();
        for (name, bytes) in files {
            package.take(name, bytes)?;
        }
        package.model.is_some().then_some(package)
    }

    /// Takes a file for what its name says; `None` where there is one already.
    fn take(&mut self, name: String, bytes: Vec<u8>) -> Option<()> {
        let lower = name.to_lowercase();
        let file = (name, bytes);
        if lower.ends_with("golden.csv") {
            put(&mut self.golden, file.1)
        } else if lower.ends_with("holdout.csv") {
            put(&mut self.holdout, file)
        } else if lower.ends_with("contract.toml") {
            put(&mut self.contract, file)
        } else if lower.ends_with(".sha256") {
            put(&mut self.announced, hash_in(&file.1)?)
        } else {
            let file_name = Path::new(&file.0).file_name()?.to_str()?.to_owned();
            match Stranger::of(&file_name, &file.1) {
                Some(_) => Some(()),
                None => put(&mut self.model, file),
            }
        }
    }

    /// Puts what is in it into an arrival that is the archive itself. What came beside the archive goes before.
    pub(super) fn unpack_into(self, arrival: Arrival) -> Arrival {
        let Some((name, model)) = self.model else {
            return arrival;
        };
        let contract = self.contract.map(|(name, text)| {
            ContractSource::with_text(name, String::from_utf8_lossy(&text).into_owned())
        });
        let model = Blob::from(model);
        // What is beside the archive speaks of the archive, what is in it of the model.
        let wrong = |announced: Option<Sha256>, file: &Blob| {
            announced.filter(|announced| *announced != file.sha256())
        };
        Arrival {
            announced: wrong(arrival.announced, &arrival.model).or(wrong(self.announced, &model)),
            file_name: format!("{name} (en {})", arrival.file_name),
            contract: arrival.contract.or(contract),
            golden: arrival.golden.or(self.golden.map(Blob::from)),
            holdout: arrival.holdout.or(self.holdout),
            model,
            ..arrival
        }
    }
}

fn put<T>(place: &mut Option<T>, value: T) -> Option<()> {
    match place.replace(value) {
        None => Some(()),
        Some(_) => None,
    }
}
