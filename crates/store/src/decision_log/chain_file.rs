//! The chain that one machine appends to in a database that several share: its name, in a file of the machine's own, so that it
//! goes on with it after a restart.

use std::path::Path;

use crate::StoreError;
use crate::decision::ChainId;
use crate::once_file;

/// The file.
const NAME: &str = "chain";

/// Reads the name of the chain of a folder; makes one where there is none.
pub(crate) fn open(folder: &Path) -> Result<ChainId, StoreError> {
    let made = || Ok(ChainId::made().to_string());
    let text = once_file::read_or_make(&folder.join(NAME), made);
    let text = text.map_err(|error| StoreError::Failed(error.into()))?;
    let number = u64::from_str_radix(text.trim(), 16);
    number
        .map(ChainId)
        .map_err(|error| StoreError::row("chain", error))
}

#[cfg(test)]
mod tests {
    use std::fs;

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
