//! What there is, and how it works: the server, its model, how that is configured, and what it has done so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use propenso_lifecycle::served::Served;
use propenso_scoring::Stage;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::App;
use super::super::problem::Problem;
use super::{Chosen, number_of};
use crate::figures::scorings::{Done, Scoring};
use crate::open_inference::output_name::OutputName;
use crate::open_inference::signature::{self, TensorSignature};
use crate::open_inference::{MODEL, PLATFORM};

/// What is understood of Triton's extensions.
pub(in crate::http) const EXTENSIONS: [&str; 6] = [
    "binary_tensor_data",
    "classification",
    "model_configuration",
    "model_repository",
    "parameters",
    "statistics",
];

/// The clients that one request may have for programs that ask before they measure.
pub(in crate::http) const MAX_BATCH: usize = 4_096;

/// `GET /v2`: the program, its version and what it understands.
pub async fn server() -> Json<Value> {
    Json(json!({
        "name": "propenso",
        "version": env!("CARGO_PKG_VERSION"),
        "extensions": EXTENSIONS,
    }))
}

/// `GET /v2/health/live`: the process answers.
pub async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// `GET /v2/health/ready`: a model answers.
///
/// # Errors
///
/// 503 while there is no champion.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    app.champion(propenso_scoring::Language::English)?;
    Ok(Json(json!({ "ready": true })))
}

/// `GET /v2/models/{model}[/versions/{version}]/ready`: this version answers.
///
/// # Errors
///
/// 404 for a version that is not at work, 503 while none is.
pub async fn model_ready(
    State(app): State<Arc<App>>,
    chosen: Chosen,
) -> Result<Json<Value>, Problem> {
    chosen.served(&app)?;
    Ok(Json(json!({ "name": MODEL, "ready": true })))
}

/// A model's description.
#[derive(Debug, Serialize)]
pub struct Metadata {
    name: &'static str,
    /// Those at work, by number.
    pub(in crate::http) versions: Vec<String>,
    platform: &'static str,
    pub(in crate::http) inputs: Vec<TensorSignature>,
    pub(in crate::http) outputs: Vec<TensorSignature>,
    pub(in crate::http) properties: BTreeMap<&'static str, String>,
}

impl Metadata {
    /// Describes a version at work.
    pub(in crate::http) fn of(app: &App, served: &Served) -> Self {
        let scorer = &served.scorer;
        let all: Vec<_> = OutputName::all(scorer).map(OutputName::as_str).collect();
        Self {
            name: MODEL,
            versions: at_work(app)
                .iter()
                .map(|served| number_of(served).to_string())
                .collect(),
            platform: PLATFORM,
            inputs: signature::inputs(scorer.contract()),
            outputs: signature::outputs(scorer),
            properties: BTreeMap::from([
                ("contract", scorer.contract().name().to_owned()),
                ("hash", scorer.model().to_string()),
                ("all_outputs", all.join(",")),
            ]),
        }
    }
}

/// `GET /v2/models/{model}[/versions/{version}]`: what it takes and gives.
///
/// # Errors
///
/// As [`model_ready`].
pub async fn model(State(app): State<Arc<App>>, chosen: Chosen) -> Result<Json<Metadata>, Problem> {
    let served = chosen.served(&app)?;
    Ok(Json(Metadata::of(&app, &served)))
}

/// `GET /v2/models/{model}[/versions/{version}]/config`: the same, in Triton's words for whoever measures.
///
/// # Errors
///
/// As [`model_ready`].
pub async fn config(State(app): State<Arc<App>>, chosen: Chosen) -> Result<Json<Value>, Problem> {
    let served = chosen.served(&app)?;
    let scorer = &served.scorer;
    let tensors = |tensors: Vec<TensorSignature>| -> Vec<Value> {
        let tensors = tensors.into_iter();
        tensors
            .map(|tensor| {
                json!({
                    "name": tensor.name,
                    "data_type": format!("TYPE_{}", config_type(tensor.datatype.as_str())),
                    "dims": [tensor.shape[1]],
                })
            })
            .collect()
    };
    Ok(Json(json!({
        "name": MODEL,
        "platform": PLATFORM,
        "backend": "propenso",
        "max_batch_size": MAX_BATCH,
        "input": tensors(signature::inputs(scorer.contract())),
        "output": tensors(signature::outputs(scorer)),
        "version_policy": { "latest": { "num_versions": 1 } },
    })))
}

/// What a type is called there.
fn config_type(datatype: &'static str) -> &'static str {
    match datatype {
        "BYTES" => "STRING",
        other => other,
    }
}

/// `GET /v2/models/stats`: what all versions at work have done.
pub async fn all_statistics(State(app): State<Arc<App>>) -> Json<Value> {
    let all = at_work(&app);
    let all = all.iter().map(|served| Statistics::of(&app, served));
    Json(json!({ "model_stats": all.collect::<Vec<_>>() }))
}

/// `GET /v2/models/{model}[/versions/{version}]/stats`: what this version has done since the process began.
///
/// # Errors
///
/// As [`model_ready`].
pub async fn statistics(
    State(app): State<Arc<App>>,
    chosen: Chosen,
) -> Result<Json<Value>, Problem> {
    let served = chosen.served(&app)?;
    let statistics = Statistics::of(&app, &served);
    Ok(Json(json!({ "model_stats": [statistics] })))
}

/// What a version has done since the process began.
#[derive(Debug, Serialize)]
pub(in crate::http) struct Statistics {
    name: &'static str,
    pub(in crate::http) version: String,
    /// Milliseconds since 1970.
    pub(in crate::http) last_inference: u64,
    /// Clients.
    pub(in crate::http) inference_count: u64,
    /// Requests.
    pub(in crate::http) execution_count: u64,
    pub(in crate::http) inference_stats: Stages,
    batch_stats: [(); 0],
    memory_usage: [(); 0],
    response_stats: BTreeMap<(), ()>,
}

/// How often each stage was gone through, and for how long.
#[derive(Debug, Serialize)]
pub(in crate::http) struct Stages {
    pub(in crate::http) success: Spent,
    pub(in crate::http) fail: Spent,
    pub(in crate::http) queue: Spent,
    pub(in crate::http) compute_input: Spent,
    pub(in crate::http) compute_infer: Spent,
    pub(in crate::http) compute_output: Spent,
    pub(in crate::http) cache_hit: Spent,
    pub(in crate::http) cache_miss: Spent,
}

/// How often, and nanoseconds in all.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(in crate::http) struct Spent {
    pub(in crate::http) count: u64,
    pub(in crate::http) ns: u64,
}

impl Statistics {
    /// Looks up what a version has done.
    pub(in crate::http) fn of(app: &App, served: &Served) -> Self {
        let scoring: Arc<Scoring> = app.figures.scorings.of(served);
        let Done {
            answered,
            refused,
            nanoseconds,
        } = scoring.done();
        // A request goes through each stage once, all its clients together, and nobody waits in a queue of ours. Load tools find the
        // version that answered by what went through its queue, and end where the stages' counts are not the same.
        let spent = |ns| Spent {
            count: answered,
            ns,
        };
        let stage = |stage| spent(scoring.taken(stage).nanoseconds);
        let none = Spent::default();
        Self {
            name: MODEL,
            version: number_of(served).to_string(),
            last_inference: scoring.last_answer_millis(),
            inference_count: scoring.taken(Stage::Predict).count,
            execution_count: answered,
            inference_stats: Stages {
                success: spent(nanoseconds),
                fail: Spent {
                    count: refused,
                    ns: 0,
                },
                queue: spent(0),
                compute_input: stage(Stage::Encode),
                compute_infer: stage(Stage::Predict),
                compute_output: spent(0),
                cache_hit: none,
                cache_miss: none,
            },
            batch_stats: [],
            memory_usage: [],
            response_stats: BTreeMap::new(),
        }
    }
}

/// The champion and the shadow, where there are any.
pub(in crate::http) fn at_work(app: &App) -> Vec<Arc<Served>> {
    let live = app.serving.live();
    let shadow = live.shadow().map(|shadow| Arc::clone(shadow.served()));
    let mut all: Vec<_> = live.champion().into_iter().collect();
    let is_other = |shadow: &Arc<Served>| all.iter().all(|served| served.name != shadow.name);
    all.extend(shadow.filter(is_other).into_iter().collect::<Vec<_>>());
    all
}
