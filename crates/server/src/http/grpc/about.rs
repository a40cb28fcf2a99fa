//! What there is, and how it works: the server, its model, how that is configured, and what it has done so far.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::super::App;
use super::super::oip::Chosen;
use super::super::oip::about::{EXTENSIONS, MAX_BATCH, Metadata, Spent, Statistics, at_work};
use super::super::problem::Problem;
use super::call;
use super::generated::inference as wire;
use super::generated::inference::model_metadata_response::TensorMetadata;
use super::generated::inference::model_version_policy::{Latest, PolicyChoice};
use crate::open_inference::datatype::{Datatype, Width};
use crate::open_inference::signature::{self, TensorSignature};
use crate::open_inference::{MODEL, PLATFORM};

/// `ServerLive`: the process answers.
pub(super) async fn live(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |_: wire::ServerLiveRequest| async { Ok(wire::ServerLiveResponse { live: true }) };
    call::answer(&app, request, answer).await
}

/// `ServerReady`: tells whether a model answers.
pub(super) async fn ready(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |_: wire::ServerReadyRequest| async {
        let ready = app.serving.live().champion().is_some();
        Ok(wire::ServerReadyResponse { ready })
    };
    call::answer(&app, request, answer).await
}

/// `ModelReady`: tells whether a version answers.
pub(super) async fn model_ready(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |asked: wire::ModelReadyRequest| async {
        let chosen = Chosen::new(asked.name, asked.version);
        let ready = chosen.served(&app).is_ok();
        Ok(wire::ModelReadyResponse { ready })
    };
    call::answer(&app, request, answer).await
}

/// `ServerMetadata`: the program, its version and what it understands.
pub(super) async fn server(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |_: wire::ServerMetadataRequest| async {
        Ok(wire::ServerMetadataResponse {
            name: "propenso".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            extensions: EXTENSIONS.map(str::to_owned).to_vec(),
        })
    };
    call::answer(&app, request, answer).await
}

/// `ModelMetadata`: what a version takes and gives.
pub(super) async fn model(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |asked: wire::ModelMetadataRequest| async {
        let served = Chosen::new(asked.name, asked.version).served(&app)?;
        let metadata = Metadata::of(&app, &served);
        let properties = metadata.properties.into_iter();
        Ok(wire::ModelMetadataResponse {
            name: MODEL.to_owned(),
            versions: metadata.versions,
            platform: PLATFORM.to_owned(),
            inputs: metadata.inputs.into_iter().map(described).collect(),
            outputs: metadata.outputs.into_iter().map(described).collect(),
            properties: properties
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        })
    };
    call::answer(&app, request, answer).await
}

fn described(tensor: TensorSignature) -> TensorMetadata {
    TensorMetadata {
        name: tensor.name,
        datatype: tensor.datatype.to_string(),
        shape: tensor.shape.to_vec(),
    }
}

/// `ModelConfig`: the same, in Triton's words for whoever measures.
pub(super) async fn config(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |asked: wire::ModelConfigRequest| async {
        let served = Chosen::new(asked.name, asked.version).served(&app)?;
        let inputs = signature::inputs(served.scorer.contract()).into_iter();
        let outputs = signature::outputs(&served.scorer).into_iter();
        let config = wire::ModelConfig {
            name: MODEL.to_owned(),
            platform: PLATFORM.to_owned(),
            version_policy: Some(wire::ModelVersionPolicy {
                policy_choice: Some(PolicyChoice::Latest(Latest { num_versions: 1 })),
            }),
            max_batch_size: i32::try_from(MAX_BATCH).unwrap_or(i32::MAX),
            input: inputs
                .map(|tensor| wire::ModelInput {
                    name: tensor.name,
                    data_type: config_type(tensor.datatype).into(),
                    dims: vec![tensor.shape[1]],
                })
                .collect(),
            output: outputs
                .map(|tensor| wire::ModelOutput {
                    name: tensor.name,
                    data_type: config_type(tensor.datatype).into(),
                    dims: vec![tensor.shape[1]],
                })
                .collect(),
            backend: "propenso".to_owned(),
        };
        Ok(wire::ModelConfigResponse {
            config: Some(config),
        })
    };
    call::answer(&app, request, answer).await
}

/// What a type is called there.
fn config_type(datatype: Datatype) -> wire::DataType {
    match datatype {
        Datatype::Bool => wire::DataType::TypeBool,
        Datatype::Int(Width::One) => wire::DataType::TypeInt8,
        Datatype::Int(Width::Two) => wire::DataType::TypeInt16,
        Datatype::Int(Width::Four) => wire::DataType::TypeInt32,
        Datatype::Int(Width::Eight) => wire::DataType::TypeInt64,
        Datatype::Uint(Width::One) => wire::DataType::TypeUint8,
        Datatype::Uint(Width::Two) => wire::DataType::TypeUint16,
        Datatype::Uint(Width::Four) => wire::DataType::TypeUint32,
        Datatype::Uint(Width::Eight) => wire::DataType::TypeUint64,
        Datatype::Fp16 => wire::DataType::TypeFp16,
        Datatype::Bf16 => wire::DataType::TypeBf16,
        Datatype::Fp32 => wire::DataType::TypeFp32,
        Datatype::Fp64 => wire::DataType::TypeFp64,
        Datatype::Bytes => wire::DataType::TypeString,
    }
}

/// `ModelStatistics`: what a version, or all at work, have done since the process began.
pub(super) async fn statistics(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let answer = |asked: wire::ModelStatisticsRequest| async {
        let all = match asked.name.is_empty() {
            true => at_work(&app),
            false => vec![Chosen::new(asked.name, asked.version).served(&app)?],
        };
        let all = all.iter().map(|served| Statistics::of(&app, served));
        Ok(wire::ModelStatisticsResponse {
            model_stats: all.map(written).collect(),
        })
    };
    call::answer(&app, request, answer).await
}

fn written(statistics: Statistics) -> wire::ModelStatistics {
    let spent = |Spent { count, ns }| Some(wire::StatisticDuration { count, ns });
    let stages = statistics.inference_stats;
    wire::ModelStatistics {
        name: MODEL.to_owned(),
        version: statistics.version,
        last_inference: statistics.last_inference,
        inference_count: statistics.inference_count,
        execution_count: statistics.execution_count,
        inference_stats: Some(wire::InferStatistics {
            success: spent(stages.success),
            fail: spent(stages.fail),
            queue: spent(stages.queue),
            compute_input: spent(stages.compute_input),
            compute_infer: spent(stages.compute_infer),
            compute_output: spent(stages.compute_output),
            cache_hit: spent(stages.cache_hit),
            cache_miss: spent(stages.cache_miss),
        }),
    }
}
