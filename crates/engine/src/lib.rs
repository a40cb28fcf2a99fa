//! Fast, immutable predictors compiled from estimators.
//!
//! An engine answers four questions: its name ([`Engine::name`]), whether it can take a model (the
//! conversion itself, `TryFrom<&Pipeline>`), how it predicts ([`Engine::predict`],
//! [`Engine::predict_rows`]), and whether it is better than another (the order of attempts in
//! [`Predictor::compile`]). Whatever the engine, the answer equals the reference predictor of
//! `propenso-model` bit for bit.
//!
//! # Map, in reading order
//!
//! - [`predictor`]: an engine with its model's signature; what the scorer holds
//! - [`rows`]: many rows in, many answers out
//! - `shares`: how those are shared between threads
//! - [`forest`]: the engine for every model of trees
//! - [`reference`](mod@reference): the fallback that takes every model
//! - [`explanation`]: an answer taken apart by input
//! - [`shap`]: exact Shapley values of trees, which explanations are made of
//! - `late`: what is made when it is first asked for

pub mod explanation;
pub mod forest;
mod late;
pub mod predictor;
pub mod reference;
pub mod rows;
pub mod shap;
mod shares;

use std::fmt::Debug;

pub use explanation::{Case, ExplainError, ExplainScratch, Explanation};
pub use forest::{ForestEngine, Instructions};
pub use predictor::Predictor;
pub use propenso_model::{Answer, RowError, RowProblem, Signature};
pub use rows::{Answers, AnswersPart, Rows};
pub use shap::Unexplained;
pub use shares::RowCost;

/// A compiled model. Immutable and shared between threads; what a call needs to write lives in the
/// caller's [`Scratch`].
pub trait Engine: Debug + Send + Sync {
    /// Its name, as `inspect` prints it.
    fn name(&self) -> &'static str;

    /// Answers one row of as many inputs as the model has. Allocates nothing once the scratch and
    /// the answer are warm, unless the engine says otherwise.
    ///
    /// # Errors
    ///
    /// [`RowError`] for rows the model does not accept; the answer's content is then of no use.
    fn predict(
        &self,
        row: &[f64],
        scratch: &mut Scratch,
        answer: &mut Answer,
    ) -> Result<(), RowError>;

    /// Answers rows of as many inputs as the model has, with the answers that [`Self::predict`]
    /// gives.
    fn predict_rows(&self, rows: Rows<'_>, scratch: &mut Scratch, answers: AnswersPart<'_>) {
        one_by_one(self, rows, scratch, answers);
    }

    /// What rows cost [`Self::predict_rows`].
    fn row_cost(&self) -> RowCost {
        RowCost::UNKNOWN
    }
}

fn one_by_one(
    engine: &(impl Engine + ?Sized),
    rows: Rows<'_>,
    scratch: &mut Scratch,
    mut answers: AnswersPart<'_>,
) {
    let mut answer = std::mem::take(&mut scratch.answer);
    for row in 0..rows.n_rows() {
        match engine.predict(rows.row(row), scratch, &mut answer) {
            Ok(()) => answers.set(row, answer.class, &answer.values),
            Err(error) => answers.refuse(row, error),
        }
    }
    scratch.answer = answer;
}

/// Room a call needs, kept by the caller between calls so that none allocates.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    /// Rows as the trees compare them, feature by feature.
    pub(crate) values: Vec<f64>,
    /// The rows' keys, chunk by chunk.
    pub(crate) chunk_keys: Vec<u16>,
    /// The same, row by row.
    pub(crate) row_keys: Vec<u32>,
    /// Walks through sparse trees.
    pub(crate) walks: forest::Walks,
    /// Where a row ends in each tree.
    pub(crate) places: Vec<usize>,
    /// The rows' scores.
    pub(crate) scores: Vec<f64>,
    /// The answer on its way to the caller.
    pub(crate) answer: Answer,
    /// Rows of a block that were refused.
    pub(crate) refused: Vec<(usize, RowError)>,
}
