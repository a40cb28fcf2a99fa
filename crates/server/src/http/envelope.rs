//! The one path of requests that are answered by [`Predictions`]: what they come in differs, not what is done with it.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::Language;

use super::batch::{Batch, Batched, Clients, opinions};
use super::frame::Frame;
use super::method::Method;
use super::predict::INLINE_BYTES;
use super::predictions::Predictions;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::{App, Asker, answer_body, body, decided, keep, named, nan, page};
use crate::limits::lane::Wanted;
use crate::record::page::Page;
use crate::serving::Champion;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What came in an envelope.
#[derive(Debug)]
pub(super) struct Sent<'b> {
    /// The clients.
    pub(super) frame: Frame<'b>,
    /// What is asked of each.
    pub(super) method: Method,
}

/// How a route takes its bodies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope {
    /// The route, as the record names it.
    pub(super) route: &'static str,
    /// Takes a body apart.
    pub(super) open: for<'b> fn(&'b [u8]) -> Result<Sent<'b>, Problem>,
    /// Whether more is asked than scores: that waits for its turn.
    pub(super) takes_longer: bool,
}

/// Answers all clients of a body, or refuses it.
pub(super) async fn answer(
    app: &App,
    asker: &Asker,
    request: Body,
    envelope: Envelope,
) -> Result<Response, Problem> {
    let served = app.champion_by(RouteKind::Predict, Language::English);
    let served = served.map_err(Problem::for_mlflow)?;
    let page = page(app, &served, envelope.route, asker);
    let answered = respond_to(app, &served, request, envelope, page).await;
    Ok(named(&served, answered.map_err(Problem::for_mlflow)))
}

/// Answers a body by one model.
async fn respond_to(
    app: &App,
    served: &Champion,
    request: Body,
    envelope: Envelope,
    page: Option<Page>,
) -> Result<Response, Problem> {
    // A large one keeps its place until it is answered.
    let received = body::read(request, &app.limits).await?;
    let bytes = &received.bytes;
    let max_walks = app.limits.settings().work.max_tree_walks;
    let (json, batched) = if bytes.len() <= INLINE_BYTES && !envelope.takes_longer {
        let desk = Desk {
            served,
            max_walks,
            wanted: &Wanted::always(),
        };
        desk.respond(bytes, envelope, page)?
    } else {
        let (served, bytes) = (served.clone(), bytes.clone());
        let work = move |wanted: &Wanted| {
            let desk = Desk {
                served: &served,
                max_walks,
                wanted,
            };
            desk.respond(&bytes, envelope, page)
        };
        app.limits.batch.run(work).await.map_err(Problem::busy)??
    };
    keep(batched.page, Language::English).await?;
    let job = || (batched.opinions, rescore(bytes.clone(), envelope));
    app.serving.offer_to_shadow(served, bytes.len(), job);
    let json = answer_body::bounded(json, &app.limits)?;
    let response = ([(header::CONTENT_TYPE, JSON)], json).into_response();
    Ok(decided(response, batched.first))
}

/// What bodies are answered by, and for as long as somebody waits for it.
struct Desk<'d> {
    served: &'d Champion,
    max_walks: usize,
    wanted: &'d Wanted,
}

impl Desk<'_> {
    /// Opens an envelope, and answers all clients in it.
    fn respond(
        &self,
        bytes: &[u8],
        envelope: Envelope,
        page: Option<Page>,
    ) -> Result<(Vec<u8>, Batched), Problem> {
        envelope.opened(bytes, |Sent { frame, method }| {
            let scorer = &self.served.scorer;
            let batch = Batch {
                served: self.served,
                asked: method.asked(scorer.contract()),
                wanted: self.wanted,
            };
            batch.check(frame.count(), self.max_walks)?;
            let mut predictions = Predictions::new(method);
            let batched = batch.answer(&frame, page, |answered, _| {
                predictions.add(scorer, answered);
            })?;
            Ok((predictions.into_json()?, batched))
        })
    }
}

/// Prepares to score an answered body with another scorer.
fn rescore(bytes: Bytes, envelope: Envelope) -> Rescore {
    Box::new(move |scorer, workspace| {
        let opened = envelope.opened(&bytes, |sent| Ok(opinions(&sent.frame, scorer, workspace)));
        opened.unwrap_or_default()
    })
}

impl Envelope {
    /// Opens a body. What Python writes for a missing number is no JSON: where nothing else is wrong it is taken for null.
    fn opened<T>(
        self,
        bytes: &[u8],
        work: impl FnOnce(Sent<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        match (self.open)(bytes) {
            Ok(sent) => work(sent),
            Err(problem) if problem.kind() == ProblemKind::InvalidJson => {
                let mended = nan::as_null(bytes).ok_or(problem)?;
                work((self.open)(&mended)?)
            }
            Err(problem) => Err(problem),
        }
    }
}
