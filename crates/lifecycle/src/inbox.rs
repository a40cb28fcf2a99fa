//! The inbox: a folder that models are dropped into, by hand, by a script or over a network share.
//!
//! A file is taken when it is complete: when `<file>.sha256` beside it says so, when it came by renaming, or when
//! size and time have not changed for a while. It is examined in `en_curso/`, and moved to `accepted/` or
//! `rejected/` with a verdict beside it. Looked at every few seconds, because network shares send no events, and
//! at once when the system reports a change.
//!
//! Nothing is lost if the process is killed in between, or the share goes away: what is in `en_curso/` is taken up
//! where it was left. [`name`] tells models from what comes along with them.

mod drop_off;
pub mod name;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::admission::Admission;
use crate::background::{Background, Bell};
use crate::steward::Steward;
use name::{Kind, kind_of};

/// The folder and how it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxSettings {
    /// The folder.
    pub folder: PathBuf,
    /// How often it is looked at.
    pub poll: Duration,
    /// How long a file must not have changed.
    pub settle: Duration,
}

/// A folder that is looked at.
#[derive(Debug)]
pub struct Inbox {
    settings: InboxSettings,
    admission: Admission,
    steward: Arc<Steward>,
    /// What was seen of each file, and since when.
    seen: HashMap<PathBuf, Seen>,
    renamed: Arc<Renamed>,
    /// What could not be taken, and when.
    failed: HashMap<PathBuf, Instant>,
}

/// The looking, and the system's reports; both end when it is dropped.
#[derive(Debug)]
pub struct OpenInbox {
    _watcher: Option<RecommendedWatcher>,
    looking: Background,
}

impl OpenInbox {
    /// Ends the looking, waiting for a file at hand no longer than `patience`; tells whether it has ended. What was not
    /// done with is taken by the next process.
    pub fn end_within(&self, patience: Duration) -> bool {
        self.looking.end_within(patience)
    }
}

/// How long a file is left alone that could not be taken: a share that is read-only, a file open in Excel.
const REST: Duration = Duration::from_secs(30);

/// Files that came by renaming, as the system reported.
type Renamed = std::sync::Mutex<Vec<PathBuf>>;

/// What tells that a file changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    size: u64,
    modified: Option<SystemTime>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    look: Look,
    since: Instant,
}

impl Inbox {
    /// Looks at a folder from now on, making it where there is none. One that is out of reach now may be a share
    /// whose server starts later.
    #[must_use]
    pub fn open(
        mut settings: InboxSettings,
        admission: Admission,
        steward: Arc<Steward>,
    ) -> OpenInbox {
        // The system reports whole paths.
        if let Ok(whole) = std::path::absolute(&settings.folder) {
            settings.folder = whole;
        }
        // Told by the first look.
        let _ = make_folders(&settings.folder);
        let renamed = Arc::new(Renamed::default());
        let (folder, poll) = (settings.folder.clone(), settings.poll);
        let mut inbox = Self {
            settings,
            admission,
            steward,
            seen: HashMap::new(),
            renamed: Arc::clone(&renamed),
            failed: HashMap::new(),
        };
        let looking = Background::every(poll, move || inbox.look());
        let watcher = watch(&folder, renamed, looking.bell());
        if let Err(error) = &watcher {
            tracing::warn!(%error, folder = %folder.display(), "the system does not report changes of the inbox; it is looked at every {poll:?}");
        }
        OpenInbox {
            _watcher: watcher.ok(),
            looking,
        }
    }

    /// Takes what is complete.
    fn look(&mut self) {
        self.failed.retain(|_, at| at.elapsed() < REST);
        let folder = self.settings.folder.clone();
        if self.failed.contains_key(&folder) {
            return;
        }
        let entries = match make_folders(&folder).and_then(|()| fs::read_dir(&folder)) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(%error, folder = %folder.display(), "the inbox cannot be used; it is tried again in {REST:?}");
                self.failed.insert(folder, Instant::now());
                return;
            }
        };
        for model in drop_off::claimed(&folder) {
            self.process(&model);
        }
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        // In the order of their names, so that what is dropped together is taken in a known order.
        files.sort();
        self.seen.retain(|path, _| files.contains(path));
        if let Ok(mut renamed) = self.renamed.lock() {
            renamed.retain(|path| files.contains(path));
        }
        let now = Instant::now();
        for path in &files {
            if let Some(look) = Look::at(path) {
                let seen = self
                    .seen
                    .entry(path.clone())
                    .or_insert(Seen { look, since: now });
                if seen.look != look {
                    *seen = Seen { look, since: now };
                }
            }
        }
        for path in files {
            let name = path.file_name().map(|name| name.to_string_lossy());
            if name.is_some_and(|name| kind_of(&name) == Kind::Model)
                && self.is_complete(&path, now)
            {
                self.take(&path);
            }
        }
    }

    fn is_complete(&self, path: &Path, now: Instant) -> bool {
        let settled = |path: &Path| {
            let seen = self.seen.get(path);
            seen.is_some_and(|seen| now.duration_since(seen.since) >= self.settings.settle)
        };
        if !self.seen.contains_key(path) {
            return false;
        }
        let companions = name::companions(path);
        let hash = name::beside(path, name::HASH);
        let mut present = companions
            .iter()
            .filter(|path| self.seen.contains_key(*path));
        if let Some(expected) = name::expected_hash(path) {
            // A hash that never comes true is a file that was damaged on its way: taken, and told so.
            let mut others = present.filter(|path| **path != hash);
            return others.all(|companion| settled(companion))
                && (drop_off::has_hash(path, expected) || settled(path));
        }
        let is_renamed = {
            let renamed = self.renamed.lock();
            renamed.is_ok_and(|renamed| renamed.iter().any(|known| known == path))
        };
        present.all(|companion| settled(companion)) && (is_renamed || settled(path))
    }

    /// Moves a file away to be examined.
    fn take(&mut self, path: &Path) {
        if self.failed.contains_key(path) {
            return;
        }
        match drop_off::claim(path) {
            Ok(claimed) => {
                self.seen.remove(path);
                self.process(&claimed);
            }
            Err(error) => self.fail(path, &error),
        }
    }

    /// Examines a file that was moved away for it, and moves it on.
    fn process(&mut self, claimed: &Path) {
        if self.failed.contains_key(claimed) {
            return;
        }
        let follow = |served| {
            if let Err(error) = self.steward.welcome(served) {
                tracing::error!(%error, "the registry cannot be followed");
            }
        };
        if let Err(error) = drop_off::process(claimed, &self.admission, follow) {
            self.fail(claimed, &error);
        }
    }

    fn fail(&mut self, path: &Path, error: &dyn std::error::Error) {
        tracing::error!(error = %error, file = %path.display(), "a file in the inbox could not be taken; it is tried again in {REST:?}");
        self.failed.insert(path.to_owned(), Instant::now());
    }
}

/// Makes the inbox and its folders, where there are none.
fn make_folders(inbox: &Path) -> std::io::Result<()> {
    let folders = [
        "",
        drop_off::ACCEPTED,
        drop_off::REJECTED,
        drop_off::AT_WORK,
    ];
    folders
        .into_iter()
        .try_for_each(|folder| fs::create_dir_all(inbox.join(folder)))
}

impl Look {
    /// At a file; `None` for folders, and for what is gone.
    fn at(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

/// Asks the system for changes of a folder.
fn watch(folder: &Path, renamed: Arc<Renamed>, bell: Bell) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event {
            // Looking opens the folder, which is an event too.
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            let is_rename = matches!(
                event.kind,
                EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both))
            );
            let target = event.paths.last().filter(|_| is_rename);
            if let (Some(target), Ok(mut renamed)) = (target, renamed.lock()) {
                renamed.push(target.clone());
            }
        }
        bell.ring();
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}
