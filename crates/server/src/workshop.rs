//! Contracts in the making: a model that was sent, or a version of the registry, and the text that its sender writes for it.
//!
//! They are kept on disk, over restarts too, but not for ever, and each for who began it alone. A sample of clients is looked at
//! when a contract is drafted, and never kept; golden rows are, as long as the contract they are tried on.

mod kept;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::private;
use propenso_lifecycle::workbench::Workbench;
use propenso_model::{Blob, Estimator, Limits, ModelFile};
use propenso_store::decision::Who;

pub use kept::{Begun, KeptContract, Origin, Unread};

/// Contracts that are kept at a time, of everybody.
const MOST_KEPT: usize = 24;

/// Contracts that are kept at a time of one holder.
const MOST_OF_ONE: usize = 6;

/// Bytes of all files that are kept.
const MOST_BYTES: u64 = 4 << 30;

/// How long one is kept after it was last changed.
pub const KEPT_HOURS: i64 = 72;

/// Bytes of a contract's text.
pub const MOST_TEXT: usize = 1 << 20;

/// Bytes of golden rows.
pub const MOST_GOLDEN: usize = 32 << 20;

/// The folder below the data directory.
const FOLDER: &str = "contracts";

/// Contracts in the making.
#[derive(Debug)]
pub struct Workshop {
    folder: PathBuf,
    kept: Mutex<BTreeMap<String, KeptContract>>,
    /// The model that was tried last: whoever types has it checked again and again.
    open: Mutex<Option<(String, Arc<Workbench>)>>,
}

/// Why a contract is not kept.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// There is none, or it is somebody else's.
    #[error("there is no such contract in the making")]
    Unknown,
    /// Too many are kept.
    #[error("too many contracts are in the making; remove one")]
    TooMany,
    /// They take up too much room.
    #[error("contracts in the making take up too much room; remove one")]
    NoRoom,
    /// The disk cannot be used.
    #[error("a contract in the making cannot be kept: {0}")]
    Io(#[from] io::Error),
}

impl Workshop {
    /// Opens the folder below a data directory, which need not exist before something is kept.
    #[must_use]
    pub fn open(data_dir: &Path) -> Self {
        let folder = data_dir.join(FOLDER);
        let kept = kept::load(&folder);
        let workshop = Self {
            folder,
            kept: Mutex::new(kept),
            open: Mutex::new(None),
        };
        workshop.clear();
        workshop
    }

    /// Keeps a contract that was begun.
    ///
    /// # Errors
    ///
    /// [`WorkshopError`] but [`Unknown`](WorkshopError::Unknown).
    pub fn begin(&self, begun: Begun<'_>, who: &Who) -> Result<KeptContract, WorkshopError> {
        self.clear();
        self.check_room(&begun, who)?;
        private::create_folder(&self.folder)?;
        let contract = kept::begin(&self.folder, begun, who)?;
        let mut kept = self.lock();
        kept.insert(contract.id.clone(), contract.clone());
        Ok(contract)
    }

    fn check_room(&self, begun: &Begun<'_>, who: &Who) -> Result<(), WorkshopError> {
        let kept = self.lock();
        let of_one = kept.values().filter(|contract| contract.is_of(who));
        if kept.len() >= MOST_KEPT || of_one.count() >= MOST_OF_ONE {
            return Err(WorkshopError::TooMany);
        }
        let bytes = kept.values().map(|contract| contract.bytes).sum::<u64>();
        match bytes.saturating_add(begun.bytes()) > MOST_BYTES {
            true => Err(WorkshopError::NoRoom),
            false => Ok(()),
        }
    }

    /// Those of somebody, the last one first.
    #[must_use]
    pub fn of(&self, who: &Who) -> Vec<KeptContract> {
        self.clear();
        let kept = self.lock();
        let own = kept.values().filter(|contract| contract.is_of(who));
        let mut own: Vec<KeptContract> = own.cloned().collect();
        own.sort_by_key(|contract| std::cmp::Reverse(contract.changed));
        own
    }

    /// One of somebody's.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Unknown`], for another's too.
    pub fn find(&self, id: &str, who: &Who) -> Result<KeptContract, WorkshopError> {
        let kept = self.lock();
        let found = kept.get(id).filter(|contract| contract.is_of(who));
        found.cloned().ok_or(WorkshopError::Unknown)
    }

    /// The text as it was last written.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Io`].
    pub fn text(&self, contract: &KeptContract) -> Result<String, WorkshopError> {
        Ok(kept::text(&self.folder, contract)?)
    }

    /// Keeps the text as it is by now.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Unknown`] for one that was removed meanwhile, or [`WorkshopError::Io`].
    pub fn write(&self, contract: &KeptContract, text: &str) -> Result<(), WorkshopError> {
        kept::write(&self.folder, contract, text)?;
        self.change(contract, |_| ())
    }

    /// Begins anew with another text, and tells why a sample could not be read.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub fn write_anew(
        &self,
        contract: &KeptContract,
        text: &str,
        unread: Option<Unread>,
    ) -> Result<(), WorkshopError> {
        kept::write(&self.folder, contract, text)?;
        self.change(contract, |contract| contract.unread = unread)
    }

    /// Whether its model is open, so that it can be tried at once.
    #[must_use]
    pub fn is_open(&self, contract: &KeptContract) -> bool {
        let open = lock(&self.open);
        open.as_ref().is_some_and(|(id, _)| *id == contract.id)
    }

    /// The golden rows that it is tried on.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Io`].
    pub fn golden(&self, contract: &KeptContract) -> Result<Option<Vec<u8>>, WorkshopError> {
        Ok(kept::golden(&self.folder, contract)?)
    }

    /// Keeps golden rows, by the name of their file, in place of those before, or keeps none.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub fn set_golden(
        &self,
        contract: &KeptContract,
        golden: Option<(String, &[u8])>,
    ) -> Result<(), WorkshopError> {
        kept::set_golden(
            &self.folder,
            contract,
            golden.as_ref().map(|(_, rows)| *rows),
        )?;
        let name = golden.map(|(name, _)| name);
        self.change(contract, |contract| contract.golden = name)
    }

    fn change(
        &self,
        contract: &KeptContract,
        change: impl FnOnce(&mut KeptContract),
    ) -> Result<(), WorkshopError> {
        let mut kept = self.lock();
        let known = kept.get_mut(&contract.id).ok_or(WorkshopError::Unknown)?;
        let mut changed = known.clone();
        change(&mut changed);
        changed.changed = Timestamp::now();
        kept::save(&self.folder, &changed)?;
        *known = changed;
        Ok(())
    }

    /// Removes one with its files.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Io`].
    pub fn remove(&self, contract: &KeptContract) -> Result<(), WorkshopError> {
        let mut kept = self.lock();
        kept::remove(&self.folder, &contract.id)?;
        kept.remove(&contract.id);
        drop(kept);
        self.close(&contract.id);
        Ok(())
    }

    /// Removes what nobody came back for.
    pub fn clear(&self) {
        let oldest = Timestamp::now() - SignedDuration::from_hours(KEPT_HOURS);
        let mut kept = self.lock();
        kept.retain(|id, contract| {
            let is_forgotten = contract.changed < oldest;
            let is_gone = is_forgotten && kept::remove(&self.folder, id).is_ok();
            if is_gone {
                self.close(id);
            }
            !is_gone
        });
    }

    fn close(&self, id: &str) {
        let mut open = lock(&self.open);
        if open.as_ref().is_some_and(|(known, _)| known == id) {
            *open = None;
        }
    }

    /// The model of a contract, opened; `blob` gives the file of one that was not sent.
    ///
    /// # Errors
    ///
    /// What `blob` says; the model's own error is within.
    pub fn bench<E: From<io::Error>>(
        &self,
        contract: &KeptContract,
        blob: impl FnOnce(u32) -> Result<Blob, E>,
    ) -> Result<Result<Arc<Workbench>, LoadError>, E> {
        if let Some((id, bench)) = &*lock(&self.open)
            && *id == contract.id
        {
            return Ok(Ok(Arc::clone(bench)));
        }
        let blob = self.model(contract, blob)?;
        let (file, estimator) = match take_apart(blob, contract.origin, contract.key.as_deref()) {
            Ok(taken) => taken,
            Err(error) => {
                let path = PathBuf::from(&contract.model_name);
                return Ok(Err(LoadError::Model { path, error }));
            }
        };
        let bench = Arc::new(Workbench::new(&contract.model_name, &file, estimator));
        *lock(&self.open) = Some((contract.id.clone(), Arc::clone(&bench)));
        Ok(Ok(bench))
    }

    /// The file of a contract's model; `blob` gives that of a version.
    ///
    /// # Errors
    ///
    /// What `blob` says, or the system.
    pub fn model<E: From<io::Error>>(
        &self,
        contract: &KeptContract,
        blob: impl FnOnce(u32) -> Result<Blob, E>,
    ) -> Result<Blob, E> {
        match contract.origin {
            Origin::Sent => Ok(kept::model(&self.folder, contract)?.into()),
            Origin::Version(number) => blob(number),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, KeptContract>> {
        lock(&self.kept)
    }
}

/// What a model's file holds. Of a version's the key need not be told: it was when that came.
///
/// # Errors
///
/// The model's own.
pub fn take_apart(
    blob: Blob,
    origin: Origin,
    key: Option<&str>,
) -> Result<(ModelFile, Estimator), propenso_model::Error> {
    let file = ModelFile::read(blob, &Limits::default())?;
    let file = match origin {
        Origin::Sent => file.with_key(key),
        Origin::Version(_) => file.with_only_model(),
    };
    let estimator = file.estimator()?;
    Ok((file, estimator))
}

/// A panic while holding it leaves what it guards as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: &str) -> Who {
        Who {
            name: name.to_owned(),
            key: None,
        }
    }

    fn begun(text: &str) -> Begun<'_> {
        Begun {
            origin: Origin::Sent,
            model_name: "modelo.pkl".to_owned(),
            model: b"model",
            key: None,
            text,
            unread: None,
        }
    }

    #[test]
    fn a_contract_is_its_holders_and_outlives_the_process() {
        let data = tempfile::tempdir().unwrap();
        let workshop = Workshop::open(data.path());
        let contract = workshop.begin(begun("name = 1"), &who("ana")).unwrap();
        workshop.write(&contract, "name = 2").unwrap();
        let golden = Some(("filas.csv".to_owned(), &b"a,b"[..]));
        workshop.set_golden(&contract, golden).unwrap();
        let again = Workshop::open(data.path());
        let found = again.find(&contract.id, &who("ana")).unwrap();
        assert_eq!(again.text(&found).unwrap(), "name = 2");
        assert_eq!(again.golden(&found).unwrap().unwrap(), b"a,b");
        assert_eq!(found.golden.as_deref(), Some("filas.csv"));
        assert!(again.find(&contract.id, &who("eva")).is_err());
        assert!(again.find("../x", &who("ana")).is_err());
        assert_eq!(
            (again.of(&who("ana")).len(), again.of(&who("eva")).len()),
            (1, 0)
        );
        again.set_golden(&found, None).unwrap();
        assert!(again.golden(&found).unwrap().is_none());
        again.remove(&found).unwrap();
        assert!(again.find(&contract.id, &who("ana")).is_err());
        assert_eq!(
            std::fs::read_dir(data.path().join(FOLDER)).unwrap().count(),
            0
        );
    }

    #[test]
    fn so_many_are_kept_and_not_for_ever() {
        let data = tempfile::tempdir().unwrap();
        let workshop = Workshop::open(data.path());
        for _ in 0..MOST_OF_ONE {
            workshop.begin(begun(""), &who("ana")).unwrap();
        }
        let refused = workshop.begin(begun(""), &who("ana"));
        assert!(
            matches!(refused, Err(WorkshopError::TooMany)),
            "{refused:?}"
        );
        workshop.begin(begun(""), &who("eva")).unwrap();
        let long_ago = Timestamp::now() - SignedDuration::from_hours(KEPT_HOURS + 1);
        for contract in workshop.lock().values_mut() {
            contract.changed = long_ago;
        }
        workshop.begin(begun(""), &who("ana")).unwrap();
        assert_eq!(workshop.lock().len(), 1);
        assert_eq!(
            std::fs::read_dir(data.path().join(FOLDER)).unwrap().count(),
            1
        );
    }
}
