//! A request as its bytes, sent again and again, and what an answer's head says.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::load;

/// A request's bytes.
#[derive(Debug, Clone)]
pub(crate) struct Request(Arc<[u8]>);

/// What an answer's head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) code: u16,
    pub(crate) retry_after: Option<Duration>,
}

impl Request {
    /// Asks for a path, with a key where there is one.
    pub(crate) fn get(target: &str, key: Option<&str>) -> Self {
        let key = key.map_or_else(String::new, |key| {
            format!("Authorization: Bearer {key}\r\n")
        });
        let head = format!("GET {target} HTTP/1.1\r\nHost: bench\r\n{key}\r\n");
        Self(head.into_bytes().into())
    }

    /// Sends a JSON body to a path.
    pub(crate) fn post(target: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        Self(head.into_bytes().into())
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Sends it, and reads the answer whole.
    pub(crate) async fn send(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        answer: &mut Vec<u8>,
    ) -> std::io::Result<Status> {
        answer.clear();
        load::send(stream, self.bytes()).await?;
        let end_of_head = |answer: &[u8]| {
            let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
            Some(end + 4)
        };
        let head = load::read_until(stream, answer, end_of_head).await?;
        let (status, length) = read_head(&answer[..head])?;
        let is_whole = |answer: &[u8]| (answer.len() >= head + length).then_some(());
        load::read_until(stream, answer, is_whole).await?;
        Ok(status)
    }
}

/// The status, and how long the body is.
fn read_head(head: &[u8]) -> std::io::Result<(Status, usize)> {
    let wrong = || std::io::Error::other("the answer is no HTTP/1.1 with a Content-Length");
    let head = std::str::from_utf8(head).map_err(|_| wrong())?;
    let code = head.get(9..12).and_then(|code| code.parse().ok());
    let header = |name: &str| {
        head.split("\r\n").find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known
                .eq_ignore_ascii_case(name)
                .then(|| value.parse().ok())?
        })
    };
    let retry_after: Option<u64> = header("retry-after");
    let status = Status {
        code: code.ok_or_else(wrong)?,
        retry_after: retry_after.map(Duration::from_secs),
    };
    let length: u64 = header("content-length").ok_or_else(wrong)?;
    Ok((status, usize::try_from(length).map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let (status, length) =
            read_head(b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\ncontent-length: 10\r\n\r\n")
                .unwrap();
        assert_eq!((status.code, length), (503, 10));
        assert_eq!(status.retry_after, Some(Duration::from_secs(2)));
        assert!(read_head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
