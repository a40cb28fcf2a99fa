//! The secret that sessions are sealed with: made once, and the same after a restart and on every machine that shares the registry.

use std::io;

use propenso_lifecycle::private;
use propenso_lifecycle::registry::Place;
use propenso_model::Sha256;
use propenso_store::decision::PseudonymKey;
use propenso_store::{StoreError, once_file};

/// Its file in a data directory. No backup has it: after one is restored, people sign in again.
const NAME: &str = "session.key";

/// Reads the secret of a registry; where there is none, makes it.
///
/// # Errors
///
/// [`StoreError`] when neither can be done.
pub fn open(place: &Place) -> Result<[u8; 32], StoreError> {
    let failed = |error: io::Error| StoreError::Failed(Box::new(error));
    let made = || PseudonymKey::made();
    let shared = match place.url.is_shared() {
        // The one secret that those who share a database have already.
        true => place.url.pseudonym_key(&made().map_err(failed)?)?,
        false => None,
    };
    let text = match shared {
        Some(shared) => shared,
        None => {
            private::create_folder(&place.folder).map_err(failed)?;
            once_file::read_or_make(&place.folder.join(NAME), made).map_err(failed)?
        }
    };
    // Not the secret itself, which other things are made with.
    let secret = Sha256::of(format!("propenso sessions\n{}", text.trim()).as_bytes());
    Ok(*secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_has_one_and_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::from(folder.path().join("data"));
        let first = open(&place).unwrap();
        assert_eq!(open(&place).unwrap(), first);
        let other = Place::from(folder.path().join("other"));
        assert_ne!(open(&other).unwrap(), first);
        assert!(!private::is_open_to_others(
            &folder.path().join("data").join(NAME)
        ));
    }
}
