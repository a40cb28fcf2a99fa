//! `POST /v1/predict`: many clients in one request, in JSON.
//!
//! A body is bounded by its bytes, by its instances, and by the trees that these go through together.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::opinion::Opinion;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::{Asked, Language, Scorer};
use propenso_store::decision::DecisionId;
use serde::Serialize;
use serde_json::value::RawValue;

use super::counterfactual::MAX_INSTANCES;
use super::explanation::MAX_EXPLAINED;
use super::predict_request::PredictRequest;
use super::prediction::{ModelName, Prediction};
use super::problem::{FieldProblem, MAX_LISTED, Problem};
use super::problem_kind::ProblemKind;
use super::{App, Asker, answer_body, body, decided, instance, keep, named, page};
use crate::limits::lane::Wanted;
use crate::record::page::{Line, Page};
use crate::serving::Champion;

/// The route, as the record names it.
const ROUTE: &str = "/v1/predict";

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Bodies above this size are scored off the threads that serve connections.
const INLINE_BYTES: usize = 32 << 10;

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
    let Responded {
        json,
        opinions,
        page,
        first,
    } = match begun {
        Begun::Answered(responded) => responded,
        Begun::Longer(instances, asked, page) => {
            let served = served.clone();
            let work = move |wanted: &Wanted| {
                let instances = instances.iter().map(|json| &**json);
                respond(&served, instances, asked, page, wanted)
            };
            batch.run(work).await.map_err(Problem::busy)??
        }
    };
    keep(page, Language::English).await?;
    let job = || (opinions, rescore(bytes.clone()));
    app.serving.offer_to_shadow(served, bytes.len(), job);
    let json = answer_body::bounded(json, &app.limits)?;
    let response = ([(header::CONTENT_TYPE, JSON)], json).into_response();
    Ok(decided(response, first))
}

/// Whether the instances of one body go through so many trees at most, all together. One always may.
fn check_work(served: &Champion, n_instances: usize, max_walks: usize) -> Result<(), Problem> {
    let n_trees = served.scorer.predictor().n_trees();
    let most = (max_walks / n_trees).max(1);
    if n_instances <= most {
        return Ok(());
    }
    let sentence = format!(
        "there are {n_instances} instances, and at most {most} of a request go through this model's {n_trees} trees; \
         send fewer, or a portfolio to /v1/portfolios"
    );
    Err(Problem::new(ProblemKind::TooManyInstances, sentence))
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
    /// What was said of each client.
    opinions: Vec<Opinion>,
    /// What is to be kept of it.
    page: Option<Page>,
    /// The first name on that page.
    first: Option<DecisionId>,
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
    check_work(served, request.instances.len(), max_walks)?;
    let asked = request.asked();
    if asked.takes_longer() {
        check_longer(&served.scorer, asked, request.instances.len())?;
        let instances = request.instances.into_iter().map(ToOwned::to_owned);
        return Ok(Begun::Longer(instances.collect(), asked, page));
    }
    let instances = request.instances.into_iter();
    let responded = respond(served, instances, asked, page, wanted)?;
    Ok(Begun::Answered(responded))
}

/// Prepares to score an answered body with another scorer.
fn rescore(bytes: Bytes) -> Rescore {
    Box::new(move |scorer, workspace| {
        let Ok(request) = PredictRequest::read(&bytes) else {
            return Vec::new();
        };
        let instances = request.instances.iter();
        let read: Vec<_> = instances
            .map(|json| instance::read(json, scorer.contract()).ok())
            .collect();
        let rows: Vec<_> = read.iter().flatten().map(|(row, _)| row).collect();
        let mut scores = scorer
            .score_together(&rows, 1, workspace, &mut ())
            .into_iter();
        let mut opinion = |read: &Option<_>| {
            read.as_ref()?;
            let score = scores.next()?.ok()?;
            Some(Opinion::from(&score.outcome))
        };
        read.iter().map(&mut opinion).collect()
    })
}

/// Whether what takes longer can be given, and to so many.
fn check_longer(scorer: &Scorer, asked: Asked, n_instances: usize) -> Result<(), Problem> {
    let can = scorer.check(asked);
    can.map_err(|error| Problem::new(ProblemKind::CannotBeAsked, error.to_string()))?;
    let refused = |sentence| Problem::new(ProblemKind::TooManyInstances, sentence);
    if asked.reasons.is_some() && n_instances > MAX_EXPLAINED {
        return Err(refused(format!(
            "there are {n_instances} instances, and at most {MAX_EXPLAINED} of a request are \
             explained; send fewer, or ask without \"explain\""
        )));
    }
    if asked.counterfactual && n_instances > MAX_INSTANCES {
        return Err(refused(format!(
            "there are {n_instances} instances, and counterfactuals are searched for at most \
             {MAX_INSTANCES} of a request; send fewer, or ask without \"counterfactual\""
        )));
    }
    Ok(())
}

/// Instances that are scored together, before it is asked whether somebody still waits for them.
const TOGETHER: usize = 4_096;

#[derive(Serialize)]
struct PredictResponse<'a> {
    model: ModelName<'a>,
    predictions: Vec<Prediction<'a>>,
}

/// Answers all instances, or says all that is wrong with them.
fn respond<'j>(
    served: &Champion,
    instances: impl ExactSizeIterator<Item = &'j RawValue>,
    asked: Asked,
    mut page: Option<Page>,
    wanted: &Wanted,
) -> Result<Responded, Problem> {
    let scorer = &served.scorer;
    let mut opinions = Vec::with_capacity(instances.len());
    let mut predictions = Vec::with_capacity(instances.len());
    let mut problems = Problems::default();
    let mut first = None;
    let instances: Vec<_> = instances.collect();
    for (part, instances) in instances.chunks(TOGETHER).enumerate() {
        if !wanted.is_wanted() {
            return Err(Problem::took_too_long());
        }
        let read: Vec<_> = instances
            .iter()
            .map(|json| instance::read(json, scorer.contract()).ok())
            .collect();
        let rows: Vec<_> = read.iter().flatten().map(|(row, _)| row).collect();
        let mut answers = match asked.takes_longer() {
            true => Vec::new(),
            false => served.answer_together(&rows),
        }
        .into_iter();
        for (row, read) in (part * TOGETHER..).zip(&read) {
            let Some((fields, client)) = read else {
                problems.add([not_an_object(row)].into_iter());
                continue;
            };
            // Of a request that is refused only the problems are told: no more is worked out for it.
            let asked = match problems.total {
                0 => asked,
                _ => Asked::default(),
            };
            let answer = match answers.next() {
                Some(answer) => answer,
                None if wanted.is_wanted() => served.answer(fields, asked),
                None => return Err(Problem::took_too_long()),
            };
            match answer {
                Ok(answered) => {
                    let decision = page.as_mut().map(|page| {
                        let line = Line {
                            row: fields,
                            asked,
                            answered: &answered,
                            client: client.as_deref(),
                        };
                        page.add(scorer.contract(), &line)
                    });
                    first = first.or(decision);
                    opinions.push(Opinion::from(&answered.score.outcome));
                    predictions.push(Prediction::new(scorer, answered).decided(decision));
                }
                Err(errors) => problems.add(
                    errors
                        .into_iter()
                        .map(|error| FieldProblem::of_field(row, error, Language::English)),
                ),
            }
        }
    }
    if problems.total > 0 {
        return Err(Problem::fields(
            problems.listed,
            problems.total,
            Language::English,
        ));
    }
    let response = PredictResponse {
        model: ModelName::of(scorer, served.version),
        predictions,
    };
    let json = serde_json::to_vec(&response).map_err(|error| {
        Problem::internal(
            "the answer could not be written",
            &format!("an answer could not be written as JSON: {error}"),
        )
    })?;
    Ok(Responded {
        json,
        opinions,
        page: page.filter(|_| first.is_some()),
        first,
    })
}

/// All problems counted, the first ones listed.
#[derive(Default)]
struct Problems {
    listed: Vec<FieldProblem>,
    total: usize,
}

impl Problems {
    fn add(&mut self, problems: impl ExactSizeIterator<Item = FieldProblem>) {
        self.total += problems.len();
        let room = MAX_LISTED.saturating_sub(self.listed.len());
        self.listed.extend(problems.take(room));
    }
}

fn not_an_object(row: usize) -> FieldProblem {
    FieldProblem {
        row,
        input: None,
        parameter: None,
        value: None,
        reason: "the instance is not an object".to_owned(),
        accepted: "an object with the inputs of one client".to_owned(),
    }
}
