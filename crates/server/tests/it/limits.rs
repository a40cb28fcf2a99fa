//! Too many connections, too much work, too slow, too often: each is told so, and nobody else waits for it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use propenso::settings::HttpSettings;
use serde_json::json;

use crate::support::{Answer, EXAMPLE, Server, example_model, request_bytes};

/// How long a test waits for what comes for certain: a machine that builds something beside is many times slower.
const PATIENCE: Duration = Duration::from_secs(300);

fn server(change: impl FnOnce(&mut HttpSettings)) -> Server {
    let mut settings = HttpSettings::default();
    change(&mut settings);
    Server::start_with(&example_model(), "casas-cobranzas", settings)
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Connects with room for little more of an answer than its head: the system would take most of it otherwise.
fn connect_with_little_room(server: &Server) -> TcpStream {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        socket.connect(server.address).await.unwrap().into_std()
    });
    let stream = stream.unwrap();
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Waits until the server closes a connection, and gives what it said before.
fn said_until_closed(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn instance() -> serde_json::Value {
    json!({"er": "EMP", "po": "NO", "vt": "S", "cp": 8029, "ec": "A", "vf": "N", "vb": "N", "fb": 202310,
        "ed": null, "cf": 3, "im": 263.68, "dt": 1000.82, "nl": 12})
}

fn counterfactuals(instances: usize) -> Vec<u8> {
    let body = json!({"instances": vec![instance(); instances], "counterfactual": true});
    request_bytes(
        "POST",
        "/v1/predict",
        ("test", &[("content-type", "application/json")]),
        &serde_json::to_vec(&body).unwrap(),
    )
}

/// Whoever opens connections and asks nothing keeps nobody out.
#[test]
fn silent_connections_make_room_for_others() {
    let server = server(|settings| settings.connections.max = 8);
    let silent: Vec<TcpStream> = (0..40).map(|_| connect(&server)).collect();
    for _ in 0..5 {
        assert_eq!(server.get(EXAMPLE).status, 200);
    }
    let mut silent = silent.into_iter();
    assert_eq!(said_until_closed(silent.next().unwrap()), "");
    drop(silent);
}

#[test]
fn one_address_may_have_so_many() {
    let server = server(|settings| settings.connections.max_per_address = Some(2));
    let first = connect(&server);
    let _others: Vec<TcpStream> = (0..4).map(|_| connect(&server)).collect();
    assert_eq!(said_until_closed(first), "");
    assert_eq!(server.get(EXAMPLE).status, 200);
}

#[test]
fn what_never_asks_is_closed() {
    let server = server(|settings| {
        settings.connections.header = Duration::from_secs(1);
        settings.connections.idle = Duration::from_secs(2);
    });
    let start = Instant::now();
    let silent = connect(&server);
    let mut half = connect(&server);
    half.write_all(b"GET /prueba HTTP/1.1\r\nhost: t\r\nx: ")
        .unwrap();
    let mut kept = connect(&server);
    kept.write_all(b"GET /prueba HTTP/1.1\r\nhost: t\r\n\r\n")
        .unwrap();
    // A byte now and then does not help.
    let dripping = std::thread::spawn(move || {
        while half.write_all(b"y").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
        start.elapsed()
    });
    assert_eq!(said_until_closed(silent), "");
    assert!(said_until_closed(kept).starts_with("HTTP/1.1 200"));
    assert!(start.elapsed() >= Duration::from_secs(2));
    assert!(dripping.join().unwrap() >= Duration::from_secs(1));
}

#[test]
fn a_body_that_stops_coming_is_told_so() {
    let server = server(|settings| settings.connections.stall = Duration::from_secs(1));
    for (path, headers) in [
        ("/v1/predict", "content-type: application/json"),
        ("/v1/predict", "content-encoding: gzip"),
    ] {
        let mut stream = connect(&server);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n{headers}\r\ncontent-length: 100\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let answer = Answer::parse(said_until_closed(stream).as_bytes());
        assert_eq!(answer.problem(408)["code"], "body-too-slow");
    }
}

/// An answer of megabytes that nobody reads: the connection ends, and the server goes on.
#[test]
fn an_answer_that_is_not_read_is_given_up() {
    let server = server(|settings| {
        settings.connections.stall = Duration::from_secs(1);
        settings.work.answer = PATIENCE;
    });
    let body = json!({ "instances": vec![instance(); 60_000] });
    let body = serde_json::to_vec(&body).unwrap();
    let mut stream = connect_with_little_room(&server);
    let request = request_bytes("POST", "/v1/predict", ("test", &[]), &body);
    stream.write_all(&request).unwrap();
    let mut peeked = [0; 1];
    assert_eq!(stream.peek(&mut peeked).unwrap(), 1, "the answer begins");
    std::thread::sleep(Duration::from_secs(4));
    let mut read = Vec::new();
    let _ = stream.read_to_end(&mut read);
    let text = String::from_utf8_lossy(&read);
    assert!(text.starts_with("HTTP/1.1 200"), "{text:.200}");
    assert!(!text.trim_end().ends_with("]}"), "it was sent whole");
    assert_eq!(server.get(EXAMPLE).status, 200);
}

/// Searches wait for their turn, so many and so long; plain answers wait for none of it.
#[test]
fn what_takes_longer_waits_and_is_refused_in_the_end() {
    let server = server(|settings| {
        settings.work.max_waiting = 1;
        settings.work.wait = Duration::from_secs(1);
        settings.work.answer = PATIENCE;
    });
    let searches: Vec<TcpStream> = (0..12)
        .map(|_| {
            let mut stream = connect(&server);
            stream.write_all(&counterfactuals(3)).unwrap();
            stream
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(server.get(EXAMPLE).status, 200);
    }
    let single = server.get(&format!("{EXAMPLE}&contrafactual=1"));
    assert_eq!(single.status, 200, "one client's has a turn of its own");
    let answers = searches.into_iter().map(said_until_closed);
    let answers: Vec<Answer> = answers.map(|said| Answer::parse(said.as_bytes())).collect();
    let refused: Vec<&Answer> = answers
        .iter()
        .filter(|answer| answer.status == 503)
        .collect();
    let answered = answers.iter().filter(|answer| answer.status == 200).count();
    let codes: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(refused.len() + answered, answers.len(), "{codes:?}");
    assert!(answered >= 1 && !refused.is_empty(), "{answers:?}");
    for answer in refused {
        assert_eq!(answer.problem(503)["code"], "busy");
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
}

#[test]
fn work_ends_when_it_takes_too_long() {
    let server = server(|settings| settings.work.answer = Duration::from_secs(1));
    let answer = server.raw(&counterfactuals(100));
    let problem = answer.problem(503);
    assert_eq!(problem["code"], "took-too-long");
    assert_eq!(answer.header("retry-after"), Some("10"));
}

#[test]
fn a_body_is_bounded_in_work() {
    let server = server(|settings| settings.work.max_tree_walks = 2_000);
    let post = |instances| {
        let body = json!({ "instances": vec![instance(); instances] });
        server.post("/v1/predict", &body.to_string())
    };
    assert_eq!(post(10).status, 200);
    let problem = post(11).problem(422);
    assert_eq!(problem["code"], "too-many-instances");
    let sentence = problem["error"].as_str().unwrap();
    assert!(sentence.contains("at most 10 of a request"), "{sentence}");
}

#[test]
fn who_asks_too_often_is_told_when_to_go_on() {
    let server = server(|settings| settings.work.rate = Some(5));
    let answers: Vec<Answer> = (0..10).map(|_| server.get(EXAMPLE)).collect();
    let refused = answers.iter().find(|answer| answer.status == 429);
    let refused = refused.expect("ten within a second or two");
    let problem = refused.problem(429);
    assert_eq!(problem["code"], "too-many-requests");
    assert_eq!(refused.header("retry-after"), Some("1"));
    for _ in 0..20 {
        assert_eq!(server.get("/health/live").status, 200);
    }
}

/// Connections that never finished asking do not keep a server from ending.
#[test]
fn a_stop_waits_for_nobody_who_asks_nothing() {
    let server = server(|_| {});
    let _silent: Vec<TcpStream> = (0..10).map(|_| connect(&server)).collect();
    let mut half = connect(&server);
    half.write_all(b"GET /prueba HT").unwrap();
    assert_eq!(server.get(EXAMPLE).status, 200);
    let start = Instant::now();
    drop(server);
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}
