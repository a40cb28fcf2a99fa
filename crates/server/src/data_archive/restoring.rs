//! A data directory out of an archive: everything is checked before anything takes its place.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use propenso_lifecycle::data_lock::{DataLock, DataLockError, LOCK, PORTFOLIOS_LOCK};
use propenso_lifecycle::private;
use propenso_lifecycle::registry::condition;
use tempfile::TempDir;
use zip::ZipArchive;

use super::manifest::{Manifest, Member};
use super::{Advance, ArchiveError, DATABASE, MANIFEST, copy};
use crate::whole_file::sync_folder;

/// What the folders are called that keep what was there.
const BEFORE: &str = "before-restore-";

/// What the folder is called that things are put together in.
const ASIDE: &str = ".restore-";

/// Bytes of a manifest at the most.
const LARGEST_MANIFEST: u64 = 256 << 20;

/// What came of it.
#[derive(Debug)]
pub struct Restored {
    /// What was in the archive.
    pub manifest: Manifest,
    /// Where what was there is kept, if something was.
    pub before: Option<PathBuf>,
}

/// Puts what is in an archive into a data directory that is empty, or with `force` in the place of what is there, which is
/// kept beside it. The database comes last: ended at any moment, there is the old registry, none, or the new one.
///
/// # Errors
///
/// [`ArchiveError`].
pub fn restore(
    archive: &Path,
    data_dir: &Path,
    force: bool,
    advance: Advance<'_>,
) -> Result<Restored, ArchiveError> {
    let mut zip = open(archive)?;
    let manifest = read_manifest(archive, &mut zip)?;
    manifest.check()?;
    check_names(&zip, &manifest)?;
    private::create_folder(data_dir).map_err(ArchiveError::file(data_dir))?;
    let alone = match DataLock::alone(data_dir) {
        Ok(lock) => Some(lock),
        Err(DataLockError::InUse) => return Err(ArchiveError::InUse(data_dir.to_owned())),
        // A share without locks: whoever runs a server there has been told not to.
        Err(DataLockError::Io(error)) if error.kind() == io::ErrorKind::Unsupported => None,
        Err(DataLockError::Io(error)) => return Err(ArchiveError::file(data_dir)(error)),
    };
    if alone.is_some() {
        sweep(data_dir);
    }
    let there = there(data_dir)?;
    if !there.is_empty() && !force {
        return Err(ArchiveError::NotEmpty(data_dir.to_owned()));
    }
    let aside = tempfile::Builder::new().prefix(ASIDE).tempdir_in(data_dir);
    let aside = aside.map_err(ArchiveError::file(data_dir))?;
    extract(&mut zip, &manifest, aside.path(), advance)?;
    check_database(&manifest, aside.path())?;
    hand_over(data_dir, aside.path()).map_err(ArchiveError::file(data_dir))?;
    let before = match there.is_empty() {
        true => None,
        false => Some(put_away(data_dir, there).map_err(ArchiveError::file(data_dir))?),
    };
    put_in_place(&aside, data_dir).map_err(ArchiveError::file(data_dir))?;
    Ok(Restored { manifest, before })
}

fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>, ArchiveError> {
    let file = File::open(path).map_err(ArchiveError::file(path))?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| ArchiveError::NoArchive {
        path: path.to_owned(),
        problem: error.to_string(),
    })
}

fn read_manifest(
    path: &Path,
    zip: &mut ZipArchive<BufReader<File>>,
) -> Result<Manifest, ArchiveError> {
    let wrong = |problem: String| ArchiveError::NoArchive {
        path: path.to_owned(),
        problem,
    };
    let member = zip.by_name(MANIFEST);
    let member = member.map_err(|error| wrong(format!("{MANIFEST}: {error}")))?;
    let mut text = Vec::new();
    let read = member.take(LARGEST_MANIFEST).read_to_end(&mut text);
    read.map_err(|error| wrong(format!("{MANIFEST}: {error}")))?;
    serde_json::from_slice(&text).map_err(|error| wrong(format!("{MANIFEST}: {error}")))
}

/// Refuses an archive that has more in it than it says.
fn check_names(zip: &ZipArchive<BufReader<File>>, manifest: &Manifest) -> Result<(), ArchiveError> {
    let told = manifest.members.iter().map(|member| member.name.as_str());
    let told: BTreeSet<&str> = told.chain([MANIFEST]).collect();
    for name in zip.file_names() {
        let name = name.map_err(|error| ArchiveError::Name(error.to_string()))?;
        if !told.contains(&*name) {
            return Err(ArchiveError::Name(name.into_owned()));
        }
    }
    Ok(())
}

/// What a data directory has in it, but for what this program leaves there.
fn there(data_dir: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    let unreadable = || ArchiveError::file(data_dir);
    let mut found = Vec::new();
    for entry in fs::read_dir(data_dir).map_err(unreadable())? {
        let entry = entry.map_err(unreadable())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_lock = [LOCK, PORTFOLIOS_LOCK].contains(&name.as_str());
        if !is_lock && !name.starts_with(BEFORE) && !name.starts_with(ASIDE) {
            found.push(entry.path());
        }
    }
    // The database first: without it, what is there is no registry any more.
    found.sort_by_key(|path| path.file_name().is_none_or(|name| name != DATABASE));
    Ok(found)
}

/// Takes every member out, and holds it against what the manifest says of it.
fn extract(
    zip: &mut ZipArchive<BufReader<File>>,
    manifest: &Manifest,
    to: &Path,
    advance: Advance<'_>,
) -> Result<(), ArchiveError> {
    let (mut done, total) = (0, manifest.bytes());
    for member in &manifest.members {
        let path = to.join(&member.name);
        if let Some(folder) = path.parent() {
            private::create_folder(folder).map_err(ArchiveError::file(folder))?;
        }
        take_out(zip, member, &path, &mut |n_bytes| {
            done += n_bytes;
            advance(done, total);
        })?;
    }
    Ok(())
}

fn take_out(
    zip: &mut ZipArchive<BufReader<File>>,
    member: &Member,
    path: &Path,
    tell: &mut dyn FnMut(u64),
) -> Result<(), ArchiveError> {
    let packed = zip.by_name(&member.name);
    let packed = packed.map_err(|_| ArchiveError::Missing(member.name.clone()))?;
    let mut file = private::create_file(path).map_err(ArchiveError::file(path))?;
    // No more than it says that there is, and a byte to tell that there is more.
    let mut packed = Checked(packed.take(member.bytes.saturating_add(1)), false);
    let copied = copy(&mut packed, &mut file, tell);
    if packed.1 {
        return Err(ArchiveError::Damaged(member.name.clone()));
    }
    let (bytes, hash) = copied.map_err(ArchiveError::file(path))?;
    if bytes != member.bytes || hash != member.sha256 {
        return Err(ArchiveError::Damaged(member.name.clone()));
    }
    file.sync_all().map_err(ArchiveError::file(path))
}

/// Remembers that reading failed, which is the archive's fault and not the disk's.
struct Checked<R>(R, bool);

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).inspect_err(|_| self.1 = true)
    }
}

/// Refuses a database that is damaged, or another than the manifest says.
fn check_database(manifest: &Manifest, folder: &Path) -> Result<(), ArchiveError> {
    let damaged = || ArchiveError::Damaged(DATABASE.to_owned());
    let found = condition::look(folder).map_err(|_| damaged())?;
    let found = found.ok_or_else(damaged)?;
    match found.damage.is_empty() && found.layout == manifest.layout {
        true => Ok(()),
        false => Err(damaged()),
    }
}

/// Removes what another restoring has left that was ended: copies of what was in its archive.
fn sweep(data_dir: &Path) {
    let entries = fs::read_dir(data_dir).into_iter().flatten().flatten();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(ASIDE) {
            // What cannot go now is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Gives what was taken out, and the lock, to whom the data directory belongs, where root restores it for another account.
#[cfg(unix)]
fn hand_over(data_dir: &Path, aside: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, lchown};
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let owner = fs::metadata(data_dir)?;
    let mut paths = vec![aside.to_owned(), data_dir.join(LOCK)];
    while let Some(path) = paths.pop() {
        lchown(&path, Some(owner.uid()), Some(owner.gid()))?;
        if fs::symlink_metadata(&path)?.is_dir() {
            for entry in fs::read_dir(&path)? {
                paths.push(entry?.path());
            }
        }
    }
    Ok(())
}

/// On Windows a file has the permissions of the folder that it is in.
#[cfg(not(unix))]
fn hand_over(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Keeps what is there in a folder of its own.
fn put_away(data_dir: &Path, there: Vec<PathBuf>) -> io::Result<PathBuf> {
    // A database that is damaged is moved as it is.
    if data_dir.join(DATABASE).exists()
        && let Err(error) = condition::settle(data_dir)
    {
        tracing::debug!(%error, "the database is moved as it is");
    }
    let now = jiff::Timestamp::now().to_zoned_datetime(TimeZone::system());
    let name = format!("{BEFORE}{}", now.strftime("%Y%m%d-%H%M%S"));
    let folder = (0..)
        .map(|number| match number {
            0 => data_dir.join(&name),
            number => data_dir.join(format!("{name}-{number}")),
        })
        .find(|folder| !folder.exists())
        .unwrap_or_else(|| data_dir.join(&name));
    private::create_folder(&folder)?;
    for path in there {
        if let Some(name) = path.file_name() {
            fs::rename(&path, folder.join(name))?;
        }
    }
    sync_folder(&folder)?;
    sync_folder(data_dir)?;
    Ok(folder)
}

/// Gives everything its place, the database last.
fn put_in_place(aside: &TempDir, data_dir: &Path) -> io::Result<()> {
    let entries = fs::read_dir(aside.path())?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name());
    }
    names.sort_by_key(|name| name == DATABASE);
    for name in names {
        fs::rename(aside.path().join(&name), data_dir.join(&name))?;
    }
    sync_folder(data_dir)
}
