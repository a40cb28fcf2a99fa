//! Contracts in the making: a model that was sent, or a version of the registry, and the text that its sender writes for it.
//!
//! They are kept on disk, over restarts too, but not for ever, and each for who began it alone. A sample of clients is looked at
//! when a contract is drafted, and never kept; golden rows are, as long as the contract they are tried on.

mod kept;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::memory;
use propenso_lifecycle::private;
use propenso_lifecycle::workbench::Workbench;
use propenso_model::{Blob, Estimator, ModelFile};
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

/// Contracts in the making. What is known of them is on disk alone: another process may have the same data directory.
#[derive(Debug)]
pub struct Workshop {
    folder: PathBuf,
    /// Held while records are written, so that no change is lost and no limit passed.
    writing: Mutex<()>,
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
    Io(io::Error),
}

impl From<io::Error> for WorkshopError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // It was removed meanwhile.
            io::ErrorKind::NotFound => Self::Unknown,
            _ => Self::Io(error),
        }
    }
}

impl Workshop {
    /// Those of the folder below a data directory, which need not exist before something is kept.
    #[must_use]
    pub fn open(data_dir: &Path) -> Self {
        let workshop = Self {
            folder: data_dir.join(FOLDER),
            writing: Mutex::new(()),
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
        let _alone = lock(&self.writing);
        self.check_room(&begun, who)?;
        private::create_folder(&self.folder)?;
        Ok(kept::begin(&self.folder, begun, who)?)
    }

    fn check_room(&self, begun: &Begun<'_>, who: &Who) -> Result<(), WorkshopError> {
        let kept = kept::all(&self.folder);
        let of_one = kept.iter().filter(|contract| contract.is_of(who));
        if kept.len() >= MOST_KEPT || of_one.count() >= MOST_OF_ONE {
            return Err(WorkshopError::TooMany);
        }
        let bytes = kept.iter().map(|contract| contract.bytes).sum::<u64>();
        match bytes.saturating_add(begun.bytes()) > MOST_BYTES {
            true => Err(WorkshopError::NoRoom),
            false => Ok(()),
        }
    }

    /// Those of somebody, the last one first.
    #[must_use]
    pub fn of(&self, who: &Who) -> Vec<KeptContract> {
        self.clear();
        let mut own = kept::all(&self.folder);
        own.retain(|contract| contract.is_of(who));
        own.sort_by_key(|contract| std::cmp::Reverse(contract.changed));
        own
    }

    /// One of somebody's.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Unknown`], for another's too.
    pub fn find(&self, id: &str, who: &Who) -> Result<KeptContract, WorkshopError> {
        let found = kept::find(&self.folder, id);
        let found = found.filter(|contract| contract.is_of(who));
        found.ok_or(WorkshopError::Unknown)
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
        let _alone = lock(&self.writing);
        let known = kept::find(&self.folder, &contract.id);
        let mut known = known.ok_or(WorkshopError::Unknown)?;
        change(&mut known);
        known.changed = Timestamp::now();
        Ok(kept::save(&self.folder, &known)?)
    }

    /// Removes one with its files.
    ///
    /// # Errors
    ///
    /// [`WorkshopError::Io`].
    pub fn remove(&self, contract: &KeptContract) -> Result<(), WorkshopError> {
        let _alone = lock(&self.writing);
        kept::remove(&self.folder, &contract.id)?;
        self.close(&contract.id);
        Ok(())
    }

    /// Removes what nobody came back for, and what was not kept whole.
    pub fn clear(&self) {
        let _alone = lock(&self.writing);
        let oldest = Timestamp::now() - SignedDuration::from_hours(KEPT_HOURS);
        let kept = kept::all(&self.folder);
        for forgotten in kept.iter().filter(|contract| contract.changed < oldest) {
            match kept::remove(&self.folder, &forgotten.id) {
                Ok(()) => self.close(&forgotten.id),
                Err(error) => tracing::warn!(%error, "a contract in the making cannot be removed"),
            }
        }
        kept::remove_broken(&self.folder);
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
        let bench = Arc::new(Workbench::new(
            &contract.model_name,
            file.sha256(),
            estimator,
        ));
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
    let limits = memory::limits(blob.bytes().len());
    let file = ModelFile::read(blob, &limits)?;
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
        for mut contract in kept::all(&workshop.folder) {
            contract.changed = long_ago;
            kept::save(&workshop.folder, &contract).unwrap();
        }
        workshop.begin(begun(""), &who("ana")).unwrap();
        assert_eq!(
            std::fs::read_dir(data.path().join(FOLDER)).unwrap().count(),
            1
        );
    }
}
