//! The key that clients' pseudonyms are made with: a file that only this account reads. Who has it and the record can tell
//! whether a client is in it; who has lost it finds no client again.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use propenso_lifecycle::private;
use propenso_lifecycle::registry::Place;
use propenso_store::decision::PseudonymKey;
use tempfile::NamedTempFile;

use super::RecordError;

/// Its name in a data directory.
pub const NAME: &str = "pseudonym.key";

/// Where the key of a data directory is.
#[must_use]
pub fn path(data_dir: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| data_dir.join(NAME), Path::to_owned)
}

/// Reads the key of a file that is named, else of a database that several machines share, else of the data directory. A file must be
/// there: with a new key no client would be found.
///
/// # Errors
///
/// [`RecordError`] says what is wrong with it.
pub fn read(place: &Place, named: Option<&Path>) -> Result<PseudonymKey, RecordError> {
    if let Some(shared) = shared(place, named)? {
        return Ok(shared);
    }
    let path = path(&place.folder, named);
    parse(&fs::read_to_string(&path).map_err(failed(&path))?, &path)
}

/// Reads the key as [`read`] does, and makes the data directory's where there is none.
pub(super) fn open(place: &Place, named: Option<&Path>) -> Result<PseudonymKey, RecordError> {
    if let Some(shared) = shared(place, named)? {
        return Ok(shared);
    }
    let path = path(&place.folder, named);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        // One that was named is not made: its name may be wrong.
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
            private::create_folder(&place.folder).map_err(failed(&place.folder))?;
            make(&place.folder, &path).map_err(failed(&path))?
        }
        Err(error) => return Err(failed(&path)(error)),
    };
    parse(&text, &path)
}

/// The key that machines share, where they share a database and no file is named.
fn shared(place: &Place, named: Option<&Path>) -> Result<Option<PseudonymKey>, RecordError> {
    if named.is_some() || !place.url.is_shared() {
        return Ok(None);
    }
    let made = PseudonymKey::made().map_err(failed(&place.folder))?;
    let kept = place.url.pseudonym_key(&made)?.unwrap_or(made);
    parse(&kept, Path::new("pseudonym_key")).map(Some)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> RecordError {
    let path = path.to_owned();
    |error| RecordError::File { path, error }
}

fn parse(text: &str, path: &Path) -> Result<PseudonymKey, RecordError> {
    text.parse().map_err(|_| RecordError::Key {
        path: path.to_owned(),
    })
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
        let place = Place::from(&data);
        let key = open(&place, None).unwrap();
        let again = read(&place, None).unwrap();
        assert_eq!(key.of_client("1"), again.of_client("1"));
        let other = data.join("other.key");
        assert!(matches!(
            open(&place, Some(&other)),
            Err(RecordError::File { .. })
        ));
        fs::write(&other, "corta").unwrap();
        assert!(matches!(
            open(&place, Some(&other)),
            Err(RecordError::Key { .. })
        ));
        fs::write(&other, format!("{}\r\n", "0a".repeat(32))).unwrap();
        open(&place, Some(&other)).unwrap();
    }
}
