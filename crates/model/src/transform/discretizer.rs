//! `KBinsDiscretizer` (`sklearn/preprocessing/_discretization.py`).

use crate::forest::Precision;
use crate::row_error::{Accepts, Magnitude, RowError};

/// Numbers into bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Discretizer {
    /// One per column.
    pub columns: Vec<Bins>,
    /// Whether values are nudged up before they are compared, as scikit-learn did up to 1.0.
    pub nudges: bool,
    /// Whether each bin becomes a 0/1 value; otherwise a column becomes its bin's number.
    pub one_hot: bool,
    /// What values are rounded to before they are compared with the edges.
    pub precision: Precision,
}

/// The inner edges between a column's bins, rising.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    edges: Vec<f64>,
}

impl Bins {
    /// Makes it of all edges, the outer ones included; `None` unless they rise and are numbers.
    #[must_use]
    pub fn new(edges: &[f64]) -> Option<Self> {
        let inner = edges.get(1..edges.len().checked_sub(1)?)?;
        (edges.len() >= 2 && edges.is_sorted()).then(|| Self {
            edges: inner.to_vec(),
        })
    }

    /// Number of bins.
    #[must_use]
    pub fn n_bins(&self) -> usize {
        self.edges.len() + 1
    }

    fn bin(&self, value: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= value)
    }
}

impl Discretizer {
    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        Accepts {
            missing: false,
            magnitude: match self.precision {
                Precision::Double => Magnitude::Finite,
                Precision::Single => Magnitude::Float32,
            },
        }
        .check(row)?;
        let mut all = Vec::new();
        for (column, value) in self.columns.iter().zip(row) {
            let bin = column.bin(self.read(*value));
            if self.one_hot {
                all.extend((0..column.n_bins()).map(|at| f64::from(u8::from(at == bin))));
            } else {
                all.push(bin as f64);
            }
        }
        Ok(all)
    }

    /// A value as it is compared with the edges.
    fn read(&self, value: f64) -> f64 {
        let round = |value| self.precision.round(value);
        let value = round(value);
        if !self.nudges {
            return value;
        }
        let relative = round(round(1e-5) * value.abs());
        round(value + round(round(1e-8) + relative))
    }

    pub(super) fn origin(&self, value: usize) -> usize {
        if !self.one_hot {
            return value;
        }
        let mut value = value;
        for (position, column) in self.columns.iter().enumerate() {
            if value < column.n_bins() {
                return position;
            }
            value -= column.n_bins();
        }
        0
    }
}
