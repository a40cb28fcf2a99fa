//! What plain answers take while others ask for more than the server can do, and what connections that ask nothing take up.
//!
//! Plain load and pressure take turns, round by round: unloaded, then under each kind of pressure. Clients of the pressure wait as
//! long as `Retry-After` says, unless they are rude.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::load::{Load, Outcome};
use crate::report::{machine, median, unix_time, write_raw};
use crate::request::Request;
use crate::server::{self, Server};
use crate::{Cli, REQUEST};

/// Clients in a large body.
const INSTANCES: usize = 10_000;

/// One client as JSON.
const INSTANCE: &str = r#"{"er":"EMP","po":"NO","vt":"S","cp":8029,"ec":"A","vf":"N","vb":"N","fb":202310,"ed":null,"cf":3,"im":263.68,"dt":1000.82,"nl":12}"#;

/// Arguments of `overload`.
#[derive(Debug, Args)]
pub(crate) struct OverloadArgs {
    /// Connections that ask for what takes long
    #[arg(long, default_value_t = 256)]
    pressure: usize,
    /// Connections that ask plain questions meanwhile
    #[arg(long, default_value_t = 8)]
    plain: usize,
    /// Connections that ask nothing, or drip
    #[arg(long, default_value_t = 5_000)]
    idle: usize,
    /// Do not wait when the server says so
    #[arg(long)]
    rude: bool,
}

/// All that one run measured.
#[derive(Debug, Serialize)]
struct OverloadReport {
    machine: String,
    unix_time: u64,
    pressure: usize,
    plain: usize,
    is_rude: bool,
    rows: Vec<Row>,
    idle: Idle,
}

/// Plain answers under one pressure: the figures of every round.
#[derive(Debug, Serialize)]
struct Row {
    pressure: &'static str,
    answers_per_second: Vec<f64>,
    p50_micros: Vec<f64>,
    p99_micros: Vec<f64>,
    of_unloaded: Vec<f64>,
    /// Of the pressure's requests.
    answered: usize,
    refused: usize,
    resident_bytes: Option<u64>,
}

/// What connections that ask nothing take up.
#[derive(Debug, Serialize)]
struct Idle {
    connections: usize,
    before_bytes: Option<u64>,
    resident_bytes: Option<u64>,
    answers_per_second: f64,
    p99_micros: f64,
}

/// What became of the pressure's requests.
#[derive(Debug, Default)]
struct Counts {
    answered: AtomicUsize,
    refused: AtomicUsize,
}

/// Measures, prints a table, and writes the raw results where that was asked for.
pub(crate) async fn run(args: &OverloadArgs, cli: &Cli) -> std::io::Result<()> {
    // For the connections of both sides: the server is a child.
    let _ = propenso::limits::open_files::room_for_connections();
    let binary = match cli.binaries.first() {
        Some(binary) => binary.clone(),
        None => server::binary_beside()?,
    };
    let server = Server::propenso(&binary, &cli.model, REQUEST).await?;
    let idle_before = Server::propenso(&binary, &cli.model, REQUEST).await?;
    let idle = measure_idle(args, cli, &idle_before).await?;
    drop(idle_before);
    let rows = measure(args, cli, &server).await?;
    let report = OverloadReport {
        machine: machine(),
        unix_time: unix_time(),
        pressure: args.pressure,
        plain: args.plain,
        is_rude: args.rude,
        rows,
        idle,
    };
    report.print();
    match &cli.results {
        Some(results) => write_raw(&report, "overload", report.unix_time, results),
        None => Ok(()),
    }
}

async fn measure(args: &OverloadArgs, cli: &Cli, server: &Server) -> std::io::Result<Vec<Row>> {
    let instances = vec![INSTANCE; INSTANCES].join(",");
    let body = format!("{{\"instances\":[{instances}]}}");
    let pressures = [
        ("none", None),
        (
            "contrafactual=1",
            Some(Request::get(&format!("{REQUEST}&contrafactual=1"), None)),
        ),
        (
            "explicar=3",
            Some(Request::get(&format!("{REQUEST}&explicar=3"), None)),
        ),
        (
            "bodies of 10,000",
            Some(Request::post("/v1/predict", &body)),
        ),
    ];
    let mut rows: Vec<Row> = pressures.iter().map(|(name, _)| Row::empty(name)).collect();
    for round in 0..cli.rounds {
        let mut unloaded = f64::NAN;
        for ((name, pressure), row) in pressures.iter().zip(&mut rows) {
            eprintln!("round {} of {}: {name}", round + 1, cli.rounds);
            let counts = Arc::new(Counts::default());
            let load = Load {
                connections: args.plain,
                duration: Duration::from_secs_f64(cli.seconds),
                request: Request::get(REQUEST, None),
            };
            let pressing: Vec<_> = pressure
                .iter()
                .flat_map(|request| vec![request; args.pressure])
                .map(|request| {
                    let press = press(
                        server.address,
                        request.clone(),
                        args.rude,
                        Arc::clone(&counts),
                    );
                    tokio::spawn(press)
                })
                .collect();
            if !pressing.is_empty() {
                // Until all have asked.
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            let outcome = load.run(server.address).await;
            row.resident_bytes = row.resident_bytes.max(server.resident_bytes());
            for task in &pressing {
                task.abort();
            }
            let outcome = outcome?;
            if pressure.is_none() {
                unloaded = outcome.answers_per_second;
            }
            row.add(&outcome, unloaded, &counts);
            if !pressing.is_empty() {
                // What was begun ends.
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
    }
    Ok(rows)
}

/// Asks for what takes long, again and again; connects again when it is cut off.
async fn press(address: SocketAddr, request: Request, is_rude: bool, counts: Arc<Counts>) {
    let mut answer = Vec::new();
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        while let Ok(status) = request.send(&mut stream, &mut answer).await {
            let count = match status.code {
                200 => &counts.answered,
                _ => &counts.refused,
            };
            count.fetch_add(1, Ordering::Relaxed);
            if let Some(wait) = status.retry_after.filter(|_| !is_rude) {
                tokio::time::sleep(wait).await;
            }
        }
    }
}

/// Opens connections of which half say nothing, and half a letter now and then; asks on a few others meanwhile.
async fn measure_idle(args: &OverloadArgs, cli: &Cli, server: &Server) -> std::io::Result<Idle> {
    let before_bytes = server.resident_bytes();
    let mut connections = Vec::with_capacity(args.idle);
    for n in 0..args.idle {
        let mut stream = TcpStream::connect(server.address).await?;
        if n % 2 == 0 {
            stream.write_all(b"GET /prediccion?er=").await?;
        }
        connections.push(stream);
    }
    let opened = Instant::now();
    let load = Load {
        connections: args.plain,
        duration: Duration::from_secs_f64(cli.seconds),
        request: Request::get(REQUEST, None),
    };
    let outcome = load.run(server.address).await?;
    let resident_bytes = server.resident_bytes();
    eprintln!(
        "{} connections open for {:.1} s",
        connections.len(),
        opened.elapsed().as_secs_f64()
    );
    Ok(Idle {
        connections: args.idle,
        before_bytes,
        resident_bytes,
        answers_per_second: outcome.answers_per_second,
        p99_micros: outcome.p99_micros,
    })
}

impl Row {
    fn empty(pressure: &'static str) -> Self {
        Self {
            pressure,
            answers_per_second: Vec::new(),
            p50_micros: Vec::new(),
            p99_micros: Vec::new(),
            of_unloaded: Vec::new(),
            answered: 0,
            refused: 0,
            resident_bytes: None,
        }
    }

    fn add(&mut self, outcome: &Outcome, unloaded: f64, counts: &Counts) {
        self.answers_per_second.push(outcome.answers_per_second);
        self.p50_micros.push(outcome.p50_micros);
        self.p99_micros.push(outcome.p99_micros);
        self.of_unloaded.push(outcome.answers_per_second / unloaded);
        self.answered += counts.answered.load(Ordering::Relaxed);
        self.refused += counts.refused.load(Ordering::Relaxed);
    }
}

impl OverloadReport {
    fn print(&self) {
        let mib = |bytes: Option<u64>| bytes.map_or(f64::NAN, |b| b as f64 / 1_048_576.0);
        println!("machine: {}\n", self.machine);
        println!(
            "| {} connections of | plain answers/s on {} | of unloaded | p50 µs | p99 µs | answered | refused | MiB |",
            self.pressure, self.plain
        );
        println!("|---|---:|---:|---:|---:|---:|---:|---:|");
        for row in &self.rows {
            println!(
                "| {} | {:.0} | {:.2} | {:.0} | {:.0} | {} | {} | {:.1} |",
                row.pressure,
                median(&row.answers_per_second),
                median(&row.of_unloaded),
                median(&row.p50_micros),
                median(&row.p99_micros),
                row.answered,
                row.refused,
                mib(row.resident_bytes),
            );
        }
        println!(
            "\n{} connections that ask nothing or drip: {:.1} MiB (before: {:.1}), {:.0} plain answers/s meanwhile, p99 {:.0} µs",
            self.idle.connections,
            mib(self.idle.resident_bytes),
            mib(self.idle.before_bytes),
            self.idle.answers_per_second,
            self.idle.p99_micros,
        );
    }
}
