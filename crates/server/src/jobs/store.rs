//! Where jobs lie.

use std::io;
use std::path::Path;

use propenso_lifecycle::private;

use super::options::{INPUT, SUPPRESSION};
use super::{Job, KeptDraft};
use crate::whole_file;

/// What a job's record is called.
const RECORD: &str = "job.json";

/// What a draft's record is called.
const DRAFT: &str = "draft.json";

/// Characters of an id.
const ID_LENGTH: usize = 24;

/// All jobs of a folder, and the drafts that are kept. What was being sent when the process stopped is removed.
pub(super) fn load(all: &Path) -> io::Result<(Vec<Job>, Vec<KeptDraft>)> {
    private::create_folder(all)?;
    close(all);
    let (mut jobs, mut drafts) = (Vec::new(), Vec::new());
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
        close(&folder);
        match std::fs::read(folder.join(RECORD)) {
            Ok(record) => match serde_json::from_slice::<Job>(&record) {
                Ok(job) if job.id == name => jobs.push(job),
                _ => remove_broken(&folder, "its record cannot be understood"),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => match load_draft(all, &name) {
                Ok(draft) => drafts.push(draft),
                Err(_) => remove_broken(&folder, "it did not arrive whole"),
            },
            // It may be there the next time.
            Err(error) => tracing::error!(%error, ?folder, "a portfolio is left out"),
        }
    }
    Ok((jobs, drafts))
}

/// A draft that is kept.
pub(super) fn load_draft(all: &Path, id: &str) -> io::Result<KeptDraft> {
    let record = std::fs::read(all.join(id).join(DRAFT))?;
    let draft: KeptDraft = serde_json::from_slice(&record)?;
    match draft.id == id {
        true => Ok(draft),
        false => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Writes a draft's record, whole or not at all.
pub(super) fn save_draft(all: &Path, draft: &KeptDraft) -> io::Result<()> {
    let bytes = serde_json::to_vec_pretty(draft)?;
    whole_file::write(&all.join(&draft.id).join(DRAFT), &bytes)
}

/// Removes the record of a job that is a draft again.
pub(super) fn remove_record(all: &Path, id: &str) -> io::Result<()> {
    std::fs::remove_file(all.join(id).join(RECORD))
}

/// Removes the record of a draft that is a job now.
pub(super) fn remove_draft_record(all: &Path, id: &str) {
    // A job's record goes before it.
    let _ = std::fs::remove_file(all.join(id).join(DRAFT));
}

fn remove_broken(folder: &Path, why: &str) {
    let removed = std::fs::remove_dir_all(folder);
    tracing::warn!(?folder, ?removed, why, "a portfolio is removed");
}

/// Lets nobody else into a folder that may be of an earlier version.
fn close(folder: &Path) {
    if let Err(error) = private::close_folder(folder) {
        tracing::warn!(%error, folder = ?folder, "others may read these portfolios: people's debts");
    }
}

/// Writes a job's record, whole or not at all; it is on disk when this returns.
pub(super) fn save(all: &Path, job: &Job) -> io::Result<()> {
    let bytes = serde_json::to_vec_pretty(job)?;
    whole_file::write(&all.join(&job.id).join(RECORD), &bytes)
}

/// Removes what a job or a process that ended has left in a draft's folder, besides its record and what was sent.
pub(super) fn tidy_draft(folder: &Path) {
    tidy(folder, &[INPUT, SUPPRESSION, DRAFT]);
}

/// Removes what a process that ended has left in a job's folder, besides its record and what was sent.
pub(super) fn tidy(folder: &Path, sent: &[&str]) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        if name != RECORD && !sent.iter().any(|sent| name == *sent) {
            // What cannot go now goes with the folder.
            let _ = std::fs::remove_file(entry.path());
        }
    }
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
pub(super) fn new_id() -> io::Result<String> {
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
