//! Calls that stay open, and answer message by message: how many there are, and when they end by themselves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use prost::Message;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use super::super::grpc_status;
use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;
use super::call;
use super::compression::Compression;
use crate::limits::Busy;

/// Calls that stay open at a time, of all callers: each holds a message, and a connection.
const MOST: usize = 256;

/// How long a caller may send nothing.
pub(super) const IDLE: Duration = Duration::from_secs(600);

static OPEN: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MOST)));

/// Where the answers of a call that stays open go.
#[derive(Debug)]
pub(super) struct Answers {
    to: Sender<Part>,
    compression: Compression,
}

/// A part of a response.
#[derive(Debug)]
enum Part {
    Message(Vec<u8>),
    End(HeaderMap),
}

/// Opens a response; its answers are sent from elsewhere.
///
/// # Errors
///
/// 503 while there are too many.
pub(super) fn open(compression: Compression) -> Result<(Answers, Response), Problem> {
    let place = Arc::clone(&OPEN).try_acquire_owned();
    let place = place.map_err(|_| {
        Problem::busy(Busy {
            retry_after: Duration::from_secs(1),
        })
    })?;
    // One at a time: who does not read its answers is asked nothing more.
    let (to, parts) = mpsc::channel(1);
    let body = Body::new(Opened {
        parts,
        _place: place,
    });
    let response = call::opened(body, compression);
    Ok((Answers { to, compression }, response))
}

impl Answers {
    /// Sends one; tells whether somebody still listens.
    pub(super) async fn send(&self, message: &impl Message) -> bool {
        let Ok(bytes) = super::frame::write(message, self.compression) else {
            return false;
        };
        self.to.send(Part::Message(bytes)).await.is_ok()
    }

    /// Completes when nobody listens any more.
    pub(super) async fn closed(&self) {
        self.to.closed().await;
    }

    /// Ends the call.
    pub(super) async fn end(self, ended: Result<(), Problem>) {
        let trailers = match ended {
            Ok(()) => call::well_ended(),
            Err(problem) => {
                let told = grpc_status::sentence(problem.sentence(), problem.errors());
                let mut trailers = HeaderMap::new();
                // The sentence is written so that any can stand in a header.
                let _ = Status::new(grpc_status::code_of(problem.kind()), told)
                    .add_header(&mut trailers);
                trailers
            }
        };
        let _ = self.to.send(Part::End(trailers)).await;
    }
}

/// Says that whoever calls has to begin again, with another server or the next one here.
pub(super) fn stopping() -> Problem {
    Problem::new(ProblemKind::Busy, "the server is stopping; call again")
}

/// Says that a caller that sent nothing for long has to begin again.
pub(super) fn idle() -> Problem {
    Problem::new(
        ProblemKind::BodyTooSlow,
        format!(
            "nothing was sent for {} seconds; call again when there is something",
            IDLE.as_secs()
        ),
    )
}

/// The body of a response whose answers are sent from elsewhere.
struct Opened {
    parts: Receiver<Part>,
    _place: OwnedSemaphorePermit,
}

impl hyper::body::Body for Opened {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.parts.poll_recv(context).map(|part| {
            part.map(|part| {
                Ok(match part {
                    Part::Message(bytes) => Frame::data(bytes.into()),
                    Part::End(trailers) => Frame::trailers(trailers),
                })
            })
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
