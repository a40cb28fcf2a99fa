//! `[http]`: limits of connections, requests and what they may take.

use std::time::Duration;

use serde::Deserialize;

use super::SettingsError;

/// Limits of the HTTP face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpSettings {
    /// Largest request body, in bytes, unpacked.
    pub max_body_bytes: usize,
    /// How long requests in flight may take after a stop signal.
    pub shutdown: Duration,
    /// Limits of connections.
    pub connections: ConnectionSettings,
    /// Limits of what is worked on.
    pub work: WorkSettings,
}

/// Limits of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// How many may be open.
    pub max: usize,
    /// How many one address may have open; `None` for as many as there may be.
    pub max_per_address: Option<usize>,
    /// How long a request's line and headers may take from their first byte on.
    pub header: Duration,
    /// How long a connection may be open without a request.
    pub idle: Duration,
    /// How long a client may leave off sending a body, or reading an answer.
    pub stall: Duration,
}

/// Limits of what is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkSettings {
    /// Requests that may be in flight.
    pub max_requests: usize,
    /// Requests that may wait for a turn, in each line.
    pub max_waiting: usize,
    /// How long a request may wait for its turn.
    pub wait: Duration,
    /// How long a request with reasons or counterfactuals may be worked on.
    pub answer: Duration,
    /// Trees that the instances of one body may go through, all together.
    pub max_tree_walks: usize,
    /// Bytes of large bodies, and again of large answers, that may be in memory.
    pub max_bytes_in_flight: usize,
    /// Requests a second that one key may make, or one address where no key is asked for; `None` for any number.
    pub rate: Option<u32>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            max_body_bytes: 16 << 20,
            shutdown: Duration::from_secs(30),
            connections: ConnectionSettings::default(),
            work: WorkSettings::default(),
        }
    }
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            max: 8_192,
            max_per_address: None,
            header: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            stall: Duration::from_secs(30),
        }
    }
}

impl Default for WorkSettings {
    fn default() -> Self {
        Self {
            max_requests: 4_096,
            max_waiting: 512,
            wait: Duration::from_secs(10),
            answer: Duration::from_secs(120),
            max_tree_walks: 50_000_000,
            max_bytes_in_flight: 256 << 20,
            rate: None,
        }
    }
}

/// The section as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpFile {
    max_body_bytes: Option<usize>,
    shutdown_seconds: Option<u64>,
    max_connections: Option<usize>,
    max_connections_per_address: Option<usize>,
    header_seconds: Option<u64>,
    idle_seconds: Option<u64>,
    stall_seconds: Option<u64>,
    max_requests: Option<usize>,
    max_waiting: Option<usize>,
    wait_seconds: Option<u64>,
    answer_seconds: Option<u64>,
    max_tree_walks: Option<usize>,
    max_bytes_in_flight: Option<usize>,
    requests_per_second: Option<u32>,
}

impl HttpFile {
    /// Puts what was typed before what the file says, and the defaults where nothing is said.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Value`] for a limit with which nothing would be answered.
    pub(super) fn resolve(
        self,
        max_body_bytes: Option<usize>,
        shutdown_seconds: Option<u64>,
    ) -> Result<HttpSettings, SettingsError> {
        let default = HttpSettings::default();
        let (connections, work) = (default.connections, default.work);
        let settings = HttpSettings {
            max_body_bytes: max_body_bytes
                .or(self.max_body_bytes)
                .unwrap_or(default.max_body_bytes),
            shutdown: seconds(shutdown_seconds.or(self.shutdown_seconds), default.shutdown),
            connections: ConnectionSettings {
                max: self.max_connections.unwrap_or(connections.max),
                max_per_address: self.max_connections_per_address,
                header: seconds(self.header_seconds, connections.header),
                idle: seconds(self.idle_seconds, connections.idle),
                stall: seconds(self.stall_seconds, connections.stall),
            },
            work: WorkSettings {
                max_requests: self.max_requests.unwrap_or(work.max_requests),
                max_waiting: self.max_waiting.unwrap_or(work.max_waiting),
                wait: seconds(self.wait_seconds, work.wait),
                answer: seconds(self.answer_seconds, work.answer),
                max_tree_walks: self.max_tree_walks.unwrap_or(work.max_tree_walks),
                max_bytes_in_flight: self.max_bytes_in_flight.unwrap_or(work.max_bytes_in_flight),
                rate: self.requests_per_second,
            },
        };
        settings.check()
    }
}

impl HttpSettings {
    /// These, with those of `after` that a running server follows: what is asked of each request, not what there are so many of.
    #[must_use]
    pub fn followed_by(mut self, after: Self) -> Self {
        self.max_body_bytes = after.max_body_bytes;
        self.work.max_tree_walks = after.work.max_tree_walks;
        self
    }

    /// Refuses what nothing could be answered with.
    fn check(self) -> Result<Self, SettingsError> {
        let (connections, work) = (self.connections, self.work);
        let per_address = connections.max_per_address.unwrap_or(1);
        let rate = work.rate.unwrap_or(1);
        let least = [
            ("http.max_connections", connections.max as u64),
            ("http.max_connections_per_address", per_address as u64),
            ("http.header_seconds", connections.header.as_secs()),
            ("http.idle_seconds", connections.idle.as_secs()),
            ("http.stall_seconds", connections.stall.as_secs()),
            ("http.max_requests", work.max_requests as u64),
            ("http.wait_seconds", work.wait.as_secs()),
            ("http.answer_seconds", work.answer.as_secs()),
            ("http.requests_per_second", u64::from(rate)),
        ];
        match least.into_iter().find(|(_, value)| *value == 0) {
            None => Ok(self),
            Some((key, _)) => Err(SettingsError::Value {
                key,
                value: "0".to_owned(),
                problem: "nothing would be answered; write 1 or more, or leave it out",
            }),
        }
    }
}

fn seconds(given: Option<u64>, default: Duration) -> Duration {
    given.map_or(default, Duration::from_secs)
}
