//! `/v1/models`: the registry over HTTP, for those who may.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::admission::{Admission, AdmissionError, Arrival, Reception};
use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::gates::progress::Progress;
use propenso_lifecycle::registry::{
    Action, Cause, Refusal, Registry, RegistryError, Version, WayIn,
};
use propenso_lifecycle::steward::{Steward, TakeError};
use serde::Deserialize;
use serde_json::json;

use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::{App, body, caller_name, kserve, upload, whole};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::examinations::Examinations;
use crate::figures::Figures;
use crate::notify::Notifier;
use crate::view::{ShadowView, VersionView};
use crate::workshop::Workshop;

/// Events in an answer.
const MAX_EVENTS: u32 = 1_000;

/// What the routes work on.
#[derive(Debug)]
pub struct Models {
    /// The registry.
    pub registry: Arc<Registry>,
    /// The way in.
    pub admission: Admission,
    /// What makes it served.
    pub steward: Arc<Steward>,
    /// Largest upload, in bytes.
    pub max_upload_bytes: usize,
    /// Who is told of verdicts.
    pub notifier: Notifier,
    /// Whether a version that passes all gates answers without anybody asking.
    pub is_auto: bool,
    /// Models that are being examined for somebody who watches.
    pub examinations: Examinations,
    /// Contracts in the making.
    pub workshop: Arc<Workshop>,
}

impl Models {
    /// Examines a model that was sent, keeps it as a version, and tells whoever wants to know.
    pub(super) fn receive(
        &self,
        arrival: &Arrival,
        progress: &Progress,
        figures: &Figures,
    ) -> Result<(Version, Reception), ModelsError> {
        let admitted = self.admission.admit_watched(arrival, progress)?;
        self.steward.welcome(admitted.served)?;
        let version = self.registry.version(admitted.version.number)?;
        if admitted.reception != Reception::Known {
            self.notifier.tell(version.number);
            let verdict = version.report.verdict();
            figures.verdicts.count(WayIn::Upload, verdict);
        }
        Ok((version, admitted.reception))
    }
}

/// `GET /v1/models`: all versions, without their reports; and `models`, as KServe lists them.
///
/// # Errors
///
/// 404 when no registry is served.
pub async fn list(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let fallback = app.serving.live().fallback();
    on_registry(app, move |models| {
        let versions = models.registry.versions()?;
        let versions: Vec<_> = versions
            .iter()
            .map(|version| VersionView::brief(version).with_fallback(fallback.as_deref()))
            .collect();
        let answer = json!({ "versions": versions, "models": [kserve::MODEL_NAME] });
        Ok(Json(answer).into_response())
    })
    .await
}

/// `GET /v1/models/{version}`: one version with its gates and what it was compared with; by a name, whether it is ready, as
/// KServe asks.
///
/// # Errors
///
/// 404 when there is none.
pub async fn show(State(app): State<Arc<App>>, number: Path<String>) -> Result<Response, Problem> {
    if kserve::is_name(&number) {
        return kserve::ready(&app, &number);
    }
    let number = number_of(&number)?;
    on_registry(app, move |models| {
        let version = models.registry.version(number)?;
        let days = models.registry.shadow_days(number)?;
        let view = VersionView::full(&version, days.into_iter().map(ShadowView::from).collect());
        Ok(Json(view).into_response())
    })
    .await
}

/// `GET /v1/models/events`: what happened, oldest first.
///
/// # Errors
///
/// 404 when no registry is served.
pub async fn events(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    on_registry(app, |models| {
        let events = models.registry.events(MAX_EVENTS)?;
        Ok(Json(json!({ "events": events })).into_response())
    })
    .await
}

/// What may come with a promotion or a rollback.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseRequest {
    why: Option<String>,
    by: Option<String>,
    /// Why a version is promoted that gates refused.
    despite: Option<String>,
    /// The version that a rollback goes back to.
    #[serde(default, deserialize_with = "whole::read")]
    version: Option<u32>,
}

/// `POST /v1/models/{version}/promote`: the version answers from the next request on.
///
/// # Errors
///
/// 404 when there is none, 409 when the rules do not allow it.
pub async fn promote(
    State(app): State<Arc<App>>,
    number: Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let number = number_of(&number)?;
    let asked = read_cause(request).await?;
    if asked.request.version.is_some() {
        return Err(wrong_cause("`version` goes with a rollback"));
    }
    let action = match &asked.request.despite {
        None => Action::Promote(number),
        Some(why) if why.trim().is_empty() || asked.request.why.is_some() => {
            return Err(wrong_cause(
                "`despite` says why, and stands in place of `why`",
            ));
        }
        Some(_) => Action::Overrule(number),
    };
    take(app, action, asked.cause()).await
}

/// `POST /v1/models/rollback`: the champion before answers from the next request on.
///
/// # Errors
///
/// 409 when there is none.
pub async fn rollback(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let asked = read_cause(request).await?;
    if asked.request.despite.is_some() {
        return Err(wrong_cause("`despite` goes with a promotion"));
    }
    take(app, Action::Rollback(asked.request.version), asked.cause()).await
}

/// `POST /v1/models`: a model file in the field `file` of a form; `golden`, `holdout`, `contract`, `note` and
/// `by` may come along.
///
/// # Errors
///
/// 413 when it is too large, 422 when the form is wrong or a gate failed.
pub async fn add(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let limit = models(&app)?.max_upload_bytes;
    let arrival = upload::read(request, limit, &app.limits.uploads).await?;
    let figures = Arc::clone(&app.figures);
    on_registry(app, move |models| {
        let (version, reception) = models.receive(&arrival, &Progress::default(), &figures)?;
        if version.report.verdict() == Verdict::Failed {
            let concerns = version.report.gates.iter().flat_map(|gate| &gate.concerns);
            let reasons: Vec<String> = concerns
                .map(propenso_lifecycle::gates::Concern::text)
                .collect();
            let number = version.number;
            return Err(Problem::new(
                ProblemKind::ModelRejected,
                format!(
                    "version {number} was rejected, see /v1/models/{number}: {}",
                    reasons.join(" ")
                ),
            )
            .into());
        }
        let status = match reception {
            Reception::New => StatusCode::CREATED,
            Reception::ExaminedAgain | Reception::Known => StatusCode::OK,
        };
        Ok((status, Json(VersionView::full(&version, Vec::new()))).into_response())
    })
    .await
}

/// Does something with the registry for a caller, and says why.
pub(super) async fn take_by(
    app: Arc<App>,
    action: Action,
    caller: Option<&Caller>,
    why: &str,
) -> Result<Response, Problem> {
    let cause = Cause {
        who: caller_name(caller, None),
        why: why.to_owned(),
    };
    take(app, action, cause).await
}

async fn take(app: Arc<App>, action: Action, cause: Cause) -> Result<Response, Problem> {
    on_registry(app, move |models| {
        let steps = models.steward.take(action, &cause)?;
        let steps: Vec<_> = steps
            .iter()
            .map(|step| json!({ "version": step.number, "from": step.from, "to": step.to }))
            .collect();
        Ok(Json(json!({ "steps": steps })).into_response())
    })
    .await
}

/// Works on the registry off the threads that serve connections: databases and disks wait.
pub(super) async fn on_registry<T: Send + 'static>(
    app: Arc<App>,
    work: impl FnOnce(&Models) -> Result<T, ModelsError> + Send + 'static,
) -> Result<T, Problem> {
    models(&app)?;
    let work = move || match &app.models {
        Some(models) => work(models).map_err(Problem::from),
        None => Err(no_registry()),
    };
    blocking(work).await
}

/// The registry and its company, where one is served.
pub(super) fn models(app: &App) -> Result<&Models, Problem> {
    app.models.as_ref().ok_or_else(no_registry)
}

fn no_registry() -> Problem {
    Problem::new(
        ProblemKind::NoRegistry,
        "this server serves one file; start it as `propenso serve`, without MODEL, to serve a registry",
    )
}

/// The number of a version, as a path has it.
pub(super) fn number_of(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| {
        Problem::new(
            ProblemKind::NoSuchVersion,
            "a version is named by its number; GET /v1/models lists all",
        )
    })
}

/// What came with a promotion or a rollback, and who sent it.
struct AskedCause {
    caller: Option<Caller>,
    request: CauseRequest,
}

impl AskedCause {
    fn cause(self) -> Cause {
        let CauseRequest {
            why, by, despite, ..
        } = self.request;
        Cause {
            who: caller_name(self.caller.as_ref(), by.as_deref()),
            why: despite.or(why).unwrap_or_default(),
        }
    }
}

fn wrong_cause(what: impl std::fmt::Display) -> Problem {
    Problem::new(
        ProblemKind::WrongBody,
        format!("the body may be {{\"why\": …, \"by\": …}}: {what}"),
    )
}

async fn read_cause(request: Request) -> Result<AskedCause, Problem> {
    const LIMIT: usize = 64 << 10;
    let caller = request.extensions().get::<Caller>().cloned();
    let bytes = body::read_within(request.into_body(), LIMIT, body::PATIENCE).await?;
    let request = if bytes.iter().all(u8::is_ascii_whitespace) {
        CauseRequest::default()
    } else {
        serde_json::from_slice(&bytes).map_err(wrong_cause)?
    };
    Ok(AskedCause { caller, request })
}

/// Why something could not be done with the registry.
#[derive(Debug)]
pub(super) enum ModelsError {
    /// What it is already told as.
    Problem(Problem),
    /// The registry refuses, or cannot be used.
    Registry(RegistryError),
    /// The model, or its contract, cannot be used.
    Unusable(String),
}

impl ModelsError {
    /// Tells whether there is no version of the number that was asked for.
    pub(super) fn is_of_no_version(&self) -> bool {
        matches!(
            self,
            Self::Registry(RegistryError::Refused(Refusal::Unknown(_)))
        )
    }
}

impl From<Problem> for ModelsError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<std::io::Error> for ModelsError {
    fn from(error: std::io::Error) -> Self {
        Self::Problem(Problem::internal("a file cannot be read", &error))
    }
}

impl From<RegistryError> for ModelsError {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl From<TakeError> for ModelsError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Registry(error) => Self::Registry(error),
            TakeError::Unloadable { .. } => Self::Unusable(error.to_string()),
        }
    }
}

impl From<AdmissionError> for ModelsError {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::Registry(error) => Self::Registry(error),
            AdmissionError::Contract(error) => Self::Unusable(error.to_string()),
        }
    }
}

impl From<ModelsError> for Problem {
    fn from(error: ModelsError) -> Self {
        match error {
            ModelsError::Problem(problem) => problem,
            ModelsError::Unusable(sentence) => Self::new(ProblemKind::ModelUnusable, sentence),
            ModelsError::Registry(RegistryError::Refused(refusal)) => {
                let kind = match refusal {
                    Refusal::Unknown(_) => ProblemKind::NoSuchVersion,
                    _ => ProblemKind::AgainstTheRules,
                };
                Self::new(kind, refusal.to_string())
            }
            ModelsError::Registry(error @ RegistryError::NotKept(_)) => {
                Self::new(ProblemKind::ModelUnusable, error.to_string())
            }
            ModelsError::Registry(error) if error.is_disk_full() => Self::new(
                ProblemKind::NoRoom,
                "the server's disk is full; make room on it and ask again: the registry is as it was",
            ),
            ModelsError::Registry(error) if error.is_unreachable() => {
                // What the database says names machines: that is for who runs this one.
                tracing::warn!(%error, "the registry cannot be reached");
                Self::new(
                    ProblemKind::StoreUnreachable,
                    "the database of the registry does not answer; ask again in a moment: what is served is served on",
                )
            }
            ModelsError::Registry(error) => Self::internal(
                "the registry cannot be used; the server's log says why",
                &error,
            ),
        }
    }
}
