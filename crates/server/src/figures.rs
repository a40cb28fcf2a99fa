//! What is counted and measured of a running server, and how it is written for those who watch it.
//!
//! What happens with every request is counted in atomics that are found once: by route, by version, never under a lock.
//! Everything else, as the state of jobs or of the process, is looked at when somebody asks
//! ([`http::metrics`](crate::http::metrics)). Labels are the program's and the contract's own words: what a client sent is
//! never one.
//!
//! - [`requests`]: what came, by route; [`refusals`]: what was refused, and who
//! - [`scorings`]: versions at work: their stages, warnings, rejected inputs; [`day_tally`]: the same by day, until somebody takes it away;
//!   [`input_tally`]: what their clients' inputs were; `counters`: what these count in
//! - [`connections`], [`lanes`]: who waits where; [`portfolios`]: rows and jobs; [`verdicts`]: on models that came in
//! - [`process`]: what the process takes
//! - [`timings`]: a histogram; [`series`]: values by labels; [`names`]: what each family is called

pub mod connections;
mod counters;
pub mod day_tally;
pub mod input_tally;
pub mod lanes;
pub mod names;
pub mod portfolios;
pub mod process;
pub mod refusals;
pub mod requests;
pub mod scorings;
pub mod series;
pub mod timings;
pub mod verdicts;

use prometheus_client::registry::Registry;

use connections::Connections;
use input_tally::InputTallies;
use lanes::Lanes;
use process::Process;
use refusals::Refusals;
use requests::Requests;
use scorings::Scorings;
use verdicts::Verdicts;

/// The figures of a server.
#[derive(Debug)]
pub struct Figures {
    /// What came.
    pub requests: Requests,
    /// What was refused.
    pub refusals: Refusals,
    /// Versions at work.
    pub scorings: Scorings,
    /// What the inputs of their clients were.
    pub inputs: InputTallies,
    /// Connections.
    pub connections: Connections,
    /// Where work waits for its turn.
    pub lanes: Lanes,
    /// Verdicts on models that came in.
    pub verdicts: Verdicts,
    /// What the process takes.
    pub process: Process,
}

impl Figures {
    /// Prepares to count requests to some paths, and refusals of some codes.
    #[must_use]
    pub fn new(
        paths: impl IntoIterator<Item = &'static str>,
        codes: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        Self {
            requests: Requests::new(paths),
            refusals: Refusals::new(codes),
            scorings: Scorings::default(),
            inputs: InputTallies::default(),
            connections: Connections::default(),
            lanes: Lanes::default(),
            verdicts: Verdicts::default(),
            process: Process::default(),
        }
    }

    /// Counts a refusal by its problem's code.
    pub fn refused(&self, code: &'static str) {
        self.refusals.count(code);
    }

    /// Adds everything to a registry, as it is now.
    pub fn describe(&self, registry: &mut Registry) {
        self.requests.describe(registry);
        self.refusals.describe(registry);
        self.scorings.describe(registry);
        self.connections.describe(registry);
        self.lanes.describe(registry);
        self.verdicts.describe(registry);
        self.process.describe(registry);
    }
}
