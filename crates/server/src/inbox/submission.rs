//! A file that was taken becomes a job.

use std::fs::{self, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;

use propenso_lifecycle::disk_full::is_disk_full;
use propenso_lifecycle::plain_file;
use propenso_store::decision::Who;

use super::drop_off::{DropOff, Note};
use crate::jobs::{Draft, INPUT, Job, JobError, Queue, contradiction};
use propenso_portfolio::options::RunOptions;

/// Bytes that are copied at a time.
const PIECE: usize = 1 << 20;

/// How often a file is made a job whose process ends: one may have met another's end, two have not.
const MOST_SUBMISSIONS: u32 = 2;

/// What became of a file.
pub(super) enum Submitted {
    /// A job of this id.
    Job(String),
    /// It waits for its turn.
    Later,
    /// It cannot be scored; this says why, in Spanish.
    Never(String),
}

/// Makes a job of a file: a copy of it, so that neither a share that goes away nor a colleague who tidies up ends it.
///
/// # Errors
///
/// What the system says; then it is tried again.
pub(super) fn submit(
    drop: &DropOff,
    profile: Option<&str>,
    queue: &Queue,
) -> io::Result<Submitted> {
    let jobs = queue.jobs();
    let path = drop.dropped()?;
    let metadata = fs::symlink_metadata(&path)?;
    let never = |reason: &str| Ok(Submitted::Never(reason.to_owned()));
    let note = drop.note();
    if !metadata.is_file() {
        return never("no es un archivo, sino un enlace; deje el archivo mismo");
    }
    if metadata.len() > jobs.settings().max_upload_bytes {
        return never(
            "es más grande de lo que admite este servidor; pártalo, o pida a quien lo lleva que suba [portfolios] max_upload_bytes",
        );
    }
    if note.submissions >= MOST_SUBMISSIONS {
        return never(
            "el servidor se ha cerrado dos veces mientras puntuaba este archivo, y no se intenta más; avise a quien lo lleva",
        );
    }
    let options = match options(&path, profile, queue) {
        Ok(options) => options,
        Err(reason) => return Ok(Submitted::Never(reason)),
    };
    let copied = jobs.draft().and_then(|draft| {
        copy(&path, &draft)?;
        Ok(draft)
    });
    let draft = match copied {
        Ok(draft) => draft,
        Err(JobError::TooMany) => return Ok(Submitted::Later),
        Err(JobError::NoRoom) => {
            return never(
                "no queda sitio en el servidor para más carteras; avise a quien lo lleva ([portfolios] max_disk_bytes)",
            );
        }
        Err(JobError::Io(error)) if is_disk_full(&error) => {
            return never("el disco del servidor está lleno; avise a quien lo lleva");
        }
        Err(JobError::Io(error)) => return Err(error),
        Err(
            error @ (JobError::Unknown
            | JobError::Elsewhere
            | JobError::TooManyKept
            | JobError::Asked(_)),
        ) => {
            return Err(io::Error::other(error));
        }
    };
    if has_changed(&metadata, &fs::symlink_metadata(&path)?) {
        return Err(io::Error::other("somebody still writes to this file"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let job = match Job::new(&draft, name.into_owned(), options) {
        Ok(job) => Job {
            dropped: true,
            who: Some(Who {
                name: "inbox".to_owned(),
                key: None,
            }),
            ..job
        },
        Err(error) => return Ok(Submitted::Never(contradiction(&error))),
    };
    // Before it is one: the next process must know which job is this file's.
    drop.write(&Note {
        job: Some(job.id.clone()),
        submissions: note.submissions + 1,
        ..note
    })?;
    match queue.submit(draft, job) {
        Ok(job) => Ok(Submitted::Job(job.id)),
        Err(JobError::Io(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// What is asked of a file's run: what is known of it, and its own form for the list.
fn options(path: &Path, profile: Option<&str>, queue: &Queue) -> Result<RunOptions, String> {
    let settings = queue.jobs().settings();
    let profiles = &settings.profiles;
    let profile = profile.map(|name| profiles.named(name)).transpose();
    let profile = profile.map_err(|error| {
        format!(
            "el perfil de esta carpeta no se puede usar ({error}); avise a quien lleva propenso"
        )
    })?;
    let known = RunOptions::default();
    let mut options = profiles.complete(known, &profile.unwrap_or_default());
    if options.get("output_format").is_none() {
        options.put("output_format", Some(form_of_list(path)));
    }
    Ok(options)
}

/// The form that a list has: the file's, where that is one that is written.
fn form_of_list(path: &Path) -> &'static str {
    let end = path.extension().unwrap_or_default().to_string_lossy();
    match end.to_lowercase().as_str() {
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => "xlsx",
        "parquet" | "pq" => "parquet",
        "json" | "jsonl" | "ndjson" => "jsonl",
        _ => "csv",
    }
}

/// Copies a file into a job's folder, taking the room for it piece by piece.
fn copy(path: &Path, draft: &Draft) -> Result<(), JobError> {
    let mut from = plain_file::open(path)?;
    let mut to = draft.create_file(INPUT)?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        draft.take(read)?;
        to.write_all(&piece[..read])?;
    }
}

/// Whether somebody has written to a file in between.
fn has_changed(before: &Metadata, after: &Metadata) -> bool {
    before.len() != after.len() || before.modified().ok() != after.modified().ok()
}
