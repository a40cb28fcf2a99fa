//! `grpc.health.v1.Health`: whether there is a model that answers, as load balancers and Kubernetes ask.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use tokio::time::sleep;

use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;
use super::super::{App, body};
use super::call::{self, Call};
use super::generated::health::health_check_response::ServingStatus;
use super::generated::health::{HealthCheckRequest, HealthCheckResponse};
use super::message::{Bound, Messages};
use super::open_stream::{self, Answers};
use crate::listen::Stopping;

/// The services that may be asked for; the empty name is the whole server.
const SERVICES: [&str; 2] = ["", "inference.GRPCInferenceService"];

/// How often it is looked whether something changed.
const LOOK: Duration = Duration::from_secs(1);

/// `Check`: how it is now.
///
/// # Errors
///
/// 404 for a service that there is not.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let now = &app;
    let answer = |asked: HealthCheckRequest| async move {
        match status(now, &asked) {
            ServingStatus::ServiceUnknown => Err(Problem::new(
                ProblemKind::NoSuchModel,
                format!(
                    "there is no such service; ask for `{}`, or for none",
                    SERVICES[1]
                ),
            )),
            status => Ok(told(status)),
        }
    };
    call::answer(&app, request, answer).await
}

/// `Watch`: how it is now, and again when that changes.
///
/// # Errors
///
/// 503 while too many calls stay open.
pub(super) async fn watch(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let stopping = request.extensions().get::<Stopping>().cloned();
    let call = Call::of(request)?;
    let bytes = body::read_within(call.body, Bound::SMALL.bytes, body::PATIENCE).await?;
    let messages = Messages::of(bytes.into(), call.compression, Bound::SMALL);
    let asked: HealthCheckRequest = messages.only().await?;
    let (answers, response) = open_stream::open(call.compression)?;
    tokio::spawn(async move {
        tokio::select! {
            () = tell_changes(&app, &asked, &answers) => {}
            () = Stopping::begun(stopping) => {
                let _ = answers.send(&told(ServingStatus::NotServing)).await;
            }
        }
        answers.end(Ok(())).await;
    });
    Ok(response)
}

/// Tells how it is whenever that changes, for as long as somebody listens.
async fn tell_changes(app: &App, asked: &HealthCheckRequest, answers: &Answers) {
    let mut last = None;
    loop {
        let now = status(app, asked);
        if last.replace(now) != Some(now) && !answers.send(&told(now)).await {
            return;
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            () = answers.closed() => return,
        }
    }
}

fn status(app: &App, asked: &HealthCheckRequest) -> ServingStatus {
    if !SERVICES.contains(&&*asked.service) {
        return ServingStatus::ServiceUnknown;
    }
    match app.serving.live().champion() {
        Some(_) => ServingStatus::Serving,
        None => ServingStatus::NotServing,
    }
}

fn told(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}
