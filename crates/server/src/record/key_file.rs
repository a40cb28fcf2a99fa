//! The key that clients' pseudonyms are made with: a file that only this account reads. Who has it and the record can tell
//! whether a client is in it; who has lost it finds no client again.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use propenso_lifecycle::private;
use propenso_lifecycle::registry::Place;
use propenso_store::decision::PseudonymKey;
use propenso_store::once_file;

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
    match fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path),
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
            Err(RecordError::NoKey { path })
        }
        Err(error) => Err(failed(&path)(error)),
    }
}

/// Reads the key as [`read`] does, and makes the data directory's where there is none.
pub(super) fn open(place: &Place, named: Option<&Path>) -> Result<PseudonymKey, RecordError> {
    if let Some(shared) = shared(place, named)? {
        return Ok(shared);
    }
    // One that was named is not made: its name may be wrong.
    if named.is_some() {
        return read(place, named);
    }
    private::create_folder(&place.folder).map_err(failed(&place.folder))?;
    let path = path(&place.folder, None);
    let text = once_file::read_or_make(&path, PseudonymKey::made).map_err(failed(&path))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_a_wrong_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let place = Place::from(&data);
        let none = read(&place, None).unwrap_err();
        assert!(none.to_string().contains("--data-dir"), "{none}");
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
