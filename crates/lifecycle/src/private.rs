//! Folders and files that only the account that makes them may use: they hold models, and people's debts.
//!
//! On Windows there is nothing to do: what is made in a user's folders is that user's and the administrators' alone, and
//! what is made elsewhere has the permissions of the folder it is in, as its owner chose them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder, and those above it that are missing. One that is there keeps what it allows.
///
/// # Errors
///
/// What the system says.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a file that is not there yet, to be written.
///
/// # Errors
///
/// What the system says.
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Lets nobody else into a folder that is there.
///
/// # Errors
///
/// What the system says.
#[cfg(unix)]
pub fn close_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

/// Lets nobody else into a folder that is there: on Windows nobody is.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn close_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Tells whether other accounts of this machine may read a file.
#[cfg(unix)]
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
}

/// Tells whether other accounts of this machine may read a file, where that can be told in a number.
#[cfg(not(unix))]
#[must_use]
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_its_makers_alone_and_what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there");
        std::fs::create_dir(&there).unwrap();
        std::fs::set_permissions(&there, std::fs::Permissions::from_mode(0o755)).unwrap();
        let made = there.join("a/b");
        create_folder(&made).unwrap();
        create_folder(&made).unwrap();
        assert_eq!(mode(&there), 0o755);
        assert_eq!((mode(&there.join("a")), mode(&made)), (0o700, 0o700));
        let file = made.join("file");
        create_file(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        assert!(!is_open_to_others(&file));
        create_file(&file).unwrap_err();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(is_open_to_others(&file));
        close_folder(&there).unwrap();
        assert_eq!(mode(&there), 0o700);
    }
}
