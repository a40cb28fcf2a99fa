//! Compressed bodies, in and out: gzip, deflate and zstd.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::MethodRouter;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::App;

/// Answers from this many bytes on are compressed for who takes that.
const WORTH_IT: u64 = 1 << 10;

/// Lets a route's bodies come compressed, and no longer leave off coming than `stall`. How large they may be unpacked is for
/// whoever reads them.
pub(super) fn with_bodies(
    handler: MethodRouter<Arc<App>>,
    stall: Duration,
) -> MethodRouter<Arc<App>> {
    handler
        .layer::<_, Infallible>(RequestDecompressionLayer::new())
        .layer(RequestBodyTimeoutLayer::new(stall))
}

/// Compresses what a route answers, for who takes that.
pub(super) fn compressed(handler: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    let layer = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(WORTH_IT));
    handler.layer(layer)
}
