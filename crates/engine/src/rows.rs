//! Many rows in, many answers out.

use std::sync::{Mutex, PoisonError};

use propenso_model::RowError;

/// Rows of a model's inputs, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'r> {
    values: &'r [f64],
    n_rows: usize,
    n_inputs: usize,
}

impl<'r> Rows<'r> {
    /// `n_rows` rows of as many values each; `None` unless their number divides that of the values.
    #[must_use]
    pub fn new(values: &'r [f64], n_rows: usize) -> Option<Self> {
        let n_inputs = values.len().checked_div(n_rows).unwrap_or(0);
        (n_inputs * n_rows == values.len()).then_some(Self {
            values,
            n_rows,
            n_inputs,
        })
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(self) -> usize {
        self.n_rows
    }

    /// Values of a row.
    #[must_use]
    pub fn n_inputs(self) -> usize {
        self.n_inputs
    }

    /// One row; panics beyond the last.
    #[must_use]
    pub fn row(self, row: usize) -> &'r [f64] {
        assert!(row < self.n_rows);
        &self.values[row * self.n_inputs..][..self.n_inputs]
    }

    /// Some consecutive rows; panics beyond the last.
    #[must_use]
    pub fn part(self, first: usize, n_rows: usize) -> Self {
        let values = &self.values[first * self.n_inputs..][..n_rows * self.n_inputs];
        Self {
            values,
            n_rows,
            n_inputs: self.n_inputs,
        }
    }
}

/// The answers for many rows, in their order. Kept by the caller between calls, so that only the
/// first allocates.
///
/// The decision function is not among them; [`crate::Predictor::predict`] has it.
#[derive(Debug, Default)]
pub struct Answers {
    n_values: usize,
    classes: Vec<u32>,
    values: Vec<f64>,
    refused: Vec<(usize, RowError)>,
}

/// The rows that were refused, whichever thread refused them.
pub(crate) type Refused = Mutex<Vec<(usize, RowError)>>;

impl Answers {
    /// Makes room for answers of so many values each, has it filled, in parts of so many rows, and puts
    /// the refused rows in order.
    pub(crate) fn fill(
        &mut self,
        n_rows: usize,
        n_values: usize,
        rows_of_part: usize,
        fill: impl FnOnce(&mut (dyn Iterator<Item = AnswersPart<'_>> + Send)),
    ) {
        self.n_values = n_values;
        self.classes.resize(n_rows, 0);
        self.values.resize(n_rows * n_values, 0.0);
        let mut refused = std::mem::take(&mut self.refused);
        refused.clear();
        let refused = Mutex::new(refused);
        let whole = AnswersPart {
            first: 0,
            n_values,
            classes: &mut self.classes,
            values: &mut self.values,
            refused: &refused,
        };
        fill(&mut whole.split(rows_of_part));
        self.refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.refused.sort_unstable_by_key(|(row, _)| *row);
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.classes.len()
    }

    /// A row's answer: the position of the predicted class (0 for a regressor), and the
    /// probabilities in class order, or a regressor's value alone.
    ///
    /// # Errors
    ///
    /// [`RowError`] if the model does not accept the row.
    pub fn get(&self, row: usize) -> Result<(usize, &[f64]), RowError> {
        let refused = &self.refused;
        if let Ok(position) = refused.binary_search_by_key(&row, |(row, _)| *row) {
            return Err(refused[position].1);
        }
        let values = &self.values[row * self.n_values..][..self.n_values];
        Ok((self.classes[row] as usize, values))
    }

    /// The values of all rows, one row after the other; NaN for rows that were refused.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The rows that the model does not accept, in order.
    #[must_use]
    pub fn refused(&self) -> &[(usize, RowError)] {
        &self.refused
    }
}

/// The room for some consecutive rows' answers.
#[derive(Debug)]
pub struct AnswersPart<'a> {
    /// The part's first row, counted from the call's.
    first: usize,
    n_values: usize,
    classes: &'a mut [u32],
    values: &'a mut [f64],
    refused: &'a Refused,
}

impl<'a> AnswersPart<'a> {
    /// The part's first row, counted from the call's.
    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// Number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.classes.len()
    }

    /// Writes a row's answer.
    #[inline]
    pub fn set(&mut self, row: usize, class: usize, values: &[f64]) {
        // Fits: a model's classes are counted in its file.
        self.classes[row] = class as u32;
        self.values[row * self.n_values..][..self.n_values].copy_from_slice(values);
    }

    /// Writes that a row has no answer, and why.
    pub fn refuse(&mut self, row: usize, error: RowError) {
        self.classes[row] = 0;
        self.values[row * self.n_values..][..self.n_values].fill(f64::NAN);
        // A thread that panicked left the list whole.
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.push((self.first + row, error));
    }

    /// Parts of this one, of so many rows; the last may have fewer.
    pub(crate) fn split(self, n_rows: usize) -> impl Iterator<Item = AnswersPart<'a>> {
        let Self {
            n_values, refused, ..
        } = self;
        // Not in chunks: a model may have no values at all.
        let mut values = self.values;
        let mut first = self.first;
        self.classes.chunks_mut(n_rows).map(move |classes| {
            let (part, rest) = std::mem::take(&mut values).split_at_mut(classes.len() * n_values);
            values = rest;
            first += classes.len();
            AnswersPart {
                first: first - classes.len(),
                n_values,
                classes,
                values: part,
                refused,
            }
        })
    }
}
