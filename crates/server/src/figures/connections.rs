//! Connections.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::names;
use super::series;

/// Connections, and those that were closed unanswered.
#[derive(Debug, Default)]
pub struct Connections {
    open: Gauge,
    taken: Counter,
    /// By why they were closed.
    refused: [Counter; Closed::ALL.len()],
}

/// Why a connection was closed unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// As many are open as may be.
    TooMany,
    /// One address has as many open as it may.
    TooManyOfOne,
    /// Its handshake failed or took too long.
    Handshake,
}

/// A connection that is open, until it is dropped.
#[derive(Debug)]
pub struct OpenConnection(Gauge);

impl Closed {
    const ALL: [Self; 3] = [Self::TooMany, Self::TooManyOfOne, Self::Handshake];

    fn as_str(self) -> &'static str {
        match self {
            Self::TooMany => "too-many",
            Self::TooManyOfOne => "too-many-of-one",
            Self::Handshake => "handshake",
        }
    }
}

impl Connections {
    /// Counts a connection as open until what is given is dropped.
    #[must_use]
    pub fn opened(&self) -> OpenConnection {
        self.taken.inc();
        self.open.inc();
        OpenConnection(self.open.clone())
    }

    /// Counts a connection that was closed unanswered.
    pub fn refused(&self, why: Closed) {
        if let Some(count) = self.refused.get(why as usize) {
            count.inc();
        }
    }

    pub(super) fn describe(&self, registry: &mut Registry) {
        let taken = [(Vec::new(), self.taken.get())];
        series::add_counts(registry, names::CONNECTIONS, taken);
        let open = self.open.get() as f64;
        series::add_gauge(registry, names::CONNECTIONS_OPEN, Some(open));
        let refused = Closed::ALL.into_iter().zip(&self.refused);
        let refused = refused.map(|(why, count)| {
            let labels = vec![("reason", why.as_str().to_owned())];
            (labels, count.get())
        });
        series::add_counts(registry, names::CONNECTIONS_REFUSED, refused);
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}
