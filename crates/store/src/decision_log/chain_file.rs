//! The chain that one machine appends to in a database that several share: its name, in a file of the machine's own, so that it
//! goes on with it after a restart.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::StoreError;
use crate::decision::ChainId;

/// The file.
const NAME: &str = "chain";

/// Reads the name of the chain of a folder; makes one where there is none.
pub(crate) fn open(folder: &Path) -> Result<ChainId, StoreError> {
    let path = folder.join(NAME);
    let failed = |error: std::io::Error| StoreError::Failed(error.into());
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => make(&path).map_err(failed)?,
        Err(error) => return Err(failed(error)),
    };
    let number = u64::from_str_radix(text.trim(), 16);
    number
        .map(ChainId)
        .map_err(|error| StoreError::row("chain", error))
}

/// Writes a name whole before the file has its own; gives that of another process that was faster.
fn make(path: &Path) -> std::io::Result<String> {
    let text = ChainId::made().to_string();
    let mut options = OpenOptions::new();
    let written = options.write(true).create_new(true).open(path);
    match written {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            Ok(text)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_chain() {
        let folder = tempfile::tempdir().unwrap();
        let chain = open(folder.path()).unwrap();
        assert_eq!(open(folder.path()).unwrap(), chain);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(open(other.path()).unwrap(), chain);
        fs::write(other.path().join(NAME), "no").unwrap();
        assert!(open(other.path()).is_err());
    }
}
