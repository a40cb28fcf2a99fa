//! The reference predictor behind the engine interface: slow, allocates, takes every model.

use std::sync::Arc;

use propenso_model::{Answer, Pipeline, RowError};

use crate::{Engine, Scratch};

/// The fallback for models no faster engine takes.
#[derive(Debug)]
pub struct ReferenceEngine {
    pipeline: Arc<Pipeline>,
}

impl From<Arc<Pipeline>> for ReferenceEngine {
    fn from(pipeline: Arc<Pipeline>) -> Self {
        Self { pipeline }
    }
}

impl Engine for ReferenceEngine {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn predict(&self, row: &[f64], _: &mut Scratch, answer: &mut Answer) -> Result<(), RowError> {
        *answer = self.pipeline.answer(row)?.checked()?;
        Ok(())
    }
}
