//! The table, and the raw results.

use std::fmt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::load::Outcome;

/// Name of the server that the others are compared with.
pub(crate) const NOOP: &str = "no-op handler";

/// Everything one run measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: String,
    unix_time: u64,
    start_millis: Vec<f64>,
    idle_memory_bytes: Option<u64>,
    loaded_memory_bytes: Option<u64>,
    rows: Vec<Row>,
}

/// One server under one load: the figures of every round.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    server: String,
    connections: usize,
    answers_per_second: Vec<f64>,
    p50_micros: Vec<f64>,
    p99_micros: Vec<f64>,
}

impl Row {
    pub(crate) fn new(server: &str, connections: usize, rounds: &[Outcome]) -> Self {
        Self {
            server: server.to_owned(),
            connections,
            answers_per_second: rounds
                .iter()
                .map(|round| round.answers_per_second)
                .collect(),
            p50_micros: rounds.iter().map(|round| round.p50_micros).collect(),
            p99_micros: rounds.iter().map(|round| round.p99_micros).collect(),
        }
    }
}

impl Report {
    pub(crate) fn new(
        start_millis: Vec<f64>,
        idle_memory_bytes: Option<u64>,
        loaded_memory_bytes: Option<u64>,
        rows: Vec<Row>,
    ) -> Self {
        Self {
            machine: machine(),
            unix_time: unix_time(),
            start_millis,
            idle_memory_bytes,
            loaded_memory_bytes,
            rows,
        }
    }

    /// Writes the raw results as `serve-<date>-<unix time>.json`.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        write_raw(self, "serve", self.unix_time, folder)
    }
}

/// Writes raw results as `<name>-<date>-<unix time>.json`.
pub(crate) fn write_raw(
    results: &impl Serialize,
    name: &str,
    unix_time: u64,
    folder: &Path,
) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("{name}-{}-{unix_time}.json", civil_date(unix_time)));
    std::fs::write(&path, serde_json::to_vec_pretty(results)?)?;
    eprintln!("raw results: {}", path.display());
    Ok(())
}

/// Seconds since 1970.
pub(crate) fn unix_time() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |time| time.as_secs())
}

/// The UTC date of a Unix time, `YYYY-MM-DD`. Years are counted from March, so that the day a leap
/// year adds is a year's last.
fn civil_date(unix_time: u64) -> String {
    let days = unix_time / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + carry)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "machine: {}\n", self.machine)?;
        writeln!(
            f,
            "start to first answer: {:.0} ms",
            median(&self.start_millis)
        )?;
        let mib = |bytes: Option<u64>| {
            bytes.map_or("unknown".to_owned(), |b| {
                format!("{:.1} MiB", b as f64 / 1_048_576.0)
            })
        };
        writeln!(
            f,
            "resident memory: {} idle, {} after the load\n",
            mib(self.idle_memory_bytes),
            mib(self.loaded_memory_bytes)
        )?;
        writeln!(
            f,
            "| server | connections | answers/s | p50 µs | p99 µs | of no-op |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|")?;
        for row in &self.rows {
            let reference = self
                .rows
                .iter()
                .find(|other| other.connections == row.connections && other.server == NOOP);
            let ratio = reference.map_or(f64::NAN, |reference| {
                let ratios: Vec<f64> = row
                    .answers_per_second
                    .iter()
                    .zip(&reference.answers_per_second)
                    .map(|(ours, theirs)| ours / theirs)
                    .collect();
                median(&ratios)
            });
            writeln!(
                f,
                "| {} | {} | {:.0} | {:.0} | {:.0} | {ratio:.2} |",
                row.server,
                row.connections,
                median(&row.answers_per_second),
                median(&row.p50_micros),
                median(&row.p99_micros),
            )?;
        }
        Ok(())
    }
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Processor, cores and system, as far as the system tells.
pub(crate) fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

#[cfg(test)]
mod tests {
    use super::civil_date;

    #[test]
    fn dates() {
        assert_eq!(civil_date(0), "1970-01-01");
        assert_eq!(civil_date(951_782_400), "2000-02-29");
        assert_eq!(civil_date(1_795_426_943), "2026-11-23");
        assert_eq!(civil_date(1_798_761_600), "2027-01-01");
    }
}
