//! Whether golden rows reproduce: proof that propenso answers as the original did.
//!
//! Rows that came along with the model must come out equal. A model that came without is asked the
//! champion's rows: their answers are another model's, but a row that the champion could answer and the
//! new model cannot tells of a column that changed.

use propenso_portfolio::PortfolioError;
use propenso_scoring::{Language, Scorer};
use serde::Serialize;

use super::checked::Checked;
use super::concern::Concern;
use crate::golden::comparison::Judgement;
use crate::golden::{Golden, GoldenError, Place};
use crate::load_error::LoadError;

/// Lines that are told of.
const MAX_LINES: usize = 3;

/// Nine digits: no decision about a client hangs on less, and some golden files are written with no more.
const LEAST_TOLERANCE: f64 = 1e-9;

/// What came of golden rows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct GoldenRows {
    /// Whether they came with the model; otherwise they are the champion's.
    pub came_along: bool,
    /// Rows.
    pub rows: u64,
    /// Rows answered, or refused, as expected.
    pub as_expected: u64,
    /// Those of them whose numbers differ by rounding.
    pub rounded: u64,
    /// The largest difference of those.
    pub worst_rounding: f64,
    /// Rows with another class where rounding alone decides between the two.
    pub ties: u64,
    /// Rows that could not be answered, and the original answered.
    pub unanswered: u64,
    /// The largest difference of any number.
    pub worst: f64,
    /// The first rows that differ: line and how.
    pub first: Vec<(u64, String)>,
    /// Whether their places are rows as a spreadsheet counts, because the file is no text.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_row: bool,
}

/// The gate of golden rows. `scorer_of` makes the scorer that reads them: by the model's own columns, if they
/// are the file's, else by the contract.
///
/// `tolerance` is the largest difference that is rounding; without it, it is what the model's own arithmetic
/// may lose, and no less than [`LEAST_TOLERANCE`].
pub(super) fn gate(
    rows: Option<GoldenFile<'_>>,
    scorer: GoldenScorer<'_>,
    tolerance: Option<f64>,
) -> Result<Checked<GoldenRows>, LoadError> {
    let rounding = scorer.by_contract.predictor().rounding();
    let tolerance = tolerance.unwrap_or_else(|| rounding.tolerance().max(LEAST_TOLERANCE));
    let Some(GoldenFile { bytes, came_along }) = rows else {
        return Ok(Checked::skipped());
    };
    let mut found = GoldenRows {
        came_along,
        ..GoldenRows::default()
    };
    let compared = Golden::read(bytes).and_then(|golden| {
        let is_own = golden.has_columns_of(scorer.by_contract.predictor().signature());
        let own = scorer.by_own_columns;
        let scorer = own.filter(|_| is_own).unwrap_or(scorer.by_contract);
        golden.compare(scorer, Language::Spanish, |place, comparison| {
            if let Some((worst, _)) = comparison.worst() {
                // JSON has no infinity, which an `inf` among the expected numbers makes.
                found.worst = found.worst.max(worst.min(f64::MAX));
            }
            found.count(place, comparison.judge(tolerance, rounding));
        })
    });
    let concerns = match compared {
        // Of this machine, not of the file.
        Err(GoldenError::NoTable(PortfolioError::Temporary { folder, error })) => {
            return Err(LoadError::Unreadable {
                path: folder,
                error,
            });
        }
        Err(error) if came_along => vec![Concern::GoldenUnusable {
            problem: error.message(Language::Spanish),
        }],
        // The champion's rows are of the columns it was trained on.
        Err(_) => Vec::new(),
        Ok(()) if came_along && found.rows == 0 => vec![Concern::GoldenUnusable {
            problem: "no hay ninguna fila".to_owned(),
        }],
        Ok(()) if came_along => found.differing().into_iter().chain(found.tied()).collect(),
        Ok(()) => found.not_answered().into_iter().collect(),
    };
    Ok(Checked::new(found, concerns))
}

/// A file of golden rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoldenFile<'f> {
    pub(super) bytes: &'f [u8],
    /// Whether it came with the model; otherwise it is the champion's.
    pub(super) came_along: bool,
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
    fn count(&mut self, place: Place, judgement: Judgement) {
        self.rows += 1;
        let problem = match judgement {
            Judgement::Equal | Judgement::RefusedAsExpected => {
                self.as_expected += 1;
                return;
            }
            Judgement::Rounding { worst } => {
                self.as_expected += 1;
                self.rounded += 1;
                self.worst_rounding = self.worst_rounding.max(worst);
                return;
            }
            Judgement::Tie(problem) => {
                self.ties += 1;
                problem
            }
            Judgement::Refused(problem) => {
                self.unanswered += 1;
                problem
            }
            Judgement::Different(problem) => problem,
        };
        if self.first.len() < MAX_LINES {
            self.by_row = matches!(place, Place::Row(_));
            self.first.push((place.number(), problem));
        }
    }

    fn not_answered(&self) -> Option<Concern> {
        let (rows, of) = (self.unanswered, self.rows);
        (rows > 0).then_some(Concern::GoldenUnanswered { rows, of })
    }

    fn differing(&self) -> Option<Concern> {
        let (rows, of) = (self.rows - self.as_expected - self.ties, self.rows);
        (rows > 0).then_some(Concern::GoldenDiffers { rows, of })
    }

    fn tied(&self) -> Option<Concern> {
        let (rows, of) = (self.ties, self.rows);
        (rows > 0).then_some(Concern::GoldenTied { rows, of })
    }
}
