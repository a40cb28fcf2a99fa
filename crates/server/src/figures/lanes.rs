//! Lanes: where work waits for its turn, as the search for counterfactuals does.

use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::names;
use super::series::{self, Labels};

/// All lanes that somebody has asked for.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<Vec<Lane>>);

/// A lane. Copies of it count the same work, so that it is asked for once and kept.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    name: &'static str,
    /// Work that has its turn.
    pub running: Gauge,
    /// Work that waits for its turn.
    pub waiting: Gauge,
}

impl Lanes {
    /// Gives the lane of a name, which is the program's own word.
    #[must_use]
    pub fn lane(&self, name: &'static str) -> Lane {
        let mut lanes = self.lock();
        if let Some(lane) = lanes.iter().find(|lane| lane.name == name) {
            return lane.clone();
        }
        let lane = Lane {
            name,
            ..Lane::default()
        };
        lanes.push(lane.clone());
        lane
    }

    pub(super) fn describe(&self, registry: &mut Registry) {
        let lanes = self.lock().clone();
        let value = |lane: &Lane, gauge: &Gauge| -> (Labels, f64) {
            let labels = vec![("lane", lane.name.to_owned())];
            (labels, gauge.get() as f64)
        };
        let running = lanes.iter().map(|lane| value(lane, &lane.running));
        series::add_gauges(registry, names::LANE_RUNNING, running);
        let waiting = lanes.iter().map(|lane| value(lane, &lane.waiting));
        series::add_gauges(registry, names::LANE_WAITING, waiting);
    }

    /// A panic while holding it leaves the list as it was.
    fn lock(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
