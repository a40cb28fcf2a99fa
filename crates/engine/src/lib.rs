//! Fast, immutable predictors compiled from estimators.
//!
//! An engine answers four questions: its name ([`Engine::name`]), whether it can take a model (the
//! conversion itself, `TryFrom<&Pipeline>`), how it predicts ([`Engine::predict`]), and whether it is
//! better than another (the order of attempts in [`Predictor::compile`]). Whatever the engine, the
//! answer equals the reference predictor of `propenso-model` bit for bit.
//!
//! # Map, in reading order
//!
//! - [`predictor`]: an engine with its model's signature; what the scorer holds
//! - [`lockstep`]: the one-row engine: eight trees of a forest walked side by side
//! - [`reference`](mod@reference): the fallback that takes every model

pub mod lockstep;
pub mod predictor;
pub mod reference;

use std::fmt::Debug;

pub use predictor::Predictor;
pub use propenso_model::{Answer, RowError, RowProblem, Signature};

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
}

/// Room a call needs, kept by the caller between calls so that none allocates.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    /// The row as scikit-learn's trees see it.
    pub(crate) features: Vec<f32>,
}
