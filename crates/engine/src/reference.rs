//! The reference predictor behind the engine interface: slow, allocates, takes every model.

use propenso_model::Forest;

use crate::{Engine, Scratch};

/// The fallback for models no faster engine takes.
#[derive(Debug)]
pub struct ReferenceEngine {
    forest: Forest,
}

impl From<Forest> for ReferenceEngine {
    fn from(forest: Forest) -> Self {
        Self { forest }
    }
}

impl Engine for ReferenceEngine {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn predict(&self, features: &[f64], _: &mut Scratch, output: &mut [f64]) {
        self.forest.predict(features, output);
    }
}
