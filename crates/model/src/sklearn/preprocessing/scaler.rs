//! Scalers and `PowerTransformer` (`sklearn/preprocessing/_data.py`).

use propenso_pickle::View;

use super::{check_width, reads_numbers};
use crate::error::Error;
use crate::forest::Precision;
use crate::sklearn::frame::{Dtype, Frame, Matrix};
use crate::sklearn::header;
use crate::sklearn::importer::{Importer, inconsistent, unsupported};
use crate::transform::Transform;
use crate::transform::power::{Power, PowerMethod};
use crate::transform::scaler::{ScaleStep, Scaler};
use crate::version::Version;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let name = object.class().map_or("", |class| class.name);
    let steps = match name {
        "StandardScaler" => standard(object, n_columns)?,
        "MinMaxScaler" => min_max(object, n_columns)?,
        "MaxAbsScaler" => max_abs(object, n_columns)?,
        "RobustScaler" => robust(object, n_columns)?,
        _ => return Err(unsupported(object, "this scaler")),
    };
    reads_numbers(frame, importer, None);
    let mut made = frame.clone();
    made.matrix.dtype = frame.matrix.dtype.in_floats();
    let scaler = Scaler {
        steps: as_computed(object, steps, made.matrix)?,
        precision: made.matrix.dtype.precision(),
    };
    Ok((Transform::Scale(scaler), made))
}

/// The steps as they are computed on a matrix. A sparse one is multiplied by reciprocals.
fn as_computed(
    object: View<'_>,
    steps: Vec<ScaleStep>,
    matrix: Matrix,
) -> Result<Vec<ScaleStep>, Error> {
    // Since 1.8 the standard scaler's numbers are brought to the row's dtype first.
    let rounds_first = object
        .class()
        .is_some_and(|class| class.name == "StandardScaler")
        && header::version(object)? >= Version::new(1, 8);
    let precision = match (rounds_first, matrix.dtype.precision()) {
        (true, precision) => precision,
        (false, _) => Precision::Double,
    };
    let rounded = |by: Vec<f64>| by.into_iter().map(|by| precision.round(by)).collect();
    let steps = steps.into_iter().map(|step| match step {
        ScaleStep::Divide(by) if matrix.is_sparse() => {
            ScaleStep::Multiply(by.into_iter().map(|by| 1.0 / by).collect())
        }
        ScaleStep::Subtract(by) => ScaleStep::Subtract(rounded(by)),
        ScaleStep::Divide(by) => ScaleStep::Divide(rounded(by)),
        other => other,
    });
    Ok(steps.collect())
}

fn standard(object: View<'_>, n_columns: usize) -> Result<Vec<ScaleStep>, Error> {
    let mut steps = Vec::new();
    if header::flag(object, "with_mean", true)? {
        steps.push(ScaleStep::Subtract(header::per_column(
            object, "mean_", n_columns,
        )?));
    }
    if header::flag(object, "with_std", true)? {
        steps.push(ScaleStep::Divide(header::per_column(
            object, "scale_", n_columns,
        )?));
    }
    Ok(steps)
}

fn min_max(object: View<'_>, n_columns: usize) -> Result<Vec<ScaleStep>, Error> {
    let mut steps = vec![
        ScaleStep::Multiply(header::per_column(object, "scale_", n_columns)?),
        ScaleStep::Add(header::per_column(object, "min_", n_columns)?),
    ];
    if header::flag(object, "clip", false)? {
        let range: Vec<_> = object.attribute("feature_range")?.items()?.collect();
        let [low, high] = range[..] else {
            return Err(inconsistent(object, "`feature_range` is two numbers"));
        };
        steps.push(ScaleStep::Clip {
            low: low.float()?,
            high: high.float()?,
        });
    }
    Ok(steps)
}

fn max_abs(object: View<'_>, n_columns: usize) -> Result<Vec<ScaleStep>, Error> {
    let mut steps = vec![ScaleStep::Divide(header::per_column(
        object, "scale_", n_columns,
    )?)];
    if header::flag(object, "clip", false)? {
        steps.push(ScaleStep::Clip {
            low: -1.0,
            high: 1.0,
        });
    }
    Ok(steps)
}

fn robust(object: View<'_>, n_columns: usize) -> Result<Vec<ScaleStep>, Error> {
    let mut steps = Vec::new();
    if header::flag(object, "with_centering", true)? {
        steps.push(ScaleStep::Subtract(header::per_column(
            object, "center_", n_columns,
        )?));
    }
    if header::flag(object, "with_scaling", true)? {
        steps.push(ScaleStep::Divide(header::per_column(
            object, "scale_", n_columns,
        )?));
    }
    Ok(steps)
}

pub(super) fn import_power(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let method = match object.attribute("method")?.text()? {
        // From 1.9 on it is scipy's, which keeps the digits of small values.
        "yeo-johnson" if header::version(object)? < Version::new(1, 9) => PowerMethod::YeoJohnson,
        "yeo-johnson" => PowerMethod::StableYeoJohnson,
        "box-cox" => PowerMethod::BoxCox,
        other => return Err(unsupported(object, format!("the method `{other}`"))),
    };
    let lambdas = header::per_column(object, "lambdas_", n_columns)?;
    let constant = lambdas.iter().any(|lambda| lambda.is_nan());
    if constant && header::version(object)? < Version::new(1, 4) {
        return Err(inconsistent(object, "a power is not a number"));
    }
    if frame.matrix.dtype == Dtype::Single {
        return Err(unsupported(object, "a power of float32 values"));
    }
    let scaler = if header::flag(object, "standardize", true)? {
        let scaler = object.attribute("_scaler")?;
        Some(Scaler {
            steps: standard(scaler, n_columns)?,
            precision: Precision::Double,
        })
    } else {
        None
    };
    reads_numbers(frame, importer, None);
    // numpy 2 keeps float32 where it subtracts a power of float32 from 2.
    let held = Dtype::of_array(&object.attribute("lambdas_")?.array()?).precision();
    let precision = importer.less_number(held);
    let power = Power {
        method,
        complements: lambdas
            .iter()
            .map(|lambda| precision.round(2.0 - lambda))
            .collect(),
        lambdas,
        scaler,
    };
    Ok((Transform::Power(power), frame.clone()))
}
