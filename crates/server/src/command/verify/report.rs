//! What `verify` found.

use std::io::Write;

use propenso_scoring::Scorer;
use serde::Serialize;

use crate::golden::comparison::Comparison;

/// Rows listed one by one; the rest are counted.
const MAX_LISTED: usize = 20;

/// What `verify` found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    model: String,
    contract: String,
    tolerance: f64,
    rows: u64,
    /// Rows whose every number had the expected bits.
    equal: u64,
    /// Rows whose numbers differed by no more than the tolerance.
    within_tolerance: u64,
    /// Rows that were refused, as expected.
    refused_as_expected: u64,
    /// Rows that differed by more, or had another class, or were refused.
    different: u64,
    /// The largest difference of all.
    worst: Option<Worst>,
    /// The first of the different rows.
    listed: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Worst {
    difference: f64,
    line: u64,
    what: String,
}

#[derive(Debug, Serialize)]
struct Listed {
    line: u64,
    what: String,
}

impl Report {
    pub(super) fn new(scorer: &Scorer, tolerance: f64) -> Self {
        Self {
            model: scorer.model().to_string(),
            contract: scorer.contract().name().to_owned(),
            tolerance,
            rows: 0,
            equal: 0,
            within_tolerance: 0,
            refused_as_expected: 0,
            different: 0,
            worst: None,
            listed: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, line: u64, comparison: Comparison) {
        self.rows += 1;
        match comparison {
            Comparison::RefusedAsExpected => self.refused_as_expected += 1,
            Comparison::Compared { worst: 0.0, .. } => self.equal += 1,
            Comparison::Compared { worst, column } => {
                let known = self.worst.as_ref().map_or(0.0, |worst| worst.difference);
                if worst > known {
                    self.worst = Some(Worst {
                        difference: worst,
                        line,
                        what: column.clone(),
                    });
                }
                if worst <= self.tolerance {
                    self.within_tolerance += 1;
                } else {
                    self.add_different(line, column);
                }
            }
            Comparison::Refused(what) | Comparison::Wrong(what) => self.add_different(line, what),
        }
    }

    fn add_different(&mut self, line: u64, what: String) {
        self.different += 1;
        if self.listed.len() < MAX_LISTED {
            self.listed.push(Listed { line, what });
        }
    }

    /// Whether there were rows, and every one was as expected.
    pub(super) fn is_proof(&self) -> bool {
        self.rows > 0 && self.different == 0
    }

    pub(super) fn write_text(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut line = |name: &str, value: String| writeln!(out, "{name:<20}{value}");
        line("model", self.model.clone())?;
        line("contract", self.contract.clone())?;
        line("rows checked", self.rows.to_string())?;
        line("equal bit for bit", self.equal.to_string())?;
        line(
            "within tolerance",
            format!("{} (of {:e})", self.within_tolerance, self.tolerance),
        )?;
        line("refused as expected", self.refused_as_expected.to_string())?;
        line("different", self.different.to_string())?;
        if let Some(worst) = &self.worst {
            let Worst {
                difference,
                line: at,
                what,
            } = worst;
            line(
                "worst difference",
                format!("{difference:e}, line {at}, {what}"),
            )?;
        }
        for listed in &self.listed {
            line("", format!("line {}: {}", listed.line, listed.what))?;
        }
        let unlisted = self.different - self.listed.len() as u64;
        if unlisted > 0 {
            line("", format!("and {unlisted} more"))?;
        }
        line(
            "result",
            match (self.rows, self.is_proof()) {
                (0, _) => "there is no row to check".to_owned(),
                (_, true) => "every row is as expected".to_owned(),
                (_, false) => "the model does not answer as expected".to_owned(),
            },
        )
    }
}
