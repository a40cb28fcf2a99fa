//! A row that a model does not accept, and the check every predictor makes first.

use std::fmt;

/// A row that the model does not accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("input {input}: {problem}")]
pub struct RowError {
    /// Index of the input.
    pub input: usize,
    /// What is wrong with it.
    pub problem: RowProblem,
}

impl RowError {
    /// An error about one input.
    #[must_use]
    pub fn new(input: usize, problem: RowProblem) -> Self {
        Self { input, problem }
    }
}

/// Why a row is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowProblem {
    /// A missing value where the model takes none.
    Missing,
    /// Infinite, or beyond the range of a 32-bit float (3.4e38).
    TooLarge,
    /// Infinite where the model computes in 64-bit floats.
    Infinite,
    /// A category not seen in training, where the model takes no other.
    UnknownCategory,
    /// Zero or below where the model takes a logarithm.
    NotPositive,
    /// The model makes NaN of the row: the original gives no probabilities, or no value. It is about the row, not
    /// about one of its inputs.
    NoAnswer,
    /// Not as many values as the model has inputs.
    Count {
        /// The model's number of inputs.
        expected: usize,
        /// The row's.
        found: usize,
    },
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("this model accepts no missing value"),
            Self::TooLarge => f.write_str("the value is infinite or beyond the range of float32"),
            Self::Infinite => f.write_str("the value is infinite"),
            Self::UnknownCategory => f.write_str("the category was not seen in training"),
            Self::NoAnswer => {
                f.write_str("the model answers NaN to this row, as the original does")
            }
            Self::NotPositive => f.write_str("the value is not above 0"),
            Self::Count { expected, found } => {
                write!(f, "the model takes {expected} inputs, the row has {found}")
            }
        }
    }
}

/// Which values a predictor takes: scikit-learn's `check_array`
/// (`sklearn/utils/validation.py`) and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepts {
    /// Whether NaN is taken.
    pub missing: bool,
    /// How large a value may be.
    pub magnitude: Magnitude,
}

/// How large a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Magnitude {
    /// Infinities are taken.
    Any,
    /// Any finite f64.
    Finite,
    /// What stays finite as f32.
    Float32,
}

impl Accepts {
    /// Everything.
    pub const ANYTHING: Self = Self {
        missing: true,
        magnitude: Magnitude::Any,
    };
    /// Finite f64, nothing missing: `check_array`'s default.
    pub const FINITE: Self = Self {
        missing: false,
        magnitude: Magnitude::Finite,
    };

    /// Refuses the rows the original refuses.
    ///
    /// # Errors
    ///
    /// [`RowError`] naming the first offending value.
    pub fn check(self, row: &[f64]) -> Result<(), RowError> {
        for (input, value) in row.iter().enumerate() {
            let problem = match self.magnitude {
                _ if value.is_nan() && self.missing => continue,
                _ if value.is_nan() => RowProblem::Missing,
                Magnitude::Finite if value.is_infinite() => RowProblem::Infinite,
                Magnitude::Float32 if (*value as f32).is_infinite() => RowProblem::TooLarge,
                _ => continue,
            };
            return Err(RowError::new(input, problem));
        }
        Ok(())
    }
}
