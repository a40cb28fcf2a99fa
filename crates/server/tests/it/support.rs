//! A server to talk to, in this process or as a [`process`] of its own, and the example's files.
//!
//! - [`portfolio`]: the example's clients
//! - [`registry`]: a registry in a folder of its own
//! - [`zip`]: zip archives of files, to be sent

pub(crate) mod grpc;
pub(crate) mod portfolio;
pub(crate) mod process;
pub(crate) mod registry;
pub(crate) mod zip;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use propenso::access::Access;
use propenso::connections::Connections;
use propenso::http::{App, router};
use propenso::listen::{self, Listener};
use propenso::settings::HttpSettings;
use propenso_lifecycle::live::Live;
use propenso_lifecycle::load;
use propenso_lifecycle::served::Served;
use propenso_scoring::Scorer;
use serde_json::Value;
use tokio::sync::oneshot;

/// The documented call of the old system.
pub(crate) const EXAMPLE: &str = "/prediccion?er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=NaN&cf=3&im=263.68&dt=1000.82&nl=12";

/// A path in the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

pub(crate) fn example_model() -> PathBuf {
    repository("examples/cobranza/modelo_final.pkl")
}

/// A file's text; `.gz` files are decompressed.
pub(crate) fn read_text(path: &str) -> String {
    let bytes = std::fs::read(repository(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    if !path.ends_with(".gz") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The binary, which speaks English wherever the tests run, and finds no registry of whoever runs them.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_propenso"));
    command.env("PROPENSO_LANG", "en");
    let nobodys = concat!(env!("CARGO_TARGET_TMPDIR"), "/nobodys-data");
    command.env("XDG_DATA_HOME", nobodys);
    command.env("LOCALAPPDATA", nobodys);
    command
}

/// Runs the binary to its end, with something on standard input.
pub(crate) fn propenso(arguments: &[&str], input: &str) -> Output {
    use std::process::Stdio;
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Written from a thread of its own: the answers begin before the last question is read.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // A command that does not read its input may close it early.
    let _ = writer.join().unwrap();
    output
}

/// A server in this process on a free port; it stops when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(model: &Path, contract: &str) -> Self {
        Self::start_with(model, contract, HttpSettings::default())
    }

    pub(crate) fn example() -> Self {
        Self::start(&example_model(), "casas-cobranzas")
    }

    pub(crate) fn start_with(model: &Path, contract: &str, settings: HttpSettings) -> Self {
        Self::start_app(load::scorer(model, Some(contract)).unwrap(), settings)
    }

    pub(crate) fn start_with_scorer(scorer: Scorer) -> Self {
        Self::start_app(scorer, HttpSettings::default())
    }

    fn start_app(scorer: Scorer, settings: HttpSettings) -> Self {
        let live = Arc::new(Live::of(Served::new(scorer, None)));
        let app = Arc::new(App::new(live, Arc::new(Access::default()), settings));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let tcp = tokio::net::TcpListener::from_std(listener).unwrap();
                let listener = Listener {
                    tcp: vec![tcp],
                    tls: None,
                    connections: Connections::new(settings.connections, Arc::clone(&app.figures)),
                };
                let stopped = async { drop(stopped.await) };
                listen::serve(listener, router(app), stopped, Duration::from_secs(5)).await;
            });
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.request("GET", target, &[], b"")
    }

    pub(crate) fn post(&self, target: &str, body: &str) -> Answer {
        self.request(
            "POST",
            target,
            &[("content-type", "application/json")],
            body.as_bytes(),
        )
    }

    pub(crate) fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.raw(&request_bytes(method, target, ("test", headers), body))
    }

    /// The answer as it comes, which need not be text.
    pub(crate) fn raw_bytes(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        self.exchange(&request_bytes(method, target, ("test", headers), body))
    }

    /// Sends bytes as they are and reads the answer to its end.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answer {
        Answer::parse(&self.exchange(bytes))
    }

    fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            // A machine that builds something beside is many times slower.
            .set_read_timeout(Some(Duration::from_secs(300)))
            .unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A request of a connection's own, to a host with more headers.
pub(crate) fn request_bytes(
    method: &str,
    target: &str,
    (host, headers): (&str, &[(&str, &str)]),
    body: &[u8],
) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("the answer is text");
        let (head, body) = text.split_once("\r\n\r\n").expect("the answer has a head");
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Self {
            status,
            headers,
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The body of an error, after checking that it has the one form errors have.
    pub(crate) fn problem(&self, status: u16) -> Value {
        self.problem_of("application/problem+json", status)
    }

    /// The same of `/v2`, whose protocol knows no other media type.
    pub(crate) fn tensors_problem(&self, status: u16) -> Value {
        self.problem_of("application/json", status)
    }

    fn problem_of(&self, media_type: &str, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), Some(media_type));
        assert!(self.header("x-request-id").is_some());
        let json = self.json();
        assert_eq!(json["status"], status);
        assert!(!json["code"].as_str().unwrap().is_empty());
        assert!(!json["error"].as_str().unwrap().is_empty());
        assert!(json["errors"].is_array());
        json
    }
}

/// Waits until something holds; fails when it takes far too long.
pub(crate) fn until(mut holds: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        // A machine that builds something beside is many times slower.
        assert!(start.elapsed() < Duration::from_secs(120), "it never holds");
        std::thread::sleep(Duration::from_millis(20));
    }
}
