//! Servers under the same load, round by round, another one first each time.

use std::time::Duration;

use serde::Serialize;

use crate::Cli;
use crate::load::{Load, Outcome, Target};
use crate::report::median;
use crate::request::Request;
use crate::server::Server;

/// A server under one load: the figures of every round.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) server: &'static str,
    pub(crate) connections: usize,
    pub(crate) answers_per_second: Vec<f64>,
    p50_micros: Vec<f64>,
    p99_micros: Vec<f64>,
    /// What an answer takes of the server's processor time.
    processor_micros: Vec<f64>,
    /// Beside the first server's, of the same round.
    of_first: Vec<f64>,
}

/// A server that is compared.
pub(crate) struct Candidate {
    pub(crate) name: &'static str,
    pub(crate) server: Server,
    pub(crate) target: Target,
    pub(crate) request: Request,
}

/// Asks all of them, over so many connections each time.
pub(crate) async fn measure(
    candidates: &[Candidate],
    connections: &[usize],
    cli: &Cli,
) -> std::io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &connections in connections {
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
        let first = outcomes.first().map_or_else(Vec::new, |first| rates(first));
        let measured = outcomes.iter().zip(processor);
        for (candidate, (outcomes, processor_micros)) in candidates.iter().zip(measured) {
            let rate = rates(outcomes);
            rows.push(Row {
                server: candidate.name,
                connections,
                of_first: rate
                    .iter()
                    .zip(&first)
                    .map(|(rate, first)| rate / first)
                    .collect(),
                answers_per_second: rate,
                processor_micros,
                p50_micros: outcomes.iter().map(|o| o.p50_micros).collect(),
                p99_micros: outcomes.iter().map(|o| o.p99_micros).collect(),
            });
        }
    }
    Ok(rows)
}

/// Prints them as a table.
pub(crate) fn print(rows: &[Row], first: &str) {
    println!(
        "| server | connections | answers/s | p50 µs | p99 µs | server's processor µs | of {first} |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for row in rows {
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.0} | {:.1} | {:.3} |",
            row.server,
            row.connections,
            median(&row.answers_per_second),
            median(&row.p50_micros),
            median(&row.p99_micros),
            median(&row.processor_micros),
            median(&row.of_first),
        );
    }
}
