//! What keys and TLS cost: the same load on a server without either, with keys, with TLS, and with both, round by round.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use serde::Serialize;

use crate::load::{Target, trusting};
use crate::report::{machine, unix_time, write_raw};
use crate::request::Request;
use crate::server::{self, Server};
use crate::side_by_side::{self, Candidate, Row};
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
    let rows = side_by_side::measure(&candidates, &args.connections, cli).await?;
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
        side_by_side::print(&self.rows, "open");
    }
}
