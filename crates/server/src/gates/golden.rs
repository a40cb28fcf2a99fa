//! Whether golden rows reproduce: proof that propenso answers as the original did.
//!
//! Rows that came along with the model must come out equal. A model that came without is asked the
//! champion's rows: their answers are another model's, but a row that the champion could answer and the
//! new model cannot tells of a column that changed.

use propenso_scoring::Scorer;
use serde::{Deserialize, Serialize};

use super::concern::Concern;
use super::{Findings, Gate};
use crate::golden::Golden;
use crate::golden::comparison::Comparison;

/// Lines that are told of.
const MAX_LINES: usize = 3;

/// What came of golden rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct GoldenRows {
    /// Whether they came with the model; otherwise they are the champion's.
    pub came_along: bool,
    /// Rows.
    pub rows: u64,
    /// Rows answered, or refused, as expected.
    pub as_expected: u64,
    /// Rows that could not be answered, and the original answered.
    pub unanswered: u64,
    /// The largest difference of any number.
    pub worst: f64,
    /// The first rows that differ: line and how.
    pub first: Vec<(u64, String)>,
}

/// The gate of golden rows. `scorer_of` makes the scorer that reads them: by the model's own columns, if they
/// are the file's, else by the contract.
pub(super) fn gate(rows: Option<(&[u8], bool)>, scorer: GoldenScorer<'_>, tolerance: f64) -> Gate {
    let Some((bytes, came_along)) = rows else {
        return Gate::new(Findings::Golden(GoldenRows::default()), Vec::new(), false);
    };
    let mut found = GoldenRows {
        came_along,
        ..GoldenRows::default()
    };
    let compared = Golden::open(bytes).and_then(|mut golden| {
        let is_own = golden.has_columns_of(scorer.by_contract.predictor().signature());
        let own = scorer.by_own_columns;
        let scorer = own.filter(|_| is_own).unwrap_or(scorer.by_contract);
        golden.compare(scorer, |line, comparison| {
            found.count(line, comparison, tolerance);
        })
    });
    let concern = match compared {
        Err(problem) if came_along => Some(Concern::GoldenUnusable { problem }),
        // The champion's rows are of the columns it was trained on.
        Err(_) => None,
        Ok(()) if came_along && found.rows == 0 => Some(Concern::GoldenUnusable {
            problem: "no hay ninguna fila".to_owned(),
        }),
        Ok(()) if came_along => found.differing(found.rows - found.as_expected),
        Ok(()) => found.not_answered(),
    };
    Gate::new(Findings::Golden(found), concern.into_iter().collect(), true)
}

/// What golden rows can be read by.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoldenScorer<'s> {
    /// The model under its contract.
    pub(super) by_contract: &'s Scorer,
    /// The model by its own columns.
    pub(super) by_own_columns: Option<&'s Scorer>,
}

impl GoldenRows {
    fn count(&mut self, line: u64, comparison: Comparison, tolerance: f64) {
        self.rows += 1;
        let problem = match comparison {
            Comparison::RefusedAsExpected => None,
            Comparison::Compared { worst, column } => {
                // JSON has no infinity, which a `nan` or `inf` among the expected numbers makes.
                self.worst = self.worst.max(worst.min(f64::MAX));
                (worst > tolerance).then_some(column)
            }
            Comparison::Refused(problem) => {
                self.unanswered += 1;
                Some(problem)
            }
            Comparison::Wrong(problem) => Some(problem),
        };
        match problem {
            None => self.as_expected += 1,
            Some(problem) if self.first.len() < MAX_LINES => self.first.push((line, problem)),
            Some(_) => {}
        }
    }

    fn not_answered(&self) -> Option<Concern> {
        let (rows, of) = (self.unanswered, self.rows);
        (rows > 0).then_some(Concern::GoldenUnanswered { rows, of })
    }

    fn differing(&self, rows: u64) -> Option<Concern> {
        let of = self.rows;
        (rows > 0).then_some(Concern::GoldenDiffers { rows, of })
    }
}
