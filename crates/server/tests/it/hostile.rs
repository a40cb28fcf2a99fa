//! Broken requests over a raw socket: an answer of 4xx or a closed connection, and a server that goes
//! on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{EXAMPLE, Server};

#[test]
fn query_strings_of_every_kind() {
    let server = Server::example();
    let long = format!("cp={}", "9".repeat(20_000));
    let queries = [
        "",
        "&&&&",
        "====",
        "%",
        "%zz",
        "er=%ff%fe",
        "er=%00",
        "er=%E2%80",
        "cp=+5",
        "cp= ",
        "ed=%EF%BC%91%EF%BC%92",
        "im=1;dt=2",
        "a[]=1",
        "er",
        "er=&er=",
        long.as_str(),
    ];
    for query in queries {
        // A blank is no part of a request target; a client that sends one gets hyper's own 400.
        let answer = server.get(&format!("/prediccion?{query}"));
        assert!(
            (400..500).contains(&answer.status),
            "{query:.40}: {}",
            answer.status
        );
    }
    assert_eq!(server.get(EXAMPLE).status, 200);
}

#[test]
fn what_is_not_http() {
    let server = Server::example();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        stream.write_all(bytes).unwrap();
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    assert_eq!(server.get(EXAMPLE).status, 200);
}

#[test]
fn bodies_that_break_off_or_lie_about_their_length() {
    let server = Server::example();
    let head = "POST /v1/predict HTTP/1.1\r\nhost: t\r\nconnection: close\r\n";
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream
        .write_all(format!("{head}content-length: 100\r\n\r\n{{").as_bytes())
        .unwrap();
    drop(stream);
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n");
    server.raw(chunked.as_bytes()).problem(400);
    assert_eq!(server.get(EXAMPLE).status, 200);
}

#[test]
fn many_requests_on_one_connection() {
    let server = Server::example();
    let mut stream = TcpStream::connect(server.address).unwrap();
    // Pipelined: all questions before the first answer.
    let one = format!("GET {EXAMPLE} HTTP/1.1\r\nhost: t\r\n\r\n");
    let last = format!("GET {EXAMPLE} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n");
    stream
        .write_all((one.repeat(49) + last.as_str()).as_bytes())
        .unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 50);
}
