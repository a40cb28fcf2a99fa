//! `POST /v1/predict`: many clients in one request, in JSON or as an Arrow stream.
//!
//! A body is bounded by its bytes, by its instances, and by the trees that these go through together. JSON answers all clients or
//! none; Arrow answers those that can be, and says of the others what is wrong.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::shadow::Rescore;
use propenso_portfolio::{TypedLimits, TypedTable};
use propenso_scoring::{Asked, Contract, Language};
use serde::Serialize;
use serde_json::value::RawValue;

use super::arrow_answer::ArrowAnswer;
use super::batch::{Batch, Client, Clients, opinions};
use super::batched::{Again, Batched, Written};
use super::body_form::BodyForm;
use super::predict_request::PredictRequest;
use super::prediction::{ModelName, Prediction};
use super::problem::Problem;
use super::typed_clients::{self, TypedClients};
use super::{App, Asker, body, instance, named, page};
use crate::limits::lane::Wanted;
use crate::record::page::Page;
use crate::serving::Champion;

/// The route, as the record names it.
const ROUTE: &str = "/v1/predict";

/// Bodies above this size are scored off the threads that serve connections.
pub(super) const INLINE_BYTES: usize = 32 << 10;

/// Answers all instances, or refuses the request with every field that cannot be used.
///
/// # Errors
///
/// 400 for malformed JSON or Arrow, 413 for a body that is too long, 415 for tables of other forms, 422 for a wrong structure, too
/// many instances or wrong fields, 503 when there is too much other work.
pub async fn answer(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    asker: Asker,
    request: Body,
) -> Result<Response, Problem> {
    let sent = BodyForm::sent(&headers)?;
    let exchange = Exchange {
        sent,
        answered: BodyForm::answered(&headers, sent),
        limits: typed_clients::limits(&app.limits.settings()),
        max_walks: app.limits.settings().work.max_tree_walks,
    };
    let served = app.champion_by(RouteKind::Predict, Language::English)?;
    let page = page(&app, &served, ROUTE, &asker);
    Ok(named(
        &served,
        respond_to(&app, &served, request, exchange, page).await,
    ))
}

/// In which form clients come and answers go, and how much they may ask for.
#[derive(Debug, Clone, Copy)]
struct Exchange {
    sent: BodyForm,
    answered: BodyForm,
    limits: TypedLimits,
    max_walks: usize,
}

/// Answers a body by one model.
async fn respond_to(
    app: &App,
    served: &Champion,
    request: Body,
    exchange: Exchange,
    page: Option<Page>,
) -> Result<Response, Problem> {
    // A large one keeps its place until it is answered.
    let received = body::read(request, &app.limits).await?;
    let bytes = &received.bytes;
    let batch = &app.limits.batch;
    // A short stream may have very many clients.
    let is_short = bytes.len() <= INLINE_BYTES && exchange.sent == BodyForm::Json;
    let begun = if is_short {
        exchange.begin(served, bytes, page, &Wanted::always())?
    } else {
        let (served, bytes) = (served.clone(), bytes.clone());
        let work = move |wanted: &Wanted| exchange.begin(&served, &bytes, page, wanted);
        batch.run(work).await.map_err(Problem::busy)??
    };
    let (answer, batched) = match begun {
        Begun::Answered(answer, batched) => (answer, batched),
        Begun::Longer(instances, asked, page) => {
            let served = served.clone();
            let work = move |wanted: &Wanted| {
                let instances = instances.iter().map(|json| &**json).collect();
                let asked = Batch {
                    served: &served,
                    asked,
                    wanted,
                };
                exchange.respond(&asked, &Instances(instances), page)
            };
            batch.run(work).await.map_err(Problem::busy)??
        }
    };
    let again = Again {
        bytes: bytes.len(),
        rescore: || exchange.rescore(bytes.clone()),
    };
    batched.end(app, served, answer, again).await
}

/// The instances of a body.
struct Instances<'j>(Vec<&'j RawValue>);

impl Clients for Instances<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>> {
        let (row, reference) = instance::read(self.0.get(place)?, contract).ok()?;
        Some(Client { row, reference })
    }
}

/// What a body came to at the first reading.
enum Begun {
    /// It was answered.
    Answered(Written, Batched),
    /// What takes longer, to be answered when its turn comes: the instances, what is asked of each, and where it is kept.
    Longer(Vec<Box<RawValue>>, Asked, Option<Page>),
}

#[derive(Serialize)]
struct PredictResponse<'a> {
    model: ModelName<'a>,
    predictions: Vec<Prediction<'a>>,
}

impl Exchange {
    /// Reads a body, and answers it if that is quick.
    fn begin(
        self,
        served: &Champion,
        bytes: &Bytes,
        page: Option<Page>,
        wanted: &Wanted,
    ) -> Result<Begun, Problem> {
        let batch = |asked| Batch {
            served,
            asked,
            wanted,
        };
        let (answer, batched) = match self.sent {
            BodyForm::Json => {
                let request = PredictRequest::read(bytes)?;
                let batch = batch(request.asked());
                batch.check(request.instances.len(), self.max_walks)?;
                if batch.asked.takes_longer() {
                    let instances = request.instances.into_iter().map(ToOwned::to_owned);
                    return Ok(Begun::Longer(instances.collect(), batch.asked, page));
                }
                self.respond(&batch, &Instances(request.instances), page)?
            }
            BodyForm::ArrowStream => {
                let clients = self.stream(bytes.clone(), served.scorer.contract())?;
                let batch = batch(Asked::default());
                batch.check(clients.count(), self.max_walks)?;
                self.respond(&batch, &clients, page)?
            }
        };
        Ok(Begun::Answered(answer, batched))
    }

    fn stream(self, bytes: Bytes, contract: &Contract) -> Result<TypedClients, Problem> {
        TypedClients::read(bytes, TypedTable::of_stream, contract, self.limits)
    }

    /// Answers all clients, in the form that is asked for.
    fn respond(
        self,
        batch: &Batch<'_>,
        clients: &impl Clients,
        page: Option<Page>,
    ) -> Result<(Written, Batched), Problem> {
        let scorer = &batch.served.scorer;
        let version = batch.served.version;
        if self.answered == BodyForm::ArrowStream {
            let mut answer = ArrowAnswer::new(scorer, batch.asked, clients.count());
            let batched = batch.answer_each(clients, page, &mut answer)?;
            return Ok((answer.written(version)?, batched));
        }
        let mut predictions = Vec::with_capacity(clients.count());
        let batched = batch.answer(clients, page, |answered, decision| {
            predictions.push(Prediction::new(scorer, answered).decided(decision));
        })?;
        let response = PredictResponse {
            model: ModelName::of(scorer, version),
            predictions,
        };
        Ok((Written::json(&response)?, batched))
    }

    /// Prepares to score an answered body with another scorer.
    fn rescore(self, bytes: Bytes) -> Rescore {
        Box::new(move |scorer, workspace| match self.sent {
            BodyForm::Json => match PredictRequest::read(&bytes) {
                Ok(request) => opinions(&Instances(request.instances), scorer, workspace),
                Err(_) => Vec::new(),
            },
            BodyForm::ArrowStream => match self.stream(bytes, scorer.contract()) {
                Ok(clients) => opinions(&clients, scorer, workspace),
                Err(_) => Vec::new(),
            },
        })
    }
}
