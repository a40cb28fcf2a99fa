//! The key that clients' pseudonyms are made with: a file that only this account reads. Who has it and the record can tell
//! whether a client is in it; who has lost it finds no client again.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use propenso_lifecycle::private;
use propenso_store::decision::PseudonymKey;
use tempfile::NamedTempFile;

use super::RecordError;

/// Its name in a data directory.
pub const NAME: &str = "pseudonym.key";

/// Where the key of a data directory is.
#[must_use]
pub fn path(data_dir: &Path, other: Option<&Path>) -> PathBuf {
    other.map_or_else(|| data_dir.join(NAME), Path::to_owned)
}

/// Reads the key of a data directory, or of another file, which must be there: with a new one no client would be found.
///
/// # Errors
///
/// [`RecordError`] says what is wrong with the file.
pub fn read(data_dir: &Path, other: Option<&Path>) -> Result<PseudonymKey, RecordError> {
    let path = path(data_dir, other);
    match fs::read_to_string(&path) {
        Ok(text) => text.parse().map_err(|_| RecordError::Key { path }),
        Err(error) => Err(RecordError::File { path, error }),
    }
}

/// Reads the key of a data directory, or of another file; makes the data directory's where there is none.
pub(super) fn open(data_dir: &Path, other: Option<&Path>) -> Result<PseudonymKey, RecordError> {
    let path = path(data_dir, other);
    let failed = |path: &Path| {
        let path = path.to_owned();
        |error| RecordError::File { path, error }
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        // One that was named is not made: its name may be wrong.
        Err(error) if error.kind() == ErrorKind::NotFound && other.is_none() => {
            private::create_folder(data_dir).map_err(failed(data_dir))?;
            make(data_dir, &path).map_err(failed(&path))?
        }
        Err(error) => return Err(failed(&path)(error)),
    };
    text.parse().map_err(|_| RecordError::Key { path })
}

/// Makes a key, whole or not at all; gives that of another process that was faster.
fn make(folder: &Path, path: &Path) -> io::Result<String> {
    let text = PseudonymKey::made()?;
    // Only this account may read it.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(text),
        Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(failed) => Err(failed.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_a_wrong_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let key = open(&data, None).unwrap();
        let again = read(&data, None).unwrap();
        assert_eq!(key.of_client("1"), again.of_client("1"));
        let other = data.join("other.key");
        assert!(matches!(
            open(&data, Some(&other)),
            Err(RecordError::File { .. })
        ));
        fs::write(&other, "corta").unwrap();
        assert!(matches!(
            open(&data, Some(&other)),
            Err(RecordError::Key { .. })
        ));
        fs::write(&other, format!("{}\r\n", "0a".repeat(32))).unwrap();
        open(&data, Some(&other)).unwrap();
    }
}
