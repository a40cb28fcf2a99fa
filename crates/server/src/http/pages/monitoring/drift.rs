//! Which inputs are others than in the reference, and by how much.

use std::fmt;

use propenso_lifecycle::monitoring::{Change, InputDrift};

use super::inputs::name_of;
use super::period::Period;
use crate::http::App;
use crate::http::pages::figure;
use crate::http::pages::words::MonitoringWords;

/// Inputs that are shown, what matters most first; the others are in the file.
const SHOWN: usize = 40;

/// Units of a small picture of two distributions.
const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 30.0;

/// What is to be said of a version's inputs.
pub(super) struct Drifts {
    /// The version that it is about.
    pub(super) number: u32,
    pub(super) state: DriftState,
}

pub(super) enum DriftState {
    /// It was examined without a reference portfolio.
    NoReference,
    /// Nobody was counted yet.
    Nobody,
    /// What was found.
    Found(DriftTable),
}

/// Inputs beside the reference, what matters most first.
pub(super) struct DriftTable {
    /// What it is compared with, and how.
    pub(super) help: String,
    /// What it comes to.
    pub(super) sentence: String,
    pub(super) rows: Vec<DriftRow>,
    /// How many more there are.
    pub(super) more: Option<String>,
}

/// An input beside the reference.
pub(super) struct DriftRow {
    pub(super) input: String,
    pub(super) class: &'static str,
    pub(super) change: &'static str,
    pub(super) psi: String,
    pub(super) critical: String,
    pub(super) p_value: String,
    pub(super) weight: String,
    pub(super) bars: Vec<SmallBar>,
    pub(super) bins: Vec<BinRow>,
}

/// A bin beside the reference.
pub(super) struct BinRow {
    pub(super) label: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// An upright bar of the small picture.
pub(super) struct SmallBar {
    pub(super) class: &'static str,
    pub(super) x: Place,
    pub(super) y: Place,
    pub(super) width: Place,
    pub(super) height: Place,
}

/// To a tenth of a unit.
pub(super) struct Place(f64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 10.0).round() / 10.0)
    }
}

impl Drifts {
    /// Says it of the version that a period is about; `None` where there is none.
    pub(super) fn new(app: &App, period: &Period, words: MonitoringWords) -> Option<Self> {
        let compared = period.compared.as_ref()?;
        let state = match &compared.reference {
            None => DriftState::NoReference,
            Some(reference) => {
                let found = compared.drifts();
                match found.is_empty() {
                    true => DriftState::Nobody,
                    false => {
                        let clients = figure::count(reference.clients, words.0);
                        let help = words.drift_help(&clients, compared.number);
                        DriftState::Found(DriftTable::new(app, &found, help, words))
                    }
                }
            }
        };
        Some(Self {
            number: compared.number,
            state,
        })
    }
}

impl DriftTable {
    fn new(app: &App, found: &[InputDrift<'_>], help: String, words: MonitoringWords) -> Self {
        let of = |change| found.iter().filter(|drift| drift.change == change).count();
        let (changed, moved, few) = (of(Change::Changed), of(Change::Some), of(Change::TooFew));
        let all = found.len();
        let sentence = match (changed, moved) {
            (0, 0) if few == all => words.too_few_of_all().to_owned(),
            (0, 0) => words.none_changed().to_owned(),
            (changed, moved) => words.changed_of(changed, moved, all),
        };
        let more = found.len().saturating_sub(SHOWN);
        let rows = found.iter().take(SHOWN);
        Self {
            help,
            sentence,
            rows: rows.map(|drift| DriftRow::new(app, drift, words)).collect(),
            more: (more > 0).then(|| figure::count(more as u64, words.0)),
        }
    }
}

impl DriftRow {
    fn new(app: &App, drift: &InputDrift<'_>, words: MonitoringWords) -> Self {
        let known = drift.reference;
        let shares = shares(drift);
        let number = |value| figure::number(value, 3, words.0);
        let bins = shares.iter().map(|(bin, before, after)| BinRow {
            label: known.bins.label(*bin, words.0),
            before: figure::percent(*before, words.0),
            after: figure::percent(*after, words.0),
        });
        Self {
            input: name_of(app, &known.input, words),
            class: match drift.change {
                Change::Changed => "is-bad",
                Change::Some => "is-warning",
                Change::Stable => "is-good",
                Change::TooFew => "is-quiet",
            },
            change: words.of_change(drift.change),
            psi: number(drift.stability.psi),
            critical: number(drift.stability.critical),
            p_value: match drift.p_value {
                p if p < 0.001 => format!("< {}", number(0.001)),
                p => number(p),
            },
            weight: drift
                .weight
                .map_or_else(|| "–".to_owned(), |weight| figure::percent(weight, words.0)),
            bins: bins.collect(),
            bars: bars(&shares),
        }
    }
}

/// The bins that any client is in: the share of the reference's clients, and that of those since.
fn shares(drift: &InputDrift<'_>) -> Vec<(usize, f64, f64)> {
    let before: u64 = drift.reference.counts.iter().sum();
    let after = drift.clients();
    let counts = drift.reference.counts.iter().zip(&drift.counts);
    counts
        .enumerate()
        .filter(|(_, counts)| *counts != (&0, &0))
        .map(|(bin, (a, b))| {
            let share = |count: u64, all: u64| count as f64 / all.max(1) as f64;
            (bin, share(*a, before), share(*b, after))
        })
        .collect()
}

fn bars(shares: &[(usize, f64, f64)]) -> Vec<SmallBar> {
    let highest = shares
        .iter()
        .fold(0.0_f64, |highest, bin| highest.max(bin.1).max(bin.2));
    let step = WIDTH / shares.len().max(1) as f64;
    let width = step * 0.42;
    let bar = |class, x: f64, share: f64| {
        let height = share / highest.max(f64::MIN_POSITIVE) * HEIGHT;
        SmallBar {
            class,
            x: Place(x),
            y: Place(HEIGHT - height),
            width: Place(width),
            height: Place(height),
        }
    };
    let pairs = shares.iter().enumerate().flat_map(|(at, (_, a, b))| {
        let left = at as f64 * step;
        [bar("before", left, *a), bar("after", left + width, *b)]
    });
    pairs.collect()
}
