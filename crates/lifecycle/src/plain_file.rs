//! Files in folders that others may write to: read and written without following a link, which leads wherever its maker may
//! not look but this account may.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// What a file is called until it is whole: names that are as long as names may be get no longer.
const UNFINISHED: &str = ".propenso.tmp";

/// What is known of a plain file.
///
/// # Errors
///
/// What the system says; that it is none, of a link, a folder and whatever else is no file.
pub fn metadata(path: &Path) -> io::Result<Metadata> {
    plain(fs::symlink_metadata(path)?)
}

/// Tells whether something is there that is no plain file.
#[must_use]
pub fn is_other(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| !there.is_file())
}

/// Opens a plain file to be read. What is put in its place between a look and this is not followed either.
///
/// # Errors
///
/// What the system says; that it is none.
pub fn open(path: &Path) -> io::Result<File> {
    // Opening alone does something to some devices, and waits for the other end of a pipe.
    metadata(path)?;
    let file = open_itself(path)?;
    plain(file.metadata()?)?;
    Ok(file)
}

/// Reads a plain file of up to so many bytes.
///
/// # Errors
///
/// What the system says; that it is none, or larger.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    if file.metadata()?.len() > most {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file under another name and gives it its own; what had that, be it a link, is replaced and not followed.
///
/// # Errors
///
/// What the system says.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_file_name(UNFINISHED);
    // One that a process has not finished.
    if let Err(error) = fs::remove_file(&unfinished)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(unfinished, path)
}

fn plain(metadata: Metadata) -> io::Result<Metadata> {
    match metadata.is_file() {
        true => Ok(metadata),
        false => Err(io::Error::new(
            ErrorKind::InvalidInput,
            "this is no plain file, and links are not followed",
        )),
    }
}

#[cfg(unix)]
fn open_itself(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

#[cfg(windows)]
fn open_itself(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::{MetadataExt, OpenOptionsExt};

    /// `FILE_FLAG_OPEN_REPARSE_POINT`.
    const ITSELF: u32 = 0x0020_0000;
    /// `FILE_ATTRIBUTE_REPARSE_POINT`.
    const LEADS_ON: u32 = 0x0400;

    let file = OpenOptions::new()
        .read(true)
        .custom_flags(ITSELF)
        .open(path)?;
    let about = plain(file.metadata()?)?;
    // No link, but kept elsewhere: by deduplication, or by what synchronizes folders. Its driver alone can read it.
    match about.file_attributes() & LEADS_ON {
        0 => Ok(file),
        _ => File::open(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_files_are_read_up_to_a_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.pkl");
        write(&path, b"one").unwrap();
        write(&path, b"three").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"three");
        let error = read(&path, 4).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let error = read(&folder.path().join("none"), 4).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(open(folder.path()).is_err() && is_other(folder.path()));
        assert!(!is_other(&path) && !is_other(&folder.path().join("none")));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_neither_read_nor_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("secret"), folder.path().join("m.pkl"));
        fs::write(&target, "secret").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(is_other(&link) && read(&link, 100).is_err());
        // As it would be put there after the look.
        assert!(open_itself(&link).is_err());
        write(&link, b"ours").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"secret");
        assert_eq!(read(&link, 100).unwrap(), b"ours");
    }
}
