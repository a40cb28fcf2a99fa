//! Transforms side by side, each on its columns: `ColumnTransformer` and `FeatureUnion`.

use crate::row_error::RowError;
use crate::transform::Transform;

/// Blocks whose values are put one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocks {
    /// The blocks, in the order of their values.
    pub blocks: Vec<Block>,
}

/// Some columns of the row and what is done to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Positions in the row, all below its length.
    pub columns: Vec<usize>,
    /// What is done to those values, in order.
    pub transforms: Vec<Transform>,
    /// What the results are multiplied by.
    pub weight: f64,
    /// How many values come out.
    pub n_values: usize,
}

impl Blocks {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        let mut all = Vec::new();
        for block in &self.blocks {
            let mut values: Vec<f64> = block.columns.iter().map(|column| row[*column]).collect();
            for (position, transform) in block.transforms.iter().enumerate() {
                values = transform.apply(&values).map_err(|error| RowError {
                    input: block.origin(error.input, position),
                    ..error
                })?;
            }
            if block.weight != 1.0 {
                values.iter_mut().for_each(|value| *value *= block.weight);
            }
            all.extend(values);
        }
        Ok(all)
    }

    pub(super) fn origin(&self, value: usize) -> usize {
        let mut value = value;
        for block in &self.blocks {
            if value < block.n_values {
                return block.origin(value, block.transforms.len());
            }
            value -= block.n_values;
        }
        0
    }
}

impl Block {
    /// The row's value behind a value that the first `n_transforms` transforms have seen.
    fn origin(&self, value: usize, n_transforms: usize) -> usize {
        let inside = self.transforms[..n_transforms]
            .iter()
            .rev()
            .fold(value, |value, transform| transform.origin(value));
        self.columns.get(inside).copied().unwrap_or(0)
    }
}
