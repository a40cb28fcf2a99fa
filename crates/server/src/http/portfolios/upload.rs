//! An uploaded portfolio: the form of `POST /v1/portfolios`, written to disk as it comes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use jiff::Timestamp;

use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::jobs::{Draft, Job, JobOptions, JobState, SUPPRESSION};

/// How long an upload may take.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 20;

/// Bytes of a field that is no file.
const LONGEST_FIELD: usize = 64 << 10;

/// Reads a form to its end, within the time and the bytes that it may take.
///
/// # Errors
///
/// 408 when it takes too long, 413 when it is too large, 422 when it is wrong; then nothing of it is kept.
pub(super) async fn read(
    request: Request,
    draft: Draft,
    limit: u64,
) -> Result<(Draft, Job), Problem> {
    let reading = tokio::time::timeout(PATIENCE, read_form(request, draft, limit));
    reading.await.unwrap_or_else(|_| {
        Err(Problem::new(
            ProblemKind::BodyTooSlow,
            "the portfolio did not arrive in time; send it compressed, as .csv.gz",
        ))
    })
}

async fn read_form(
    mut request: Request,
    draft: Draft,
    limit: u64,
) -> Result<(Draft, Job), Problem> {
    // The limit below counts what is kept.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| wrong_form(&error.body_text()))?;
    let mut file_name = None;
    let mut options = JobOptions::default();
    let mut left = limit;
    while let Some(mut field) = form
        .next_field()
        .await
        .map_err(|error| wrong_form(&error.body_text()))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                let sent = field.file_name().unwrap_or("cartera").to_owned();
                store(&mut field, draft.folder().join(INPUT), &mut left).await?;
                file_name = Some(sent);
            }
            "suppress" => store(&mut field, draft.folder().join(SUPPRESSION), &mut left).await?,
            _ => {
                let value = text(&mut field).await?;
                options
                    .push(&name, value)
                    .map_err(|error| wrong_form(&error.to_string()))?;
            }
        }
    }
    let file_name = file_name.ok_or_else(|| wrong_form("the field `file` is missing"))?;
    // What cannot be asked of a run is refused now.
    let request = options
        .request(draft.folder(), INPUT)
        .map_err(|error| wrong_form(&error.to_string()))?;
    let output = request.output.as_deref().and_then(Path::file_name);
    let job = Job {
        id: draft.id().to_owned(),
        state: JobState::Queued,
        file_name,
        input: INPUT.to_owned(),
        output: output.unwrap_or_default().to_string_lossy().into_owned(),
        options,
        created: Timestamp::now(),
        ended: None,
        starts: 0,
        attempts: 0,
        error: None,
        report: None,
        rejected: None,
        suppressed: None,
    };
    Ok((draft, job))
}

/// What an input is called in its job's folder: its form is told by its content.
const INPUT: &str = "input";

/// Writes a field to a file, off the threads that serve connections.
async fn store(field: &mut Field<'_>, path: PathBuf, left: &mut u64) -> Result<(), Problem> {
    let mut file = on_disk(move || File::create(path)).await?;
    let mut buffer = Vec::with_capacity(BUFFER);
    loop {
        let chunk = field
            .chunk()
            .await
            .map_err(|error| wrong_form(&error.body_text()))?;
        let is_last = chunk.is_none();
        let chunk = chunk.unwrap_or_default();
        *left = left.checked_sub(chunk.len() as u64).ok_or_else(too_large)?;
        buffer.extend_from_slice(&chunk);
        if buffer.len() >= BUFFER || is_last {
            (file, buffer) = on_disk(move || {
                file.write_all(&buffer)?;
                buffer.clear();
                Ok((file, buffer))
            })
            .await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn text(field: &mut Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field
        .chunk()
        .await
        .map_err(|error| wrong_form(&error.body_text()))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST_FIELD {
            return Err(wrong_form("a field is too long"));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done = crate::blocking::blocking(work).await;
    done.map_err(|error| crate::jobs::JobError::Io(error).into())
}

fn too_large() -> Problem {
    Problem::new(
        ProblemKind::BodyTooLarge,
        "the portfolio is too large for this server; send it compressed, as .csv.gz, or raise [portfolios] max_upload_bytes",
    )
}

fn wrong_form(what: &str) -> Problem {
    Problem::new(
        ProblemKind::WrongForm,
        format!("send the portfolio as multipart/form-data, in the field `file`: {what}"),
    )
}
