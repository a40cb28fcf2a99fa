//! gRPC's reflection: programs that have no files of the messages ask which there are.

use std::convert::Infallible;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use tonic_reflection::server::Builder;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

use super::super::problem::Problem;
use super::call::Call;

/// The method of the first version.
pub(super) const V1: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

/// The method of the version before it, which most programs still ask.
pub(super) const V1_ALPHA: &str = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

/// The messages, generated with the others from `crates/server/proto`.
const DESCRIPTORS: &[u8] = include_bytes!("generated/descriptors.bin");

/// Bytes of a question: a name.
const LARGEST: usize = 4 << 10;

type Answering = BoxCloneSyncService<Request, Response, Infallible>;

static ANSWERING_V1: LazyLock<Option<Answering>> = LazyLock::new(|| {
    let service = builder().build_v1().ok()?;
    Some(boxed(service.max_decoding_message_size(LARGEST)))
});

static ANSWERING_V1_ALPHA: LazyLock<Option<Answering>> = LazyLock::new(|| {
    let service = builder().build_v1alpha().ok()?;
    Some(boxed(service.max_decoding_message_size(LARGEST)))
});

fn builder<'b>() -> Builder<'b> {
    Builder::configure().register_encoded_file_descriptor_set(DESCRIPTORS)
}

fn boxed<S, B>(service: S) -> Answering
where
    S: Service<Request, Response = axum::http::Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
    B: hyper::body::Body<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    BoxCloneSyncService::new(service.map_response(|response| response.map(Body::new)))
}

/// Answers which messages and methods there are.
pub(super) async fn v1(request: Request) -> Result<Response, Problem> {
    answer(&ANSWERING_V1, request).await
}

/// As [`v1`], for older programs.
pub(super) async fn v1_alpha(request: Request) -> Result<Response, Problem> {
    answer(&ANSWERING_V1_ALPHA, request).await
}

async fn answer(
    answering: &'static LazyLock<Option<Answering>>,
    request: Request,
) -> Result<Response, Problem> {
    Call::check(&request)?;
    let Some(answering) = answering.as_ref() else {
        return Err(Problem::internal(
            "the messages cannot be described",
            &"the committed descriptors are damaged",
        ));
    };
    Ok(answering.clone().oneshot(request).await.into_response())
}
