//! Messages out of the bytes of a body, one by one.

use std::marker::PhantomData;

use axum::body::Body;
use prost::Message;
use prost::bytes::{Buf, Bytes};
use tonic::codec::{DecodeBuf, Decoder, Streaming};
use tonic::{Code, Status};

use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;
use super::compression::Compression;

/// How large a message may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    /// Its bytes, unpacked.
    pub(super) bytes: usize,
    /// What it takes in memory when it is read, where that may be much more; says what is wrong with it.
    pub(super) weigh: fn(&[u8]) -> Result<(), String>,
}

impl Bound {
    /// Of what is asked of the server and its models: names and little else.
    pub(super) const SMALL: Self = Self {
        bytes: 64 << 10,
        weigh: |_| Ok(()),
    };
}

/// The messages of a body.
#[derive(Debug)]
pub(super) struct Messages<M> {
    stream: Streaming<M>,
    bound: Bound,
}

impl<M: Message + Default + 'static> Messages<M> {
    /// Reads them as they come.
    pub(super) fn of(body: Body, compression: Compression, bound: Bound) -> Self {
        let reader = Reader {
            bound,
            message: PhantomData,
        };
        let encoding = compression.encoding();
        Self {
            stream: Streaming::new_request(reader, body, encoding, Some(bound.bytes)),
            bound,
        }
    }

    /// The next one; `None` at the end.
    ///
    /// # Errors
    ///
    /// 413 for a message that is too large, 422 for what is none, 400 for one that breaks off.
    pub(super) async fn next(&mut self) -> Result<Option<M>, Problem> {
        let message = self.stream.message().await;
        message.map_err(|status| self.unreadable(&status))
    }

    /// The only one.
    ///
    /// # Errors
    ///
    /// As [`Self::next`], and 422 where there is none.
    pub(super) async fn only(mut self) -> Result<M, Problem> {
        let message = self.next().await?;
        message.ok_or_else(|| Problem::new(ProblemKind::WrongBody, "the call has no message"))
    }

    /// Puts what the reader of frames says into words.
    fn unreadable(&self, status: &Status) -> Problem {
        match status.code() {
            Code::OutOfRange | Code::ResourceExhausted => Problem::new(
                ProblemKind::BodyTooLarge,
                format!(
                    "the message is longer than {} bytes; send fewer clients in each",
                    self.bound.bytes
                ),
            ),
            Code::InvalidArgument => Problem::new(ProblemKind::WrongBody, status.message()),
            _ => Problem::new(
                ProblemKind::BodyBrokenOff,
                "the message broke off before its end, or is not framed or compressed as it says; send it again",
            ),
        }
    }
}

/// Reads one message.
struct Reader<M> {
    bound: Bound,
    message: PhantomData<fn() -> M>,
}

impl<M: Message + Default> Decoder for Reader<M> {
    type Item = M;
    type Error = Status;

    fn decode(&mut self, frame: &mut DecodeBuf<'_>) -> Result<Option<M>, Status> {
        let bytes: Bytes = frame.copy_to_bytes(frame.remaining());
        (self.bound.weigh)(&bytes).map_err(Status::invalid_argument)?;
        let message = M::decode(bytes);
        let message = message.map_err(|error| {
            Status::invalid_argument(format!("the message cannot be understood: {error}"))
        })?;
        Ok(Some(message))
    }
}
