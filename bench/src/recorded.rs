//! What the decision record costs: the same load on a server that keeps nothing, one that answers what is kept, and one that keeps
//! what it can.

use std::path::Path;
use std::process::Command;

use clap::Args;
use serde::Serialize;

use crate::load::Target;
use crate::report::{machine, median, unix_time, write_raw};
use crate::request::Request;
use crate::server::{self, Server};
use crate::side_by_side::{self, Candidate, Row};
use crate::{Cli, REQUEST};

/// Arguments of `recorded`.
#[derive(Debug, Args)]
pub(crate) struct RecordedArgs {
    /// Connections that ask without pause
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64])]
    connections: Vec<usize>,
    /// Leave out who the client is
    #[arg(long)]
    without_client: bool,
}

/// All that one run measured.
#[derive(Debug, Serialize)]
struct RecordedReport {
    machine: String,
    unix_time: u64,
    has_client: bool,
    rows: Vec<Row>,
    /// What a decision takes on disk, where it must be kept.
    bytes_per_decision: f64,
}

/// Measures, prints a table, and writes the raw results where that was asked for.
pub(crate) async fn run(args: &RecordedArgs, cli: &Cli) -> std::io::Result<()> {
    let binary = match cli.binaries.first() {
        Some(binary) => binary.clone(),
        None => server::binary_beside()?,
    };
    // Beside the results rather than in a folder that may be memory: the disk is what is measured.
    let folder = std::env::current_dir()?.join(format!("recorded-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(args, cli, &binary, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    let report = measured?;
    report.print();
    match &cli.results {
        Some(results) => write_raw(&report, "recorded", report.unix_time, results),
        None => Ok(()),
    }
}

async fn measure(
    args: &RecordedArgs,
    cli: &Cli,
    binary: &Path,
    folder: &Path,
) -> std::io::Result<RecordedReport> {
    let client = if args.without_client {
        ""
    } else {
        "&id=C-001759"
    };
    let request = Request::get(&format!("{REQUEST}{client}"), None);
    let mut candidates = Vec::new();
    for mode in ["off", "required", "best_effort"] {
        let place = folder.join(mode);
        std::fs::create_dir_all(&place)?;
        let config = place.join("propenso.toml");
        std::fs::write(&config, format!("[record]\nmode = \"{mode}\"\n"))?;
        let mut command = Command::new(binary);
        command.arg("serve").arg(&cli.model);
        command.arg("--data-dir").arg(&place);
        command.arg("--config").arg(&config);
        let server = Server::of(command, None, &request).await?;
        candidates.push(Candidate {
            name: mode,
            target: Target::from(server.address),
            server,
            request: request.clone(),
        });
    }
    let rows = side_by_side::measure(&candidates, &args.connections, cli).await?;
    let kept = rows.iter().filter(|row| row.server == "required");
    let answers: f64 = kept
        .map(|row| row.answers_per_second.iter().sum::<f64>() * cli.seconds)
        .sum();
    drop(candidates);
    let bytes = size_of(&folder.join("required").join("decisions"))?;
    Ok(RecordedReport {
        machine: machine(),
        unix_time: unix_time(),
        has_client: !args.without_client,
        rows,
        bytes_per_decision: bytes as f64 / answers,
    })
}

/// What the databases in a folder take, without what they have written ahead.
fn size_of(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        if file.path().extension().is_some_and(|end| end == "db") {
            bytes += file.metadata()?.len();
        }
    }
    Ok(bytes)
}

impl RecordedReport {
    fn print(&self) {
        println!("machine: {}\n", self.machine);
        side_by_side::print(&self.rows, "off");
        let of = |server: &str| {
            let of = self.rows.iter().filter(|row| row.server == server);
            of.map(|row| median(&row.answers_per_second))
                .fold(0.0, f64::max)
        };
        println!(
            "\nrequired: {:.0} decisions a second at the most, {:.0} bytes a decision",
            of("required"),
            self.bytes_per_decision
        );
    }
}
