//! A file that is in the program and given out as it is: a page's scripts, its style, its icon.

use std::io::Read;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// Whoever has a file asks whether it is still that.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const SCRIPT: &str = "text/javascript; charset=utf-8";
pub(super) const STYLE: &str = "text/css; charset=utf-8";

/// Its bytes in the program.
#[derive(Clone, Copy)]
pub(super) enum Kept {
    Plain(&'static [u8]),
    Gzipped(&'static [u8]),
}

pub(super) struct Asset {
    pub(super) name: &'static str,
    media_type: &'static str,
    kept: Kept,
    /// The beginning of the hash of what is kept.
    pub(super) hash: String,
}

impl Asset {
    pub(super) fn new(name: &'static str, media_type: &'static str, kept: Kept) -> Self {
        let (Kept::Plain(bytes) | Kept::Gzipped(bytes)) = kept;
        let hash = Sha256::digest(bytes);
        let hash = hash
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            name,
            media_type,
            kept,
            hash,
        }
    }

    /// Answers a request for it: nothing anew to who has it, and packed to who takes that.
    pub(super) fn answer(&self, asked: &HeaderMap) -> Result<Response, Problem> {
        let is_packed = matches!(self.kept, Kept::Gzipped(_)) && takes_gzip(asked);
        let tag = match is_packed {
            true => format!("\"{}-gzip\"", self.hash),
            false => format!("\"{}\"", self.hash),
        };
        let mut response = match has(asked, &tag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => self.bytes(is_packed)?.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.media_type),
        );
        headers.insert(header::CACHE_CONTROL, NO_CACHE);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        if is_packed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Ok(response)
    }

    fn bytes(&self, is_packed: bool) -> Result<Bytes, Problem> {
        let bytes = match self.kept {
            Kept::Plain(bytes) => Bytes::from_static(bytes),
            Kept::Gzipped(bytes) if is_packed => Bytes::from_static(bytes),
            Kept::Gzipped(bytes) => {
                let mut unpacked = Vec::new();
                let done = GzDecoder::new(bytes).read_to_end(&mut unpacked);
                done.map_err(|error| Problem::internal("the page's file cannot be read", &error))?;
                unpacked.into()
            }
        };
        Ok(bytes)
    }
}

/// Whether gzip is among the encodings that are taken.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(header::ACCEPT_ENCODING).iter();
    let accepted = accepted.filter_map(|value| value.to_str().ok());
    let mut codings = accepted.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        let name = name.trim();
        (name.eq_ignore_ascii_case("gzip") || name == "*")
            && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// Whether who asks has the edition of this tag.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(','));
    known.any(|known| known.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn who_takes_gzip() {
        let takes = |value| takes_gzip(&headers(header::ACCEPT_ENCODING, value));
        for value in [
            "gzip",
            "br, GZIP;q=0.5",
            "*",
            "deflate, gzip;q=1.0, *;q=0.1",
        ] {
            assert!(takes(value), "{value}");
        }
        for value in ["", "br", "gzip;q=0", "identity", "gzipped", "gzip;q=x"] {
            assert!(!takes(value), "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
