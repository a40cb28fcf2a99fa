//! The inbox: a folder that models are dropped into, by hand, by a script or over a network share.
//!
//! A file is taken when it is complete: when `<file>.sha256` beside it says so, or as every
//! [watched folder](crate::watched_folder) tells. It is examined in `en_curso/`, and moved to `accepted/` or
//! `rejected/` with a verdict beside it. An archive of a model with what belongs to it is opened; what is no model and
//! was not meant to be is told beside it, where it lies.
//!
//! Nothing is lost if the process is killed in between, or the share goes away: what is in `en_curso/` is taken up
//! where it was left. Machines that share a registry take turns. [`name`] tells models from what comes along with them.

mod drop_off;
pub mod name;
mod package;
mod refused;
mod stranger;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs};

use crate::admission::{Admission, Admitted, Reception};
use crate::registry::RegistryError;
use crate::steward::Steward;
use crate::watched_folder::{OpenFolder, WatchSettings, WatchedFolder};
use name::{Kind, kind_of};
use package::Package;
use stranger::Stranger;

/// Hears the number of each version on which there is a verdict.
pub type OnVerdict = Box<dyn Fn(u32) + Send>;

/// What becomes of the models in a folder.
pub struct Inbox {
    admission: Admission,
    steward: Arc<Steward>,
    on_verdict: OnVerdict,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

impl Inbox {
    /// Looks at a folder from now on, making it where there is none. One that is out of reach now may be a share
    /// whose server starts later.
    #[must_use]
    pub fn open(
        settings: WatchSettings,
        admission: Admission,
        steward: Arc<Steward>,
        on_verdict: OnVerdict,
    ) -> OpenFolder {
        let inbox = Self {
            admission,
            steward,
            on_verdict,
        };
        let folder = WatchedFolder::new(settings);
        // Told by the first look.
        let _ = make_folders(folder.folder());
        folder.open(move |folder| inbox.look(folder))
    }

    /// Takes what is complete.
    fn look(&self, folder: &mut WatchedFolder) {
        let Some(files) = folder.look(make_folders) else {
            return;
        };
        let models: Vec<PathBuf> = files.into_iter().filter(|path| is_model(path)).collect();
        let claimed = drop_off::claimed(folder.folder());
        if models.is_empty() && claimed.is_empty() {
            return;
        }
        // Machines that share a registry may share the folder too.
        let _turn = match self.admission.registry().examine_alone() {
            Ok(Some(turn)) => turn,
            Ok(None) => return,
            Err(error) => {
                let waiting = models.iter().chain(&claimed);
                return waiting.for_each(|path| fail_once(folder, path, &error));
            }
        };
        for model in drop_off::claimed(folder.folder()) {
            self.process(folder, &model);
        }
        for path in models {
            // Another machine may have had its turn with it.
            if path.exists() && is_complete(folder, &path) {
                self.take(folder, &path);
            }
        }
    }

    /// Moves a file away to be examined.
    fn take(&self, folder: &mut WatchedFolder, path: &Path) {
        if folder.rests(path) {
            return;
        }
        let is_package = |bytes: &[u8]| Package::open(bytes).is_some();
        match Stranger::tell(path, refused::MAX_BYTES, is_package) {
            Ok(false) => {}
            Ok(true) => {
                tracing::info!(file = %path.display(), "no model, and told beside it");
                return;
            }
            Err(error) => return folder.fail(path, &error),
        }
        match drop_off::claim(path) {
            Ok(claimed) => {
                folder.forget(path);
                self.process(folder, &claimed);
            }
            Err(error) => folder.fail(path, &error),
        }
    }

    /// Examines a file that was moved away for it, and moves it on.
    fn process(&self, folder: &mut WatchedFolder, claimed: &Path) {
        if folder.rests(claimed) {
            return;
        }
        let follow = |admitted: Admitted| {
            if let Err(error) = self.steward.welcome(admitted.served) {
                tracing::error!(%error, "the registry cannot be followed");
            }
            if admitted.reception != Reception::Known {
                (self.on_verdict)(admitted.version.number);
            }
        };
        if let Err(error) = drop_off::process(claimed, &self.admission, follow) {
            folder.fail(claimed, &error);
        }
    }
}

/// Tells whether a file is a model by its name, and was not told to be something else.
fn is_model(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| {
        kind_of(&name) == Kind::Model && !(Stranger::may_be(&name) && Stranger::was_told(path))
    })
}

/// Says why a file waits, unless that was said a moment ago.
fn fail_once(folder: &mut WatchedFolder, path: &Path, error: &RegistryError) {
    if !folder.rests(path) {
        folder.fail(path, error);
    }
}

/// Tells whether a model is complete, and what came along with it.
fn is_complete(folder: &WatchedFolder, path: &Path) -> bool {
    if !folder.sees(path) {
        return false;
    }
    let companions = name::companions(path);
    let hash = name::beside(path, name::HASH);
    let mut present = companions.iter().filter(|path| folder.sees(path));
    if let Some(expected) = name::expected_hash(path) {
        // A hash that never comes true is a file that was damaged on its way: taken, and told so.
        let mut others = present.filter(|path| **path != hash);
        return others.all(|companion| folder.has_settled(companion))
            && (drop_off::has_hash(path, expected) || folder.has_settled(path));
    }
    present.all(|companion| folder.has_settled(companion)) && folder.is_complete(path)
}

/// Makes the inbox and its folders, where there are none.
fn make_folders(inbox: &Path) -> std::io::Result<()> {
    let folders = [drop_off::ACCEPTED, drop_off::REJECTED, drop_off::AT_WORK];
    fs::create_dir_all(inbox)?;
    folders
        .into_iter()
        .try_for_each(|folder| drop_off::make_folder(&inbox.join(folder)))
}
