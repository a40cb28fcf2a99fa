//! Connections that ask the same thing without pause.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::request::Request;

/// A load: so many connections, each with one request in flight, for so long.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) duration: Duration,
    pub(crate) request: Request,
}

/// Where a server is, and how to talk to it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<TlsConnector>,
}

/// What a load met.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) answers_per_second: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }
}

impl Load {
    /// Asks until its time is over. Every answer must be a 200.
    pub(crate) async fn run(&self, target: impl Into<Target>) -> std::io::Result<Outcome> {
        let target = target.into();
        let start = Instant::now();
        let end = start + self.duration;
        let clients: Vec<_> = (0..self.connections)
            .map(|_| tokio::spawn(ask_until(self.request.clone(), target.clone(), end)))
            .collect();
        let mut latencies = Vec::new();
        for client in clients {
            latencies.extend(client.await.map_err(std::io::Error::other)??);
        }
        let seconds = start.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let quantile = |q: f64| {
            let position = (q * latencies.len().saturating_sub(1) as f64).round() as usize;
            let latency = latencies.get(position).copied().unwrap_or(self.duration);
            latency.as_secs_f64() * 1e6
        };
        Ok(Outcome {
            answers_per_second: latencies.len() as f64 / seconds,
            p50_micros: quantile(0.50),
            p99_micros: quantile(0.99),
        })
    }
}

async fn ask_until(
    request: Request,
    target: Target,
    end: Instant,
) -> std::io::Result<Vec<Duration>> {
    let stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    match target.tls {
        None => ask_over(stream, &request, end).await,
        Some(tls) => {
            let name = rustls::pki_types::ServerName::try_from("localhost");
            let name = name.map_err(std::io::Error::other)?;
            ask_over(tls.connect(name, stream).await?, &request, end).await
        }
    }
}

async fn ask_over(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &Request,
    end: Instant,
) -> std::io::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut answer = Vec::with_capacity(1024);
    while Instant::now() < end {
        let asked = Instant::now();
        let status = request.send(&mut stream, &mut answer).await?;
        latencies.push(asked.elapsed());
        if status.code != 200 {
            let said = String::from_utf8_lossy(&answer);
            return Err(std::io::Error::other(format!(
                "the server answered something else than 200: {said}"
            )));
        }
    }
    Ok(latencies)
}

/// Trusts one certificate.
pub(crate) fn trusting(certificate: &std::path::Path) -> std::io::Result<TlsConnector> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let mut roots = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(certificate).map_err(std::io::Error::other)?;
    roots.add(certificate).map_err(std::io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Reads until something holds of what came.
pub(crate) async fn read_until<T>(
    stream: &mut (impl AsyncRead + Unpin),
    answer: &mut Vec<u8>,
    mut found: impl FnMut(&[u8]) -> Option<T>,
) -> std::io::Result<T> {
    loop {
        if let Some(found) = found(answer) {
            return Ok(found);
        }
        if stream.read_buf(answer).await? == 0 {
            return Err(std::io::Error::other("the server closed a connection"));
        }
    }
}

/// Sends bytes.
pub(crate) async fn send(
    stream: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}
