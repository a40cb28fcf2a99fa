//! An uploaded portfolio: the form of `POST /v1/portfolios`, written to disk as it comes.

use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

use axum::extract::Request;

use crate::http::body;
use crate::http::form::{Form, FormError, Part};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::jobs::{Draft, INPUT, Job, JobError, JobSettings, SUPPRESSION};
use propenso_portfolio::options::RunOptions;

/// How long an upload may take.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Bytes that are gathered before they are written.
const BUFFER: usize = 1 << 20;

/// Bytes of all fields together that are no files.
const LONGEST_OPTIONS: usize = 256 << 10;

/// Bytes that a field counts for besides its name and value.
const FIELD: usize = 64;

/// Reads the form of a job to its end, within the time and the bytes that it may take.
///
/// # Errors
///
/// As [`read_files`]; 422 for options that there are none of.
pub(super) async fn read(
    request: Request,
    draft: Draft,
    settings: &JobSettings,
) -> Result<(Draft, Job), Problem> {
    let mut profile = None;
    let mut options = RunOptions::default();
    let take = |name: &str, value: String| match name {
        "profile" if profile.is_some() => Err(wrong_form("`profile` is there twice")),
        "profile" => {
            profile = Some(value);
            Ok(())
        }
        _ => options.push(name, value).map_err(wrong_form),
    };
    let files = [("file", INPUT), ("suppress", SUPPRESSION)];
    let (draft, names) = read_files(request, draft, settings, &files, take).await?;
    let file_name = names.into_iter().find(|(field, _)| *field == "file");
    let (_, file_name) = file_name.ok_or_else(|| wrong_form("the field `file` is missing"))?;
    let profiles = &settings.profiles;
    let profile = profile.map(|name| profiles.named(&name)).transpose();
    let profile = profile.map_err(wrong_form)?.unwrap_or_default();
    let options = profiles.complete(options, &profile);
    let job = Job::new(&draft, file_name, options).map_err(wrong_form)?;
    Ok((draft, job))
}

/// The files that came, by the fields that they came in: the names that people know them by.
pub(in crate::http) type Received = Vec<(&'static str, String)>;

/// Reads a form to its end, within the time and the bytes that it may take: some fields into files of a draft's folder, the
/// others to whoever takes them.
///
/// # Errors
///
/// 408 when it takes too long, 413 when it is too large, 422 when it is wrong, 507 when there is no room for it; then
/// nothing of it is kept.
pub(in crate::http) async fn read_files(
    request: Request,
    draft: Draft,
    settings: &JobSettings,
    files: &[(&'static str, &str)],
    take: impl FnMut(&str, String) -> Result<(), Problem>,
) -> Result<(Draft, Received), Problem> {
    let reading = read_form(request, draft, settings.max_upload_bytes, files, take);
    let reading = tokio::time::timeout(PATIENCE, reading);
    reading.await.unwrap_or_else(|_| {
        Err(Problem::new(
            ProblemKind::BodyTooSlow,
            "the portfolio did not arrive in time; send it compressed, as .csv.gz",
        ))
    })
}

async fn read_form(
    request: Request,
    draft: Draft,
    max_bytes: u64,
    files: &[(&'static str, &str)],
    mut take: impl FnMut(&str, String) -> Result<(), Problem>,
) -> Result<(Draft, Received), Problem> {
    let mut form = Form::open(request).await.map_err(unusable)?;
    let mut upload = Upload {
        draft,
        left: max_bytes,
        left_for_options: LONGEST_OPTIONS,
    };
    let mut received = Received::new();
    while let Some(mut part) = form.next().await.map_err(unusable)? {
        let file = files.iter().find(|(field, _)| *field == part.name);
        let Some((field, stored)) = file else {
            let value = upload.text(&mut part).await?;
            take(&part.name, value)?;
            continue;
        };
        if received.iter().any(|(known, _)| known == field) {
            return Err(wrong_form(format!("`{field}` is there twice")));
        }
        let file_name = part.file_name.take();
        let file_name = file_name.unwrap_or_else(|| "cartera".to_owned());
        received.push((field, file_name));
        upload.store(part, stored).await?;
    }
    Ok((upload.draft, received))
}

/// An upload, and what more of it may come.
struct Upload {
    draft: Draft,
    left: u64,
    left_for_options: usize,
}

impl Upload {
    /// Writes a part to a file, off the threads that serve connections.
    async fn store(&mut self, mut part: Part<'_>, name: &str) -> Result<(), Problem> {
        let mut file = self.draft.create_file(name)?;
        let mut buffer = Vec::with_capacity(BUFFER);
        loop {
            let chunk = part.chunk().await.map_err(unusable)?;
            let is_last = chunk.is_none();
            let chunk = chunk.unwrap_or_default();
            let left = self.left.checked_sub(chunk.len() as u64);
            self.left = left.ok_or_else(too_large)?;
            buffer.extend_from_slice(&chunk);
            if buffer.len() >= BUFFER || is_last {
                self.draft.take(buffer.len())?;
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

    async fn text(&mut self, part: &mut Part<'_>) -> Result<String, Problem> {
        let mut bytes = Vec::new();
        self.count_option(part.name.len() + FIELD)?;
        while let Some(chunk) = part.chunk().await.map_err(unusable)? {
            self.count_option(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn count_option(&mut self, bytes: usize) -> Result<(), Problem> {
        let left = self.left_for_options.checked_sub(bytes);
        self.left_for_options = left.ok_or_else(|| wrong_form("the options are too long"))?;
        Ok(())
    }
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done = crate::blocking::blocking(work).await;
    done.map_err(|error| JobError::Io(error).into())
}

fn too_large() -> Problem {
    Problem::new(
        ProblemKind::BodyTooLarge,
        "the portfolio is too large for this server; send it compressed, as .csv.gz, or raise [portfolios] max_upload_bytes",
    )
}

fn unusable(error: FormError) -> Problem {
    match error {
        FormError::Stalled => body::stalled(),
        other => wrong_form(other),
    }
}

fn wrong_form(what: impl Display) -> Problem {
    Problem::new(
        ProblemKind::WrongForm,
        format!("send the portfolio as multipart/form-data, in the field `file`: {what}"),
    )
}
