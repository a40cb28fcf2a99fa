//! A month end to end, under load: no request fails, and every answer is the one of the version it names.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::support::portfolio::{clients, query};
use crate::support::registry::{Registry, month_2};
use crate::support::{Answer, Server, example_model, until};

const CONNECTIONS: usize = 64;

/// Questions that are asked in turn.
const QUESTIONS: usize = 40;

/// A question, and the probability by each version, from 1.
struct Question {
    request: String,
    expected: [u64; 2],
}

/// Clients on whom the two months' models differ, with what a server of each file alone answers.
fn questions() -> Vec<Question> {
    let alone = [example_model(), month_2()].map(|model| Server::start(&model, "casas-cobranzas"));
    let targets = clients("examples/cobranza/cartera.csv")
        .into_iter()
        .map(|client| format!("/prediccion?{}&formato=json", query(&client)));
    let questions = targets.map(|target| Question {
        expected: [0, 1].map(|month| probability(&alone[month].get(&target).json())),
        request: format!("GET {target} HTTP/1.1\r\nhost: t\r\n\r\n"),
    });
    questions
        .filter(|question| question.expected[0] != question.expected[1])
        .take(QUESTIONS)
        .collect()
}

fn probability(answer: &Value) -> u64 {
    answer["probabilidad"].as_f64().unwrap().to_bits()
}

/// What the connections met, together.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    /// Answers of each version, from 1.
    answers: [AtomicUsize; 2],
}

impl Load {
    /// Asks over one connection until the load is over, and checks every answer.
    fn ask(&self, address: SocketAddr, questions: &[Question], first: usize) {
        let mut connection = Connection::open(address);
        let turns = questions.iter().cycle().skip(first);
        for question in turns {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let answer = connection.ask(&question.request);
            assert_eq!(answer.status, 200, "{}", answer.body);
            let name = answer.header("x-propenso-model").unwrap();
            let version: usize = name.split(' ').next().unwrap().parse().unwrap();
            let json = answer.json();
            assert_eq!(json["version"], version);
            assert_eq!(probability(&json), question.expected[version - 1]);
            self.answers[version - 1].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn answers_of(&self, version: usize) -> usize {
        self.answers[version - 1].load(Ordering::Relaxed)
    }

    /// Waits for some more answers of a version.
    fn wait_for(&self, version: usize) {
        let before = self.answers_of(version);
        until(|| self.answers_of(version) > before + 100);
    }
}

/// A connection that stays open.
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            received: Vec::new(),
        }
    }

    fn ask(&mut self, request: &str) -> Answer {
        self.stream.write_all(request.as_bytes()).unwrap();
        self.received.clear();
        let mut part = [0; 4_096];
        loop {
            let n = self.stream.read(&mut part).unwrap();
            assert!(n > 0, "the server closed a connection");
            self.received.extend_from_slice(&part[..n]);
            if let Some(answer) = self.whole() {
                return answer;
            }
        }
    }

    /// The answer, once all of it has come.
    fn whole(&self) -> Option<Answer> {
        let end = self.received.windows(4).position(|at| at == b"\r\n\r\n")?;
        let answer = Answer::parse(&self.received);
        let length: usize = answer.header("content-length")?.parse().ok()?;
        (self.received.len() == end + 4 + length).then_some(answer)
    }
}

/// Writes a file in pieces, as a slow network does.
fn write_slowly(from: &Path, to: &Path) {
    let bytes = std::fs::read(from).unwrap();
    let mut file = std::fs::File::create(to).unwrap();
    for piece in bytes.chunks(bytes.len() / 8) {
        file.write_all(piece).unwrap();
        file.sync_all().unwrap();
        std::thread::sleep(Duration::from_millis(150));
    }
}

#[test]
fn a_month_under_load() {
    let questions = questions();
    assert_eq!(questions.len(), QUESTIONS);
    let inbox = "inbox = \"entrada\"\npoll_seconds = 0.05\nsettle_seconds = 0.5";
    let registry = Registry::with_reference(inbox);
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    let load = Load::default();
    std::thread::scope(|threads| {
        let asking: Vec<_> = (0..CONNECTIONS)
            .map(|first| {
                let (load, questions) = (&load, &questions);
                threads.spawn(move || load.ask(server.address, questions, first))
            })
            .collect();
        // However this ends, the connections end too.
        let _end = OnDrop(|| load.is_over.store(true, Ordering::Relaxed));
        load.wait_for(1);

        write_slowly(&month_2(), &registry.path("entrada/modelo_2.pkl"));
        let verdict = registry.path("entrada/accepted/modelo_2.pkl.veredicto.txt");
        until(|| verdict.exists());
        assert_eq!(load.answers_of(2), 0, "it was asked before it was promoted");
        until(|| shadowed(&server.get("/v1/models/2").json()) > 500);

        assert_eq!(server.post("/v1/models/2/promote", "").status, 200);
        load.wait_for(2);
        for _ in 0..50 {
            let answer = server.post("/v1/models/rollback", "");
            assert_eq!(answer.status, 200, "{}", answer.body);
            std::thread::sleep(Duration::from_millis(10));
        }
        load.wait_for(2);
        registry.ok(&["rollback"]);
        load.wait_for(1);
        load.is_over.store(true, Ordering::Relaxed);
        for connection in asking {
            connection.join().unwrap();
        }
    });
    let shown = server.get("/v1/models/2").json();
    let day = &shown["shadow"][0];
    assert_eq!((&day["champion"], &day["failed"]), (&1.into(), &0.into()));
    assert!(!server.log().contains("\"ERROR\""), "{}", server.log());
}

/// Clients whom a version has scored as shadow.
fn shadowed(version: &Value) -> u64 {
    version["shadow"][0]["scored"].as_u64().unwrap_or(0)
}

struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
