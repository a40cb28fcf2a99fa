//! The running binary: starting, logging, stopping.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::support::process::Process;
use crate::support::{Answer, EXAMPLE, example_model};

/// The example, with everything logged.
fn example() -> Process {
    let model = example_model();
    Process::serve(&[model.to_str().unwrap(), "--log-level", "trace"])
}

#[test]
fn the_log_never_holds_an_input() {
    let process = example();
    let secrets = ["SECRETO1", "54321", "SECRETO2", "98765.43", "SECRETO3"];
    process.get("/prediccion?er=SECRETO1&cp=54321");
    process.get("/SECRETO2/x?er=SECRETO1");
    process.get(&EXAMPLE.replace("1000.82", "98765.43"));
    let body = r#"{"instances":[{"er":"SECRETO3","im":98765.43}],"SECRETO1":1}"#;
    process.post("/v1/predict", body);
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
    let mut process = example();
    let body = r#"{"instances":[]}"#;
    let head = format!(
        "POST /v1/predict HTTP/1.1\r\nhost: t\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut in_flight = TcpStream::connect(process.address).unwrap();
    in_flight.write_all(head.as_bytes()).unwrap();
    // Answered, so the one before it was accepted too.
    assert_eq!(process.get(EXAMPLE).status, 200);

    let id = process.child.get_mut().unwrap().id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
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
