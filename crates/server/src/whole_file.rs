//! Files that are there whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file under another name and gives it its own, replacing what had it; it is on disk when this returns. Nobody
/// but the account that runs the process may read it.
///
/// # Errors
///
/// What the system says.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    // Nobody else may read a temporary file.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Stores the names in a folder. A rename is on disk only when its folder is. Some shares know no such call; their server
/// does what it does.
///
/// # Errors
///
/// What the system says.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, Unsupported};
    match std::fs::File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported) => Ok(()),
        stored => stored,
    }
}

/// Stores the names in a folder. Windows has no such call, and its file system keeps names in a journal.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
