//! What answers take while the champion is being replaced, beside the same load on the same server left alone, and
//! what replacing leaves in memory.
//!
//! Three versions: two models, and one of them under another contract. A `rollback` that names none goes between the
//! last two, which are both in memory; one that names each in turn loads every time.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::{Load, Outcome};
use crate::report::{machine, median, unix_time, write_raw};
use crate::request::Request;
use crate::server::{self, Server};
use crate::{Cli, REQUEST};

/// Arguments of `swap`.
#[derive(Debug, Args)]
pub(crate) struct SwapArgs {
    /// The next month's model
    #[arg(long, default_value = "testdata/cobranza/modelo_2.pkl")]
    next: PathBuf,
    /// Connections that ask without pause
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Swaps after which memory is measured again
    #[arg(long, default_value_t = 200)]
    swaps: usize,
}

/// How the champion changes under a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    /// Not at all.
    None,
    /// Between two versions in memory, one swap after the other.
    InMemory,
    /// Through three versions, each loaded from disk, one every half second.
    FromDisk,
}

/// All that one run measured.
#[derive(Debug, Serialize)]
struct SwapReport {
    machine: String,
    unix_time: u64,
    connections: usize,
    rounds: Vec<Round>,
    memory: Vec<Memory>,
}

/// One load.
#[derive(Debug, Serialize)]
struct Round {
    change: Change,
    swaps: usize,
    answers_per_second: f64,
    p50_micros: f64,
    p99_micros: f64,
}

/// Resident bytes after so many swaps under load.
#[derive(Debug, Serialize)]
struct Memory {
    swaps: usize,
    bytes: Option<u64>,
}

/// Measures, prints a table, and writes the raw results where that was asked for.
pub(crate) async fn run(args: &SwapArgs, cli: &Cli) -> std::io::Result<()> {
    let binary = match cli.binaries.first() {
        Some(binary) => binary.clone(),
        None => server::binary_beside()?,
    };
    let folder = std::env::temp_dir().join(format!("propenso-bench-{}", std::process::id()));
    let measured = measure(args, cli, &binary, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    let report = measured?;
    report.print();
    match &cli.results {
        Some(results) => write_raw(&report, "swap", report.unix_time, results),
        None => Ok(()),
    }
}

async fn measure(
    args: &SwapArgs,
    cli: &Cli,
    binary: &Path,
    folder: &Path,
) -> std::io::Result<SwapReport> {
    let models = |arguments: &[&str]| run_models(binary, folder, arguments);
    let (model, next) = (cli.model.to_string_lossy(), args.next.to_string_lossy());
    for arguments in [
        &["add", &*model][..],
        &["promote", "1"],
        &["add", &*next],
        &["promote", "2"],
        &["add", &*model, "--contract", "casas-cobranzas-flask"],
        &["promote", "3"],
    ] {
        models(arguments)?;
    }
    let server = Server::registry(binary, folder, REQUEST).await?;
    let mut memory = Vec::new();
    let mut swaps = 0;
    for until in [5, args.swaps] {
        let address = server.address;
        let swapping = tokio::spawn(async move {
            for turn in swaps..until {
                swap(address, Change::FromDisk, turn).await?;
            }
            std::io::Result::Ok(())
        });
        // Under load to the end, because replaced models are freed between requests.
        while !swapping.is_finished() {
            load(args, cli).run(address).await?;
        }
        swapping.await.map_err(std::io::Error::other)??;
        swaps = until;
        memory.push(Memory {
            swaps,
            bytes: server.resident_bytes(),
        });
    }
    let mut rounds = Vec::new();
    for round in 0..cli.rounds {
        for change in [Change::None, Change::InMemory, Change::FromDisk] {
            eprintln!("round {} of {}, {change:?}", round + 1, cli.rounds);
            rounds.push(under_load(args, cli, server.address, change).await?);
        }
    }
    Ok(SwapReport {
        machine: machine(),
        unix_time: unix_time(),
        connections: args.connections,
        rounds,
        memory,
    })
}

fn load(args: &SwapArgs, cli: &Cli) -> Load {
    Load {
        connections: args.connections,
        duration: Duration::from_secs_f64(cli.seconds),
        request: Request::get(REQUEST, None),
    }
}

/// A load while the champion changes.
async fn under_load(
    args: &SwapArgs,
    cli: &Cli,
    address: SocketAddr,
    change: Change,
) -> std::io::Result<Round> {
    let load = load(args, cli);
    let load = tokio::spawn(async move { load.run(address).await });
    let mut swaps = 0;
    while !load.is_finished() {
        let pause = match change {
            Change::None | Change::InMemory => Duration::from_millis(5),
            Change::FromDisk => Duration::from_millis(500),
        };
        if change != Change::None {
            swap(address, change, swaps).await?;
            swaps += 1;
        }
        tokio::time::sleep(pause).await;
    }
    let outcome: Outcome = load.await.map_err(std::io::Error::other)??;
    Ok(Round {
        change,
        swaps,
        answers_per_second: outcome.answers_per_second,
        p50_micros: outcome.p50_micros,
        p99_micros: outcome.p99_micros,
    })
}

/// Lets another version answer.
async fn swap(address: SocketAddr, change: Change, turn: usize) -> std::io::Result<()> {
    // The champion comes last: what was asked for before is never it.
    let body = match change {
        Change::FromDisk => format!("{{\"version\": {}}}", turn % 3 + 1),
        _ => String::new(),
    };
    let length = body.len();
    let request = format!(
        "POST /v1/models/rollback HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    // The first of a series may ask for the version that answers already.
    if answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 409") {
        Ok(())
    } else {
        Err(std::io::Error::other(format!("no swap: {answer}")))
    }
}

fn run_models(binary: &Path, folder: &Path, arguments: &[&str]) -> std::io::Result<()> {
    let mut command = Command::new(binary);
    command.arg("models").arg("--data-dir").arg(folder);
    let status = command.args(arguments).stdout(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(std::io::Error::other(format!(
            "propenso models {} failed",
            arguments.join(" ")
        )))
    }
}

impl SwapReport {
    fn print(&self) {
        println!(
            "machine: {}, {} connections\n",
            self.machine, self.connections
        );
        println!("| champion | swaps a round | answers/s | p50 µs | p99 µs | p99 of unchanged |");
        println!("|---|---:|---:|---:|---:|---:|");
        for change in [Change::None, Change::InMemory, Change::FromDisk] {
            let figure = |of: fn(&Round) -> f64| median(&self.figures(change, of));
            let p99 = |round: &Round| round.p99_micros;
            let ratios = self.figures(change, p99).into_iter();
            let ratios: Vec<f64> = ratios
                .zip(self.figures(Change::None, p99))
                .map(|(changing, unchanged)| changing / unchanged)
                .collect();
            let name = match change {
                Change::None => "unchanged",
                Change::InMemory => "rolled back again and again",
                Change::FromDisk => "loaded from disk every half second",
            };
            println!(
                "| {name} | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} |",
                figure(|round| round.swaps as f64),
                figure(|round| round.answers_per_second),
                figure(|round| round.p50_micros),
                figure(p99),
                median(&ratios)
            );
        }
        println!();
        for memory in &self.memory {
            let mib = memory.bytes.map_or("unknown".to_owned(), |bytes| {
                format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
            });
            println!("resident after {} swaps: {mib}", memory.swaps);
        }
    }

    /// A figure of all rounds of a kind.
    fn figures(&self, change: Change, figure: fn(&Round) -> f64) -> Vec<f64> {
        let rounds = self.rounds.iter().filter(|round| round.change == change);
        rounds.map(figure).collect()
    }
}
