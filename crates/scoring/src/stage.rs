//! The stages of an answer, for whoever wants to know how long each takes.

use crate::Observed;

/// A part of the work on one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The row becomes the model's features.
    Encode,
    /// The model answers.
    Predict,
    /// What moved the answer is worked out.
    Explain,
    /// The smallest change that flips the class is looked for.
    Counterfactual,
}

impl Stage {
    /// All stages, in the order of the work.
    pub const ALL: [Self; 4] = [
        Self::Encode,
        Self::Predict,
        Self::Explain,
        Self::Counterfactual,
    ];

    /// The snake_case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encode => "encode",
            Self::Predict => "predict",
            Self::Explain => "explain",
            Self::Counterfactual => "counterfactual",
        }
    }
}

/// Hears of each stage of an answer when it has ended, whatever came of it.
///
/// Scoring knows no clock: what the time is at the end of a stage is for the listener to ask. `()` does not listen, and
/// costs nothing.
pub trait Stages {
    /// Hears that a stage has ended.
    fn ended(&mut self, stage: Stage);

    /// Hears that a stage has ended for so many clients, which went through it together.
    fn ended_together(&mut self, stage: Stage, _n_clients: usize) {
        self.ended(stage);
    }

    /// Hears what each input of a client was, in the contract's order, once the model has answered.
    fn scored(&mut self, _observed: &[Observed]) {}
}

impl Stages for () {
    fn ended(&mut self, _: Stage) {}
}
