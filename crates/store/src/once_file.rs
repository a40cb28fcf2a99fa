//! A small file that is made once and only read from then on: a name, or a key. Whoever comes first makes it, whole or not at
//! all, and all others have what it says.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Reads a file; where there is none, makes it of what `made` gives, so that only this account may read it.
///
/// # Errors
///
/// What the system says, or `made`.
pub fn read_or_make(path: &Path, made: impl FnOnce() -> io::Result<String>) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(path, &made()?),
        read => read,
    }
}

/// Makes it; gives what another process wrote that was faster.
fn make(path: &Path, text: &str) -> io::Result<String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(text.to_owned()),
        Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(failed) => Err(failed.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_makes_it_and_all_have_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("once");
        let read = |text: &str| read_or_make(&path, || Ok(text.to_owned())).unwrap();
        assert_eq!((read("a"), read("b")), ("a".to_owned(), "a".to_owned()));
        assert_eq!(make(&path, "c").unwrap(), "a");
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1);
        let nowhere = folder.path().join("no").join("once");
        assert!(read_or_make(&nowhere, || Ok(String::new())).is_err());
    }
}
