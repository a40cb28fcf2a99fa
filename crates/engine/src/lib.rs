//! Fast, immutable predictors compiled from estimators.
//!
//! An engine answers four questions: its name ([`Engine::name`]), whether it can take a model (the
//! conversion itself, `TryFrom<&Forest>`), how it predicts ([`Engine::predict`]), and whether it is
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
pub use propenso_model::{RowError, RowProblem, Signature};

/// A compiled model. Immutable and shared between threads; what a call needs to write lives in the
/// caller's [`Scratch`].
pub trait Engine: Debug + Send + Sync {
    /// Its name, as `inspect` prints it.
    fn name(&self) -> &'static str;

    /// Answers one row that the model's signature accepts: `features` in the model's order,
    /// `output` one value per class, or one. Allocates nothing once the scratch is warm.
    fn predict(&self, features: &[f64], scratch: &mut Scratch, output: &mut [f64]);
}

/// Room a call needs, kept by the caller between calls so that none allocates.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    /// The row as scikit-learn's trees see it.
    pub(crate) features: Vec<f32>,
}
