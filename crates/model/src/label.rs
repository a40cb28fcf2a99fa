//! Class labels.

use std::fmt;

/// A class label, of whichever type the training data had.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant is the Python type of that name")]
pub enum Label {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}
