//! What the target of gRPC does: any bytes are the message of a call, through the router that the server has.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Version};
use http_body_util::BodyExt;
use propenso::access::Access;
use propenso::http::{App, router};
use propenso::settings::HttpSettings;
use propenso_lifecycle::live::Live;
use propenso_lifecycle::load;
use propenso_lifecycle::served::Served;
use tokio::runtime::{self, Runtime};
use tower::ServiceExt;

/// What takes a message; the first byte of an input says which.
const METHODS: [&str; 9] = [
    "/inference.GRPCInferenceService/ModelInfer",
    "/inference.GRPCInferenceService/ModelStreamInfer",
    "/inference.GRPCInferenceService/ModelMetadata",
    "/inference.GRPCInferenceService/ModelConfig",
    "/inference.GRPCInferenceService/ModelStatistics",
    "/inference.GRPCInferenceService/RepositoryIndex",
    "/grpc.health.v1.Health/Check",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// Codes of gRPC that say that the fault is the server's: unknown, internal, data loss.
const OURS: [&str; 3] = ["2", "13", "15"];

struct Server {
    runtime: Runtime,
    router: Router,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cobranza/modelo_final.pkl");
    let scorer = load::scorer(Path::new(model), Some("casas-cobranzas")).expect("a model that can be served");
    let live = Arc::new(Live::of(Served::new(scorer, None)));
    let app = App::new(live, Arc::new(Access::default()), HttpSettings::default());
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let router = runtime.block_on(async { router(Arc::new(app)) });
    Server { runtime, router }
});

/// Calls a method with a message, framed as `call` frames it: whole, or, where the first byte says so, as it is.
pub fn call(bytes: &[u8]) {
    let Some((&how, message)) = bytes.split_first() else { return };
    let method = METHODS[usize::from(how & 0x7F) % METHODS.len()];
    let mut body = Vec::with_capacity(message.len() + 5);
    if how & 0x80 == 0 {
        body.push(0);
        body.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    }
    body.extend_from_slice(message);
    let request = Request::post(method)
        .version(Version::HTTP_2)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::from(Bytes::from(body)))
        .expect("a request");
    let server = &*SERVER;
    let trailers = server.runtime.block_on(async {
        let answer = server.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), 200, "gRPC tells what is wrong in its own status");
        let headers = answer.headers().clone();
        let read = answer.into_body().collect().await.expect("an answer to its end");
        let mut all = read.trailers().cloned().unwrap_or_default();
        all.extend(headers);
        all
    });
    let status = text(&trailers, "grpc-status").expect("a call ends with its status");
    assert!(!OURS.contains(&status), "{:?}", text(&trailers, "grpc-message"));
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
