//! An engine together with its model's signature: what the scorer holds.

use propenso_model::{Estimator, RowError, Signature};

use crate::lockstep::LockstepEngine;
use crate::reference::ReferenceEngine;
use crate::{Engine, Scratch};

/// A model ready to predict. The estimator it came from may be dropped.
#[derive(Debug)]
pub struct Predictor {
    signature: Signature,
    engine: Box<dyn Engine>,
}

impl Predictor {
    /// Compiles an estimator: the first engine that can take it, best first.
    #[must_use]
    pub fn compile(estimator: Estimator) -> Self {
        let Estimator { signature, forest } = estimator;
        let engine: Box<dyn Engine> = match LockstepEngine::try_from(&forest) {
            Ok(engine) => Box::new(engine),
            Err(_) => Box::new(ReferenceEngine::from(forest)),
        };
        Self { signature, engine }
    }

    /// What the model takes and answers.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Name of the engine that was chosen.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// Answers one row: `output` has [`Signature::n_values`] values, probabilities in class order
    /// or the predicted value. Allocates nothing once the scratch is warm.
    ///
    /// # Errors
    ///
    /// [`RowError`] for rows the model does not accept; `output` is then untouched.
    pub fn predict(
        &self,
        features: &[f64],
        scratch: &mut Scratch,
        output: &mut [f64],
    ) -> Result<(), RowError> {
        self.signature.check_row(features)?;
        self.engine.predict(features, scratch, output);
        Ok(())
    }
}
