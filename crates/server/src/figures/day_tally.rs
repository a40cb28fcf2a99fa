//! What a version answers, counted until it is taken away to the day's counts in the registry.
//!
//! A request counts into atomics that were made with the version: nothing is allocated, nobody waits.

use std::collections::BTreeMap;
use std::time::Duration;

use propenso_lifecycle::monitoring::{DayCounts, LatencyCounts, RouteKind, SCORE_BINS, score_bin};
use propenso_lifecycle::served::Served;
use propenso_scoring::{Fault, Outcome, Scorer, WarningKind};

use super::counters::Counters;

/// Ways to ask that count here: rows of portfolios are counted by their jobs.
pub(super) const ROUTES: usize = 3;

/// Classes of a model that are told apart.
const MOST_CLASSES: usize = 20;

/// Stands for all classes beyond those.
const OTHER: &str = "(other)";

const KINDS: usize = WarningKind::ALL.len();
const FAULTS: usize = Fault::NAMES.len();

// Where a way's counters are, one kind behind the other.
const ANSWERED: usize = 0;
const REFUSED: usize = 1;
const CLIENTS: usize = 2;
const NOT_SCORED: usize = 3;
const LATENCY: usize = 4;
const SCORES: usize = LATENCY + LatencyCounts::BUCKETS;
const CLASSES: usize = SCORES + SCORE_BINS;

/// What a version has answered since it was last taken away.
#[derive(Debug)]
pub struct DayTally {
    version: u32,
    /// What it may answer.
    classes: Vec<String>,
    /// Names of its inputs, and of what stands for those that have no name here.
    inputs: Vec<String>,
    /// Those of all ways.
    counters: Counters,
}

impl DayTally {
    /// Prepares to count what a version answers; `None` of a file. `inputs` are the names to count by.
    pub(super) fn of(served: &Served, inputs: &[String]) -> Option<Self> {
        let mut tally = Self {
            version: served.version?,
            classes: classes_of(&served.scorer),
            inputs: inputs.to_vec(),
            counters: Counters::default(),
        };
        tally.counters = Counters::new(ROUTES * tally.width());
        Some(tally)
    }

    /// The version's number.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn answered(&self, route: RouteKind, took: Duration) {
        self.count(route, ANSWERED);
        self.count(route, LATENCY + LatencyCounts::bucket(took));
    }

    pub(super) fn refused(&self, route: RouteKind) {
        self.count(route, REFUSED);
    }

    pub(super) fn scored(&self, route: RouteKind, outcome: &Outcome) {
        self.count(route, CLIENTS);
        let class = match outcome {
            Outcome::Payer { pays, probability } => {
                if let Some(probability) = probability {
                    self.count(route, SCORES + score_bin(*probability));
                }
                usize::from(*pays)
            }
            Outcome::Class { class, .. } => *class,
            Outcome::Value(_) => return,
        };
        let last = self.classes.len().saturating_sub(1);
        self.count(route, CLASSES + class.min(last));
    }

    pub(super) fn not_scored(&self, route: RouteKind) {
        self.count(route, NOT_SCORED);
    }

    pub(super) fn warned(&self, route: RouteKind, input: usize, kind: usize) {
        self.count(route, self.warnings() + input * KINDS + kind);
    }

    pub(super) fn rejected(&self, route: RouteKind, input: usize, fault: usize) {
        self.count(route, self.faults() + input * FAULTS + fault);
    }

    /// Takes away what was counted, by way; what nothing was counted of is left out.
    #[must_use]
    pub fn take(&self) -> Vec<(RouteKind, DayCounts)> {
        let routes = RouteKind::ALL.into_iter().take(ROUTES);
        routes
            .map(|route| (route, self.take_route(route)))
            .filter(|(_, counts)| !counts.is_empty())
            .collect()
    }

    fn take_route(&self, route: RouteKind) -> DayCounts {
        let counts = self
            .counters
            .take(route as usize * self.width(), self.width());
        if counts.iter().all(|count| *count == 0) {
            return DayCounts::default();
        }
        let of = |from: usize, n: usize| counts.iter().copied().skip(from).take(n);
        let table = |from: usize, words: &[&str]| {
            let rows = self.inputs.iter().enumerate();
            let rows = rows.map(|(at, input)| {
                let cells = words.iter().zip(of(from + at * words.len(), words.len()));
                let cells = cells.filter(|cell| cell.1 > 0);
                let cells: BTreeMap<_, _> = cells
                    .map(|(word, count)| ((*word).to_owned(), count))
                    .collect();
                (input.clone(), cells)
            });
            rows.filter(|row| !row.1.is_empty()).collect()
        };
        let classes = self.classes.iter().cloned();
        let classes = classes.zip(of(CLASSES, self.classes.len()));
        DayCounts {
            answered: counts[ANSWERED],
            refused: counts[REFUSED],
            clients: counts[CLIENTS],
            rejected: counts[NOT_SCORED],
            latency: LatencyCounts::of(of(LATENCY, LatencyCounts::BUCKETS).collect()),
            classes: classes.filter(|(_, count)| *count > 0).collect(),
            scores: of(SCORES, SCORE_BINS).collect(),
            warnings: table(self.warnings(), &WarningKind::ALL.map(WarningKind::as_str)),
            rejections: table(self.faults(), &Fault::NAMES),
            inputs: BTreeMap::new(),
        }
    }

    fn count(&self, route: RouteKind, at: usize) {
        self.counters.count([route as usize * self.width() + at]);
    }

    fn warnings(&self) -> usize {
        CLASSES + self.classes.len()
    }

    fn faults(&self) -> usize {
        self.warnings() + self.inputs.len() * KINDS
    }

    /// Counters of a way.
    fn width(&self) -> usize {
        self.faults() + self.inputs.len() * FAULTS
    }
}

/// What a scorer may answer, in the order in which it is counted.
fn classes_of(scorer: &Scorer) -> Vec<String> {
    if let Some(decision) = scorer.contract().decision() {
        let labels = &decision.labels;
        return vec![labels.negative.to_string(), labels.positive.to_string()];
    }
    let classes = scorer.classes();
    let mut names: Vec<String> = classes
        .iter()
        .take(MOST_CLASSES)
        .map(ToString::to_string)
        .collect();
    if classes.len() > MOST_CLASSES {
        names.push(OTHER.to_owned());
    }
    names
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// A version of two classes and one input, with so many copies of its counters.
    fn tally(copies: usize) -> DayTally {
        let mut tally = DayTally {
            version: 3,
            classes: vec!["no".to_owned(), "yes".to_owned()],
            inputs: vec!["EDAD".to_owned()],
            counters: Counters::default(),
        };
        tally.counters = Counters::with_copies(ROUTES * tally.width(), copies);
        tally
    }

    #[test]
    fn what_is_counted_is_taken_away_once() {
        let tally = tally(2);
        let pays = Outcome::Payer {
            pays: true,
            probability: Some(0.97),
        };
        tally.scored(RouteKind::Page, &pays);
        tally.warned(RouteKind::Page, 0, 1);
        tally.rejected(RouteKind::Page, 0, 5);
        tally.not_scored(RouteKind::Page);
        tally.answered(RouteKind::Page, Duration::from_millis(2));
        tally.refused(RouteKind::Prediccion);
        let taken = tally.take();
        let [(RouteKind::Prediccion, refused), (RouteKind::Page, page)] = &taken[..] else {
            panic!("{taken:?}");
        };
        assert_eq!((refused.refused, refused.clients), (1, 0));
        assert_eq!((page.answered, page.clients, page.rejected), (1, 1, 1));
        assert_eq!(page.classes, BTreeMap::from([("yes".to_owned(), 1)]));
        assert_eq!(page.scores[19], 1);
        assert_eq!(page.warnings["EDAD"]["clipped"], 1);
        assert_eq!(page.rejections["EDAD"]["not_a_number"], 1);
        assert!(tally.take().is_empty());
    }

    #[test]
    fn threads_count_while_it_is_taken_away() {
        const THREADS: u64 = 4;
        const EACH: u64 = 5_000;
        let tally = tally(2);
        let mut sum = DayCounts::default();
        let mut take = || {
            for (_, counts) in tally.take() {
                sum.add(&counts);
            }
        };
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        tally.scored(RouteKind::Predict, &Outcome::Value(1.0));
                    }
                });
            }
            for _ in 0..50 {
                take();
            }
        });
        take();
        assert_eq!(sum.clients, THREADS * EACH);
    }
}
