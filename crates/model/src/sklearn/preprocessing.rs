//! Transformers: what a pipeline or a `ColumnTransformer` does to columns.
//!
//! To support one more: add its exact (module, name) to [`import`] and an importer next to these.

mod encoder;
mod feature_selection;
mod function;
mod imputer;
mod numeric;
mod scaler;

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent};
use super::{column_transformer, pipeline};
use crate::error::Error;
use crate::input::OnMissing;
use crate::transform::Transform;

type TransformerImporter = fn(View<'_>, &Frame, &mut Importer) -> Result<(Transform, Frame), Error>;

/// Imports a transformer; gives what it does and the columns that come out.
pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Vec<Transform>, Frame), Error> {
    let class = object.class();
    importer.nested(object, frame, |importer| {
        let one = |import: TransformerImporter, importer: &mut Importer| {
            super::header::version(object)?;
            let (transform, frame) = import(object, frame, importer)?;
            Ok((vec![transform], frame))
        };
        let Some(class) = class else {
            return Err(super::unsupported(object));
        };
        let import: TransformerImporter = match (class.module, class.name) {
            ("sklearn.pipeline" | "imblearn.pipeline", "Pipeline") => {
                return pipeline::import_transformers(object, frame, importer);
            }
            ("sklearn.compose._column_transformer", "ColumnTransformer") => {
                column_transformer::import
            }
            ("sklearn.pipeline", "FeatureUnion") => column_transformer::import_union,
            ("sklearn.impute._base", "SimpleImputer") => imputer::import,
            (
                "sklearn.preprocessing._data",
                "StandardScaler" | "MinMaxScaler" | "MaxAbsScaler" | "RobustScaler",
            ) => scaler::import,
            ("sklearn.preprocessing._data", "PowerTransformer") => scaler::import_power,
            ("sklearn.preprocessing._encoders", "OneHotEncoder") => encoder::import_one_hot,
            ("sklearn.preprocessing._encoders", "OrdinalEncoder") => encoder::import_ordinal,
            ("sklearn.preprocessing._discretization", "KBinsDiscretizer") => {
                numeric::import_discretizer
            }
            (
                "sklearn.preprocessing._data" | "sklearn.preprocessing._polynomial",
                "PolynomialFeatures",
            ) => numeric::import_polynomial,
            ("sklearn.preprocessing._data", "Binarizer") => function::import_binarizer,
            ("sklearn.preprocessing._function_transformer", "FunctionTransformer") => {
                return function::import(object, frame, importer);
            }
            ("sklearn.decomposition._pca", "PCA")
            | ("sklearn.decomposition._truncated_svd", "TruncatedSVD") => {
                numeric::import_projection
            }
            (module, _) if module.starts_with("sklearn.feature_selection.") => {
                return feature_selection::import(object, frame, importer);
            }
            _ => return Err(super::unsupported(object)),
        };
        one(import, importer)
    })
}

/// Checks that a transformer was fitted on as many columns as it gets.
fn check_width(object: View<'_>, frame: &Frame) -> Result<usize, Error> {
    let fitted = match object.optional_attribute("n_features_in_")? {
        Some(width) if !width.is_none() => width.count()?,
        _ => frame.len(),
    };
    if fitted == frame.len() {
        return Ok(fitted);
    }
    Err(inconsistent(
        object,
        format!("it was fitted on {fitted} columns and gets {}", frame.len()),
    ))
}

/// Notes that numbers are read, and what becomes of missing ones; `None` leaves that to whatever
/// comes next, because they are passed on.
fn reads_numbers(frame: &Frame, importer: &mut Importer, missing: Option<OnMissing>) {
    for column in &frame.columns {
        importer.reads_number(column);
        if let Some(missing) = missing {
            importer.meets_missing(column, missing);
        }
    }
}
