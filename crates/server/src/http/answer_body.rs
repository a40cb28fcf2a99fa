//! Bodies of large answers: how much of them is in memory at a time, and how long for somebody who does not read.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::problem::Problem;
use crate::limits::{Limits, SMALL};

/// How long an answer may take beside what its length takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes a second that are read of it at least.
const PACE: u64 = 64 << 10;

/// Makes an answer's body of its bytes. A large one takes up room until it is sent, or its time is over.
///
/// # Errors
///
/// 503 while large answers to others take up the room.
pub(super) fn bounded(bytes: Vec<u8>, limits: &Limits) -> Result<Body, Problem> {
    let room = limits.room_for(bytes.len()).map_err(Problem::busy)?;
    let Some(room) = room else {
        return Ok(bytes.into());
    };
    let patience = PATIENCE + Duration::from_secs(bytes.len() as u64 / PACE);
    Ok(large(bytes, room, patience))
}

fn large(bytes: Vec<u8>, room: OwnedSemaphorePermit, patience: Duration) -> Body {
    let left = Arc::new(Mutex::new(Left {
        bytes: bytes.into(),
        room: Some(room),
        reader: None,
    }));
    let ending = tokio::spawn(expire(Arc::clone(&left), patience));
    Body::new(LargeBody { left, ending })
}

/// What is left to be sent.
struct Left {
    bytes: Bytes,
    /// The room that it takes; `None` when its time is over.
    room: Option<OwnedSemaphorePermit>,
    reader: Option<Waker>,
}

/// A body that is sent piece by piece.
struct LargeBody {
    left: Arc<Mutex<Left>>,
    ending: tokio::task::JoinHandle<()>,
}

/// Lets go of a body that nobody reads: a connection may wait for its reader without asking for more.
async fn expire(left: Arc<Mutex<Left>>, patience: Duration) {
    tokio::time::sleep(patience).await;
    let reader = let_go(&left);
    if let Some(reader) = reader {
        reader.wake();
    }
}

/// Frees what a body takes up, and gives whoever waits for it.
fn let_go(left: &Mutex<Left>) -> Option<Waker> {
    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
    left.bytes = Bytes::new();
    left.room = None;
    left.reader.take()
}

impl hyper::body::Body for LargeBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.room.is_none() {
            return Poll::Ready(Some(Err(std::io::ErrorKind::TimedOut.into())));
        }
        if left.bytes.is_empty() {
            return Poll::Ready(None);
        }
        left.reader = Some(context.waker().clone());
        let piece = left.bytes.len().min(SMALL);
        // Copied: a piece that waits to be sent must not keep the rest.
        let copied = Bytes::copy_from_slice(&left.bytes[..piece]);
        let _sent = left.bytes.split_to(piece);
        Poll::Ready(Some(Ok(Frame::data(copied))))
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        SizeHint::with_exact(left.bytes.len() as u64)
    }
}

impl Drop for LargeBody {
    fn drop(&mut self) {
        self.ending.abort();
        // That ends some time; what is sent takes up nothing at once.
        let _ = let_go(&self.left);
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;
    use crate::settings::HttpSettings;

    fn limits(bytes: usize) -> Limits {
        let mut settings = HttpSettings::default();
        settings.work.max_bytes_in_flight = bytes;
        Limits::new(settings)
    }

    #[tokio::test]
    async fn it_is_sent_whole_and_takes_its_room_until_then() {
        let limits = limits(1 << 20);
        let bytes: Vec<u8> = (0..700_000_u32).map(|n| n as u8).collect();
        let body = bounded(bytes.clone(), &limits).unwrap();
        assert!(bounded(bytes.clone(), &limits).is_err(), "no room for two");
        assert!(
            bounded(vec![0; 1_000], &limits).is_ok(),
            "small ones need none"
        );
        assert_eq!(body.collect().await.unwrap().to_bytes(), bytes);
        assert!(bounded(bytes, &limits).is_ok());
    }

    /// One that is larger than all the room is sent where no other is.
    #[tokio::test]
    async fn the_largest_one_has_all_the_room() {
        let limits = limits(1 << 20);
        let body = bounded(vec![1; 5 << 20], &limits).unwrap();
        assert!(bounded(vec![1; 100_000], &limits).is_err());
        assert_eq!(body.collect().await.unwrap().to_bytes().len(), 5 << 20);
    }

    #[tokio::test]
    async fn one_that_is_not_read_lets_go() {
        let limits = limits(1 << 20);
        let room = limits.room_for(1 << 20).unwrap().unwrap();
        let mut body = large(vec![1; 1 << 20], room, Duration::from_millis(20));
        assert!(body.frame().await.unwrap().is_ok());
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(
            bounded(vec![1; 1 << 20], &limits).is_ok(),
            "its room is free"
        );
        assert!(body.frame().await.unwrap().is_err(), "and it breaks off");
    }
}
