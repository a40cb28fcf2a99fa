//! `SimpleImputer` (`sklearn/impute/_base.py`).

use propenso_pickle::{Kind, View};

use super::{check_width, new_columns};
use crate::error::Error;
use crate::input::OnMissing;
use crate::row_error::{Accepts, Magnitude};
use crate::sklearn::header;
use crate::sklearn::importer::{Column, Frame, Importer, inconsistent, unsupported};
use crate::transform::Transform;
use crate::transform::imputer::{Imputer, MissingValue};

/// What stands for missing values in one column.
struct Fill {
    /// NaN where the column had no values.
    value: f64,
    is_text: bool,
}

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let fills = fills(object, importer)?;
    if fills.len() != n_columns {
        return Err(inconsistent(object, "a statistic per column is expected"));
    }
    let missing = missing_value(object, importer)?;
    let keeps_empty = header::flag(object, "keep_empty_features", false)?
        || object.attribute("strategy")?.text()? == "constant";
    let mut made = Frame::new();
    let mut values = Vec::new();
    let has_text = fills.iter().any(|fill| fill.is_text);
    for (column, fill) in frame.iter().zip(&fills) {
        if fill.is_text {
            importer.reads_category(column, &[], false);
        } else if !has_text {
            importer.reads_number(column);
        }
        importer.meets_missing(
            column,
            match missing {
                MissingValue::Nan => OnMissing::Imputed(fill.value),
                MissingValue::Value(_) if has_text => OnMissing::Accepted,
                MissingValue::Value(_) => OnMissing::Refused,
            },
        );
        let is_kept = keeps_empty || !fill.value.is_nan();
        values.push(is_kept.then_some(fill.value));
        if is_kept {
            made.push(Column {
                is_imputed: column.is_imputed || missing == MissingValue::Nan,
                ..column.clone()
            });
        }
    }
    let indicated = indicated(object, n_columns)?;
    made.extend(new_columns(indicated.len()));
    let imputer = Imputer {
        accepts: Accepts {
            missing: missing == MissingValue::Nan || has_text,
            magnitude: Magnitude::Finite,
        },
        missing,
        fills: values,
        indicated,
    };
    Ok((Transform::Impute(imputer), made))
}

fn fills(object: View<'_>, importer: &mut Importer) -> Result<Vec<Fill>, Error> {
    let statistics = object.attribute("statistics_")?.array()?;
    if statistics.dtype().kind() == Kind::Text {
        return Ok(statistics
            .texts()?
            .iter()
            .map(|text| text_fill(text, importer))
            .collect());
    }
    if statistics.dtype().kind() != Kind::Object {
        let number = |value| Fill {
            value,
            is_text: false,
        };
        return Ok(statistics.f64s()?.into_iter().map(number).collect());
    }
    let objects = statistics.objects()?;
    objects
        .into_iter()
        .map(|statistic| {
            if let Ok(text) = statistic.text() {
                return Ok(text_fill(text, importer));
            }
            let value = match statistic.boolean() {
                Ok(flag) => f64::from(u8::from(flag)),
                Err(_) if statistic.is_none() => f64::NAN,
                Err(_) => statistic.float()?,
            };
            Ok(Fill {
                value,
                is_text: false,
            })
        })
        .collect()
}

fn text_fill(text: &str, importer: &mut Importer) -> Fill {
    Fill {
        value: f64::from(importer.vocabulary.intern(text)),
        is_text: true,
    }
}

/// What counts as missing: NaN, `None` and `pandas.NA` alike, a number, or a text.
fn missing_value(object: View<'_>, importer: &mut Importer) -> Result<MissingValue, Error> {
    let missing = object.attribute("missing_values")?;
    if missing.is_none() {
        return Ok(MissingValue::Nan);
    }
    if let Ok(text) = missing.text() {
        let code = importer.vocabulary.intern(text);
        return Ok(MissingValue::Value(f64::from(code)));
    }
    match missing.float() {
        Ok(value) if value.is_nan() => Ok(MissingValue::Nan),
        Ok(value) => Ok(MissingValue::Value(value)),
        Err(_) => Err(unsupported(object, "this `missing_values`")),
    }
}

/// The columns for which `add_indicator` adds one that tells whether they were missing.
fn indicated(object: View<'_>, n_columns: usize) -> Result<Vec<usize>, Error> {
    if !header::flag(object, "add_indicator", false)? {
        return Ok(Vec::new());
    }
    let features = object.attribute("indicator_")?.attribute("features_")?;
    features
        .array()?
        .i64s()?
        .into_iter()
        .map(|column| {
            usize::try_from(column)
                .ok()
                .filter(|column| *column < n_columns)
                .ok_or_else(|| inconsistent(object, "the indicator's columns are beyond the row"))
        })
        .collect()
}
