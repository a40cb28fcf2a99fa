//! A caller of gRPC over one connection: HTTP/2 without asking, messages framed by hand.

#[allow(
    dead_code,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated, and more than is asked here"
)]
#[path = "../../../src/http/grpc/generated/inference.rs"]
#[rustfmt::skip]
pub(crate) mod inference;

#[allow(
    dead_code,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated, and more than is asked here"
)]
#[path = "../../../src/http/grpc/generated/health.rs"]
#[rustfmt::skip]
pub(crate) mod health;

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::runtime::Runtime;

/// A connection to ask on.
pub(crate) struct Caller {
    runtime: Runtime,
    sender: SendRequest<Full<Bytes>>,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Reply {
    /// gRPC's status.
    pub(crate) status: u32,
    /// What is wrong.
    pub(crate) message: String,
    /// The bytes of its messages.
    pub(crate) body: Bytes,
    pub(crate) headers: hyper::HeaderMap,
}

/// A message as a body has it.
pub(crate) fn framed(message: &impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let mut bytes = vec![0];
    bytes.extend((message.len() as u32).to_be_bytes());
    bytes.extend(message);
    bytes
}

impl Caller {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let sender = runtime.block_on(async {
            let tcp = tokio::net::TcpStream::connect(address).await.unwrap();
            let shaken = handshake(TokioExecutor::new(), TokioIo::new(tcp)).await;
            let (sender, connection) = shaken.unwrap();
            tokio::spawn(connection);
            sender
        });
        Self { runtime, sender }
    }

    /// Calls a method of the protocol's service.
    pub(crate) fn call(&mut self, method: &str, message: &impl Message) -> Reply {
        let path = format!("/inference.GRPCInferenceService/{method}");
        self.send(&path, &[], framed(message))
    }

    /// Sends bytes to a path, and waits for all that comes.
    pub(crate) fn send(&mut self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let request = request(path, headers, body);
        let answering = self.sender.send_request(request);
        self.runtime
            .block_on(async { reply(answering.await.unwrap()).await })
    }

    /// Sends bytes to a path, and gives the first that comes of its answer.
    pub(crate) fn first(&mut self, path: &str, body: Vec<u8>) -> Bytes {
        let answering = self.sender.send_request(request(path, &[], body));
        self.runtime.block_on(async {
            let mut body = answering.await.unwrap().into_body();
            body.frame().await.unwrap().unwrap().into_data().unwrap()
        })
    }
}

fn request(path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Request<Full<Bytes>> {
    let mut request = Request::post(format!("http://localhost{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(body.into())).unwrap()
}

async fn reply(response: Response<Incoming>) -> Reply {
    assert_eq!(response.status(), 200, "{response:?}");
    assert_eq!(response.headers()["content-type"], "application/grpc");
    let headers = response.headers().clone();
    let collected = response.into_body().collect().await.unwrap();
    // Where there is no message the status is among the headers.
    let trailers = collected.trailers().cloned();
    let ended = trailers.as_ref().unwrap_or(&headers);
    let text = |name| ended.get(name).map(|value| value.to_str().unwrap());
    Reply {
        status: text("grpc-status").unwrap().parse().unwrap(),
        message: decoded(text("grpc-message").unwrap_or_default()),
        body: collected.to_bytes(),
        headers,
    }
}

/// A sentence as it was before it was put into a header.
fn decoded(text: &str) -> String {
    let (mut bytes, mut left) = (Vec::new(), text.bytes());
    while let Some(byte) = left.next() {
        let hex = |left: &mut std::str::Bytes<'_>| {
            let digits: String = left.take(2).map(char::from).collect();
            u8::from_str_radix(&digits, 16).unwrap()
        };
        bytes.push(if byte == b'%' { hex(&mut left) } else { byte });
    }
    String::from_utf8(bytes).unwrap()
}

impl Reply {
    /// Its messages.
    pub(crate) fn messages<M: Message + Default>(&self) -> Vec<M> {
        assert_eq!(self.status, 0, "{}", self.message);
        let mut left = self.body.clone();
        let mut messages = Vec::new();
        while !left.is_empty() {
            let head = left.split_to(5);
            assert_eq!(head[0], 0, "it is compressed");
            let length = u32::from_be_bytes(head[1..].try_into().unwrap());
            messages.push(M::decode(left.split_to(length as usize)).unwrap());
        }
        messages
    }

    /// Its only message.
    pub(crate) fn message<M: Message + Default>(&self) -> M {
        let mut messages = self.messages();
        assert_eq!(messages.len(), 1);
        messages.remove(0)
    }

    /// Says that it was refused so.
    pub(crate) fn refused(&self, status: u32, words: &[&str]) {
        assert_eq!(self.status, status, "{self:?}");
        for word in words {
            assert!(self.message.contains(word), "{word}: {}", self.message);
        }
        assert!(self.body.is_empty());
    }
}
