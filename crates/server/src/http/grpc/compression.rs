//! How messages are compressed, as the headers of a call say.

use std::io::{self, Read};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use flate2::Compression as Level;
use flate2::read::{GzEncoder, ZlibEncoder};
use tonic::codec::CompressionEncoding;

use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;

/// How a message is compressed.
pub(super) const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");

/// How messages may be compressed here: said in every answer, so that clients need not try.
pub(super) const ACCEPTED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("grpc-accept-encoding"),
    HeaderValue::from_static("identity,gzip,deflate"),
);

/// How messages of a call are compressed. Answers are as what was asked: clients of gRPC accept compressed ones always, and most of
/// them are next door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Compression(Option<CompressionEncoding>);

impl Compression {
    /// What the headers of a call say.
    ///
    /// # Errors
    ///
    /// 415 for what is not known here.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match headers.get(ENCODING).map(HeaderValue::as_bytes) {
            None | Some(b"identity") => Ok(Self(None)),
            Some(b"gzip") => Ok(Self(Some(CompressionEncoding::Gzip))),
            Some(b"deflate") => Ok(Self(Some(CompressionEncoding::Deflate))),
            Some(_) => Err(Problem::new(
                ProblemKind::UnknownEncoding,
                "messages may be compressed as gzip or deflate; the header grpc-encoding says another thing",
            )),
        }
    }

    /// The same, for whoever reads messages.
    pub(super) fn encoding(self) -> Option<CompressionEncoding> {
        self.0
    }

    /// Its name, where it is any.
    pub(super) fn name(self) -> Option<HeaderValue> {
        match self.0? {
            CompressionEncoding::Gzip => Some(HeaderValue::from_static("gzip")),
            CompressionEncoding::Deflate => Some(HeaderValue::from_static("deflate")),
            _ => None,
        }
    }

    /// Compresses a message; `None` where it goes as it is.
    pub(super) fn compress(self, message: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let mut compressed = Vec::new();
        match self.0 {
            Some(CompressionEncoding::Gzip) => {
                GzEncoder::new(message, Level::fast()).read_to_end(&mut compressed)?
            }
            Some(CompressionEncoding::Deflate) => {
                ZlibEncoder::new(message, Level::fast()).read_to_end(&mut compressed)?
            }
            _ => return Ok(None),
        };
        Ok(Some(compressed))
    }
}
