//! A file that is there when it is whole, and not before.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use tempfile::{NamedTempFile, TempPath};

use crate::error::PortfolioError;
use crate::request::Readers;

/// Bytes after which the system is asked to store what was written, so that little is left to do in the end.
const STORE_EVERY: u64 = 32 << 20;

/// The end of an unfinished file's name.
const UNFINISHED: &str = ".parcial";

/// The age at which an unfinished file counts as left behind.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// A file under another name beside its place. It gets its own name when it is whole; dropped before, it is gone.
#[derive(Debug)]
pub(crate) struct PendingFile {
    // In this order: Windows removes and renames no file that is open.
    storing: Storing,
    file: File,
    /// Gone when dropped.
    temporary: TempPath,
    place: PathBuf,
    readers: Readers,
    not_stored: u64,
}

/// A file that is whole and stored, and waits for its name; dropped before, it is gone.
#[derive(Debug)]
pub(crate) struct WholeFile {
    temporary: TempPath,
    place: PathBuf,
}

/// The system storing what was written, on a thread of its own. Dropping it waits.
#[derive(Debug, Default)]
struct Storing(Option<JoinHandle<io::Result<()>>>);

impl Storing {
    fn wait(&mut self) -> io::Result<()> {
        match self.0.take().map(JoinHandle::join) {
            Some(Ok(stored)) => stored,
            // It only called the system; if that panicked, the last call will tell.
            Some(Err(_)) | None => Ok(()),
        }
    }
}

impl Drop for Storing {
    fn drop(&mut self) {
        let _ = self.wait();
    }
}

impl PendingFile {
    /// Creates an empty file for this place. What a killed run left there long ago is swept away.
    pub(crate) fn create(place: &Path, readers: Readers) -> Result<Self, PortfolioError> {
        let folder = folder_of(place);
        let mut prefix = OsString::from(".");
        prefix.push(place.file_name().unwrap_or_default());
        prefix.push(".");
        sweep(folder, &prefix);
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(UNFINISHED);
        if readers == Readers::AsBefore {
            leave_to_umask(&mut builder);
        }
        let file = builder.tempfile_in(folder);
        let file = file.map_err(|error| PortfolioError::io(place, error))?;
        let (file, temporary) = NamedTempFile::into_parts(file);
        let mut pending = Self {
            file,
            temporary,
            place: PathBuf::new(),
            readers,
            not_stored: 0,
            storing: Storing::default(),
        };
        pending.rename(place.to_owned())?;
        Ok(pending)
    }

    /// Tells where it is now, for writers that open files themselves.
    pub(crate) fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Changes the name that it will have, before anything of a client is in it.
    pub(crate) fn rename(&mut self, place: PathBuf) -> Result<(), PortfolioError> {
        self.place = place;
        if self.readers == Readers::AsBefore {
            let set = set_mode_of(&self.file, &self.place);
            set.map_err(|error| PortfolioError::io(&self.place, error))?;
        }
        Ok(())
    }

    /// Stores it and gives it its name, replacing what had it.
    pub(crate) fn finish(self) -> Result<(), PortfolioError> {
        self.close()?.name().map(drop)
    }

    /// Stores it.
    pub(crate) fn close(mut self) -> Result<WholeFile, PortfolioError> {
        let stored = self.storing.wait().and_then(|()| self.file.sync_all());
        stored.map_err(|error| PortfolioError::io(&self.place, error))?;
        Ok(WholeFile {
            temporary: self.temporary,
            place: self.place,
        })
    }
}

impl WholeFile {
    /// Gives it its name, replacing what had it.
    pub(crate) fn name(self) -> Result<PathBuf, PortfolioError> {
        match self.temporary.persist(&self.place) {
            Ok(()) => Ok(self.place),
            Err(error) => Err(PortfolioError::io(&self.place, error.error)),
        }
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.not_stored += written as u64;
        if self.not_stored >= STORE_EVERY {
            self.not_stored = 0;
            self.storing.wait()?;
            let file = self.file.try_clone()?;
            self.storing.0 = Some(std::thread::spawn(move || file.sync_data()));
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Lets a new file be read by whom the umask lets. Windows lets those whom its folder lets.
#[cfg(unix)]
fn leave_to_umask(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(PermissionsExt::from_mode(0o666));
}

#[cfg(not(unix))]
fn leave_to_umask(_: &mut tempfile::Builder<'_, '_>) {}

/// Gives a file, which has nothing in it yet, the mode of the one that it will replace. On Windows that is the folder's
/// business.
#[cfg(unix)]
fn set_mode_of(file: &File, place: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(before) = std::fs::metadata(place) else {
        return Ok(());
    };
    let mode = before.permissions().mode() & 0o777;
    file.set_permissions(PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode_of(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

/// The folder a file is in.
pub(crate) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Removes what was left behind for the same place.
fn sweep(folder: &Path, prefix: &OsString) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let prefix = prefix.to_string_lossy();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_ours = name.starts_with(&*prefix) && name.ends_with(UNFINISHED);
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        let age = changed
            .ok()
            .and_then(|changed| SystemTime::now().duration_since(changed).ok());
        if is_ours && age.is_some_and(|age| age > ABANDONED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("salida.csv");
        std::fs::write(&place, "before").unwrap();
        let left = folder.path().join(".salida.csv.x.parcial");
        std::fs::write(&left, "left").unwrap();
        let old = SystemTime::now() - ABANDONED * 2;
        File::options()
            .write(true)
            .open(&left)
            .and_then(|file| file.set_modified(old))
            .unwrap();
        let mut file = PendingFile::create(&place, Readers::Owner).unwrap();
        assert!(!left.exists());
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(std::fs::read(&place).unwrap(), b"before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let mut file = PendingFile::create(&place, Readers::AsBefore).unwrap();
        file.write_all(&vec![b'x'; 40 << 20]).unwrap();
        file.write_all(b"whole").unwrap();
        file.finish().unwrap();
        assert!(std::fs::read(&place).unwrap().ends_with(b"whole"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
