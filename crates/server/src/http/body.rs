//! Request bodies, bounded in bytes and in time.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use http_body_util::{BodyExt, Limited};

use super::problem::Problem;
use super::problem_kind::ProblemKind;
use crate::limits::line::Turn;
use crate::limits::{Limits, SMALL};

/// How much of an oversized body is read and thrown away when it said how long it is, so that a client still sending it gets the
/// 413 instead of a broken connection.
const DRAIN_BYTES: usize = 256 << 20;

/// How much of one that did not say it, or comes compressed.
const DRAIN_UNSAID: usize = 32 << 20;

/// How long a body is read that is thrown away.
const DRAIN_PATIENCE: Duration = Duration::from_secs(5);

/// How long a client may take to send a small body.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How long a large body may take beside what its length takes: while it comes it keeps others waiting.
const LARGE_PATIENCE: Duration = Duration::from_secs(10);

/// Bytes a second that a large body comes with at least.
const LARGE_PACE: usize = 256 << 10;

/// A body that was read. A large one takes up its place until it is dropped.
#[derive(Debug)]
pub struct Received {
    /// What it was.
    pub bytes: Bytes,
    _place: Option<Turn>,
}

/// Reads a whole body, if it is no longer than the limit. Large ones wait for a place before they are read further.
///
/// # Errors
///
/// 413 for a longer one, 408 for one that takes too long, 400 for one that breaks off, 503 when too many large ones are read or
/// worked on.
pub async fn read(mut body: Body, limits: &Limits) -> Result<Received, Problem> {
    let limit = limits.settings().max_body_bytes;
    let mut reader = Reader::new(&body, limit);
    if HttpBody::size_hint(&body).lower() <= SMALL as u64 {
        let beginning = reader.read(&mut body, SMALL);
        if within(PATIENCE, beginning).await? {
            return Ok(Received {
                bytes: reader.bytes()?,
                _place: None,
            });
        }
    }
    let place = match limits.large.turn().await {
        Ok(place) => place,
        Err(busy) => {
            throw_away(body).await;
            return Err(Problem::busy(busy));
        }
    };
    let patience = LARGE_PATIENCE + Duration::from_secs((limit / LARGE_PACE) as u64);
    let rest = async {
        reader.read(&mut body, usize::MAX).await?;
        reader.bytes()
    };
    Ok(Received {
        bytes: within(patience, rest).await?,
        _place: Some(place),
    })
}

/// Reads a whole body, if it is no longer than `limit` bytes and comes within `patience`.
///
/// # Errors
///
/// 413, 408 and 400 as [`read`].
pub async fn read_within(
    mut body: Body,
    limit: usize,
    patience: Duration,
) -> Result<Bytes, Problem> {
    let mut reader = Reader::new(&body, limit);
    let all = async {
        reader.read(&mut body, usize::MAX).await?;
        reader.bytes()
    };
    within(patience, all).await
}

/// Reads away what comes of a body that is refused unread: a client that is still sending would not see the answer. One
/// that waits to be asked for its body sees it anyway.
pub async fn read_away(request: Request) {
    if !request.headers().contains_key(header::EXPECT) {
        throw_away(request.into_body()).await;
    }
}

async fn throw_away(body: Body) {
    let body = Limited::new(body, DRAIN_BYTES);
    let mut body = std::pin::pin!(body);
    let reading = async { while let Some(Ok(_)) = body.frame().await {} };
    // Whoever takes longer has been told nothing that it would not read.
    let _ = tokio::time::timeout(DRAIN_PATIENCE, reading).await;
}

async fn within<T>(
    patience: Duration,
    reading: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let read = tokio::time::timeout(patience, reading).await;
    read.unwrap_or_else(|_| Err(too_slow(patience)))
}

/// What was read of a body so far.
struct Reader {
    bytes: Vec<u8>,
    limit: usize,
    /// How much more than the limit is read.
    drain: usize,
    /// How much was read beyond the limit.
    beyond: usize,
}

impl Reader {
    fn new(body: &Body, limit: usize) -> Self {
        let is_said = HttpBody::size_hint(body).exact().is_some();
        Self {
            bytes: Vec::new(),
            limit,
            drain: if is_said { DRAIN_BYTES } else { DRAIN_UNSAID },
            beyond: 0,
        }
    }

    /// Reads on until there is more than so many bytes; tells whether that was all.
    async fn read(&mut self, body: &mut Body, until: usize) -> Result<bool, Problem> {
        while self.bytes.len() <= until {
            let Some(frame) = body.frame().await else {
                return Ok(true);
            };
            let frame = frame.map_err(|error| unreadable(&error))?;
            if let Some(data) = frame.data_ref() {
                self.take(data)?;
            }
        }
        Ok(false)
    }

    fn take(&mut self, data: &Bytes) -> Result<(), Problem> {
        if self.beyond == 0 && self.bytes.len() + data.len() <= self.limit {
            self.bytes.extend_from_slice(data);
            return Ok(());
        }
        self.bytes = Vec::new();
        self.beyond += data.len();
        if self.beyond > self.drain {
            return Err(too_large(self.limit));
        }
        Ok(())
    }

    fn bytes(self) -> Result<Bytes, Problem> {
        match self.beyond {
            0 => Ok(self.bytes.into()),
            _ => Err(too_large(self.limit)),
        }
    }
}

/// Tells whether a body cannot be read on because nothing more of it came.
pub(super) fn is_stalled(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<tower_http::timeout::TimeoutError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Tells of a body of which nothing more came.
pub(super) fn stalled() -> Problem {
    Problem::new(
        ProblemKind::BodyTooSlow,
        "nothing more of the body came for too long; send it again",
    )
}

/// Tells of a body that cannot be read on.
fn unreadable(error: &axum::Error) -> Problem {
    if is_stalled(error) {
        return stalled();
    }
    Problem::new(
        ProblemKind::BodyBrokenOff,
        "the body broke off before its end, or is not compressed as it says; send it again",
    )
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
