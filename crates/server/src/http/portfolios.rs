//! `/v1/portfolios`: whole portfolios, scored in the background.
//!
//! Portfolios are about people, so all of these routes need a role.

pub(in crate::http) mod upload;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::disk_full::is_disk_full;
use propenso_portfolio::{Place, Stage};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::App;
use super::body;
use super::form::LONGEST_NAME;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::safety;
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::jobs::{Job, JobError, JobState, OpenJobs};
use crate::record::who;

/// `POST /v1/portfolios`: a portfolio in the field `file` of a form; the options of `propenso score` in others.
///
/// # Errors
///
/// 413 when it is too large, 422 when the form is wrong, 429 when too many are waiting, 503 while another process
/// has the portfolios, 507 when there is no room on disk.
pub async fn add(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let open = match portfolios(&app) {
        Ok(open) => open,
        Err(problem) => {
            body::read_away(request).await;
            return Err(problem);
        }
    };
    let draft = match open.jobs().draft() {
        Ok(draft) => draft,
        Err(error) => {
            body::read_away(request).await;
            return Err(error.into());
        }
    };
    let caller = request.extensions().get::<Caller>();
    let who = caller.map(|caller| who(&caller.principal));
    let (draft, job) = upload::read(request, draft, &open.jobs().settings()).await?;
    let job = Job { who, ..job };
    let job = open.queue().submit(draft, job)?;
    let place = format!("/v1/portfolios/{}", job.id);
    let place = HeaderValue::try_from(place).map_err(|_| missing())?;
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, place)],
        Json(view(&job, None, false)),
    )
        .into_response())
}

/// `GET /v1/portfolios`: all jobs, the last one first.
///
/// # Errors
///
/// 404 where there are none to be had.
pub async fn list(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let jobs = portfolios(&app)?.jobs().list();
    let views: Vec<Value> = jobs
        .iter()
        .map(|(job, place)| view(job, *place, false))
        .collect();
    Ok(Json(json!({ "portfolios": views })).into_response())
}

/// `GET /v1/portfolios/{id}`: what it is doing, how far it is, and what it came to.
///
/// # Errors
///
/// 404 when there is none.
pub async fn show(State(app): State<Arc<App>>, id: Path<String>) -> Result<Response, Problem> {
    let (job, place) = portfolios(&app)?.jobs().get(&id)?;
    Ok(Json(view(&job, place, true)).into_response())
}

/// `DELETE /v1/portfolios/{id}`: ends it, and removes its files.
///
/// # Errors
///
/// 404 when there is none.
pub async fn remove(State(app): State<Arc<App>>, id: Path<String>) -> Result<Response, Problem> {
    portfolios(&app)?;
    let remove = move || {
        let open = portfolios(&app)?;
        open.jobs().remove(&id)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    blocking(remove).await
}

/// `GET /v1/portfolios/{id}/{file}`: `output`, `rejected`, `suppressed` or `summary`.
///
/// # Errors
///
/// 404 when there is none, 409 while it is not done.
pub async fn file(
    State(app): State<Arc<App>>,
    Path((id, file)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let portfolios = portfolios(&app)?.jobs();
    let (job, _) = portfolios.get(&id)?;
    let stem = job
        .file_name
        .split('.')
        .next()
        .unwrap_or("cartera")
        .to_owned();
    let name = match file.as_str() {
        "output" => Some(job.output.clone()),
        "rejected" => job.rejected.clone(),
        "suppressed" => job.suppressed.clone(),
        "summary" => Some("resumen.html".to_owned()),
        _ => {
            let sentence = "there are output, rejected, suppressed and summary";
            return Err(Problem::new(ProblemKind::NoSuchFile, sentence));
        }
    };
    if job.state != JobState::Done {
        return Err(Problem::new(
            ProblemKind::NotScored,
            format!(
                "the portfolio is not scored; GET /v1/portfolios/{} says why",
                job.id
            ),
        ));
    }
    let name = name
        .ok_or_else(|| Problem::new(ProblemKind::NoSuchFile, "this portfolio has no such rows"))?;
    let answer = ServeFile::new(portfolios.path(&job, &name))
        .oneshot(request)
        .await;
    let mut response = match answer {
        Ok(answer) => answer.into_response(),
        Err(never) => match never {},
    };
    // A page is looked at, a file is kept.
    let (kind, policy) = match file == "summary" {
        true => ("inline", safety::SANDBOXED_PAGE),
        false => ("attachment", safety::SANDBOX),
    };
    let shown = stem.chars().filter(char::is_ascii_alphanumeric);
    // Of jobs of earlier versions too.
    let shown: String = shown
        .take(LONGEST_NAME - "_".len() - name.len().min(100))
        .collect();
    let disposition = format!("{kind}; filename=\"{shown}_{name}\"");
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    if let Ok(value) = HeaderValue::try_from(disposition) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// A job for whoever sent it.
fn view(job: &Job, place: Option<Place>, with_report: bool) -> Value {
    let link = |file: &str| format!("/v1/portfolios/{}{file}", job.id);
    let mut links = json!({ "self": link("") });
    if job.state == JobState::Done {
        links["output"] = link("/output").into();
        links["summary"] = link("/summary").into();
        if job.rejected.is_some() {
            links["rejected"] = link("/rejected").into();
        }
        if job.suppressed.is_some() {
            links["suppressed"] = link("/suppressed").into();
        }
    }
    let progress = place.map(|place| {
        json!({
            "stage": match place.stage { Stage::Scoring => "scoring", Stage::Writing => "writing" },
            "rows": place.rows,
            "done": place.done,
            "total": place.total,
        })
    });
    let mut view = json!({
        "id": job.id,
        "state": job.state,
        "file": job.file_name,
        "created": job.created,
        "ended": job.ended,
        "restarts": job.starts,
        "progress": progress,
        "error": job.error,
        "links": links,
    });
    if with_report {
        view["report"] = job.report.clone().unwrap_or_default();
    }
    view
}

pub(super) fn portfolios(app: &App) -> Result<&OpenJobs, Problem> {
    let open = app.portfolios.as_ref().ok_or_else(missing)?;
    match open.jobs().are_ours() {
        true => Ok(open),
        false => Err(JobError::Elsewhere.into()),
    }
}

fn missing() -> Problem {
    Problem::new(ProblemKind::NoPortfolios, "this server takes no portfolios")
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Self {
        let kind = match error {
            JobError::Unknown => ProblemKind::NoSuchPortfolio,
            JobError::TooMany | JobError::TooManyKept => ProblemKind::TooManyWaiting,
            JobError::Asked(_) => ProblemKind::WrongForm,
            JobError::NoRoom => ProblemKind::NoRoom,
            JobError::Elsewhere => ProblemKind::PortfoliosElsewhere,
            JobError::Io(error) if is_disk_full(&error) => {
                let sentence =
                    "the server's disk is full; make room on it and send the portfolio again";
                return Self::new(ProblemKind::NoRoom, sentence);
            }
            JobError::Io(error) => {
                let sentence = "the folder of portfolios cannot be used; the server's log says why";
                return Self::internal(sentence, &error);
            }
        };
        Self::new(kind, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_no_bug() {
        let problem = |kind: std::io::ErrorKind| {
            let problem = Problem::from(JobError::Io(kind.into()));
            problem.into_response().status().as_u16()
        };
        assert_eq!(problem(std::io::ErrorKind::StorageFull), 507);
        assert_eq!(problem(std::io::ErrorKind::PermissionDenied), 500);
    }
}
