//! What `verify` found.

use std::io::Write;

use propenso_lifecycle::golden::Place;
use propenso_lifecycle::golden::comparison::{Comparison, Judgement};
use propenso_model::Rounding;
use propenso_scoring::{Language, Scorer};
use serde::Serialize;

/// Rows listed one by one; the rest are counted.
const MAX_LISTED: usize = 20;

/// What `verify` found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    model: String,
    contract: String,
    /// The model's own arithmetic.
    #[serde(skip)]
    rounding: Rounding,
    /// The largest difference that counts as rounding.
    tolerance: f64,
    /// What it is the rounding of; none where the caller said the tolerance.
    arithmetic: Option<&'static str>,
    rows: u64,
    /// Rows whose every number had the expected bits.
    equal: u64,
    /// Rows whose class was the expected one and whose numbers differed by no more than the tolerance.
    within_tolerance: u64,
    /// The largest difference of those.
    worst_rounding: f64,
    /// Rows with another class, where rounding alone decides between the two.
    ties: u64,
    /// Rows that were refused, as expected.
    refused_as_expected: u64,
    /// Rows that differed by more, or had another class, or were refused.
    different: u64,
    /// The largest difference of all.
    worst: Option<Worst>,
    /// The first of the different rows, and of the ties.
    listed: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Worst {
    difference: f64,
    #[serde(flatten)]
    place: Place,
    what: String,
}

#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    place: Place,
    what: String,
}

impl Report {
    /// A report of no rows yet. A tolerance of the caller's stands in place of the model's own.
    pub(super) fn new(scorer: &Scorer, tolerance: Option<f64>) -> Self {
        let rounding = scorer.predictor().rounding();
        Self {
            model: scorer.model().to_string(),
            contract: scorer.contract().name().to_owned(),
            rounding,
            tolerance: tolerance.unwrap_or_else(|| rounding.tolerance()),
            arithmetic: tolerance.is_none().then(|| rounding.name()),
            rows: 0,
            equal: 0,
            within_tolerance: 0,
            worst_rounding: 0.0,
            ties: 0,
            refused_as_expected: 0,
            different: 0,
            worst: None,
            listed: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, place: Place, comparison: Comparison) {
        self.rows += 1;
        if let Some((difference, what)) = comparison.worst() {
            let known = self.worst.as_ref().map_or(0.0, |worst| worst.difference);
            if difference > known {
                self.worst = Some(Worst {
                    difference,
                    place,
                    what: what.to_owned(),
                });
            }
        }
        match comparison.judge(self.tolerance, self.rounding) {
            Judgement::RefusedAsExpected => self.refused_as_expected += 1,
            Judgement::Equal => self.equal += 1,
            Judgement::Rounding { worst } => {
                self.within_tolerance += 1;
                self.worst_rounding = self.worst_rounding.max(worst);
            }
            Judgement::Tie(what) => {
                self.ties += 1;
                let what = format!("{what}: a tie but for rounding");
                self.list(place, what);
            }
            Judgement::Different(what) | Judgement::Refused(what) => {
                self.different += 1;
                self.list(place, what);
            }
        }
    }

    fn list(&mut self, place: Place, what: String) {
        if self.listed.len() < MAX_LISTED {
            self.listed.push(Listed { place, what });
        }
    }

    /// Whether there were rows, and every one was as expected.
    pub(super) fn is_proof(&self) -> bool {
        self.rows > 0 && self.different == 0 && self.ties == 0
    }

    fn result(&self) -> &'static str {
        match self {
            _ if self.rows == 0 => "there is no row to check",
            _ if self.different > 0 => "the model does not answer as expected",
            _ if self.ties > 0 => {
                "every number is as expected, but rounding decides the class of some rows"
            }
            _ => "every row is as expected",
        }
    }

    /// Says how many, as in `64 (of float32 arithmetic, up to 2.5e-7; worst 4.2e-8)`.
    fn describe_rounding(&self) -> String {
        let worst = match self.within_tolerance {
            0 => String::new(),
            _ => format!("; worst {:.1e}", self.worst_rounding),
        };
        let arithmetic = self.arithmetic.unwrap_or("the tolerance asked for");
        let (rows, tolerance) = (self.within_tolerance, self.tolerance);
        format!("{rows} (of {arithmetic}, up to {tolerance:e}{worst})")
    }

    pub(super) fn write_text(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut line = |name: &str, value: String| writeln!(out, "{name:<20}{value}");
        line("model", self.model.clone())?;
        line("contract", self.contract.clone())?;
        line("rows checked", self.rows.to_string())?;
        line("equal bit for bit", self.equal.to_string())?;
        line("within rounding", self.describe_rounding())?;
        if self.ties > 0 {
            line("class at a tie", self.ties.to_string())?;
        }
        line("refused as expected", self.refused_as_expected.to_string())?;
        line("different", self.different.to_string())?;
        if let Some(worst) = &self.worst {
            let Worst {
                difference,
                place,
                what,
            } = worst;
            line(
                "worst difference",
                format!("{difference:e}, {}, {what}", place.name(Language::English)),
            )?;
        }
        for listed in &self.listed {
            let place = listed.place.name(Language::English);
            line("", format!("{place}: {}", listed.what))?;
        }
        let unlisted = self.different + self.ties - self.listed.len() as u64;
        if unlisted > 0 {
            line("", format!("and {unlisted} more"))?;
        }
        line("result", self.result().to_owned())
    }
}
