//! Signals, and what the service manager is told: systemd's own protocol, over a real socket.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::support::process::Process;
use crate::support::registry::{Registry, form};
use crate::support::{Answer, EXAMPLE, example_model, until};

/// Sends a signal.
fn signal(server: &Process, name: &str) {
    let id = server.child.lock().unwrap().id().to_string();
    let sent = Command::new("kill").args([name, &id]).status().unwrap();
    assert!(sent.success());
}

/// A service manager that listens.
struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
    _folder: TempDir,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        Self {
            socket,
            path,
            _folder: folder,
        }
    }

    fn variable(&self) -> (&str, &str) {
        ("NOTIFY_SOCKET", self.path.to_str().unwrap())
    }

    /// The next message that has something in it.
    fn message(&self, expected: &str) -> String {
        let mut bytes = [0; 4096];
        loop {
            let length = self.socket.recv(&mut bytes).unwrap();
            let text = String::from_utf8(bytes[..length].to_vec()).unwrap();
            if text.lines().any(|line| line.starts_with(expected)) {
                return text;
            }
        }
    }
}

#[test]
fn the_service_manager_is_told_what_the_server_does() {
    let manager = Manager::new();
    let model = example_model();
    let variables = [manager.variable(), ("WATCHDOG_USEC", "400000")];
    let server = Process::serve_with(&[model.to_str().unwrap()], &variables);
    // Ready is said when it answers, and what it answers with.
    let ready = manager.message("READY=1");
    assert_eq!(server.get(EXAMPLE).status, 200);
    assert!(ready.contains("STATUS=model 112349a94483 answers on http://127.0.0.1:"));
    // A sign of life, twice in the time that is waited for.
    let start = std::time::Instant::now();
    for _ in 0..5 {
        manager.message("WATCHDOG=1");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
    signal(&server, "-HUP");
    let reloading = manager.message("RELOADING=1");
    let at = reloading
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    assert!(at.unwrap().parse::<u64>().unwrap() > 0);
    manager.message("READY=1");
    signal(&server, "-TERM");
    manager.message("STOPPING=1");
    assert!(server.child.lock().unwrap().wait().unwrap().success());
}

/// What a configuration says, served, with its log in a file.
struct Configured {
    folder: TempDir,
    server: Process,
}

impl Configured {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_config(folder.path(), text);
        let config = folder.path().join("propenso.toml");
        let model = example_model();
        let arguments = [
            model.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
        ];
        let server = Process::serve_logging_to(&folder.path().join("a.log"), &arguments);
        Self { folder, server }
    }

    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// Writes another configuration, has it read, and waits until the log says so.
    fn reload(&self, text: &str, log: &str, expected: &str) {
        write_config(self.folder.path(), text);
        signal(&self.server, "-HUP");
        until(|| self.log(log).contains(expected));
    }
}

fn write_config(folder: &Path, text: &str) {
    fs::write(folder.join("propenso.toml"), text).unwrap();
}

#[test]
fn sighup_reads_the_configuration_again() {
    let configured = Configured::new("[log]\nfile = 'a.log'\n");
    let server = &configured.server;
    let body = r#"{"instances":[]}"#;
    assert_eq!(server.post("/v1/predict", body).status, 200);
    // The level and a limit follow at once; which models are served is known when it starts.
    configured.reload(
        "strict = true\n[log]\nlevel = 'debug'\nfile = 'a.log'\n[http]\nmax_body_bytes = 9\n",
        "a.log",
        "\"taken\":\"log.level, http.max_body_bytes\",\"needs_restart\":\"strict\"",
    );
    assert_eq!(server.post("/v1/predict", body).status, 413);
    until(|| configured.log("a.log").contains("\"status\":413"));
    // A configuration that is wrong changes nothing, and is told.
    configured.reload("[log]\nlevel = 'verbose'\n", "a.log", "nothing was changed");
    assert_eq!(server.post("/v1/predict", body).status, 413);
    // The log goes on in another file.
    configured.reload("[log]\nfile = 'b.log'\n", "b.log", "log.file");
    assert_eq!(server.post("/v1/predict", body).status, 200);
    assert!(!configured.log("b.log").contains("\"status\":200"));
}

#[test]
fn sighup_reads_what_is_known_of_portfolios() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let (kind, body) = form(&[
        ("file", Some("cartera.csv"), b"A;B\n1;2\n"),
        ("profile", None, b"gestora"),
    ]);
    let send = || server.request("POST", "/v1/portfolios", &[("content-type", &kind)], &body);
    let refused = send();
    assert!(
        refused.status == 422 && refused.body.contains("gestora"),
        "{refused:?}"
    );
    let config = registry.path("propenso.toml");
    let text = fs::read_to_string(&config).unwrap();
    let more = "[portfolio.profiles.gestora]\ndecimal = 'comma'\n";
    fs::write(&config, text + more).unwrap();
    signal(&server, "-HUP");
    until(|| server.log().contains("\"taken\":\"portfolio\""));
    assert_eq!(send().status, 202);
}

/// What `logrotate` does.
#[test]
fn sighup_opens_the_log_anew() {
    let configured = Configured::new("[log]\nfile = 'a.log'\n");
    let folder = configured.folder.path();
    fs::rename(folder.join("a.log"), folder.join("a.log.old")).unwrap();
    signal(&configured.server, "-HUP");
    until(|| configured.log("a.log").contains("read again"));
    assert_eq!(configured.server.get(EXAMPLE).status, 200);
}

#[test]
fn sighup_lets_keys_count_at_once() {
    let registry = Registry::new();
    registry.add(&crate::support::registry::month_2());
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    assert_eq!(server.get(EXAMPLE).status, 200);
    let key = registry.key("crm", "puntuar");
    signal(&server, "-HUP");
    until(|| server.get(EXAMPLE).status == 401);
    let headers = [("x-api-key", key.as_str())];
    assert_eq!(server.request("GET", EXAMPLE, &headers, b"").status, 200);
}

/// A client that keeps its connection.
struct Client {
    stream: TcpStream,
}

impl Client {
    fn connect(server: &Process) -> Option<Self> {
        let stream = TcpStream::connect(server.address).ok()?;
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).unwrap();
        stream.set_nodelay(true).unwrap();
        Some(Self { stream })
    }

    /// The answer's bytes; none if the connection was closed before the request was taken up.
    fn ask(&mut self) -> Vec<u8> {
        let request = format!("GET {EXAMPLE} HTTP/1.1\r\nhost: t\r\n\r\n");
        if self.stream.write_all(request.as_bytes()).is_err() {
            return Vec::new();
        }
        let mut answer = Vec::new();
        let mut bytes = [0; 1024];
        while !is_whole(&answer) {
            match self.stream.read(&mut bytes) {
                Ok(0) | Err(_) => break,
                Ok(length) => answer.extend_from_slice(&bytes[..length]),
            }
        }
        answer
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.split("\r\n");
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    body.len() == length.unwrap().parse::<usize>().unwrap()
}

#[test]
fn no_answer_is_lost_to_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("propenso.log");
    let model = example_model();
    let arguments = [
        model.to_str().unwrap(),
        "--log-level",
        "debug",
        "--log-file",
        log.to_str().unwrap(),
    ];
    let server = Process::serve_logging_to(&log, &arguments);
    let (answered, stopping) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|threads| {
        let clients = (0..8).map(|_| {
            threads.spawn(|| {
                let mut client = Client::connect(&server).unwrap();
                loop {
                    let answer = client.ask();
                    let is_stopping = stopping.load(Ordering::Relaxed);
                    if is_whole(&answer) {
                        let answer = Answer::parse(&answer);
                        assert_eq!(answer.status, 200);
                        answered.fetch_add(1, Ordering::Relaxed);
                        if answer.header("connection") == Some("close") {
                            assert!(stopping.load(Ordering::Relaxed));
                            return;
                        }
                    } else {
                        panic!("a connection was closed, stopping {is_stopping}: {answer:?}");
                    }
                }
            })
        });
        let clients: Vec<_> = clients.collect();
        for _ in 0..10 {
            std::thread::sleep(Duration::from_millis(50));
            signal(&server, "-HUP");
        }
        until(|| answered.load(Ordering::Relaxed) > 200);
        stopping.store(true, Ordering::Relaxed);
        signal(&server, "-TERM");
        for client in clients {
            client.join().unwrap();
        }
    });
    assert!(server.child.lock().unwrap().wait().unwrap().success());
    // What the server has answered, as it says itself, has arrived.
    let text = fs::read_to_string(&log).unwrap();
    let told = text.matches("\"message\":\"answered\"").count();
    assert_eq!(told, answered.load(Ordering::Relaxed));
}

#[test]
fn what_is_served_is_printed_where_a_person_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let model = example_model();
    for (language, expected) in [
        (
            "en",
            [
                "model    ",
                "http://localhost:",
                "nobody has one",
                "Ctrl-C stops it.",
            ],
        ),
        (
            "es",
            [
                "modelo     ",
                "http://localhost:",
                "nadie tiene",
                "Ctrl-C lo para.",
            ],
        ),
    ] {
        let log = folder.path().join(format!("{language}.log"));
        let mut command = crate::support::command();
        let port = {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let printed = folder.path().join(format!("{language}.txt"));
        command
            .args(["serve", model.to_str().unwrap(), "--lang", language])
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(["--log-file", log.to_str().unwrap()])
            .stderr(fs::File::create(&printed).unwrap());
        let server = Process::of(command, ([127, 0, 0, 1], port).into());
        until(|| fs::read_to_string(&printed).unwrap().contains("Ctrl-C"));
        let text = fs::read_to_string(&printed).unwrap();
        for expected in expected {
            let expected = expected.replace("localhost", "127.0.0.1");
            assert!(text.contains(&expected), "{text}");
        }
        drop(server);
    }
    // The log on standard error stays the log alone.
    let server = Process::serve(&[model.to_str().unwrap()]);
    assert_eq!(server.get(EXAMPLE).status, 200);
    for line in server.kill().lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn sigterm_lets_requests_in_flight_finish() {
    let model = example_model();
    let mut process = Process::serve(&[model.to_str().unwrap()]);
    let body = r#"{"instances":[]}"#;
    let head = format!(
        "POST /v1/predict HTTP/1.1\r\nhost: t\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut in_flight = TcpStream::connect(process.address).unwrap();
    in_flight.write_all(head.as_bytes()).unwrap();
    // Answered, so the one before it was accepted too.
    assert_eq!(process.get(EXAMPLE).status, 200);

    signal(&process, "-TERM");
    let mut refused = false;
    for _ in 0..100 {
        refused = TcpStream::connect(process.address).is_err();
        if refused {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(refused, "new connections are still accepted");
    in_flight.write_all(body.as_bytes()).unwrap();
    let mut answer = Vec::new();
    in_flight.read_to_end(&mut answer).unwrap();
    assert_eq!(Answer::parse(&answer).status, 200);
    assert!(process.child.get_mut().unwrap().wait().unwrap().success());
}
