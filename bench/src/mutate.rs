//! Requests that were right once, with bytes changed, left out, doubled and moved, sent to a server for as long as is wanted: no
//! answer may be a 5xx, and the server must not report a panic.
//!
//! Each connection sends several, as they come; what they come to depends on the seed alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::report::{machine, unix_time, write_raw};
use crate::server::{self, Server};
use crate::{Cli, REQUEST};

/// How long an answer to what may not be a request is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Bytes of an answer that are looked at.
const LOOKED_AT: usize = 64 << 10;

/// What is put in by chance: what parsers of requests trip over.
const PIECES: [&[u8]; 16] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b"%00",
    b"\xff\xfe",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: zstd\r\n",
    b"Expect: 100-continue\r\n",
    b"Host: a\r\nHost: b\r\n",
    b"ffffffffffffffff\r\n",
    b"NaN",
    b"1e999",
    b"[[[[[[[[",
];

/// Arguments of `mutate`.
#[derive(Debug, Args)]
pub(crate) struct MutateArgs {
    /// Minutes to go on
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Connections at a time
    #[arg(long, default_value_t = 16)]
    connections: u64,
    /// What is changed how
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// All that one run met.
#[derive(Debug, Default, Serialize)]
struct MutateReport {
    machine: String,
    unix_time: u64,
    seed: u64,
    sent: u64,
    /// Answers by their status; 0 stands for a connection that was closed unanswered.
    answers: BTreeMap<u16, u64>,
    /// The first requests that were answered with a 5xx, and by which.
    failures: Vec<(u16, String)>,
    panics: usize,
    resident_bytes: Option<u64>,
}

/// Sends, prints what came, and fails where anything was the server's fault.
pub(crate) async fn run(args: &MutateArgs, cli: &Cli) -> std::io::Result<()> {
    let binary = match cli.binaries.first() {
        Some(binary) => binary.clone(),
        None => server::binary_beside()?,
    };
    let log = std::env::temp_dir().join(format!("propenso-mutate-{}.log", std::process::id()));
    let server = Server::logging(&binary, &cli.model, &log, REQUEST).await?;
    let end = Instant::now() + Duration::from_secs_f64(args.minutes * 60.0);
    let met = Arc::new(Mutex::new(MutateReport::default()));
    let senders: Vec<_> = (0..args.connections)
        .map(|n| {
            let chance = Chance::new(args.seed, n);
            tokio::spawn(send_until(server.address, chance, Arc::clone(&met), end))
        })
        .collect();
    for sender in senders {
        sender.await.map_err(std::io::Error::other)?;
    }
    let lives = server.answers(REQUEST).await;
    let mut report = std::mem::take(&mut *met.lock().unwrap_or_else(PoisonError::into_inner));
    report.machine = machine();
    report.unix_time = unix_time();
    report.seed = args.seed;
    report.panics = std::fs::read_to_string(&log)?
        .matches("that is a bug")
        .count();
    report.resident_bytes = server.resident_bytes();
    std::fs::remove_file(&log)?;
    println!(
        "{} sent, {:?}, {} panics",
        report.sent, report.answers, report.panics
    );
    for (status, request) in &report.failures {
        println!("{status}: {request}");
    }
    if let Some(results) = &cli.results {
        write_raw(&report, "mutate", report.unix_time, results)?;
    }
    match lives && report.failures.is_empty() && report.panics == 0 {
        true => Ok(()),
        false => Err(std::io::Error::other("the server failed")),
    }
}

async fn send_until(
    address: SocketAddr,
    mut chance: Chance,
    met: Arc<Mutex<MutateReport>>,
    end: Instant,
) {
    while Instant::now() < end {
        let request = chance.request();
        let answer = exchange(address, &request).await.unwrap_or_default();
        let mut met = met.lock().unwrap_or_else(PoisonError::into_inner);
        met.sent += 1;
        for status in statuses(&answer) {
            *met.answers.entry(status).or_default() += 1;
            // 503 says that there is too much to do, which is so.
            if status >= 500 && status != 503 && met.failures.len() < 20 {
                let request = request.escape_ascii().to_string();
                met.failures.push((status, request));
            }
        }
    }
}

async fn exchange(address: SocketAddr, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let reading = async {
        while answer.len() < LOOKED_AT && stream.read_buf(&mut answer).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = tokio::time::timeout(PATIENCE, reading).await;
    Ok(answer)
}

/// The statuses of all answers; 0 where there is none.
fn statuses(answer: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answer);
    let heads = text.split("HTTP/1.1 ").skip(1);
    let codes: Vec<u16> = heads
        .filter_map(|head| head.get(..3)?.parse().ok())
        .collect();
    if codes.is_empty() { vec![0] } else { codes }
}

/// Numbers that look like chance, the same for the same seed: xorshift64*.
struct Chance(u64);

impl Chance {
    fn new(seed: u64, sender: u64) -> Self {
        let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (sender + 1);
        Self(mixed.max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`, or 0.
    fn below(&mut self, end: usize) -> usize {
        let below = self.next() >> 33;
        usize::try_from(below).unwrap_or(0) % end.max(1)
    }

    /// A request with a few changes, or several of them.
    fn request(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        for _ in 0..=self.below(3) {
            let bases = bases();
            let mut request = bases[self.below(bases.len())].clone();
            for _ in 0..self.below(6) {
                self.change(&mut request);
            }
            all.extend(request);
        }
        all
    }

    fn change(&mut self, request: &mut Vec<u8>) {
        let place = self.below(request.len());
        let end = (place + 1 + self.below(24)).min(request.len());
        match self.below(6) {
            0 if place < request.len() => request[place] = self.next() as u8,
            1 if place < request.len() => request[place] ^= 1 << self.below(8),
            2 => drop(request.drain(place..end)),
            3 => {
                let doubled = request[place..end].to_vec();
                request.splice(place..place, doubled);
            }
            4 => {
                let piece = PIECES[self.below(PIECES.len())];
                request.splice(place..place, piece.iter().copied());
            }
            _ => request.truncate(place.max(1)),
        }
    }
}

/// Requests that are right.
fn bases() -> Vec<Vec<u8>> {
    let get =
        |target: &str| format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes();
    let post = |target: &str, media_type: &str, body: &str| {
        let length = body.len();
        format!(
            "POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    };
    let instance = r#"{"instances":[{"er":"EMP","po":"NO","vt":"S","cp":8029,"ec":"A","vf":"N","vb":"N","fb":202310,"ed":null,"cf":3,"im":263.68,"dt":1000.82,"nl":12}],"explain":2}"#;
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.csv\"\r\n\r\ner;po\nEMP;NO\n\r\n--b--\r\n";
    let chunked = format!(
        "POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{instance}\r\n0\r\n\r\n",
        instance.len()
    );
    vec![
        get(REQUEST),
        get(&format!("{REQUEST}&explicar=3&formato=json")),
        get(&format!("{REQUEST}&contrafactual=1")),
        get("/prueba"),
        get("/health/ready"),
        get("/metrics"),
        get("/v1/models"),
        get("/v1/portfolios"),
        get("/v1/portfolios/0123456789abcdef/output"),
        post("/v1/predict", "application/json", instance),
        post(
            "/v1/models/1/promote",
            "application/json",
            r#"{"why":"x","by":"y"}"#,
        ),
        post("/v1/models/rollback", "application/json", "{}"),
        post("/v1/portfolios", "multipart/form-data; boundary=b", form),
        post("/v1/models", "multipart/form-data; boundary=b", form),
        b"DELETE /v1/portfolios/0123456789abcdef HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".to_vec(),
        chunked.into_bytes(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_sends_the_same() {
        let sent = |seed| {
            let mut chance = Chance::new(seed, 3);
            (0..200).map(|_| chance.request()).collect::<Vec<_>>()
        };
        assert_eq!(sent(1), sent(1));
        assert_ne!(sent(1), sent(2));
    }

    #[test]
    fn answers_are_counted_one_by_one() {
        assert_eq!(statuses(b""), [0]);
        let two = b"HTTP/1.1 200 OK\r\n\r\n0HTTP/1.1 404 Not Found\r\n\r\n";
        assert_eq!(statuses(two), [200, 404]);
    }
}
