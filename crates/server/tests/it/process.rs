//! The running binary: starting, logging, stopping.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Answer, EXAMPLE, example_model};

/// The binary, serving on a port the system chose, with the log lines read so far.
struct Process {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    lines: Vec<String>,
    address: String,
}

impl Process {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_propenso"))
            .arg("serve")
            .arg(example_model())
            .args([
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "json",
                "--log-level",
                "trace",
            ])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut lines = Vec::new();
        let address = loop {
            let mut line = String::new();
            assert!(
                log.read_line(&mut line).unwrap() > 0,
                "the server ended: {lines:?}"
            );
            let entry: Value = serde_json::from_str(&line).unwrap();
            lines.push(line);
            if let Some(address) = entry["address"].as_str() {
                break address.to_owned();
            }
        };
        Self {
            child,
            log,
            lines,
            address,
        }
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Answer::parse(&answer)
    }

    fn get(&self, target: &str) -> Answer {
        self.ask(&format!(
            "GET {target} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n"
        ))
    }

    /// Ends the process and gives its whole log.
    fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        self.lines.concat() + &rest
    }
}

#[test]
fn the_log_never_holds_an_input() {
    let process = Process::start();
    let secrets = ["SECRETO1", "54321", "SECRETO2", "98765.43", "SECRETO3"];
    process.get("/prediccion?er=SECRETO1&cp=54321");
    process.get("/SECRETO2/x?er=SECRETO1");
    process.get(&EXAMPLE.replace("1000.82", "98765.43"));
    let body = r#"{"instances":[{"er":"SECRETO3","im":98765.43}],"SECRETO1":1}"#;
    process.ask(&format!(
        "POST /v1/predict HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    let log = process.kill();
    assert!(
        log.contains("/v1/predict"),
        "requests are logged at this level: {log}"
    );
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[cfg(unix)]
#[test]
fn sigterm_lets_requests_in_flight_finish() {
    let mut process = Process::start();
    let body = r#"{"instances":[]}"#;
    let head = format!(
        "POST /v1/predict HTTP/1.1\r\nhost: t\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut in_flight = TcpStream::connect(&process.address).unwrap();
    in_flight.write_all(head.as_bytes()).unwrap();
    // Answered, so the one before it was accepted too.
    assert_eq!(process.get(EXAMPLE).status, 200);

    let id = process.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let mut refused = false;
    for _ in 0..100 {
        refused = TcpStream::connect(&process.address).is_err();
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
    assert!(process.child.wait().unwrap().success());
}
