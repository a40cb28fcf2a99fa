//! Versions at work: what each answered, how long its stages took, what it warned of and what it could not use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use prometheus_client::registry::Registry;
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::served::Served;
use propenso_scoring::{Contract, Fault, FieldError, Score, Stage, Stages, WarningKind};

use super::day_tally::DayTally;
use super::names;
use super::series::{self, Labels, Plain};
use super::timings::{self, Taken, Timings};

/// What versions are called beside their numbers, where other programs count by a model's name.
const MODEL: &str = "propenso";

/// Stands for a name that a client sent and the contract does not know.
const UNKNOWN: &str = "(unknown)";

/// Stands for all inputs of a contract beyond [`MOST_INPUTS`].
const OTHER: &str = "(other)";

/// Inputs of a contract that are told apart: a model may have thousands of columns of its own.
const MOST_INPUTS: usize = 200;

/// Kinds of warnings and of faults.
const KINDS: usize = WarningKind::ALL.len();
const FAULTS: usize = Fault::NAMES.len();

/// All versions that have been asked since the process started.
#[derive(Debug, Default)]
pub struct Scorings {
    /// The one that was asked last: nearly always the one that is asked next.
    last: ArcSwapOption<Scoring>,
    all: Mutex<Vec<Arc<Scoring>>>,
}

/// One version at work.
#[derive(Debug)]
pub struct Scoring {
    /// Version and hash, as callers are told.
    name: String,
    /// The version's number, or the beginning of the hash of a file that is none.
    version: String,
    stages: [Timings; Stage::ALL.len()],
    /// Names of the contract's inputs, then [`OTHER`] and [`UNKNOWN`].
    inputs: Vec<String>,
    /// By input, then by kind.
    warnings: Vec<[AtomicU64; KINDS]>,
    /// By input, then by fault.
    faults: Vec<[AtomicU64; FAULTS]>,
    answered: AtomicU64,
    refused: AtomicU64,
    /// Of what was answered.
    nanoseconds: AtomicU64,
    /// When, in milliseconds since 1970.
    last_answer: AtomicU64,
    /// What is taken away day by day; `None` of a file, which has no registry to keep it.
    days: Option<DayTally>,
}

/// Requests that a version has answered, or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Answered.
    pub answered: u64,
    /// Refused.
    pub refused: u64,
    /// What the answers took.
    pub nanoseconds: u64,
}

/// Measures the stages of one answer.
#[derive(Debug)]
pub struct Clock<'s> {
    scoring: &'s Scoring,
    last: Instant,
}

impl Scorings {
    /// Gives the figures of a version.
    #[must_use]
    pub fn of(&self, served: &Served) -> Arc<Scoring> {
        if let Some(last) = &*self.last.load()
            && last.name == served.name
        {
            return Arc::clone(last);
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().find(|scoring| scoring.name == served.name);
        let scoring = match known {
            Some(known) => Arc::clone(known),
            None => {
                let new = Arc::new(Scoring::new(served));
                all.push(Arc::clone(&new));
                new
            }
        };
        self.last.store(Some(Arc::clone(&scoring)));
        scoring
    }

    /// What was counted by day of each version, for whoever takes it away.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Scoring>> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }

    pub(super) fn describe(&self, registry: &mut Registry) {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.clone();
        let stages = all.iter().flat_map(|scoring| scoring.stages());
        series::add(registry, names::STAGE_DURATION, stages);
        let warnings = all.iter().flat_map(|scoring| scoring.warnings());
        series::add_counts(registry, names::WARNINGS, warnings);
        let faults = all.iter().flat_map(|scoring| scoring.faults());
        series::add_counts(registry, names::REJECTED_INPUTS, faults);
        let count = |name, of: fn(&Scoring) -> u64| {
            let counts = all.iter();
            let counts = counts.map(|scoring| (scoring.as_triton(), Plain(of(scoring))));
            (name, counts.collect::<Vec<_>>())
        };
        let tritons = [
            count(names::NV_SUCCESS, |scoring| load(&scoring.answered)),
            count(names::NV_FAILURE, |scoring| load(&scoring.refused)),
            count(names::NV_COUNT, |scoring| scoring.ran().count),
            count(names::NV_EXECUTIONS, |scoring| scoring.ran().count),
            count(names::NV_REQUEST, |scoring| {
                load(&scoring.nanoseconds) / 1_000
            }),
            count(names::NV_INPUT, |scoring| {
                scoring.stage(Stage::Encode).taken().nanoseconds / 1_000
            }),
            count(names::NV_INFER, |scoring| scoring.ran().nanoseconds / 1_000),
        ];
        for (name, counts) in tritons {
            series::add(registry, name, counts);
        }
    }
}

impl Scoring {
    fn new(served: &Served) -> Self {
        let inputs = served.scorer.contract().inputs().iter();
        let inputs = inputs
            .take(MOST_INPUTS)
            .map(|input| input.name().to_owned());
        let inputs: Vec<String> = inputs
            .chain([OTHER.to_owned(), UNKNOWN.to_owned()])
            .collect();
        Self {
            name: served.name.clone(),
            version: version_of(served),
            stages: Stage::ALL.map(|_| Timings::new(timings::STAGE)),
            warnings: inputs.iter().map(|_| Default::default()).collect(),
            faults: inputs.iter().map(|_| Default::default()).collect(),
            days: DayTally::of(served, &inputs),
            inputs,
            answered: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
            last_answer: AtomicU64::new(0),
        }
    }

    /// Begins to measure the stages of an answer.
    #[must_use]
    pub fn clock(&self) -> Clock<'_> {
        Clock {
            scoring: self,
            last: Instant::now(),
        }
    }

    /// Counts what a client was answered, and what was warned of. `route` is the way that is counted by day.
    pub fn scored(&self, contract: &Contract, score: &Score, route: Option<RouteKind>) {
        let days = self.days.as_ref().zip(route);
        if let Some((days, route)) = days {
            days.scored(route, &score.outcome);
        }
        for warning in &score.warnings {
            let input = match warning.kind {
                WarningKind::UnknownInput => self.inputs.len() - 1,
                _ => self.place(contract, &warning.input),
            };
            let kind = WarningKind::ALL
                .iter()
                .position(|kind| *kind == warning.kind);
            count(&self.warnings, input, kind);
            if let Some(((days, route), kind)) = days.zip(kind) {
                days.warned(route, input, kind);
            }
        }
    }

    /// Counts inputs that could not be used.
    pub fn rejected(&self, contract: &Contract, errors: &[FieldError], route: Option<RouteKind>) {
        let days = self.days.as_ref().zip(route);
        if let Some((days, route)) = days {
            days.not_scored(route);
        }
        for error in errors {
            let fault = error.fault.as_str();
            let fault = Fault::NAMES.iter().position(|name| *name == fault);
            let input = self.place(contract, &error.input);
            count(&self.faults, input, fault);
            if let Some(((days, route), fault)) = days.zip(fault) {
                days.rejected(route, input, fault);
            }
        }
    }

    /// Counts a request that the version answered.
    pub fn answered(&self, took: Duration, route: Option<RouteKind>) {
        if let Some((days, route)) = self.days.as_ref().zip(route) {
            days.answered(route, took);
        }
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let now = jiff::Timestamp::now().as_millisecond();
        self.last_answer
            .store(now.cast_unsigned(), Ordering::Relaxed);
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Counts a request that the version refused.
    pub fn refused(&self, route: Option<RouteKind>) {
        if let Some((days, route)) = self.days.as_ref().zip(route) {
            days.refused(route);
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// What it has done so far.
    #[must_use]
    pub fn done(&self) -> Done {
        Done {
            answered: load(&self.answered),
            refused: load(&self.refused),
            nanoseconds: load(&self.nanoseconds),
        }
    }

    /// How often a stage came to its end, and how long it took.
    #[must_use]
    pub fn taken(&self, stage: Stage) -> Taken {
        self.stage(stage).taken()
    }

    /// When it answered last, in milliseconds since 1970; 0 where it has not.
    #[must_use]
    pub fn last_answer_millis(&self) -> u64 {
        load(&self.last_answer)
    }

    /// What is taken away day by day.
    #[must_use]
    pub fn days(&self) -> Option<&DayTally> {
        self.days.as_ref()
    }

    /// The place of one of the contract's inputs in the tables.
    fn place(&self, contract: &Contract, input: &str) -> usize {
        let other = self.inputs.len() - 2;
        contract
            .input_index(input)
            .map_or(other, |index| index.min(other))
    }

    fn stage(&self, stage: Stage) -> &Timings {
        let [encode, predict, explain, counterfactual] = &self.stages;
        match stage {
            Stage::Encode => encode,
            Stage::Predict => predict,
            Stage::Explain => explain,
            Stage::Counterfactual => counterfactual,
        }
    }

    fn ran(&self) -> Taken {
        self.stage(Stage::Predict).taken()
    }

    fn labels(&self) -> Labels {
        vec![("version", self.version.clone())]
    }

    fn as_triton(&self) -> Labels {
        vec![
            ("model", MODEL.to_owned()),
            ("version", self.version.clone()),
        ]
    }

    fn stages(&self) -> impl Iterator<Item = (Labels, Taken)> {
        let stages = Stage::ALL.into_iter();
        stages.map(|stage| {
            let mut labels = self.labels();
            labels.push(("stage", stage.as_str().to_owned()));
            (labels, self.stage(stage).taken())
        })
    }

    fn warnings(&self) -> impl Iterator<Item = (Labels, u64)> {
        let kinds = WarningKind::ALL.map(WarningKind::as_str);
        self.table(&self.warnings, "kind", kinds)
    }

    fn faults(&self) -> impl Iterator<Item = (Labels, u64)> {
        self.table(&self.faults, "reason", Fault::NAMES)
    }

    /// What a table has counted, by input and by the words of its columns.
    fn table<const N: usize>(
        &self,
        table: &[[AtomicU64; N]],
        label: &'static str,
        words: [&'static str; N],
    ) -> impl Iterator<Item = (Labels, u64)> {
        let rows = self.inputs.iter().zip(table);
        rows.flat_map(move |(input, counts)| {
            let counts = words.into_iter().zip(counts.iter().map(load));
            counts
                .filter(|(_, count)| *count > 0)
                .map(move |(word, count)| {
                    let mut labels = self.labels();
                    labels.extend([("input", input.clone()), (label, word.to_owned())]);
                    (labels, count)
                })
        })
    }
}

impl Stages for Clock<'_> {
    fn ended(&mut self, stage: Stage) {
        let now = Instant::now();
        self.scoring.stage(stage).observe(now - self.last);
        self.last = now;
    }

    fn ended_together(&mut self, stage: Stage, n_clients: usize) {
        let now = Instant::now();
        // Each has its share, so that the figures count clients however they came.
        let share = (now - self.last) / u32::try_from(n_clients.max(1)).unwrap_or(u32::MAX);
        for _ in 0..n_clients {
            self.scoring.stage(stage).observe(share);
        }
        self.last = now;
    }
}

/// What a version is called in labels: its number, or the beginning of the hash of a file that is none.
#[must_use]
pub fn version_of(served: &Served) -> String {
    let number = served.version.map(|number| number.to_string());
    number.unwrap_or_else(|| served.scorer.model().short())
}

fn load(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

fn count<const N: usize>(table: &[[AtomicU64; N]], row: usize, column: Option<usize>) {
    let cell = table.get(row).zip(column);
    if let Some(count) = cell.and_then(|(row, column)| row.get(column)) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}
