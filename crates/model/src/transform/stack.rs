//! The members of a stacking estimator: their answers become the final estimator's row
//! (`sklearn/ensemble/_stacking.py`, `_concatenate_predictions`).

use crate::pipeline::Pipeline;
use crate::row_error::RowError;

/// Members over the same row.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// The members, in the order of their values.
    pub levels: Vec<Level>,
    /// Whether the row itself follows.
    pub passes_row: bool,
}

/// One member.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The estimator.
    pub pipeline: Pipeline,
    /// What of its answer is passed on.
    pub says: Says,
}

/// What of a member's answer is passed on.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// All probabilities, or a regressor's value.
    Values {
        /// Number of values.
        width: usize,
    },
    /// The second of two probabilities.
    SecondProbability,
    /// Its decision function.
    Decision {
        /// Number of values.
        width: usize,
    },
    /// The predicted class, as this number.
    Class(Vec<f64>),
}

impl Stack {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        let mut all = Vec::new();
        for level in &self.levels {
            let answer = level.pipeline.answer(row)?;
            match &level.says {
                Says::Values { .. } => all.extend(answer.values),
                Says::SecondProbability => all.extend(answer.values.get(1)),
                Says::Decision { .. } => all.extend(answer.decision),
                Says::Class(numbers) => all.extend(numbers.get(answer.class)),
            }
        }
        if self.passes_row {
            all.extend(row);
        }
        Ok(all)
    }

    pub(super) fn origin(&self, value: usize) -> usize {
        let n_said: usize = self.levels.iter().map(|level| level.says.width()).sum();
        value.saturating_sub(n_said)
    }
}

impl Says {
    fn width(&self) -> usize {
        match self {
            Self::SecondProbability | Self::Class(_) => 1,
            Self::Values { width } | Self::Decision { width } => *width,
        }
    }
}
