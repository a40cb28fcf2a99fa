//! The data directory, as long as it is served.

use propenso_lifecycle::data_lock::{DataLock, DataLockError};
use propenso_lifecycle::private;
use propenso_scoring::Bilingual;

use crate::command::CommandError;
use crate::settings::Settings;

/// Says that the data directory is in use, until what is given back is dropped: nobody puts another in its place meanwhile.
pub(super) fn lock(settings: &Settings) -> Result<Option<DataLock>, CommandError> {
    let folder = &settings.models.data_dir;
    if settings.model.is_none() {
        private::create_folder(folder).map_err(|error| CommandError::system(folder, &error))?;
    }
    match DataLock::shared(folder) {
        Ok(lock) => Ok(Some(lock)),
        Err(DataLockError::InUse) => Err(CommandError::file(
            folder,
            Bilingual::new(
                "«propenso restore» está recuperando una copia en esa carpeta; espere a que acabe",
                "`propenso restore` is restoring a backup into that folder; wait until it is done",
            ),
        )),
        // Without a folder there is nothing to lock, and some shares know no locks.
        Err(DataLockError::Io(error)) => {
            tracing::debug!(%error, "the data directory is not locked");
            Ok(None)
        }
    }
}
