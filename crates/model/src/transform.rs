//! What a pipeline does to a row before it predicts.
//!
//! A file per transform; each says which scikit-learn source it follows. To add one: its file, a
//! variant of [`Transform`], and an arm in [`Transform::apply`] and [`Transform::origin`].

pub mod blocks;
pub mod discretizer;
pub mod encoder;
pub mod function;
pub mod imputer;
pub mod polynomial;
pub mod power;
pub mod projection;
pub mod scaler;
pub mod stack;

use std::borrow::Cow;

use crate::row_error::{Accepts, RowError};
use crate::single::SingleStep;
use blocks::Blocks;
use discretizer::Discretizer;
use encoder::{OneHotEncoder, OrdinalColumn, OrdinalEncoder};
use function::Function;
use imputer::Imputer;
use polynomial::Polynomial;
use power::Power;
use projection::Projection;
use scaler::Scaler;
use stack::Stack;

/// What some transforms, one after the other, make of a row of inputs: the features that a predictor
/// sees.
///
/// # Errors
///
/// [`RowError`] naming the input that a transform does not take.
pub fn apply<'r>(transforms: &[Transform], row: &'r [f64]) -> Result<Cow<'r, [f64]>, RowError> {
    let mut features = Cow::Borrowed(row);
    for (position, transform) in transforms.iter().enumerate() {
        let transformed = transform
            .apply(&features)
            .map_err(|error| trace(&transforms[..position], error))?;
        features = Cow::Owned(transformed);
    }
    Ok(features)
}

/// An error about a value that some transforms made, as one about the input it was made of.
#[must_use]
pub fn trace(transforms: &[Transform], error: RowError) -> RowError {
    let made_of = |input, transform: &Transform| transform.origin(input);
    let input = transforms.iter().rev().fold(error.input, made_of);
    RowError { input, ..error }
}

/// A step from a row to a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Transform {
    /// Refuses rows, changes nothing.
    Check(Accepts),
    /// Values equal to this one, as f32, become missing: XGBoost's `missing` parameter.
    MissingSentinel(f64),
    /// Zeros become missing: what a sparse matrix does not store, as XGBoost reads it.
    ZeroIsMissing,
    /// Replaces the values of some columns by numbers: LightGBM's pandas categories.
    Recode(Vec<Option<OrdinalColumn>>),
    /// Keeps these values, in this order.
    Select(Vec<usize>),
    /// `ColumnTransformer`, `FeatureUnion`.
    Blocks(Blocks),
    /// `SimpleImputer`.
    Impute(Imputer),
    /// `StandardScaler`, `MinMaxScaler`, `MaxAbsScaler`, `RobustScaler`.
    Scale(Scaler),
    /// Arithmetic in f32, value by value: ONNX.
    Single(SingleStep),
    /// `OneHotEncoder`.
    OneHot(OneHotEncoder),
    /// `OrdinalEncoder`.
    Ordinal(OrdinalEncoder),
    /// `KBinsDiscretizer`.
    Discretize(Discretizer),
    /// `PolynomialFeatures`.
    Polynomial(Polynomial),
    /// `PowerTransformer`.
    Power(Power),
    /// `FunctionTransformer`, `Binarizer`.
    Function(Function),
    /// `PCA`, `TruncatedSVD`.
    Project(Projection),
    /// The members of a `Stacking*`.
    Stack(Stack),
}

impl Transform {
    /// The transformed row.
    ///
    /// # Errors
    ///
    /// [`RowError`] naming the value that is not taken.
    pub fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        match self {
            Self::Check(accepts) => accepts.check(row).map(|()| row.to_vec()),
            Self::MissingSentinel(sentinel) => {
                let read = |value: &f64| {
                    if *value as f32 == *sentinel as f32 {
                        f64::NAN
                    } else {
                        *value
                    }
                };
                Ok(row.iter().map(read).collect())
            }
            Self::ZeroIsMissing => {
                let read = |value: &f64| if *value == 0.0 { f64::NAN } else { *value };
                Ok(row.iter().map(read).collect())
            }
            Self::Recode(columns) => encoder::recode(columns, row),
            Self::Select(columns) => Ok(columns.iter().map(|column| row[*column]).collect()),
            Self::Blocks(blocks) => blocks.apply(row),
            Self::Impute(imputer) => imputer.apply(row),
            Self::Scale(scaler) => scaler.apply(row),
            Self::Single(step) => Ok(step.apply(row)),
            Self::OneHot(encoder) => encoder.apply(row),
            Self::Ordinal(encoder) => encoder.apply(row),
            Self::Discretize(discretizer) => discretizer.apply(row),
            Self::Polynomial(polynomial) => polynomial.apply(row),
            Self::Power(power) => power.apply(row),
            Self::Function(function) => function.apply(row),
            Self::Project(projection) => projection.apply(row),
            Self::Stack(stack) => stack.apply(row),
        }
    }

    /// The value of the row that a transformed value is made of, for messages; where it is made of
    /// several, the first.
    #[must_use]
    pub fn origin(&self, value: usize) -> usize {
        match self {
            Self::Check(_) | Self::Scale(_) | Self::Power(_) | Self::Function(_) => value,
            Self::Ordinal(_) | Self::MissingSentinel(_) | Self::Recode(_) => value,
            Self::Single(_) | Self::ZeroIsMissing => value,
            Self::Select(columns) => columns.get(value).copied().unwrap_or(0),
            Self::Blocks(blocks) => blocks.origin(value),
            Self::Impute(imputer) => imputer.origin(value),
            Self::OneHot(encoder) => encoder.origin(value),
            Self::Discretize(discretizer) => discretizer.origin(value),
            Self::Polynomial(polynomial) => polynomial.origin(value),
            Self::Stack(stack) => stack.origin(value),
            Self::Project(_) => 0,
        }
    }
}
