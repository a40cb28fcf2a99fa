//! Request bodies, bounded.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::problem::Problem;

/// How many times the limit is read and thrown away, so that a client still sending an oversized
/// body gets the 413 instead of a broken connection.
const DRAIN_FACTOR: usize = 4;

/// The whole body, if it is no longer than `limit` bytes.
///
/// # Errors
///
/// 413 for a longer one, 400 for one that breaks off.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut body = Limited::new(body, limit.saturating_mul(DRAIN_FACTOR));
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

fn too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is longer than {limit} bytes; send fewer instances per request"),
    )
}

fn broken_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "the body broke off before its end; send it again",
    )
}
