//! Spans, as a collector gets them, and that no collector is ever waited for.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::process::Process;
use crate::support::{Answer, EXAMPLE, example_model, propenso, until};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// A collector of the test's own; what it is sent, and what it answers.
struct Collector {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
    /// A status, or 0 to read and never answer.
    status: Arc<Mutex<u16>>,
}

impl Collector {
    fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Self {
            address: listener.local_addr().unwrap(),
            bodies: Arc::default(),
            status: Arc::new(Mutex::new(status)),
        };
        let (bodies, status) = (Arc::clone(&collector.bodies), Arc::clone(&collector.status));
        std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let body = read_request(&mut stream);
                bodies.lock().unwrap().push(body);
                match *status.lock().unwrap() {
                    0 => hanging.push(stream),
                    status => {
                        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                        let _ = stream.write_all(head.as_bytes());
                    }
                }
            }
        });
        collector
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans that have arrived.
    fn spans(&self) -> Vec<Span> {
        let bodies = self.bodies.lock().unwrap();
        bodies.iter().flat_map(|body| spans(body)).collect()
    }
}

/// The body of a request to `/v1/traces`.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
            assert!(head.contains("\r\ncontent-type: application/x-protobuf\r\n"));
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
            if bytes.len() >= end + 4 + length {
                return bytes.split_off(end + 4);
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return Vec::new(),
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

/// A span, as far as it is looked at.
#[derive(Debug)]
struct Span {
    trace: String,
    id: String,
    parent: String,
    name: String,
    took: u64,
    /// Everything in it, as it was sent.
    bytes: Vec<u8>,
    /// The service's attributes, as they were sent.
    resource: Vec<u8>,
}

impl Span {
    fn says(&self, text: &str) -> bool {
        contains(&self.bytes, text)
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// The fields of a protobuf message: their numbers and contents; numbers as eight bytes.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let content = match key & 7 {
            0 => varint(&mut bytes).to_le_bytes().to_vec(),
            1 => take(&mut bytes, 8),
            2 => {
                let length = varint(&mut bytes);
                take(&mut bytes, usize::try_from(length).unwrap())
            }
            5 => take(&mut bytes, 4),
            other => panic!("wire type {other}"),
        };
        found.push((key >> 3, content));
    }
    found
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

fn take(bytes: &mut &[u8], length: usize) -> Vec<u8> {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken.to_vec()
}

/// ExportTraceServiceRequest > ResourceSpans > ScopeSpans > Span.
fn spans(body: &[u8]) -> Vec<Span> {
    let inside = |bytes: &[u8], number: u64| -> Vec<Vec<u8>> {
        let all = fields(bytes).into_iter();
        all.filter(|(field, _)| *field == number)
            .map(|(_, content)| content)
            .collect()
    };
    let one = |bytes: &[u8], number| inside(bytes, number).pop().unwrap_or_default();
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let time = |bytes: Vec<u8>| u64::from_le_bytes(bytes.try_into().unwrap());
    let mut found = Vec::new();
    for of_service in inside(body, 1) {
        for of_scope in inside(&of_service, 2) {
            for bytes in inside(&of_scope, 2) {
                found.push(Span {
                    trace: hex(one(&bytes, 1)),
                    id: hex(one(&bytes, 2)),
                    parent: hex(one(&bytes, 4)),
                    name: String::from_utf8(one(&bytes, 5)).unwrap(),
                    took: time(one(&bytes, 8)) - time(one(&bytes, 7)),
                    resource: one(&of_service, 1),
                    bytes,
                });
            }
        }
    }
    found
}

/// The example, traced.
fn traced(collector: &str, more: &[&str]) -> Process {
    let model = example_model();
    let arguments = [model.to_str().unwrap(), "--traces-endpoint", collector];
    Process::serve(&[&arguments, more].concat())
}

fn ask(server: &Process, target: &str, traceparent: &str) -> Answer {
    server.request("GET", target, &[("traceparent", traceparent)], b"")
}

#[test]
fn a_request_and_its_stages_in_the_callers_trace() {
    let collector = Collector::answering(200);
    let server = traced(&collector.url(), &["--traces-service", "cobranzas"]);
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let answer = ask(
        &server,
        &format!("{EXAMPLE}&explicar=2&contrafactual=1"),
        &parent,
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    let own = answer.header("traceparent").unwrap().to_owned();
    assert!(
        own.starts_with(&format!("00-{TRACE}-")) && own.ends_with("-01"),
        "{own}"
    );
    assert_ne!(own, parent);
    until(|| collector.spans().len() >= 5);
    let spans = collector.spans();
    let request = spans
        .iter()
        .find(|span| span.name == "GET /prediccion")
        .unwrap();
    assert_eq!(own, format!("00-{TRACE}-{}-01", request.id));
    assert_eq!(
        (request.trace.as_str(), request.parent.as_str()),
        (TRACE, SPAN)
    );
    for said in [
        "/prediccion",
        "http.request.method",
        "http.response.status_code",
        "propenso.model",
        "propenso.request_id",
    ] {
        assert!(request.says(said), "{said}");
    }
    assert!(contains(&request.resource, "cobranzas"));
    let stages: Vec<&Span> = spans
        .iter()
        .filter(|span| span.name != request.name)
        .collect();
    let names: Vec<&str> = stages.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["encode", "predict", "explain", "counterfactual"]);
    let worked: u64 = stages.iter().map(|span| span.took).sum();
    assert!(
        0 < worked && worked <= request.took,
        "{worked} {}",
        request.took
    );
    for stage in stages {
        assert_eq!((stage.trace.as_str(), &stage.parent), (TRACE, &request.id));
    }
    // What the client sent stays here.
    for body in collector.bodies.lock().unwrap().iter() {
        for sent in ["1000.82", "8029", "202310", "263.68", "dt="] {
            assert!(!contains(body, sent), "{sent} was sent");
        }
    }
}

#[test]
fn who_decides_what_is_traced() {
    let collector = Collector::answering(200);
    let server = traced(&collector.url(), &["--traces-ratio", "0"]);
    let answer = server.get(EXAMPLE);
    assert!(answer.header("traceparent").unwrap().ends_with("-00"));
    let unwanted = ask(&server, EXAMPLE, &format!("00-{TRACE}-{SPAN}-00"));
    let own = unwanted.header("traceparent").unwrap();
    assert!(
        own.starts_with(&format!("00-{TRACE}-")) && own.ends_with("-00"),
        "{own}"
    );
    // What is no traceparent is none.
    for broken in [
        "",
        "00",
        "zz-x-y-01",
        &format!("00-{TRACE}-{SPAN}-01-more"),
        &"0-".repeat(3_000),
    ] {
        assert_eq!(ask(&server, EXAMPLE, broken).status, 200);
    }
    // What is asked all day is not traced at all.
    assert_eq!(server.get("/health/ready").header("traceparent"), None);
    let wanted = format!("00-{TRACE}-{SPAN}-01");
    assert_eq!(ask(&server, EXAMPLE, &wanted).status, 200);
    assert_eq!(ask(&server, "/nowhere", &wanted).status, 404);
    until(|| collector.spans().len() >= 4);
    std::thread::sleep(Duration::from_millis(1_500));
    let names: Vec<String> = collector
        .spans()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(names, ["encode", "predict", "GET /prediccion", "GET"]);
}

/// A request of thousands of clients has no thousands of spans.
#[test]
fn the_first_clients_of_a_request() {
    let collector = Collector::answering(200);
    let server = traced(&collector.url(), &[]);
    let client = r#"{"er":"PER","po":"NO","vt":"S","cp":"29151","ec":"A","vf":"N","vb":"N","fb":null,"ed":70,"cf":1,"im":62.83,"dt":1,"nl":2}"#;
    let ask = |n_clients: usize, more: &str| {
        let clients = vec![client; n_clients].join(",");
        let body = format!("{{\"instances\": [{clients}]{more}}}");
        let before = collector.spans().len();
        assert_eq!(server.post("/v1/predict", &body).status, 200);
        let is_request = |span: &Span| span.name == "POST /v1/predict";
        until(|| collector.spans()[before..].iter().any(is_request));
        let spans = collector.spans();
        let names = spans[before..].iter().map(|span| span.name.clone());
        names.collect::<Vec<_>>()
    };
    // So few are one part, which goes through each stage once.
    assert_eq!(ask(100, ""), ["encode", "predict", "POST /v1/predict"]);
    let explained = ask(20, ", \"explain\": 1");
    let of = |stage: &str| explained.iter().filter(|name| *name == stage).count();
    assert_eq!((of("predict"), of("explain")), (8, 8));
    assert_eq!(explained.len(), 25);
}

#[test]
fn nothing_without_a_collector() {
    let model = example_model();
    let server = Process::serve(&[model.to_str().unwrap()]);
    let answer = ask(&server, EXAMPLE, &format!("00-{TRACE}-{SPAN}-01"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("traceparent"), None);
}

/// Answers as quickly as ever; gives the server back.
fn answers_all_the_same(server: Process) -> Process {
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(server.get(EXAMPLE).status, 200);
    }
    // Less than a collector is waited for once.
    assert!(start.elapsed() < Duration::from_secs(5));
    server
}

/// Ends in time when it is asked to; where nobody can ask from outside, it is killed.
#[cfg(not(unix))]
fn ends_within(server: Process, _: Duration) {
    server.kill();
}

#[cfg(unix)]
fn ends_within(mut server: Process, limit: Duration) {
    let child = server.child.get_mut().unwrap();
    let id = child.id().to_string();
    let start = Instant::now();
    let told = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status();
    assert!(told.unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
}

#[test]
fn a_collector_that_hangs() {
    let collector = Collector::answering(0);
    let server = traced(&collector.url(), &["--shutdown-seconds", "2"]);
    let server = answers_all_the_same(server);
    until(|| !collector.bodies.lock().unwrap().is_empty());
    let server = answers_all_the_same(server);
    until(|| server.log().contains("spans cannot be sent"));
    let server = answers_all_the_same(server);
    ends_within(server, Duration::from_secs(6));
}

#[test]
fn a_collector_that_fails_and_comes_back() {
    let collector = Collector::answering(500);
    let server = answers_all_the_same(traced(&collector.url(), &[]));
    until(|| server.log().contains("it answers 500"));
    *collector.status.lock().unwrap() = 200;
    until(|| {
        server.get(EXAMPLE);
        server.log().contains("spans arrive again")
    });
    assert_eq!(server.log().matches("spans cannot be sent").count(), 1);
    ends_within(server, Duration::from_secs(10));
    assert!(!collector.spans().is_empty());
}

#[test]
fn no_collector_at_all() {
    // Nobody listens there any more.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let server = traced(
        &format!("http://{}", address.unwrap()),
        &["--shutdown-seconds", "2"],
    );
    let server = answers_all_the_same(server);
    until(|| server.log().contains("spans cannot be sent"));
    ends_within(server, Duration::from_secs(6));
}

/// Another propenso, which knows no `/v1/traces`, is a collector whose certificate must be known.
#[test]
fn a_collector_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["known", "other"] {
        std::fs::create_dir(path(name)).unwrap();
        let made = propenso(&["tls", "self-signed", "--output", &path(name)], "");
        assert!(made.status.success(), "{made:?}");
    }
    let (certificate, key) = (path("known/propenso.crt"), path("known/propenso.key"));
    let model = example_model();
    let tls = ["--tls-cert", &certificate, "--tls-key", &key];
    let collector = Process::serve(&[&[model.to_str().unwrap()], &tls[..]].concat());
    let url = format!("https://localhost:{}", collector.address.port());
    for (name, said) in [("known", "it answers 404"), ("other", "certificate")] {
        let config = format!("[traces]\nendpoint = \"{url}\"\nca = \"{name}/propenso.crt\"\n");
        std::fs::write(path("propenso.toml"), config).unwrap();
        let config = path("propenso.toml");
        let server = Process::serve(&[model.to_str().unwrap(), "--config", &config]);
        assert_eq!(server.get(EXAMPLE).status, 200);
        until(|| server.log().contains("spans cannot be sent"));
        assert!(server.log().contains(said), "{}", server.log());
    }
}

#[test]
fn what_is_no_collector() {
    let model = example_model();
    for (arguments, said) in [
        (
            ["--traces-endpoint", "collector:4318"],
            "http://collector:4318",
        ),
        (["--traces-ratio", "2"], "traces.ratio"),
    ] {
        let model = model.to_str().unwrap();
        let serve = ["serve", model, "--listen", "127.0.0.1:0"];
        let output = propenso(&[&serve[..], &arguments].concat(), "");
        assert!(!output.status.success());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(said), "{error}");
    }
}
