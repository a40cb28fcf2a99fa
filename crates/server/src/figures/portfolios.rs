//! Rows of portfolios, and how their jobs ended.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use propenso_portfolio::Summary;

use super::names;
use super::series::{self, Labels};

/// What became of portfolios since the process started.
#[derive(Debug, Default)]
pub struct Portfolios {
    scored: Counter,
    rejected: Counter,
    suppressed: Counter,
    done: Counter,
    failed: Counter,
}

impl Portfolios {
    /// Counts a portfolio that was scored to the end, and its rows: those that are left out were scored.
    pub fn done(&self, summary: &Summary) {
        self.done.inc();
        let suppressed = summary.suppressed.rows;
        self.scored
            .inc_by(summary.scored.rows.saturating_sub(suppressed));
        self.suppressed.inc_by(suppressed);
        self.rejected.inc_by(summary.rejected.rows);
    }

    /// Counts a portfolio that could not be scored.
    pub fn failed(&self) {
        self.failed.inc();
    }

    /// Adds the counts to a registry.
    pub fn describe(&self, registry: &mut Registry) {
        let count = |word: &str, count: &Counter| -> (Labels, u64) {
            (vec![("outcome", word.to_owned())], count.get())
        };
        let rows = [
            count("scored", &self.scored),
            count("rejected", &self.rejected),
            count("suppressed", &self.suppressed),
        ];
        series::add_counts(registry, names::PORTFOLIO_ROWS, rows);
        let jobs = [count("done", &self.done), count("failed", &self.failed)];
        series::add_counts(registry, names::JOBS_ENDED, jobs);
    }
}
