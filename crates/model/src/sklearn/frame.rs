//! The row at some place of a pipeline: its columns, and the kind of matrix it is a row of.
//!
//! Some estimators answer differently to the same numbers in another matrix: XGBoost takes what a sparse one does
//! not store for missing, and sums of float32 are float32. So both travel with the columns.

use propenso_pickle::{ArrayView, ClassName, Kind, View};

use super::importer::unsupported;
use crate::error::Error;
use crate::forest::Precision;

/// A column of the row at some place of a pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    /// Its name, where the pipeline still carries names.
    pub(super) name: Option<String>,
    /// The input whose values it still holds: untouched, or with the missing ones replaced.
    pub(super) source: Option<usize>,
    /// Whether missing values have been replaced.
    pub(super) is_imputed: bool,
    /// What stands for a missing value in it.
    pub(super) absence: Absence,
}

/// What stands for a missing value in a column of the original's table. To scikit-learn they are two things: it
/// imputes NaN and leaves `None` alone, and encodes `None` as one more category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Absence {
    /// NaN.
    #[default]
    Nan,
    /// `None`.
    None,
}

/// The row at some place of a pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// Its columns, in order.
    pub(super) columns: Vec<Column>,
    /// What it is a row of.
    pub(super) matrix: Matrix,
}

/// The kind of matrix that a row is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Matrix {
    /// What its values are held in.
    pub(super) dtype: Dtype,
    /// Which of its zeros it stores.
    pub(super) storage: Storage,
}

/// What a matrix's values are held in, as far as it matters to what is computed of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Dtype {
    /// float64, and what becomes float64 when it is computed with: wide integers, objects.
    #[default]
    Double,
    /// float32.
    Single,
    /// Integers and booleans of up to 16 bits: next to float32 they are float32, otherwise float64.
    Small,
}

/// Which of its zeros a matrix stores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Storage {
    /// All: it is dense.
    #[default]
    Dense,
    /// None.
    Sparse,
    /// Some: it is sparse, and a step computed zeros and stored them.
    SparseWithZeros,
}

impl Frame {
    /// Columns that are no longer any input's own values.
    pub(super) fn of_new_columns(n_columns: usize, matrix: Matrix) -> Self {
        Self {
            columns: vec![Column::default(); n_columns],
            matrix,
        }
    }

    /// Some of the columns, in this order; all positions are below their number.
    pub(super) fn pick(&self, positions: &[usize]) -> Self {
        let column = |position: &usize| self.columns[*position].clone();
        Self {
            columns: positions.iter().map(column).collect(),
            matrix: self.matrix,
        }
    }

    /// Other columns of the same matrix.
    pub(super) fn with_columns(&self, columns: Vec<Column>) -> Self {
        Self {
            columns,
            matrix: self.matrix,
        }
    }

    /// The number of columns.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }
}

impl Matrix {
    /// A dense matrix of float64.
    pub(super) const DENSE: Self = Self {
        dtype: Dtype::Double,
        storage: Storage::Dense,
    };

    /// Whether it is sparse.
    pub(super) fn is_sparse(self) -> bool {
        self.storage != Storage::Dense
    }

    /// What holds the values of all of them side by side, in a sparse matrix or a dense one.
    pub(super) fn side_by_side(matrices: &[Self], is_sparse: bool) -> Self {
        let has_zeros = |matrix: &Self| matrix.storage == Storage::SparseWithZeros;
        let storage = match (is_sparse, matrices.iter().any(has_zeros)) {
            (false, _) => Storage::Dense,
            (true, true) => Storage::SparseWithZeros,
            // What was dense loses its zeros.
            (true, false) => Storage::Sparse,
        };
        let dtypes = matrices.iter().map(|matrix| matrix.dtype);
        Self {
            dtype: dtypes.reduce(Dtype::beside).unwrap_or_default(),
            storage,
        }
    }
}

impl Dtype {
    /// The dtype that holds values of both (`numpy.result_type`).
    fn beside(self, other: Self) -> Self {
        match (self, other) {
            (Self::Small, Self::Small) => Self::Small,
            (Self::Single | Self::Small, Self::Single | Self::Small) => Self::Single,
            _ => Self::Double,
        }
    }

    /// The dtype of what is computed in floats (scikit-learn's `FLOAT_DTYPES`): integers become float64.
    pub(super) fn in_floats(self) -> Self {
        match self {
            Self::Single => Self::Single,
            Self::Double | Self::Small => Self::Double,
        }
    }

    /// What is computed in it.
    pub(super) fn precision(self) -> Precision {
        match self {
            Self::Single => Precision::Single,
            Self::Double | Self::Small => Precision::Double,
        }
    }

    /// The dtype of a fitted array of numbers.
    pub(super) fn of_array(array: &ArrayView<'_>) -> Self {
        if array.dtype().kind() == Kind::Float && array.dtype().itemsize() == 4 {
            Self::Single
        } else {
            Self::Double
        }
    }

    /// The dtype of what is computed of a row in it and a fitted array: float32 of float32 and float32, else float64.
    pub(super) fn computed_with(self, fitted: &ArrayView<'_>) -> Self {
        self.in_floats().beside(Self::of_array(fitted))
    }

    /// The dtype in a parameter: `numpy.float32`, `"float32"`, `dtype("float32")`, `float`; `None` is the default,
    /// float64.
    pub(super) fn of_parameter(
        owner: View<'_>,
        parameter: Option<View<'_>>,
    ) -> Result<Self, Error> {
        let Some(parameter) = parameter.filter(|parameter| !parameter.is_none()) else {
            return Ok(Self::Double);
        };
        if let Some(dtype) = parameter.dtype() {
            return match (dtype.kind(), dtype.itemsize()) {
                (Kind::Float, 4) => Ok(Self::Single),
                (Kind::Float, 8) | (Kind::Int | Kind::UInt, 4 | 8) | (Kind::Object, _) => {
                    Ok(Self::Double)
                }
                (Kind::Bool, _) | (Kind::Int | Kind::UInt, 1 | 2) => Ok(Self::Small),
                _ => Err(unsupported(owner, "this dtype")),
            };
        }
        let name = match (parameter.text(), parameter.global()) {
            (Ok(text), _) => text,
            (_, Some(ClassName { name, .. })) => name,
            _ => return Err(unsupported(owner, "this dtype")),
        };
        match name.trim_start_matches(['<', '=', '|']) {
            "float64" | "float" | "double" | "f8" | "d" | "float_" | "int64" | "int" | "int32"
            | "uint32" | "uint64" | "i8" | "i4" | "longlong" | "intc" | "int_" | "object"
            | "object_" | "O" => Ok(Self::Double),
            "float32" | "f4" | "f" | "single" => Ok(Self::Single),
            "bool" | "bool_" | "?" | "int8" | "uint8" | "int16" | "uint16" | "i1" | "u1" | "i2"
            | "u2" => Ok(Self::Small),
            other => Err(unsupported(owner, format!("the dtype `{other}`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(dtype: Dtype, storage: Storage) -> Matrix {
        Matrix { dtype, storage }
    }

    #[test]
    fn what_holds_two_matrices() {
        let double = matrix(Dtype::Double, Storage::Dense);
        let single = matrix(Dtype::Single, Storage::Sparse);
        let small = matrix(Dtype::Small, Storage::Dense);
        let beside = |matrices: &[Matrix], is_sparse| Matrix::side_by_side(matrices, is_sparse);
        // numpy.result_type, and scipy.sparse.hstack of what is dense: its zeros are not stored.
        assert_eq!(
            beside(&[single, small], true),
            matrix(Dtype::Single, Storage::Sparse)
        );
        assert_eq!(beside(&[small, small], false), small);
        assert_eq!(
            beside(&[single, double], true),
            matrix(Dtype::Double, Storage::Sparse)
        );
        // `sparse_threshold` can make a dense matrix of sparse blocks.
        assert_eq!(beside(&[single, double], false), double);
        assert_eq!(beside(&[], false), Matrix::DENSE);
    }

    #[test]
    fn one_block_with_stored_zeros_is_enough() {
        let zeros = matrix(Dtype::Double, Storage::SparseWithZeros);
        let sparse = matrix(Dtype::Double, Storage::Sparse);
        assert_eq!(Matrix::side_by_side(&[sparse, zeros], true), zeros);
        assert_eq!(Matrix::side_by_side(&[sparse, zeros], false), Matrix::DENSE);
    }
}
