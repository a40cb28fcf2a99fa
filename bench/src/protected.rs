//! What keys and TLS cost: the same load on a server without either, with keys, with TLS, and with both, round by round.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::load::{Load, Outcome, Target, trusting};
use crate::report::{machine, median, unix_time, write_raw};
use crate::request::Request;
use crate::server::{self, Server};
use crate::{Cli, REQUEST};

/// Arguments of `protected`.
#[derive(Debug, Args)]
pub(crate) struct ProtectedArgs {
    /// Connections that ask without pause
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64])]
    connections: Vec<usize>,
}

/// All that one run measured.
#[derive(Debug, Serialize)]
struct ProtectedReport {
    machine: String,
    unix_time: u64,
    rows: Vec<Row>,
}

/// A server under one load: the figures of every round.
#[derive(Debug, Serialize)]
struct Row {
    server: &'static str,
    connections: usize,
    answers_per_second: Vec<f64>,
    p99_micros: Vec<f64>,
    /// What an answer takes of the server's processor time.
    processor_micros: Vec<f64>,
    of_open: Vec<f64>,
}

/// A server that is compared.
struct Candidate {
    name: &'static str,
    server: Server,
    target: Target,
    request: Request,
}

/// Measures, prints a table, and writes the raw results where that was asked for.
pub(crate) async fn run(args: &ProtectedArgs, cli: &Cli) -> std::io::Result<()> {
    let binary = match cli.binaries.first() {
        Some(binary) => binary.clone(),
        None => server::binary_beside()?,
    };
    let folder = std::env::temp_dir().join(format!("propenso-protected-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(args, cli, &binary, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    let report = measured?;
    report.print();
    match &cli.results {
        Some(results) => write_raw(&report, "protected", report.unix_time, results),
        None => Ok(()),
    }
}

async fn measure(
    args: &ProtectedArgs,
    cli: &Cli,
    binary: &Path,
    folder: &Path,
) -> std::io::Result<ProtectedReport> {
    let candidates = start_all(cli, binary, folder).await?;
    let mut rows = Vec::new();
    for &connections in &args.connections {
        let mut outcomes: Vec<Vec<Outcome>> = candidates.iter().map(|_| Vec::new()).collect();
        let mut processor: Vec<Vec<f64>> = candidates.iter().map(|_| Vec::new()).collect();
        for round in 0..cli.rounds {
            eprintln!(
                "{connections} connections, round {} of {}",
                round + 1,
                cli.rounds
            );
            // Another one goes first each time.
            for turn in 0..candidates.len() {
                let turn = (round + turn) % candidates.len();
                let candidate = &candidates[turn];
                let load = Load {
                    connections,
                    duration: Duration::from_secs_f64(cli.seconds),
                    request: candidate.request.clone(),
                };
                let before = candidate.server.processor_seconds();
                let outcome = load.run(candidate.target.clone()).await?;
                let after = candidate.server.processor_seconds();
                let answers = outcome.answers_per_second * cli.seconds;
                let micros = after
                    .zip(before)
                    .map(|(after, before)| (after - before) * 1e6);
                processor[turn].extend(micros.map(|micros| micros / answers));
                outcomes[turn].push(outcome);
            }
        }
        let rates = |outcomes: &[Outcome]| -> Vec<f64> {
            outcomes.iter().map(|o| o.answers_per_second).collect()
        };
        let open = outcomes.first().map_or_else(Vec::new, |open| rates(open));
        let measured = outcomes.iter().zip(processor);
        for (candidate, (outcomes, processor_micros)) in candidates.iter().zip(measured) {
            let rate = rates(outcomes);
            rows.push(Row {
                server: candidate.name,
                connections,
                of_open: rate
                    .iter()
                    .zip(&open)
                    .map(|(rate, open)| rate / open)
                    .collect(),
                answers_per_second: rate,
                processor_micros,
                p99_micros: outcomes.iter().map(|o| o.p99_micros).collect(),
            });
        }
    }
    Ok(ProtectedReport {
        machine: machine(),
        unix_time: unix_time(),
        rows,
    })
}

/// Starts the servers: the first one asks for no key, and encrypts nothing.
async fn start_all(cli: &Cli, binary: &Path, folder: &Path) -> std::io::Result<Vec<Candidate>> {
    let (open, keyed) = (folder.join("open"), folder.join("keyed"));
    let key = said(
        binary,
        &["keys", "add", "bench", "--roles", "puntuar", "--data-dir"],
        &keyed,
    )?;
    let key = key
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .find(|word| word.starts_with("prp_") && word.len() > 30)
        .ok_or_else(|| std::io::Error::other("no key was made"))?
        .to_owned();
    said(
        binary,
        &["tls", "self-signed", "--name", "localhost", "--output"],
        folder,
    )?;
    let (certificate, secret) = (folder.join("propenso.crt"), folder.join("propenso.key"));
    let mut candidates = Vec::new();
    for (name, has_keys, has_tls) in [
        ("open", false, false),
        ("keys", true, false),
        ("TLS", false, true),
        ("keys and TLS", true, true),
    ] {
        let tls = if has_tls {
            Some(trusting(&certificate)?)
        } else {
            None
        };
        let request = Request::get(REQUEST, has_keys.then_some(&*key));
        let mut command = Command::new(binary);
        command.arg("serve").arg(&cli.model);
        command
            .arg("--data-dir")
            .arg(if has_keys { &keyed } else { &open });
        if has_tls {
            command.arg("--tls-cert").arg(&certificate);
            command.arg("--tls-key").arg(&secret);
        }
        let server = Server::of(command, tls.clone(), &request).await?;
        let target = Target {
            address: server.address,
            tls,
        };
        candidates.push(Candidate {
            name,
            server,
            target,
            request,
        });
    }
    Ok(candidates)
}

/// What a command of the product says.
fn said(binary: &Path, arguments: &[&str], folder: &Path) -> std::io::Result<String> {
    let output = Command::new(binary)
        .args(arguments)
        .arg(folder)
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(std::io::Error::other(said));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl ProtectedReport {
    fn print(&self) {
        println!("machine: {}\n", self.machine);
        println!("| server | connections | answers/s | p99 µs | server's processor µs | of open |");
        println!("|---|---:|---:|---:|---:|---:|");
        for row in &self.rows {
            println!(
                "| {} | {} | {:.0} | {:.0} | {:.1} | {:.3} |",
                row.server,
                row.connections,
                median(&row.answers_per_second),
                median(&row.p99_micros),
                median(&row.processor_micros),
                median(&row.of_open),
            );
        }
    }
}
