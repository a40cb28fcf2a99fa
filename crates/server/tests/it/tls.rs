//! Encrypted connections, with real handshakes: what is served, what is refused, and a certificate that changes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use propenso::http::route::Face;
use propenso_lifecycle::keys::Role;
use propenso_model::Sha256;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use crate::support::process::Process;
use crate::support::registry::Registry;
use crate::support::{Answer, EXAMPLE, example_model, propenso, request_bytes, until};

/// A certificate of one's own, and its key.
struct Pair {
    folder: TempDir,
}

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = self_signed(folder.path());
        assert!(made.status.success(), "{made:?}");
        Self { folder }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("propenso.crt")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("propenso.key")
    }

    fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.certificate()).unwrap()
    }

    /// What a client trusts who trusts this certificate.
    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.der()).unwrap();
        roots
    }

    /// Puts this pair where another is.
    fn replace(&self, other: &Self) {
        // The files change one after the other, as somebody copies them.
        std::fs::copy(self.certificate(), other.certificate()).unwrap();
        std::thread::sleep(Duration::from_millis(1_500));
        std::fs::copy(self.key(), other.key()).unwrap();
    }
}

fn self_signed(folder: &Path) -> Output {
    propenso(
        &["tls", "self-signed", "--output", folder.to_str().unwrap()],
        "",
    )
}

/// A server with this certificate, and more arguments.
fn serve(pair: &Pair, more: &[&str]) -> Process {
    let (model, certificate, key) = (example_model(), pair.certificate(), pair.key());
    let paths = [&model, &certificate, &key].map(|path| path.to_str().unwrap());
    let mut arguments = vec![paths[0], "--tls-cert", paths[1], "--tls-key", paths[2]];
    arguments.extend(more);
    Process::serve(&arguments)
}

/// A client that trusts some, and shows a certificate if it has one.
fn client(roots: RootCertStore, own: Option<&Pair>) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match own {
        Some(own) => {
            let key = PrivateKeyDer::from_pem_file(own.key()).unwrap();
            builder.with_client_auth_cert(vec![own.der()], key).unwrap()
        }
        None => builder.with_no_client_auth(),
    }
}

/// Asks on a connection of its own; gives the answer and the certificate that the server showed.
fn ask(server: &Process, client: ClientConfig) -> std::io::Result<(Answer, Sha256)> {
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(server.address)?);
    stream.write_all(&request_bytes("GET", EXAMPLE, ("localhost", &[]), b""))?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // Not every end of a connection is announced.
        Err(error) if answer.is_empty() => return Err(error),
        _ => {}
    }
    let shown = Sha256::of(&stream.conn.peer_certificates().unwrap()[0]);
    Ok((Answer::parse(&answer), shown))
}

#[test]
fn a_certificate_of_ones_own_serves_https() {
    let pair = Pair::new();
    let server = serve(&pair, &[]);
    let (answer, shown) = ask(&server, client(pair.roots(), None)).unwrap();
    assert_eq!((answer.status, answer.body.trim()), (200, "0"));
    assert_eq!(shown, Sha256::of(&pair.der()));
    // Who does not trust it is not answered, nor who does not encrypt.
    assert!(ask(&server, client(Pair::new().roots(), None)).is_err());
    let mut plain = TcpStream::connect(server.address).unwrap();
    plain
        .write_all(&request_bytes("GET", EXAMPLE, ("localhost", &[]), b""))
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    // An alert at the most.
    assert!(!answer.starts_with(b"HTTP"));
    assert!(server.log().contains("https://"), "{}", server.log());
}

#[test]
fn nothing_is_overwritten_and_the_key_is_private() {
    let pair = Pair::new();
    let before = std::fs::read(pair.key()).unwrap();
    let again = self_signed(pair.folder.path());
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("it exists already"));
    assert_eq!(std::fs::read(pair.key()).unwrap(), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(pair.key()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// An HTTP/2 connection to ask on.
async fn http_2(server: &Process, pair: &Pair) -> SendRequest<Empty<Bytes>> {
    let mut config = client(pair.roots(), None);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = tokio::net::TcpStream::connect(server.address)
        .await
        .unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, tcp).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let shaken = handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (sender, connection) = shaken.unwrap();
    tokio::spawn(connection);
    sender
}

/// What a route needs it needs over any transport: with TLS and a key, other machines are answered.
#[test]
fn every_route_opens_to_its_role_over_http_2_too() {
    let (pair, registry) = (Pair::new(), Registry::new());
    let by_role = Role::ALL.map(|role| (role, registry.key(role.name(), role.name())));
    let (certificate, key) = (pair.certificate(), pair.key());
    let arguments = [
        "--data-dir",
        registry.data().to_str().unwrap(),
        "--tls-cert",
        certificate.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
    ]
    .map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Process::serve_on("0.0.0.0:0", &arguments);
    runtime().block_on(async {
        let mut sender = http_2(&server, &pair).await;
        let routes = propenso::http::routes();
        for route in routes.listed().filter(|route| route.face != Face::Page) {
            let path = route.path.replace("{version}", "1").replace("{id}", "1");
            let url = format!("https://localhost{}", path.replace("{file}", "output"));
            let nobody = [(None, None), (None, Some("prp_00000000_00"))];
            let holders = by_role
                .iter()
                .map(|(role, key)| (Some(*role), Some(key.as_str())));
            for (role, key) in nobody.into_iter().chain(holders) {
                let mut request = hyper::Request::builder().method(route.method).uri(&url);
                if let Some(key) = key {
                    request = request.header("authorization", format!("Bearer {key}"));
                }
                let request = request.body(Empty::<Bytes>::new()).unwrap();
                let status = sender
                    .send_request(request)
                    .await
                    .unwrap()
                    .status()
                    .as_u16();
                let denied = match (route.role, role) {
                    (None, _) => None,
                    (Some(_), None) => Some(401),
                    (Some(_), Some(Role::Administracion)) => None,
                    (Some(needed), Some(role)) => (needed != role).then_some(403),
                };
                let found = [401, 403].contains(&status).then_some(status);
                assert_eq!(found, denied, "{route:?} {role:?}");
            }
        }
    });
}

#[test]
fn a_certificate_is_for_what_clients_look_for() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let output = folder.path().join(name.replace(['/', '*', ':'], "_"));
        std::fs::create_dir_all(&output).unwrap();
        let output = output.to_str().unwrap();
        propenso(
            &["tls", "self-signed", "--name", name, "--output", output],
            "",
        )
    };
    for name in [
        "scoring.agencia.local",
        "*.agencia.local",
        "192.168.1.20",
        "::1",
    ] {
        assert!(make(name).status.success(), "{name}");
    }
    for name in [
        "https://scoring.agencia.local",
        "10.0.0.7:5000",
        "mi equipo",
        "",
    ] {
        let made = make(name);
        let told = String::from_utf8_lossy(&made.stderr).into_owned();
        assert_eq!(made.status.code(), Some(64), "{name}: {told}");
        assert!(told.contains("is no name of a host"), "{told}");
    }
}

#[test]
fn http_2_is_spoken_with_who_speaks_it() {
    let pair = Pair::new();
    let server = serve(&pair, &[]);
    let runtime = runtime();
    let statuses = runtime.block_on(async {
        let sender = http_2(&server, &pair).await;
        let ask = |target: String| {
            let mut sender = sender.clone();
            async move {
                let request = hyper::Request::get(format!("https://localhost{target}"));
                let request = request.body(Empty::<Bytes>::new()).unwrap();
                let answer = sender.send_request(request).await.unwrap();
                let status = answer.status().as_u16();
                let body = answer.into_body().collect().await.unwrap().to_bytes();
                (status, String::from_utf8(body.to_vec()).unwrap())
            }
        };
        // Many at once, on one connection.
        let asked: Vec<_> = (0..50)
            .map(|_| tokio::spawn(ask(EXAMPLE.to_owned())))
            .collect();
        let mut statuses = Vec::new();
        for asked in asked {
            statuses.push(asked.await.unwrap());
        }
        statuses.push(ask("/prediccion".to_owned()).await);
        statuses
    });
    let (wrong, right) = statuses.split_last().unwrap();
    assert!(
        right
            .iter()
            .all(|(status, body)| *status == 200 && body.trim() == "0")
    );
    assert_eq!(wrong.0, 422, "{}", wrong.1);
}

#[test]
fn clients_show_a_certificate_where_it_is_asked_for() {
    let (pair, known, unknown) = (Pair::new(), Pair::new(), Pair::new());
    let authorities = known.certificate();
    let server = serve(&pair, &["--tls-client-ca", authorities.to_str().unwrap()]);
    assert!(ask(&server, client(pair.roots(), None)).is_err());
    assert!(ask(&server, client(pair.roots(), Some(&unknown))).is_err());
    let (answer, _) = ask(&server, client(pair.roots(), Some(&known))).unwrap();
    assert_eq!(answer.status, 200);
}

#[test]
fn a_certificate_that_is_replaced_loses_no_request() {
    let (pair, next) = (Pair::new(), Pair::new());
    let before = pair.der();
    let server = serve(&pair, &[]);
    let mut roots = pair.roots();
    roots.add(next.der()).unwrap();
    let stop = AtomicBool::new(false);
    let (asked, renewed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let (answer, shown) = ask(&server, client(roots.clone(), None))
                        .unwrap_or_else(|error| panic!("{error}: {}", server.log()));
                    assert_eq!(answer.status, 200);
                    asked.fetch_add(1, Ordering::Relaxed);
                    if shown == Sha256::of(&next.der()) {
                        renewed.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert_eq!(shown, Sha256::of(&before));
                    }
                }
            });
        }
        until(|| asked.load(Ordering::Relaxed) > 20);
        next.replace(&pair);
        until(|| renewed.load(Ordering::Relaxed) > 20);
        stop.store(true, Ordering::Relaxed);
    });
    // Meanwhile the certificate was there without its key, which was told once.
    let log = server.kill();
    assert_eq!(log.matches("stays in use").count(), 1, "{log}");
    assert_eq!(log.matches("was read again").count(), 1, "{log}");
}

#[test]
fn what_cannot_be_used_says_what_belongs_there() {
    let (pair, other) = (Pair::new(), Pair::new());
    let model = example_model();
    let (certificate, key, other_key) = (pair.certificate(), pair.key(), other.key());
    let [model, certificate, key, other_key] =
        [&model, &certificate, &key, &other_key].map(|path| path.to_str().unwrap());
    let cases: [(&[&str], &str); 5] = [
        (
            &["--tls-cert", certificate],
            "--tls-key, or [tls] key, is not given",
        ),
        (
            &["--tls-key", key],
            "--tls-cert, or [tls] certificate, is not given",
        ),
        (
            &["--tls-cert", certificate, "--tls-key", other_key],
            "cannot be used together",
        ),
        (
            &["--tls-cert", key, "--tls-key", key],
            "it holds no certificate as PEM",
        ),
        (
            &["--tls-cert", certificate, "--tls-key", certificate],
            "it holds no private key as PEM",
        ),
    ];
    for (arguments, expected) in cases {
        let arguments = [&["serve", model, "--listen", "127.0.0.1:0"], arguments].concat();
        let output = propenso(&arguments, "");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(expected), "{told}");
    }
}
