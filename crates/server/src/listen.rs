//! Connections in, answers out, and a graceful end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::future::RouteFuture;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::access::caller::Peer;
use crate::tls::{HTTP_2, Tls};

/// How long a client may take to send its request line and headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may take for the handshake of TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait after the system refuses a connection (out of file handles, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Requests that one HTTP/2 connection may have in flight.
const STREAMS: u32 = 100;

/// Bytes of the headers of an HTTP/2 request.
const HEADERS: u32 = 16 << 10;

/// How often a silent HTTP/2 connection is asked whether it is still there, and how long its answer may take.
const PING: Duration = Duration::from_secs(30);

/// Where connections come from.
#[derive(Debug)]
pub struct Listener {
    /// The port.
    pub tcp: TcpListener,
    /// What they are encrypted by, if they are.
    pub tls: Option<Arc<Tls>>,
}

/// Serves a router until `stop` completes; then takes no new connection and gives requests in
/// flight `grace` to finish.
pub async fn serve(
    listener: Listener,
    router: Router,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.tcp.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let connection = Connection {
                    stream,
                    answers: Answers {
                        peer: Peer(address),
                        router: router.clone(),
                    },
                    watcher: connections.watcher(),
                };
                let tls = listener.tls.as_ref();
                connection.spawn(tls.map(|tls| TlsAcceptor::from(tls.config())));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tracing::info!("stopping: no new connections; waiting for requests in flight");
    tokio::select! {
        () = connections.shutdown() => tracing::info!("stopped"),
        () = tokio::time::sleep(grace) => {
            tracing::warn!(seconds = grace.as_secs(), "stopped with requests unfinished");
        }
    }
}

/// A connection that was accepted.
struct Connection {
    stream: TcpStream,
    answers: Answers,
    watcher: Watcher,
}

impl Connection {
    /// Serves it in a task of its own: whom it keeps waiting is it alone.
    fn spawn(self, tls: Option<TlsAcceptor>) {
        let Self {
            stream,
            answers,
            watcher,
        } = self;
        // Answers are one small segment; waiting to fill a larger one would only add latency.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else {
            tokio::spawn(ended(watcher.watch(http_1(stream, answers))));
            return;
        };
        tokio::spawn(async move {
            let handshake = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await;
            match handshake {
                Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(HTTP_2) => {
                    ended(watcher.watch(http_2(stream, answers))).await;
                }
                Ok(Ok(stream)) => ended(watcher.watch(http_1(stream, answers))).await,
                Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
        });
    }
}

/// Waits for a connection to end. A client that goes away, or sends what is not HTTP, concerns nobody else.
async fn ended(connection: impl Future<Output = Result<(), hyper::Error>>) {
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn http_1(
    stream: impl Stream,
    answers: Answers,
) -> impl GracefulConnection<Output = Result<(), hyper::Error>> {
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), answers)
}

fn http_2(
    stream: impl Stream,
    answers: Answers,
) -> impl GracefulConnection<Output = Result<(), hyper::Error>> {
    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .serve_connection(TokioIo::new(stream), answers)
}

/// What bytes come and go through.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// What answers the requests of one connection.
#[derive(Clone)]
struct Answers {
    peer: Peer,
    router: Router,
}

impl hyper::service::Service<Request<Incoming>> for Answers {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        // A router is always ready.
        self.router.clone().call(request.map(Body::new))
    }
}
