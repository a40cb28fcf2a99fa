//! An engine together with its model's signature: what the scorer holds.

use propenso_model::{Answer, Estimator, RowError, Signature, Thresholds};

use crate::lockstep::LockstepEngine;
use crate::reference::ReferenceEngine;
use crate::{Engine, Scratch};

/// A model ready to predict. The estimator it came from may be dropped.
#[derive(Debug)]
pub struct Predictor {
    signature: Signature,
    engine: Box<dyn Engine>,
    /// Kept because the estimator they come from is not.
    thresholds: Thresholds,
}

impl Predictor {
    /// Compiles an estimator: the first engine that can take it, best first.
    #[must_use]
    pub fn compile(estimator: Estimator) -> Self {
        let Estimator {
            signature,
            pipeline,
        } = estimator;
        let thresholds = Thresholds::of(&pipeline, signature.n_inputs());
        let engine: Box<dyn Engine> = match LockstepEngine::try_from(&pipeline) {
            Ok(engine) => Box::new(engine),
            Err(_) => Box::new(ReferenceEngine::from(pipeline)),
        };
        Self {
            signature,
            engine,
            thresholds,
        }
    }

    /// What the model takes and answers.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Where the model may change its answer, input by input.
    #[must_use]
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// Name of the engine that was chosen.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// Answers one row: its inputs in the model's order, numbers as they are, categories by their
    /// code in the signature's vocabulary, NaN where missing.
    ///
    /// # Errors
    ///
    /// [`RowError`] for rows the model does not accept; the answer's content is then of no use.
    pub fn predict(
        &self,
        row: &[f64],
        scratch: &mut Scratch,
        answer: &mut Answer,
    ) -> Result<(), RowError> {
        self.signature.check_count(row)?;
        self.engine.predict(row, scratch, answer)
    }
}
