//! gRPC: the Open Inference Protocol with Triton's extensions, the health check, and reflection, over the same listener, keys, limits
//! and record as all other routes.
//!
//! | methods | answer |
//! |---|---|
//! | `inference.GRPCInferenceService`: `ServerLive` … `ModelStatistics` | [`about`]: what there is, and how it works |
//! | `ModelInfer` | [`infer`]: clients as tensors, answers as tensors; `ModelStreamInfer`: the same, by [`stream`] |
//! | `RepositoryIndex`, `RepositoryModelLoad`, `RepositoryModelUnload` | [`repository`] |
//! | `grpc.health.v1.Health` | [`health`] |
//! | `grpc.reflection.v1…`, `v1alpha…` | [`reflection`]: which messages there are |
//!
//! A method is a route: it says which role it needs where it is registered, below, and fails with a [`super::problem::Problem`] as all
//! routes do. [`super::grpc_status`] tells that to callers of gRPC in their form, wherever it comes from. [`call`] takes messages out of bodies and
//! puts them in. The messages are generated from `crates/server/proto`.

mod about;
mod call;
mod compression;
mod deadline;
mod frame;
#[expect(
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated from crates/server/proto"
)]
mod generated {
    #[rustfmt::skip]
    pub mod health;
    #[rustfmt::skip]
    pub mod inference;
}
mod health;
mod infer;
mod infer_request;
mod infer_response;
mod message;
mod message_weight;
mod open_stream;
mod reflection;
mod repository;
mod stream;

use super::route::{Lectura, Modelos, Open, Puntuar, Route, Routes};

/// The service's methods in the record and in the figures.
const ROUTE: &str = "/inference.GRPCInferenceService";

macro_rules! inference {
    ($method:literal) => {
        concat!("/inference.GRPCInferenceService/", $method)
    };
}

/// Adds the methods.
pub(super) fn add_to(routes: Routes) -> Routes {
    routes
        .with(Route::<Open>::grpc(inference!("ServerLive"), about::live))
        .with(Route::<Open>::grpc(inference!("ServerReady"), about::ready))
        .with(Route::<Open>::grpc(
            inference!("ServerMetadata"),
            about::server,
        ))
        .with(Route::<Puntuar>::grpc(
            inference!("ModelReady"),
            about::model_ready,
        ))
        .with(Route::<Puntuar>::grpc(
            inference!("ModelMetadata"),
            about::model,
        ))
        .with(Route::<Puntuar>::grpc(
            inference!("ModelConfig"),
            about::config,
        ))
        .with(Route::<Puntuar>::grpc(
            inference!("ModelStatistics"),
            about::statistics,
        ))
        .with(Route::<Puntuar>::grpc(
            inference!("ModelInfer"),
            infer::answer,
        ))
        .with(Route::<Puntuar>::grpc(
            inference!("ModelStreamInfer"),
            stream::answer,
        ))
        .with(Route::<Lectura>::grpc(
            inference!("RepositoryIndex"),
            repository::index,
        ))
        .with(Route::<Modelos>::grpc(
            inference!("RepositoryModelLoad"),
            repository::load,
        ))
        .with(Route::<Modelos>::grpc(
            inference!("RepositoryModelUnload"),
            repository::unload,
        ))
        .with(Route::<Open>::grpc(
            "/grpc.health.v1.Health/Check",
            health::check,
        ))
        .with(Route::<Open>::grpc(
            "/grpc.health.v1.Health/Watch",
            health::watch,
        ))
        .with(Route::<Open>::grpc(reflection::V1, reflection::v1))
        .with(Route::<Open>::grpc(
            reflection::V1_ALPHA,
            reflection::v1_alpha,
        ))
}
