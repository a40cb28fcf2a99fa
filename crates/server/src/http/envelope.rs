//! The one path of requests that are answered by [`Predictions`]: what they come in differs, not what is done with it.

use axum::body::{Body, Bytes};
use axum::response::Response;
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::shadow::Rescore;
use propenso_portfolio::TypedLimits;
use propenso_scoring::{Contract, Language};

use super::batch::{Batch, Clients, opinions};
use super::batched::{Again, Batched, Written};
use super::frame::Frame;
use super::method::Method;
use super::predict::INLINE_BYTES;
use super::predictions::Predictions;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::typed_clients::{self, ReadTable, TypedClients};
use super::{App, Asker, body, named, nan, page};
use crate::limits::lane::Wanted;
use crate::record::page::Page;
use crate::serving::Champion;

/// What came in an envelope.
#[derive(Debug)]
pub(super) struct Sent<'b> {
    /// The clients.
    pub(super) frame: Frame<'b>,
    /// What is asked of each.
    pub(super) method: Method,
}

/// What takes a body apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Opener {
    /// A text, which says what is asked of each client too.
    Text(for<'b> fn(&'b [u8]) -> Result<Sent<'b>, Problem>),
    /// A table that has types.
    Table(ReadTable),
}

/// How a route takes its bodies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope {
    /// The route, as the record names it.
    pub(super) route: &'static str,
    /// Takes a body apart.
    pub(super) open: Opener,
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
    let settings = app.limits.settings();
    let max_walks = settings.work.max_tree_walks;
    let limits = typed_clients::limits(&settings);
    // A short table may have very many clients.
    let is_quick = !envelope.takes_longer && matches!(envelope.open, Opener::Text(_));
    let (answer, batched) = if bytes.len() <= INLINE_BYTES && is_quick {
        let desk = Desk {
            served,
            max_walks,
            limits,
            wanted: &Wanted::always(),
        };
        desk.respond(bytes, envelope, page)?
    } else {
        let (served, bytes) = (served.clone(), bytes.clone());
        let work = move |wanted: &Wanted| {
            let desk = Desk {
                served: &served,
                max_walks,
                limits,
                wanted,
            };
            desk.respond(&bytes, envelope, page)
        };
        app.limits.batch.run(work).await.map_err(Problem::busy)??
    };
    let again = Again {
        bytes: bytes.len(),
        rescore: || rescore(bytes.clone(), envelope, limits),
    };
    batched.end(app, served, answer, again).await
}

/// What bodies are answered by, and for as long as somebody waits for it.
struct Desk<'d> {
    served: &'d Champion,
    max_walks: usize,
    limits: TypedLimits,
    wanted: &'d Wanted,
}

impl Desk<'_> {
    /// Opens an envelope, and answers all clients in it.
    fn respond(
        &self,
        bytes: &Bytes,
        envelope: Envelope,
        page: Option<Page>,
    ) -> Result<(Written, Batched), Problem> {
        let scorer = &self.served.scorer;
        let reading = Reading {
            contract: scorer.contract(),
            limits: self.limits,
        };
        envelope.opened(bytes, reading, |Sent { frame, method }| {
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
            Ok((predictions.written()?, batched))
        })
    }
}

/// Prepares to score an answered body with another scorer.
fn rescore(bytes: Bytes, envelope: Envelope, limits: TypedLimits) -> Rescore {
    Box::new(move |scorer, workspace| {
        let contract = scorer.contract();
        let opened = envelope.opened(&bytes, Reading { contract, limits }, |sent| {
            Ok(opinions(&sent.frame, scorer, workspace))
        });
        opened.unwrap_or_default()
    })
}

/// By what a table's columns are found, and how much it may ask for.
#[derive(Clone, Copy)]
struct Reading<'r> {
    contract: &'r Contract,
    limits: TypedLimits,
}

impl Envelope {
    /// Opens a body. What Python writes for a missing number is no JSON: where nothing else is wrong it is taken for null.
    fn opened<T>(
        self,
        bytes: &Bytes,
        reading: Reading<'_>,
        work: impl FnOnce(Sent<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let open = match self.open {
            Opener::Text(open) => open,
            Opener::Table(read) => {
                let Reading { contract, limits } = reading;
                let clients = TypedClients::read(bytes.clone(), read, contract, limits)?;
                return work(Sent {
                    frame: Frame::Typed(clients),
                    method: Method::default(),
                });
            }
        };
        match open(bytes) {
            Ok(sent) => work(sent),
            Err(problem) if problem.kind() == ProblemKind::InvalidJson => {
                let mended = nan::as_null(bytes).ok_or(problem)?;
                work(open(&mended)?)
            }
            Err(problem) => Err(problem),
        }
    }
}
