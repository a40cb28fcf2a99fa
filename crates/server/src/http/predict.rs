//! `POST /v1/predict`: many clients in one request, in JSON.
//!
//! A body is bounded by its bytes, by its instances, and by the trees that these go through together.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::{Asked, Contract, Language};
use serde::Serialize;
use serde_json::value::RawValue;

use super::batch::{Batch, Batched, Client, Clients, opinions};
use super::predict_request::PredictRequest;
use super::prediction::{ModelName, Prediction};
use super::problem::Problem;
use super::{App, Asker, answer_body, body, decided, instance, keep, named, page};
use crate::limits::lane::Wanted;
use crate::record::page::Page;
use crate::serving::Champion;

/// The route, as the record names it.
const ROUTE: &str = "/v1/predict";

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Bodies above this size are scored off the threads that serve connections.
pub(super) const INLINE_BYTES: usize = 32 << 10;

/// Answers all instances, or refuses the request with every field that cannot be used.
///
/// # Errors
///
/// 400 for malformed JSON, 413 for a body that is too long, 422 for a wrong structure, too many instances or wrong
/// fields, 503 when there is too much other work.
pub async fn answer(
    State(app): State<Arc<App>>,
    asker: Asker,
    request: Body,
) -> Result<Response, Problem> {
    let served = app.champion_by(RouteKind::Predict, Language::English)?;
    let page = page(&app, &served, ROUTE, &asker);
    Ok(named(
        &served,
        respond_to(&app, &served, request, page).await,
    ))
}

/// Answers a body by one model.
async fn respond_to(
    app: &App,
    served: &Champion,
    request: Body,
    page: Option<Page>,
) -> Result<Response, Problem> {
    // A large one keeps its place until it is answered.
    let received = body::read(request, &app.limits).await?;
    let bytes = &received.bytes;
    let max_walks = app.limits.settings().work.max_tree_walks;
    let batch = &app.limits.batch;
    let begun = if bytes.len() <= INLINE_BYTES {
        begin(served, bytes, max_walks, page, &Wanted::always())?
    } else {
        let (served, bytes) = (served.clone(), bytes.clone());
        let work = move |wanted: &Wanted| begin(&served, &bytes, max_walks, page, wanted);
        batch.run(work).await.map_err(Problem::busy)??
    };
    let Responded { json, batched } = match begun {
        Begun::Answered(responded) => responded,
        Begun::Longer(instances, asked, page) => {
            let served = served.clone();
            let work = move |wanted: &Wanted| {
                let instances = instances.iter().map(|json| &**json).collect();
                let asked = Batch {
                    served: &served,
                    asked,
                    wanted,
                };
                respond(&asked, &Instances(instances), page)
            };
            batch.run(work).await.map_err(Problem::busy)??
        }
    };
    keep(batched.page, Language::English).await?;
    let job = || (batched.opinions, rescore(bytes.clone()));
    app.serving.offer_to_shadow(served, bytes.len(), job);
    let json = answer_body::bounded(json, &app.limits)?;
    let response = ([(header::CONTENT_TYPE, JSON)], json).into_response();
    Ok(decided(response, batched.first))
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
    Answered(Responded),
    /// What takes longer, to be answered when its turn comes: the instances, what is asked of each, and where it is kept.
    Longer(Vec<Box<RawValue>>, Asked, Option<Page>),
}

/// An answered body.
struct Responded {
    /// The answer's bytes.
    json: Vec<u8>,
    batched: Batched,
}

/// Reads a body, and answers it if that is quick.
fn begin(
    served: &Champion,
    bytes: &[u8],
    max_walks: usize,
    page: Option<Page>,
    wanted: &Wanted,
) -> Result<Begun, Problem> {
    let request = PredictRequest::read(bytes)?;
    let asked = request.asked();
    let batch = Batch {
        served,
        asked,
        wanted,
    };
    batch.check(request.instances.len(), max_walks)?;
    if asked.takes_longer() {
        let instances = request.instances.into_iter().map(ToOwned::to_owned);
        return Ok(Begun::Longer(instances.collect(), asked, page));
    }
    let responded = respond(&batch, &Instances(request.instances), page)?;
    Ok(Begun::Answered(responded))
}

/// Prepares to score an answered body with another scorer.
fn rescore(bytes: Bytes) -> Rescore {
    Box::new(move |scorer, workspace| {
        let Ok(request) = PredictRequest::read(&bytes) else {
            return Vec::new();
        };
        opinions(&Instances(request.instances), scorer, workspace)
    })
}

#[derive(Serialize)]
struct PredictResponse<'a> {
    model: ModelName<'a>,
    predictions: Vec<Prediction<'a>>,
}

/// Answers all instances, or says all that is wrong with them.
fn respond(
    batch: &Batch<'_>,
    instances: &Instances<'_>,
    page: Option<Page>,
) -> Result<Responded, Problem> {
    let scorer = &batch.served.scorer;
    let mut predictions = Vec::with_capacity(instances.count());
    let batched = batch.answer(instances, page, |answered, decision| {
        predictions.push(Prediction::new(scorer, answered).decided(decision));
    })?;
    let response = PredictResponse {
        model: ModelName::of(scorer, batch.served.version),
        predictions,
    };
    let json = serde_json::to_vec(&response).map_err(|error| {
        Problem::internal(
            "the answer could not be written",
            &format!("an answer could not be written as JSON: {error}"),
        )
    })?;
    Ok(Responded { json, batched })
}
