//! What turns the model's answer into a label.

use std::fmt;

/// How a model's answer becomes a class the business knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The model's class that means "pays": `probability` is always the probability of this one.
    pub positive_class: PositiveClass,
    /// Probabilities of at least this are positive. `None` leaves it to the model's own choice of
    /// the likeliest class, which is what scikit-learn's `predict` does.
    pub threshold: Option<f64>,
    /// What people call the two outcomes.
    pub labels: Labels,
}

/// What people call the two outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// The label of the positive class, such as "pagador".
    pub positive: String,
    /// The label of everything else, such as "no pagador".
    pub negative: String,
}

/// A class label as the contract writes it. A model's class matches when it is the same value; the
/// model's `1` and `1.0` are the same class, `"1"` is another.
#[derive(Debug, Clone, PartialEq)]
pub enum PositiveClass {
    /// `positive_class = 1`
    Int(i64),
    /// `positive_class = 1.0`
    Float(f64),
    /// `positive_class = true`
    Bool(bool),
    /// `positive_class = "SI"`
    Text(String),
}

impl fmt::Display for PositiveClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(class) => write!(f, "{class}"),
            Self::Float(class) => write!(f, "{class:?}"),
            Self::Bool(class) => write!(f, "{class}"),
            Self::Text(class) => write!(f, "{class:?}"),
        }
    }
}
