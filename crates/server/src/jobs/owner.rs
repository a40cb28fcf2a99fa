//! Which of several processes on one data directory has the portfolios.
//!
//! A registry is shared: while a server finishes what it is at, the next one answers already. Jobs are not: two processes
//! would score each twice, and remove what the other is being sent. Whoever holds the lock beside their folder has them; others
//! answer all else, and look now and then whether it is free.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::Duration;

use propenso_lifecycle::data_lock::{DataLock, DataLockError};
use propenso_lifecycle::private;

use super::{JobError, Jobs, store};

/// How often it is looked whether the process that has the portfolios has ended.
pub(super) const LOOK: Duration = Duration::from_secs(1);

impl Jobs {
    /// Tells whether this process has the portfolios.
    #[must_use]
    pub fn are_ours(&self) -> bool {
        self.owned.get().is_some()
    }

    /// Has portfolios of which no other process knows.
    pub(super) fn alone(self) -> Self {
        Self {
            owned: OnceLock::from(None),
            ..self
        }
    }

    /// Takes the portfolios over, if no other process has them; tells whether this one does.
    pub(super) fn own(&self) -> Result<bool, JobError> {
        if self.are_ours() {
            return Ok(true);
        }
        if self.is_stopping.load(Ordering::Relaxed) {
            return Ok(false);
        }
        private::create_folder(&self.folder)?;
        let data_dir = self.folder.parent().unwrap_or(Path::new(""));
        let lock = match DataLock::portfolios(data_dir) {
            Ok(lock) => Some(lock),
            Err(DataLockError::InUse) => return Ok(false),
            // A file that this account may not open says nothing of others; some shares know no locks.
            Err(DataLockError::Io(error)) if error.kind() == ErrorKind::PermissionDenied => {
                return Err(error.into());
            }
            Err(DataLockError::Io(error)) => {
                tracing::debug!(%error, "the portfolios are not locked");
                None
            }
        };
        let (jobs, drafts) = store::load(&self.folder)?;
        for job in jobs {
            self.take_over(job);
        }
        for draft in drafts {
            // Lists that the process before was being sent.
            store::tidy_draft(&self.folder.join(&draft.id));
            self.take_over_draft(draft);
        }
        Ok(self.owned.set(lock).is_ok())
    }

    /// Takes the portfolios over, now that there is a thread to work on them; tells whether this process has them.
    pub(super) fn succeed(&self) -> bool {
        if self.are_ours() {
            return true;
        }
        match self.own() {
            Ok(true) => {
                tracing::info!(
                    "the process that had the portfolios has ended; this one takes them over"
                );
                true
            }
            Ok(false) => false,
            Err(error) => {
                tracing::error!(%error, "the portfolios cannot be taken over; it is tried again");
                false
            }
        }
    }
}

/// Says that another process has the portfolios of a folder.
pub(super) fn tell_of_another(folder: &Path) {
    tracing::warn!(
        ?folder,
        "another propenso on this data directory has the portfolios; this one answers everything else, and takes them over \
         when that one has ended"
    );
}
