//! The room on disk that portfolios may take up, and who takes it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes on disk by the id of the job, those that are being sent among them.
#[derive(Debug)]
pub(super) struct Room {
    most: u64,
    taken: Mutex<BTreeMap<String, u64>>,
}

impl Room {
    pub(super) fn new(most: u64) -> Self {
        Self {
            most,
            taken: Mutex::default(),
        }
    }

    /// Takes more room for a job; tells whether there was so much.
    #[must_use]
    pub(super) fn take(&self, id: &str, bytes: u64) -> bool {
        let mut taken = self.lock();
        let all = total(&taken).saturating_add(bytes);
        if all > self.most {
            return false;
        }
        *taken.entry(id.to_owned()).or_default() += bytes;
        true
    }

    /// Looks how much room a job's folder takes up by now; tells whether all of them have as much as they may.
    pub(super) fn measure(&self, id: &str, folder: &Path) -> bool {
        // Files come and go meanwhile; what cannot be counted now is counted the next time.
        let bytes = size(folder).unwrap_or(0);
        let mut taken = self.lock();
        taken.insert(id.to_owned(), bytes);
        total(&taken) <= self.most
    }

    /// Bytes that are taken, and that may be.
    pub(super) fn taken(&self) -> (u64, u64) {
        (total(&self.lock()), self.most)
    }

    /// Gives back what a job took.
    pub(super) fn free(&self, id: &str) {
        self.lock().remove(id);
    }

    /// A panic while holding it leaves the numbers as they were.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn total(taken: &BTreeMap<String, u64>) -> u64 {
    taken
        .values()
        .fold(0, |sum, bytes| sum.saturating_add(*bytes))
}

/// Bytes of the files of a job's folder, which has no folders in it.
fn size(folder: &Path) -> io::Result<u64> {
    let mut sum = 0u64;
    for entry in std::fs::read_dir(folder)? {
        let file = entry?.metadata();
        sum = sum.saturating_add(file.map_or(0, |file| file.len()));
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_than_there_is() {
        let room = Room::new(100);
        assert!(room.take("a", 60));
        assert!(room.take("b", 40));
        assert!(!room.take("b", 1));
        assert!(room.take("b", 0));
        room.free("a");
        assert!(room.take("c", 60));
        assert!(!room.take("c", u64::MAX));

        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("salida.csv"), [0; 61]).unwrap();
        assert!(!room.measure("c", folder.path()));
        std::fs::write(folder.path().join("salida.csv"), [0; 60]).unwrap();
        assert!(room.measure("c", folder.path()));
        assert!(room.measure("d", &folder.path().join("gone")));
    }
}
