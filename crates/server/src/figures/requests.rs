//! Requests, by route.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use prometheus_client::registry::Registry;

use super::names;
use super::series::{self, Labels};
use super::timings::{self, Timings};

/// The route of a request whose path is none.
pub const NO_ROUTE: &str = "(none)";

/// Methods that are told apart. The last one stands for all others, which anybody can invent.
const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "other",
];

/// Codes that are told apart. The last one stands for all others.
const CODES: [u16; 26] = [
    200, 201, 202, 204, 206, 301, 302, 303, 304, 308, 400, 401, 403, 404, 405, 408, 409, 413, 415,
    416, 422, 429, GONE, 500, 503, 507,
];

/// Stands for the answer that a client did not wait for.
const GONE: u16 = 499;

/// Requests, by route.
#[derive(Debug)]
pub struct Requests {
    routes: HashMap<&'static str, RouteFigures>,
    none: RouteFigures,
    in_flight: AtomicI64,
}

/// The requests to one route.
#[derive(Debug)]
struct RouteFigures {
    /// For each method, one for each code and one for all others.
    answered: [[AtomicU64; CODES.len() + 1]; METHODS.len()],
    took: Timings,
}

/// A request that is being answered. Dropped unanswered, its client has gone.
#[derive(Debug)]
pub struct InFlight<'r> {
    requests: &'r Requests,
    route: &'r RouteFigures,
    method: usize,
    began: Instant,
    is_answered: bool,
}

impl Requests {
    pub(super) fn new(paths: impl IntoIterator<Item = &'static str>) -> Self {
        let paths = paths.into_iter();
        Self {
            routes: paths.map(|path| (path, RouteFigures::new())).collect(),
            none: RouteFigures::new(),
            in_flight: AtomicI64::new(0),
        }
    }

    /// Begins to answer a request to the path of a route; `None` if no route has its path.
    pub fn begin(&self, route: Option<&str>, method: &str, began: Instant) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        let other = METHODS.len() - 1;
        let method = METHODS[..other].iter().position(|known| *known == method);
        InFlight {
            requests: self,
            route: route
                .and_then(|route| self.routes.get(route))
                .unwrap_or(&self.none),
            method: method.unwrap_or(other),
            began,
            is_answered: false,
        }
    }

    /// All routes by their names, in alphabetical order.
    fn all(&self) -> Vec<(&'static str, &RouteFigures)> {
        let routes = self.routes.iter().map(|(path, figures)| (*path, figures));
        let mut all: Vec<_> = routes.chain([(NO_ROUTE, &self.none)]).collect();
        all.sort_unstable_by_key(|(path, _)| *path);
        all
    }

    pub(super) fn describe(&self, registry: &mut Registry) {
        let routes = self.all();
        let counts = routes.iter().flat_map(|(path, route)| route.counts(path));
        series::add_counts(registry, names::REQUESTS, counts);
        let times = routes
            .iter()
            .map(|(path, route)| (label(path), route.took.taken()));
        let times = times.filter(|(_, taken)| taken.count > 0);
        series::add(registry, names::REQUEST_DURATION, times);
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        series::add_gauge(registry, names::REQUESTS_IN_FLIGHT, Some(in_flight as f64));
    }
}

impl RouteFigures {
    fn new() -> Self {
        Self {
            answered: Default::default(),
            took: Timings::new(timings::REQUEST),
        }
    }

    fn count(&self, method: usize, code: u16) {
        let place = CODES.iter().position(|known| *known == code);
        let place = place.unwrap_or(CODES.len());
        let counts = self.answered.get(method);
        if let Some(count) = counts.and_then(|counts| counts.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counts(&self, path: &str) -> impl Iterator<Item = (Labels, u64)> {
        let codes = CODES.iter().map(u16::to_string);
        let codes: Vec<String> = codes.chain(["other".to_owned()]).collect();
        let methods = METHODS.iter().zip(&self.answered);
        methods.flat_map(move |(method, counts)| {
            let path = path.to_owned();
            let counts = counts.iter().map(|count| count.load(Ordering::Relaxed));
            let counts: Vec<_> = codes.clone().into_iter().zip(counts).collect();
            let counts = counts.into_iter().filter(|(_, count)| *count > 0);
            counts.map(move |(code, count)| {
                let mut labels = label(&path);
                labels.extend([("method", (*method).to_owned()), ("code", code)]);
                (labels, count)
            })
        })
    }
}

impl InFlight<'_> {
    /// Counts the answer, and tells how long it took.
    pub fn answered(mut self, code: u16) -> Duration {
        self.is_answered = true;
        let took = self.began.elapsed();
        self.route.count(self.method, code);
        self.route.took.observe(took);
        took
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.requests.in_flight.fetch_sub(1, Ordering::Relaxed);
        if !self.is_answered {
            self.route.count(self.method, GONE);
        }
    }
}

fn label(path: &str) -> Labels {
    vec![("route", path.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_invents_is_no_label() {
        let requests = Requests::new(["/prueba"]);
        let now = Instant::now();
        requests.begin(Some("/prueba"), "GET", now).answered(200);
        requests.begin(Some("/secret"), "BREW", now).answered(418);
        drop(requests.begin(None, "POST", now));
        let mut registry = Registry::default();
        requests.describe(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::prometheus_text::encode(&mut text, &registry).unwrap();
        let counted: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("propenso_requests"))
            .collect();
        assert_eq!(
            counted,
            [
                "propenso_requests_total{route=\"(none)\",method=\"POST\",code=\"499\"} 1",
                "propenso_requests_total{route=\"(none)\",method=\"other\",code=\"other\"} 1",
                "propenso_requests_total{route=\"/prueba\",method=\"GET\",code=\"200\"} 1",
                "propenso_requests_in_flight 0.0",
            ]
        );
        assert!(CODES.is_sorted());
    }
}
