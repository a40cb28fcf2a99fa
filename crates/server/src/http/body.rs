//! Request bodies, bounded.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// How much of an oversized body is read and thrown away, so that a client still sending it gets the
/// 413 instead of a broken connection.
const DRAIN_BYTES: usize = 256 << 20;

/// How long a body is read that is thrown away.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);

/// How long a client may take to send its body.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads the whole body, if it is no longer than `limit` bytes.
///
/// # Errors
///
/// 413 for a longer one, 408 for one that takes too long, 400 for one that breaks off.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    read_within(body, limit, PATIENCE).await
}

/// Reads as [`read`] does, for bodies that may take longer.
///
/// # Errors
///
/// Those of [`read`].
pub async fn read_within(body: Body, limit: usize, patience: Duration) -> Result<Bytes, Problem> {
    let reading = tokio::time::timeout(patience, read_all(body, limit));
    reading.await.unwrap_or_else(|_| Err(too_slow(patience)))
}

/// Reads away what comes of a body that is refused unread: a client that is still sending would not see the answer. One
/// that waits to be asked for its body sees it anyway.
pub async fn read_away(request: Request) {
    if request.headers().contains_key(header::EXPECT) {
        return;
    }
    let body = Limited::new(request.into_body(), DRAIN_BYTES);
    let mut body = std::pin::pin!(body);
    let reading = async { while let Some(Ok(_)) = body.frame().await {} };
    // Whoever takes longer has been told nothing that it would not read.
    let _ = tokio::time::timeout(DRAIN_PATIENCE, reading).await;
}

async fn read_all(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut body = Limited::new(body, limit.saturating_add(DRAIN_BYTES));
    let mut bytes = Vec::new();
    let mut too_long = false;
    while let Some(frame) = body.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) if error.is::<LengthLimitError>() => return Err(too_large(limit)),
            Err(_) => return Err(broken_off()),
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        too_long = too_long || bytes.len() + data.len() > limit;
        if too_long {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(data);
        }
    }
    if too_long {
        Err(too_large(limit))
    } else {
        Ok(bytes.into())
    }
}

fn too_slow(patience: Duration) -> Problem {
    let seconds = patience.as_secs();
    Problem::new(
        ProblemKind::BodyTooSlow,
        format!("the body did not arrive within {seconds} seconds; send it again"),
    )
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        ProblemKind::BodyTooLarge,
        format!("the body is longer than {limit} bytes; send fewer instances per request"),
    )
}

fn broken_off() -> Problem {
    Problem::new(
        ProblemKind::BodyBrokenOff,
        "the body broke off before its end; send it again",
    )
}
