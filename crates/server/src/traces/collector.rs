//! The way to the collector: one request at a time, blocking, on the thread that spans are sent by.
//!
//! An asynchronous client would need a runtime on that thread, and hangs or dies there without a word. Everything here has an
//! end: the connection, the handshake, the writing and the reading, all together [`LIMIT`].

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::http::{StatusCode, Uri};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// How long one sending may take.
pub const LIMIT: Duration = Duration::from_secs(5);

/// Bytes of an answer's head and body that are read at the most.
const LONGEST_ANSWER: usize = 64 << 10;

/// Where systems keep the certificates that they trust.
const SYSTEMS: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
];

/// Why a collector cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    /// The address is none.
    #[error("traces.endpoint = {0}: write it as http://collector:4318, or https://…")]
    Address(String),
    /// There are no certificates to trust.
    #[error(
        "traces.endpoint is https, and no certificates are known to trust: name a file of them (PEM) with traces.ca"
    )]
    NoAuthorities,
    /// The certificates cannot be used.
    #[error("traces.ca = {}: {problem}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// A collector of spans.
#[derive(Debug)]
pub struct Collector {
    url: String,
    host: String,
    port: u16,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// Whether the last sending failed: each change is told once.
    is_failing: AtomicBool,
}

/// A connection whose every wait ends at the same moment.
#[derive(Debug)]
struct Bounded {
    tcp: TcpStream,
    end: Instant,
}

impl Collector {
    /// Prepares to send to `http://…` or `https://…`, whose certificate one of `authorities` must vouch for.
    ///
    /// # Errors
    ///
    /// [`CollectorError`] when that cannot be done. Whether anybody is there is not asked.
    pub fn new(endpoint: &str, authorities: Option<&Path>) -> Result<Self, CollectorError> {
        let wrong = || CollectorError::Address(endpoint.to_owned());
        let uri: Uri = endpoint.parse().map_err(|_| wrong())?;
        let is_secret = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong()),
        };
        let host = uri.host().ok_or_else(wrong)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if uri
            .authority()
            .is_none_or(|known| known.as_str().contains('@'))
            || uri.query().is_some()
        {
            return Err(wrong());
        }
        let tls = match is_secret {
            true => {
                let name = ServerName::try_from(host.to_owned()).map_err(|_| wrong())?;
                Some((client_config(authorities)?, name))
            }
            false => None,
        };
        Ok(Self {
            url: format!("{}/v1/traces", endpoint.trim_end_matches('/')),
            host: host.to_owned(),
            port: uri.port_u16().unwrap_or(if is_secret { 443 } else { 80 }),
            tls,
            is_failing: AtomicBool::new(false),
        })
    }

    /// Where spans are sent to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a request and reads the answer.
    fn send(&self, request: &Request<Bytes>) -> io::Result<Response<Bytes>> {
        let end = Instant::now() + LIMIT;
        let tcp = self.connect(end)?;
        tcp.set_nodelay(true)?;
        let bounded = Bounded { tcp, end };
        match &self.tls {
            None => exchange(bounded, request),
            Some((config, name)) => {
                let connection = ClientConnection::new(Arc::clone(config), name.clone());
                let connection = connection.map_err(io::Error::other)?;
                exchange(StreamOwned::new(connection, bounded), request)
            }
        }
    }

    fn connect(&self, end: Instant) -> io::Result<TcpStream> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the name has no address");
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left(end)?) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Tells when spans begin to be lost, and when they arrive again.
    fn tell(&self, sent: &io::Result<Response<Bytes>>) {
        let problem = match sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) => Some(error.to_string()),
        };
        let was_failing = self.is_failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !was_failing => {
                tracing::warn!(
                    collector = self.url,
                    problem,
                    "spans cannot be sent, and are dropped until they can"
                );
            }
            None if was_failing => {
                tracing::info!(collector = self.url, "spans arrive again");
            }
            _ => {}
        }
    }
}

impl HttpClient for Collector {
    // As `async_trait` would write it.
    fn send_bytes<'s, 'f>(
        &'s self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let sent = self.send(&request);
            self.tell(&sent);
            Ok(sent?)
        })
    }
}

fn client_config(authorities: Option<&Path>) -> Result<Arc<ClientConfig>, CollectorError> {
    let own = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let systems = SYSTEMS.iter().map(PathBuf::from);
    let path = match authorities {
        Some(path) => path.to_owned(),
        None => own
            .into_iter()
            .chain(systems)
            .find(|path| path.is_file())
            .ok_or(CollectorError::NoAuthorities)?,
    };
    let wrong = |problem: String| CollectorError::Authorities {
        path: path.clone(),
        problem,
    };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(&path);
    for certificate in certificates.map_err(|error| wrong(error.to_string()))? {
        // A system's file has old ones among others that are not read any more.
        if let Ok(certificate) = certificate {
            roots.add_parsable_certificates([certificate]);
        }
    }
    if roots.is_empty() {
        return Err(wrong("it holds no certificate as PEM".to_owned()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}

/// The time that is left.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    match left.is_zero() {
        true => Err(io::Error::new(
            ErrorKind::TimedOut,
            "it took longer than five seconds",
        )),
        false => Ok(left),
    }
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(Some(left(self.end)?))?;
        self.tcp.read(into)
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(Some(left(self.end)?))?;
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// Writes a request and reads its answer, on a connection of its own.
fn exchange(
    mut stream: impl Read + Write,
    request: &Request<Bytes>,
) -> io::Result<Response<Bytes>> {
    let uri = request.uri();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let mut head = format!(
        "{} {path} HTTP/1.1\r\nhost: {authority}\r\n",
        request.method()
    );
    for (name, value) in request.headers() {
        let value = value.to_str().map_err(io::Error::other)?;
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let length = request.body().len();
    head.push_str(&format!(
        "content-length: {length}\r\nconnection: close\r\n\r\n"
    ));
    stream.write_all(head.as_bytes())?;
    stream.write_all(request.body())?;
    stream.flush()?;
    read_answer(&mut stream)
}

/// Reads an answer's status, and its body where its length is told: another one is not needed.
fn read_answer(stream: &mut impl Read) -> io::Result<Response<Bytes>> {
    let unreadable = || io::Error::new(ErrorKind::InvalidData, "what it answers is no HTTP");
    let mut bytes = Vec::new();
    let mut chunk = [0; 4 << 10];
    let mut more = |bytes: &mut Vec<u8>| -> io::Result<()> {
        let read = stream.read(&mut chunk)?;
        if read == 0 || bytes.len() + read > LONGEST_ANSWER {
            return Err(unreadable());
        }
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
        Ok(())
    };
    let head_end = loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        match end {
            Some(end) => break end,
            None => more(&mut bytes)?,
        }
    };
    let head = bytes.get(..head_end).unwrap_or_default();
    let head = std::str::from_utf8(head).map_err(|_| unreadable())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| {
        let mut words = line.split(' ');
        let is_http = words.next()?.starts_with("HTTP/1.");
        is_http.then(|| words.next()?.parse::<u16>().ok()).flatten()
    });
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(unreadable)?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length
            .then(|| value.trim().parse::<usize>().ok())
            .flatten()
    });
    let begin = head_end + 4;
    let end = begin.saturating_add(length.unwrap_or(0));
    while bytes.len() < end {
        more(&mut bytes)?;
    }
    let body = bytes.get(begin..end).unwrap_or_default().to_vec();
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = status;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let url = |endpoint| Collector::new(endpoint, None).map(|collector| collector.url);
        assert_eq!(
            url("http://collector:4318").unwrap(),
            "http://collector:4318/v1/traces"
        );
        assert_eq!(
            url("http://[::1]:4318/otlp/").unwrap(),
            "http://[::1]:4318/otlp/v1/traces"
        );
        for wrong in [
            "collector:4318",
            "grpc://a:4317",
            "http://",
            "http://a:b@c",
            "http://a?b",
            "",
        ] {
            let error = url(wrong).unwrap_err().to_string();
            assert!(error.contains("http://collector:4318"), "{wrong}: {error}");
        }
        let no_certificates = Collector::new("https://a", Some(Path::new("Cargo.toml")));
        let error = no_certificates.unwrap_err().to_string();
        assert!(error.contains("no certificate"), "{error}");
    }

    #[test]
    fn answers() {
        let read = |answer: &str| {
            let answer = read_answer(&mut answer.as_bytes());
            answer.map(|answer| (answer.status().as_u16(), answer.into_body()))
        };
        let ok = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab").unwrap();
        assert_eq!(ok, (200, Bytes::from_static(b"ab")));
        // A body that is not measured is not waited for.
        let chunked = "HTTP/1.0 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n5\r\n";
        assert_eq!(read(chunked).unwrap().0, 503);
        let long = format!(
            "HTTP/1.1 200 OK\r\nx: {}\r\n\r\n",
            "x".repeat(LONGEST_ANSWER)
        );
        let endless = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nab";
        for wrong in [
            "",
            "HTTP/1.1 200",
            "SSH-2.0\r\n\r\n",
            "HTTP/1.1 abc\r\n\r\n",
            endless,
            &long,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
