//! A folder that files are dropped into, by hand, by a script or over a network share: which of them are complete.
//!
//! A file is complete when it came by renaming, or when its size and time have not changed for a while. The folder is
//! looked at every few seconds, because network shares send no events, and at once when the system reports a change.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::background::{Background, Bell};
use crate::plain_file;

/// How long a file is left alone that could not be taken: a share that is read-only, a file open in Excel.
const REST: Duration = Duration::from_secs(30);

/// Endings that programs give to files they have not finished.
const UNFINISHED: [&str; 6] = [
    ".part",
    ".tmp",
    ".partial",
    ".crdownload",
    ".filepart",
    ".download",
];

/// Files that systems leave in folders.
const SYSTEM: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// The folder and how it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchSettings {
    /// The folder.
    pub folder: PathBuf,
    /// How often it is looked at.
    pub poll: Duration,
    /// How long a file must not have changed.
    pub settle: Duration,
}

/// A folder, and what was seen in it.
#[derive(Debug)]
pub struct WatchedFolder {
    settings: WatchSettings,
    /// What was seen of each file, and since when.
    seen: HashMap<PathBuf, Seen>,
    renamed: Arc<Renamed>,
    /// What could not be taken, and when.
    failed: HashMap<PathBuf, Instant>,
    /// Links, which are told once.
    links: HashSet<PathBuf>,
    sight: Arc<FolderSight>,
}

/// What was seen of a folder at the last look, for whoever must not wait for a share to answer.
#[derive(Debug, Default)]
pub struct FolderSight(Mutex<Option<Sighted>>);

/// What was seen of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighted {
    /// Whether it could be looked at.
    pub is_reachable: bool,
    /// Files in it, but those that systems leave and those that are not finished.
    pub files: usize,
    /// Files that could not be taken, and are tried again.
    pub untaken: usize,
}

impl FolderSight {
    /// What was seen; nothing before the first look.
    #[must_use]
    pub fn last(&self) -> Option<Sighted> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, sighted: Sighted) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sighted);
    }
}

/// The looking, and the system's reports; both end when it is dropped.
#[derive(Debug)]
pub struct OpenFolder {
    _watcher: Option<RecommendedWatcher>,
    looking: Background,
    sight: Arc<FolderSight>,
}

impl OpenFolder {
    /// Ends the looking, waiting for a file at hand no longer than `patience`; tells whether it has ended. What was not
    /// done with is taken by the next process.
    pub fn end_within(&self, patience: Duration) -> bool {
        self.looking.end_within(patience)
    }

    /// What was seen at the last look, whenever that is asked.
    #[must_use]
    pub fn sight(&self) -> &Arc<FolderSight> {
        &self.sight
    }
}

/// Files that came by renaming, as the system reported.
type Renamed = Mutex<Vec<PathBuf>>;

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

impl WatchedFolder {
    /// A folder at which nobody has looked yet. One that is out of reach now may be a share whose server starts later.
    #[must_use]
    pub fn new(mut settings: WatchSettings) -> Self {
        // The system reports whole paths.
        if let Ok(whole) = std::path::absolute(&settings.folder) {
            settings.folder = whole;
        }
        Self {
            settings,
            seen: HashMap::new(),
            renamed: Arc::default(),
            failed: HashMap::new(),
            links: HashSet::new(),
            sight: Arc::default(),
        }
    }

    /// Looks at the folder now, at intervals, and whenever the system reports a change. It must be there for that.
    #[must_use]
    pub fn open(mut self, mut look: impl FnMut(&mut Self) + Send + 'static) -> OpenFolder {
        let renamed = Arc::clone(&self.renamed);
        let sight = Arc::clone(&self.sight);
        let WatchSettings { folder, poll, .. } = self.settings.clone();
        let looking = Background::every(poll, move || look(&mut self));
        let watcher = watch(&folder, renamed, looking.bell());
        if let Err(error) = &watcher {
            tracing::warn!(%error, folder = %folder.display(), "the system does not report changes of the inbox; it is looked at every {poll:?}");
        }
        OpenFolder {
            _watcher: watcher.ok(),
            looking,
            sight,
        }
    }

    /// How it is looked at.
    #[must_use]
    pub fn settings(&self) -> &WatchSettings {
        &self.settings
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.settings.folder
    }

    /// Looks what there is now, in the order of their names, so that what is dropped together is taken in a known order.
    /// `make` makes what must be there. `None` when the folder cannot be used; then it is left alone for a while.
    pub fn look(&mut self, make: impl FnOnce(&Path) -> io::Result<()>) -> Option<Vec<PathBuf>> {
        self.failed.retain(|_, at| at.elapsed() < REST);
        let folder = self.settings.folder.clone();
        if self.rests(&folder) {
            return None;
        }
        let entries = match make(&folder).and_then(|()| fs::read_dir(&folder)) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(%error, folder = %folder.display(), "the inbox cannot be used; it is tried again in {REST:?}");
                self.failed.insert(folder, Instant::now());
                self.tell();
                return None;
            }
        };
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        self.note(&files);
        self.tell();
        Some(files)
    }

    /// Tells others what is known now.
    fn tell(&self) {
        let is_meant = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default();
            !is_left_alone(&name.to_string_lossy())
        };
        let is_reachable = !self.rests(&self.settings.folder);
        let untaken = self.failed.keys().filter(|path| self.sees(path));
        self.sight.set(Sighted {
            is_reachable,
            files: self.seen.keys().filter(is_meant).count(),
            untaken: untaken.count(),
        });
    }

    /// Notes what can be seen of files, and forgets those that are gone.
    fn note(&mut self, files: &[PathBuf]) {
        self.seen.retain(|path, _| files.contains(path));
        if let Ok(mut renamed) = self.renamed.lock() {
            renamed.retain(|path| files.contains(path));
        }
        self.links.retain(|path| files.contains(path));
        let now = Instant::now();
        for path in files {
            if path.is_symlink() && self.links.insert(path.clone()) {
                tracing::warn!(file = %path.display(), "a link in the inbox is left alone; put the file itself there");
            }
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
    }

    /// Tells whether a file was there at the last look.
    #[must_use]
    pub fn sees(&self, path: &Path) -> bool {
        self.seen.contains_key(path)
    }

    /// Tells whether a file has not changed for long enough.
    #[must_use]
    pub fn has_settled(&self, path: &Path) -> bool {
        let seen = self.seen.get(path);
        seen.is_some_and(|seen| seen.since.elapsed() >= self.settings.settle)
    }

    /// Tells whether a file is complete, as far as can be seen from outside.
    #[must_use]
    pub fn is_complete(&self, path: &Path) -> bool {
        let is_renamed = {
            let renamed = self.renamed.lock();
            renamed.is_ok_and(|renamed| renamed.iter().any(|known| known == path))
        };
        (is_renamed && self.sees(path)) || self.has_settled(path)
    }

    /// Forgets a file that was taken: the next one of its name is another.
    pub fn forget(&mut self, path: &Path) {
        self.seen.remove(path);
        self.tell();
    }

    /// Tells whether a file is left alone, because it could not be taken.
    #[must_use]
    pub fn rests(&self, path: &Path) -> bool {
        self.failed.contains_key(path)
    }

    /// Leaves a file alone for a while that could not be taken.
    pub fn fail(&mut self, path: &Path, error: &dyn Error) {
        tracing::error!(error = %error, file = %path.display(), "a file in the inbox could not be taken; it is tried again in {REST:?}");
        self.failed.insert(path.to_owned(), Instant::now());
        self.tell();
    }
}

/// Tells whether a name is that of a file that is not finished, or a system's own.
#[must_use]
pub fn is_left_alone(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with(['.', '~'])
        || SYSTEM.contains(&lower.as_str())
        || UNFINISHED.iter().any(|end| lower.ends_with(end))
}

impl Look {
    /// At a file; `None` for folders, for links, which lead anywhere, and for what is gone.
    fn at(path: &Path) -> Option<Self> {
        let metadata = plain_file::metadata(path).ok()?;
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
