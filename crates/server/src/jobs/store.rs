//! Where jobs lie.

use std::io;
use std::path::{Path, PathBuf};

use super::Job;

/// What a job's record is called.
const RECORD: &str = "job.json";

/// Characters of an id.
const ID_LENGTH: usize = 24;

/// The folder of a job that is being sent; gone when dropped, unless kept.
#[derive(Debug)]
pub struct Draft {
    id: String,
    folder: PathBuf,
    is_kept: bool,
}

impl Draft {
    pub(super) fn create(all: &Path) -> io::Result<Self> {
        let id = new_id()?;
        let folder = all.join(&id);
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            id,
            folder,
            is_kept: false,
        })
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder that its files go into.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes it a job, over restarts too.
    pub(super) fn keep(mut self, job: &Job) -> io::Result<()> {
        save(self.folder.parent().unwrap_or(&self.folder), job)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// All jobs of a folder. What was being sent when the process stopped is removed.
pub(super) fn load(all: &Path) -> io::Result<Vec<Job>> {
    std::fs::create_dir_all(all)?;
    let mut jobs = Vec::new();
    for entry in std::fs::read_dir(all)? {
        let folder = entry?.path();
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !is_id(&name) {
            continue;
        }
        let record = std::fs::read(folder.join(RECORD));
        match record
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Job>(&bytes).ok())
        {
            Some(job) if job.id == name => jobs.push(job),
            _ => {
                let removed = std::fs::remove_dir_all(&folder);
                tracing::warn!(
                    job = name,
                    ?removed,
                    "a portfolio that did not arrive whole is removed"
                );
            }
        }
    }
    Ok(jobs)
}

/// Writes a job's record, whole or not at all; it is on disk when this returns.
pub(super) fn save(all: &Path, job: &Job) -> io::Result<()> {
    let folder = all.join(&job.id);
    let bytes = serde_json::to_vec_pretty(job)?;
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    io::Write::write_all(&mut file, &bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(RECORD))
        .map_err(|error| error.error)?;
    sync_folder(&folder)
}

/// A rename is on disk only when its folder is. Windows has no such call, and its file system keeps names in a journal.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes a job's folder.
pub(super) fn remove(all: &Path, id: &str) -> io::Result<()> {
    if !is_id(id) {
        return Ok(());
    }
    match std::fs::remove_dir_all(all.join(id)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a name is one that [`new_id`] gives, and so no way out of the folder.
fn is_id(name: &str) -> bool {
    name.len() == ID_LENGTH && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Makes an id that nobody guesses, from the system's randomness.
fn new_id() -> io::Result<String> {
    let mut random = [0; ID_LENGTH / 2];
    getrandom::fill(&mut random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_new_and_stay_in_the_folder() {
        let ids: std::collections::BTreeSet<String> =
            (0..1000).map(|_| new_id().unwrap()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| is_id(id)));
        assert!(!is_id("..") && !is_id("../../../../../../etc/pa"));
    }
}
