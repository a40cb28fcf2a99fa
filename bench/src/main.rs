//! Measures the server as its callers meet it, beside a handler that does nothing in the same
//! stack, in one run: start to first answer, resident memory, answers per second and latency.
//!
//! The two servers take turns, round by round, so that a noisy machine disturbs both alike; each
//! figure is the median of the rounds. Clients and server share the machine's cores.
//!
//! `engine` measures a model in process instead, for comparisons with other engines; `swap` what answers take while
//! the model is being replaced, and what replacing leaves in memory; `protected` what keys and TLS cost; `recorded` what the decision record does; `overload` what plain
//! answers take while others ask for too much.
//!
//! - [`server`]: a server process: started, asked, measured, ended
//! - [`load`]: connections that ask without pause; [`request`]: what they ask
//! - [`report`]: the table, and the raw results
//! - [`engine`]: a model's engine in process
//! - [`swap`]: a registry whose champion changes under load
//! - [`protected`]: what keys and TLS cost; [`recorded`]: what the decision record does; [`side_by_side`]: how both are compared; [`overload`]: plain answers while others ask for too much
//! - [`mutate`]: requests with bytes changed

mod engine;
mod load;
mod mutate;
mod overload;
mod protected;
mod recorded;
mod report;
mod request;
mod server;
mod side_by_side;
mod swap;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use clap::{Parser, Subcommand};

use engine::EngineArgs;
use load::Load;
use mutate::MutateArgs;
use overload::OverloadArgs;
use protected::ProtectedArgs;
use recorded::RecordedArgs;
use report::{NOOP, Report, Row};
use request::Request;
use server::Server;
use swap::SwapArgs;

/// The documented call of the old system.
const REQUEST: &str = "/prediccion?er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=NaN&cf=3&im=263.68&dt=1000.82&nl=12";

const CONNECTIONS: [usize; 2] = [1, 64];

/// Measures propenso beside a no-op handler in the same HTTP stack.
#[derive(Debug, Parser)]
struct Cli {
    /// Model to serve
    #[arg(long, default_value = "examples/cobranza/modelo_final.pkl")]
    model: PathBuf,
    /// Rounds; each figure is their median
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of load per round and server
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Folder for the raw results; none are written without it
    #[arg(long)]
    results: Option<PathBuf>,
    /// Server binaries to compare [default: the one built beside this program]
    #[arg(long = "binary")]
    binaries: Vec<PathBuf>,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Be the no-op server (started by the benchmark itself)
    #[command(hide = true)]
    Noop { listen: String },
    /// Score rows in process, as lines on standard input say
    Engine(EngineArgs),
    /// Replace the model of a server under load
    Swap(SwapArgs),
    /// Measure what keys and TLS cost
    Protected(ProtectedArgs),
    /// What the decision record costs
    Recorded(RecordedArgs),
    /// Ask for more than the server can do, and plain questions meanwhile
    Overload(OverloadArgs),
    /// Send requests with bytes changed; fail when an answer is the server's fault
    Mutate(MutateArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Role::Engine(args)) = &cli.role {
        return exit_code(engine::run(args));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime.and_then(|runtime| match &cli.role {
        Some(Role::Noop { listen }) => runtime.block_on(serve_noop(listen)),
        Some(Role::Swap(args)) => runtime.block_on(swap::run(args, &cli)),
        Some(Role::Protected(args)) => runtime.block_on(protected::run(args, &cli)),
        Some(Role::Recorded(args)) => runtime.block_on(recorded::run(args, &cli)),
        Some(Role::Mutate(args)) => runtime.block_on(mutate::run(args, &cli)),
        Some(Role::Overload(args)) => runtime.block_on(overload::run(args, &cli)),
        _ => runtime.block_on(measure(&cli)),
    });
    exit_code(outcome)
}

fn exit_code(outcome: std::io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The same listener and HTTP stack as the product, and a handler that answers `0`.
async fn serve_noop(listen: &str) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    let router = Router::new().route("/prediccion", get(|| async { "0" }));
    let grace = Duration::from_secs(1);
    let listener = propenso::listen::Listener {
        tcp: vec![listener],
        tls: None,
        connections: propenso::connections::Connections::new(
            propenso::settings::ConnectionSettings::default(),
            std::sync::Arc::new(propenso::figures::Figures::new([], [])),
        ),
    };
    propenso::listen::serve(listener, router, propenso::shutdown::signal(), grace).await;
    Ok(())
}

async fn measure(cli: &Cli) -> std::io::Result<()> {
    let duration = Duration::from_secs_f64(cli.seconds);
    let binaries = match cli.binaries.as_slice() {
        [] => vec![server::binary_beside()?],
        given => given.to_vec(),
    };
    let mut starts = Vec::new();
    for round in 0..cli.rounds * 2 {
        eprintln!("start {} of {}", round + 1, cli.rounds * 2);
        let server = Server::propenso(&binaries[0], &cli.model, REQUEST).await?;
        starts.push(server.start_to_answer.as_secs_f64() * 1e3);
    }

    let mut servers = Vec::new();
    for binary in &binaries {
        let server = Server::propenso(binary, &cli.model, REQUEST).await?;
        servers.push((
            format!("propenso `/prediccion` ({})", binary.display()),
            server,
        ));
    }
    if let [(name, _)] = servers.as_mut_slice() {
        *name = "propenso `/prediccion`".to_owned();
    }
    servers.push((NOOP.to_owned(), Server::noop(REQUEST).await?));
    let idle_memory = servers[0].1.resident_bytes();

    let mut rows = Vec::new();
    for connections in CONNECTIONS {
        let load = Load {
            connections,
            duration,
            request: Request::get(REQUEST, None),
        };
        let mut outcomes: Vec<_> = servers.iter().map(|_| Vec::new()).collect();
        for round in 0..cli.rounds {
            eprintln!(
                "{connections} connections, round {} of {}",
                round + 1,
                cli.rounds
            );
            for ((_, server), outcomes) in servers.iter().zip(&mut outcomes) {
                outcomes.push(load.run(server.address).await?);
            }
        }
        rows.extend(
            servers
                .iter()
                .zip(outcomes)
                .map(|((name, _), o)| Row::new(name, connections, &o)),
        );
    }
    let report = Report::new(starts, idle_memory, servers[0].1.resident_bytes(), rows);
    print!("{report}");
    if let Some(folder) = &cli.results {
        report.write(folder)?;
    }
    Ok(())
}
