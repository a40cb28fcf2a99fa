//! Connections in, answers out, and a graceful end.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::access::caller::Peer;
use crate::connections::slot::{InFlight, Slot};
use crate::connections::watched::Watched;
use crate::connections::{Connections, OpenConnection};
use crate::tls::{HTTP_2, Tls};

/// How long a client may take for the handshake of TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait after the system refuses a connection (out of file handles, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a connection that is to be closed may take to say so, and how long one is kept that is asked nothing when the server
/// stops: a request may be on its way.
const LAST_WORD: Duration = Duration::from_secs(1);

/// How HTTP/2 begins, as far as no method of HTTP/1 does.
const PREFACE: &[u8; 4] = b"PRI ";

/// How long it takes to look again at a beginning of which too little came.
const NEXT_LOOK: Duration = Duration::from_millis(5);

/// Requests that one HTTP/2 connection may have in flight.
const STREAMS: u32 = 100;

/// Bytes of the headers of an HTTP/2 request.
const HEADERS: u32 = 16 << 10;

/// Bytes that an HTTP/2 connection may send before they are read, in all; a stream may send half of them.
const WINDOW: u32 = 256 << 10;

/// Bytes of answers that an HTTP/2 stream holds until they can be sent.
const SEND_BUFFER: usize = 64 << 10;

/// How often a silent HTTP/2 connection is asked whether it is still there, and how long its answer may take.
const PING: Duration = Duration::from_secs(30);

/// Where connections come from.
#[derive(Debug)]
pub struct Listener {
    /// The ports: they answer the same.
    pub tcp: Vec<TcpListener>,
    /// What they are encrypted by, if they are.
    pub tls: Option<Arc<Tls>>,
    /// Those that are open.
    pub connections: Arc<Connections>,
}

/// Serves a router until `stop` completes; then takes no new connection and gives requests in
/// flight `grace` to finish.
pub async fn serve(
    listener: Listener,
    router: Router,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let connections = Arc::clone(&listener.connections);
    let looking = tokio::spawn(Arc::clone(&connections).look_after());
    let (stopping, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok(accepted) => listener.answer(accepted, &router, &stopped),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                connections.make_room();
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    stopping.send_replace(true);
    // Who was connected by the system already would be cut off.
    while let Ok(Ok(accepted)) = timeout(Duration::ZERO, listener.accept()).await {
        listener.answer(accepted, &router, &stopped);
    }
    drop(listener);
    connections.stop();
    tracing::info!("stopping: no new connections; waiting for requests in flight");
    tokio::select! {
        () = connections.all_ended() => tracing::info!("stopped"),
        () = sleep(grace) => {
            tracing::warn!(seconds = grace.as_secs(), "stopped with requests unfinished");
        }
    }
    looking.abort();
}

impl Listener {
    /// The next connection to any of the ports.
    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        poll_fn(|context| {
            let mut accepted = self.tcp.iter().map(|port| port.poll_accept(context));
            accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
        })
        .await
    }

    /// Answers what is asked on a connection, in a task of its own. Where there is no room it is closed unanswered.
    fn answer(
        &self,
        (stream, address): (TcpStream, SocketAddr),
        router: &Router,
        stopped: &watch::Receiver<bool>,
    ) {
        let Some(open) = self.connections.open(address.ip()) else {
            return;
        };
        let connection = Connection {
            stream,
            open,
            peer: Peer(address),
            router: router.clone(),
            stopped: stopped.clone(),
        };
        let tls = self.tls.as_ref();
        connection.spawn(tls.map(|tls| TlsAcceptor::from(tls.config())));
    }
}

/// A connection that was accepted.
struct Connection {
    stream: TcpStream,
    open: OpenConnection,
    peer: Peer,
    router: Router,
    stopped: watch::Receiver<bool>,
}

impl Connection {
    /// Serves it in a task of its own: whom it keeps waiting is it alone.
    fn spawn(self, tls: Option<TlsAcceptor>) {
        // Answers are one small segment; waiting to fill a larger one would only add latency.
        let _ = self.stream.set_nodelay(true);
        let Self {
            stream,
            open,
            peer,
            router,
            stopped,
        } = self;
        let answers = Answers {
            peer,
            router,
            slot: Arc::clone(&open.slot),
            stopped: stopped.clone(),
        };
        let ends = Ends {
            slot: Arc::clone(&open.slot),
            stopped,
        };
        tokio::spawn(async move {
            // It counts as open until the end.
            let open = open;
            let Some(tls) = tls else {
                let mut stopped = ends.stopped.clone();
                let is_http_2 = tokio::select! {
                    is_http_2 = begins_as_http_2(&stream) => is_http_2,
                    () = ends.slot.closed() => return,
                    () = stopped_a_while_ago(&mut stopped) => return,
                };
                return match is_http_2 {
                    true => ends.drive(http_2(stream, answers)).await,
                    false => ends.drive(http_1(stream, answers)).await,
                };
            };
            let handshake = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream));
            let handshake = tokio::select! {
                handshake = handshake => handshake,
                () = ends.slot.closed() => return,
            };
            match handshake {
                Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(HTTP_2) => {
                    ends.drive(http_2(stream, answers)).await;
                }
                Ok(Ok(stream)) => ends.drive(http_1(stream, answers)).await,
                Ok(Err(error)) => {
                    open.handshake_failed();
                    tracing::debug!(%error, "a handshake failed");
                }
                Err(_) => {
                    open.handshake_failed();
                    tracing::debug!("a handshake took too long");
                }
            }
        });
    }
}

/// Tells whether what a client sends first is HTTP/2's preface: unencrypted, clients of gRPC speak it without asking (RFC 9113,
/// 3.3). Nothing of it is taken away.
async fn begins_as_http_2(stream: &TcpStream) -> bool {
    let mut beginning = [0; PREFACE.len()];
    loop {
        let read = stream.peek(&mut beginning).await.unwrap_or(0);
        let seen = beginning.get(..read).unwrap_or_default();
        if read == 0 || read == PREFACE.len() || !PREFACE.starts_with(seen) {
            return seen == PREFACE;
        }
        // `P` begins `POST` too. What was seen already cannot be waited for.
        sleep(NEXT_LOOK).await;
    }
}

/// What a connection may be ended by, besides itself.
struct Ends {
    slot: Arc<Slot>,
    stopped: watch::Receiver<bool>,
}

impl Ends {
    /// Drives a connection to its end. A client that goes away, or sends what is not HTTP, concerns nobody else.
    async fn drive<E: std::fmt::Display>(mut self, connection: impl GracefulConnection<Error = E>) {
        let mut connection = std::pin::pin!(connection);
        let mut is_ending = false;
        let ended = loop {
            tokio::select! {
                ended = connection.as_mut() => break Some(ended),
                // Whoever was told to end already, and has not, is left.
                () = self.slot.closed() => if is_ending { return } else { break None },
                () = stopped_a_while_ago(&mut self.stopped), if !is_ending => {
                    is_ending = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        };
        let ended = match ended {
            Some(ended) => Some(ended),
            None => {
                connection.as_mut().graceful_shutdown();
                timeout(LAST_WORD, connection).await.ok()
            }
        };
        if let Some(Err(error)) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Completes some time after the server was asked to stop. What is asked until then is answered, and told that it was the last.
async fn stopped_a_while_ago(stopped: &mut watch::Receiver<bool>) {
    // The sender goes only after the connections.
    let _ = stopped.wait_for(|is_stopping| *is_stopping).await;
    sleep(LAST_WORD).await;
}

fn http_1(stream: impl Stream, answers: Answers) -> impl GracefulConnection<Error = hyper::Error> {
    let stream = Watched::http_1(stream, Arc::clone(&answers.slot));
    hyper::server::conn::http1::Builder::new()
        // Whoever looks after all connections has an eye on slow ones: no timer for each request.
        .header_read_timeout(None)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| answers.answer(request)),
        )
}

fn http_2(stream: impl Stream, answers: Answers) -> impl GracefulConnection<Error = hyper::Error> {
    let stream = Watched::http_2(stream, Arc::clone(&answers.slot));
    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS)
        .initial_connection_window_size(WINDOW)
        .initial_stream_window_size(WINDOW / 2)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| answers.answer(request)),
        )
}

/// What bytes come and go through.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// What answers the requests of one connection.
struct Answers {
    peer: Peer,
    router: Router,
    slot: Arc<Slot>,
    stopped: watch::Receiver<bool>,
}

impl Answers {
    fn answer(
        &self,
        mut request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Sending>, Infallible>> + Send + use<> {
        let in_flight = self.slot.request();
        // HTTP/2 has a frame of its own for that.
        let stopped = (request.version() < Version::HTTP_2).then(|| self.stopped.clone());
        request.extensions_mut().insert(self.peer);
        if request.version() == Version::HTTP_2 {
            let stopped = self.stopped.clone();
            request.extensions_mut().insert(Stopping(stopped));
        }
        // A router is always ready.
        let answering = self.router.clone().call(request.map(Body::new));
        async move {
            let mut answer = answering.await?;
            if stopped.is_some_and(|stopped| *stopped.borrow()) {
                let close = HeaderValue::from_static("close");
                answer.headers_mut().insert(header::CONNECTION, close);
            }
            Ok(answer.map(|body| Sending {
                body,
                _in_flight: in_flight,
            }))
        }
    }
}

/// Whether the server is asked to stop, for answers that go on for as long as they are listened to.
#[derive(Debug, Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Completes when the server is asked to stop; never, where that is not known.
    pub async fn begun(stopping: Option<Self>) {
        match stopping {
            // The sender goes only after the connections.
            Some(Self(mut stopped)) => drop(stopped.wait_for(|is_stopping| *is_stopping).await),
            None => std::future::pending().await,
        }
    }
}

/// An answer's body: its request is in flight until all of it is sent.
struct Sending {
    body: Body,
    _in_flight: InFlight,
}

impl hyper::body::Body for Sending {
    type Data = hyper::body::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
