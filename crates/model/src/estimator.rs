//! What a model file holds, once it is understood.

use crate::input::{ModelInput, Vocabulary};
use crate::label::Label;
use crate::pipeline::Pipeline;
use crate::row_error::{RowError, RowProblem};
use crate::verified::Part;
use crate::writer::Writer;

/// What an estimator answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// One of these classes; with a probability for each, in this order, if the estimator has
    /// `predict_proba`.
    Classes {
        /// The labels.
        labels: Vec<Label>,
        /// Whether the estimator gives probabilities.
        has_probabilities: bool,
    },
    /// One number.
    Value,
}

/// What an estimator takes and answers, and who wrote it: everything but the way it computes.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// Class of the estimator that predicts, without its module: `RandomForestClassifier`.
    pub class: String,
    /// Classes around it, outermost first: `RandomizedSearchCV`.
    pub wrappers: Vec<String>,
    /// The library that wrote it, and its version.
    pub writer: Writer,
    /// The classes that compute the answer, wrappers and transformers included, sorted.
    pub parts: Vec<Part>,
    /// What a row's values are, in order. Empty for an estimator that looks at no value and takes
    /// rows of any length (`Dummy*` of scikit-learn up to 1.4).
    pub inputs: Vec<ModelInput>,
    /// Whether the inputs' names are the model's own; otherwise it knows them by position only and
    /// they are called `f0`, `f1`, ….
    pub is_named: bool,
    /// The texts that categories are told apart by.
    pub vocabulary: Vocabulary,
    /// What it answers.
    pub output: Output,
}

impl Signature {
    /// Number of values of an answer: one per class, or 1. For a classifier without probabilities
    /// it is 0.
    #[must_use]
    pub fn n_values(&self) -> usize {
        match &self.output {
            Output::Classes {
                labels,
                has_probabilities: true,
            } => labels.len(),
            Output::Classes { .. } => 0,
            Output::Value => 1,
        }
    }

    /// Number of values of a row.
    #[must_use]
    pub fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The model's own names for its inputs, if it has any.
    #[must_use]
    pub fn names(&self) -> Option<Vec<&str>> {
        self.is_named.then(|| {
            self.inputs
                .iter()
                .map(|input| input.name.as_str())
                .collect()
        })
    }

    /// Whether a row has the right number of values.
    ///
    /// # Errors
    ///
    /// [`RowProblem::Count`].
    pub fn check_count(&self, row: &[f64]) -> Result<(), RowError> {
        let (expected, found) = (self.n_inputs(), row.len());
        if expected == found || self.inputs.is_empty() {
            return Ok(());
        }
        Err(RowError::new(0, RowProblem::Count { expected, found }))
    }
}

/// An estimator that can predict, whichever library wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimator {
    /// What it takes and answers.
    pub signature: Signature,
    /// How it computes.
    pub pipeline: Pipeline,
}

impl Estimator {
    /// The reference answer for a row: its inputs in order, numbers as they are, categories by
    /// their code in [`Signature::vocabulary`], NaN where missing.
    ///
    /// # Errors
    ///
    /// [`RowError`] for the rows the original library refuses, naming the first offending input, and for those that it
    /// answers NaN to.
    pub fn predict(&self, row: &[f64]) -> Result<Answer, RowError> {
        self.signature.check_count(row)?;
        self.pipeline.answer(row)?.checked()
    }
}

/// What an estimator says of one row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Position of the predicted class; 0 for a regressor.
    pub class: usize,
    /// Probabilities in class order (`predict_proba`), or a regressor's value alone. Empty for a
    /// classifier without probabilities.
    pub values: Vec<f64>,
    /// `decision_function`: one value for two classes, else one per class. Empty where the
    /// estimator has none.
    pub decision: Vec<f64>,
}

impl Answer {
    /// The answer, unless one of its values is NaN: that is none.
    ///
    /// # Errors
    ///
    /// [`RowProblem::NoAnswer`].
    pub fn checked(self) -> Result<Self, RowError> {
        if self.values.iter().any(|value| value.is_nan()) {
            return Err(RowError::new(0, RowProblem::NoAnswer));
        }
        Ok(self)
    }
}

/// Position of the class scikit-learn's `argmax` takes: the first of the largest values.
#[must_use]
pub fn decide(values: &[f64]) -> usize {
    let mut best = 0;
    for (position, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = position;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_wins() {
        assert_eq!(decide(&[0.5, 0.5]), 0);
        assert_eq!(decide(&[0.2, 0.4, 0.4]), 1);
        assert_eq!(decide(&[0.0]), 0);
        assert_eq!(decide(&[]), 0);
    }
}
