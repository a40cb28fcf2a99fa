//! `SimpleImputer` (`sklearn/impute/_base.py`).

use propenso_pickle::{Kind, View};

use super::check_width;
use crate::error::Error;
use crate::forest::Precision;
use crate::input::OnMissing;
use crate::sklearn::frame::{Absence, Column, Dtype, Frame, Matrix, Storage};
use crate::sklearn::header;
use crate::sklearn::importer::{Importer, inconsistent, unsupported};
use crate::transform::Transform;
use crate::transform::imputer::{ImputedColumn, Imputer, MissingValue};
use crate::version::Version;

/// What stands for missing values in one column.
struct Fill {
    value: f64,
    is_text: bool,
    /// Whether the column had no values to learn one from.
    is_nothing: bool,
    /// Whether it is `None`, which says nothing of the column's other values.
    is_none: bool,
}

impl Fill {
    fn number(value: f64) -> Self {
        Self {
            value,
            is_text: false,
            is_nothing: value.is_nan(),
            is_none: false,
        }
    }
}

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let fills = fills(object, frame.matrix, importer)?;
    if fills.len() != n_columns {
        return Err(inconsistent(object, "a statistic per column is expected"));
    }
    let missing = missing_value(object, importer)?;
    let is_constant = object.attribute("strategy")?.text()? == "constant";
    let keeps_empty = keeps_empty(object, is_constant)?;
    let has_text = fills.iter().any(|fill| fill.is_text);
    let mut made = Vec::new();
    let mut columns = Vec::new();
    for (column, fill) in frame.columns.iter().zip(&fills) {
        if fill.is_text {
            // What it takes for missing is a value that may be sent, whatever the next step knows.
            importer.reads_category(column, missing.code.as_slice(), false);
        } else if !has_text {
            importer.reads_number(column);
        }
        if missing.absence == Some(Absence::None) {
            importer.knows_absence(object, column, Absence::None)?;
        }
        let passes = missing.meets(column.absence);
        passes.note(column, fill, importer);
        let is_kept = keeps_empty || !fill.is_nothing;
        let can_occur = missing.can_occur(fill, is_constant);
        let can_occur = can_occur.ok_or_else(|| {
            unsupported(
                object,
                "a `missing_values` that may be of another type than its column",
            )
        })?;
        columns.push(ImputedColumn {
            fill: is_kept.then_some(fill.value),
            missing: match can_occur {
                true => missing.read(passes),
                false => MissingValue::Nothing,
            },
            accepts_missing: passes != MissingPasses::Not,
        });
        if is_kept {
            made.push(Column {
                is_imputed: column.is_imputed || passes == MissingPasses::Imputed,
                ..column.clone()
            });
        }
    }
    let indicated = indicated(object, n_columns)?;
    made.extend(vec![Column::default(); indicated.len()]);
    let mut made = frame.with_columns(made);
    made.matrix.dtype = made.matrix.dtype.in_floats();
    // What it puts into a sparse matrix is stored, zeros too.
    if made.matrix.is_sparse() {
        made.matrix.storage = Storage::SparseWithZeros;
    }
    let imputer = Imputer { columns, indicated };
    Ok((Transform::Impute(imputer), made))
}

/// Whether columns without values in training stay. Up to 1.7 a constant always kept them.
fn keeps_empty(object: View<'_>, is_constant: bool) -> Result<bool, Error> {
    let constant_keeps = is_constant && header::version(object)? < Version::new(1, 8);
    Ok(constant_keeps || header::flag(object, "keep_empty_features", false)?)
}

/// What an imputer takes for missing.
#[derive(Clone, Copy)]
struct MissingParameter {
    value: MissingValue,
    /// `None` for a number or a text.
    absence: Option<Absence>,
    /// The code of a text: rows hold texts so, as numbers.
    code: Option<u32>,
}

/// What becomes of a missing value.
#[derive(Clone, Copy, PartialEq)]
enum MissingPasses {
    Imputed,
    Through,
    Not,
}

impl MissingParameter {
    /// Whether a column can have it: a text is in no column of numbers, nor a number among texts. The column's commonest
    /// value tells which it has; `None` where nothing does, as a constant that is put in can be of another type.
    fn can_occur(self, fill: &Fill, is_constant: bool) -> Option<bool> {
        let is_alike = self.code.is_some() == fill.is_text;
        match self.absence {
            Some(_) => Some(true),
            None if fill.is_none || (is_constant && !is_alike) => None,
            None => Some(is_alike),
        }
    }

    /// What becomes of a missing value of a column. scikit-learn refuses a NaN other than the one it is to
    /// impute, and does not look at `None`.
    fn meets(self, absence: Absence) -> MissingPasses {
        match (self.absence, absence) {
            (Some(imputed), absence) if imputed == absence => MissingPasses::Imputed,
            (_, Absence::None) => MissingPasses::Through,
            (_, Absence::Nan) => MissingPasses::Not,
        }
    }

    /// What is replaced in a column, of whose missing values this becomes.
    fn read(self, passes: MissingPasses) -> MissingValue {
        match (passes, self.absence) {
            (MissingPasses::Through, Some(_)) => MissingValue::Nothing,
            _ => self.value,
        }
    }
}

impl MissingPasses {
    fn note(self, column: &Column, fill: &Fill, importer: &mut Importer) {
        match self {
            // What comes next says what becomes of it.
            Self::Through => {}
            Self::Not => importer.meets_missing(column, OnMissing::Refused),
            Self::Imputed => importer.meets_missing(column, OnMissing::Imputed(fill.value)),
        }
    }
}

/// What stands for missing values, column by column, as the row can hold it.
fn fills(object: View<'_>, matrix: Matrix, importer: &mut Importer) -> Result<Vec<Fill>, Error> {
    let statistics = object.attribute("statistics_")?.array()?;
    if statistics.dtype().kind() == Kind::Text {
        let texts = statistics.texts()?;
        return Ok(texts.iter().map(|text| text_fill(text, importer)).collect());
    }
    let held = Held::of(object, matrix)?;
    if statistics.dtype().kind() != Kind::Object {
        let numbers = statistics.f64s()?.into_iter();
        return Ok(numbers
            .map(|value| Fill::number(held.hold(value)))
            .collect());
    }
    let fill = |statistic: View<'_>| {
        if let Ok(text) = statistic.text() {
            return Ok(text_fill(text, importer));
        }
        if statistic.is_none() {
            // None was the most frequent value.
            return Ok(Fill {
                is_nothing: false,
                is_none: true,
                ..Fill::number(f64::NAN)
            });
        }
        let value = match statistic.boolean() {
            Ok(flag) => f64::from(u8::from(flag)),
            Err(_) => statistic.float()?,
        };
        Ok(Fill::number(held.hold(value)))
    };
    statistics.objects()?.into_iter().map(fill).collect()
}

/// What numbers go through before they stand in a row.
#[derive(Clone, Copy)]
enum Held {
    Double,
    Single,
    /// Integers, which cut off a mean's decimals.
    Whole,
}

impl Held {
    /// Tells what numbers are held in. From 1.8 on that is what the imputer was fitted on; a row of float32 holds float32.
    fn of(object: View<'_>, matrix: Matrix) -> Result<Self, Error> {
        let fitted = object
            .optional_attribute("_fill_dtype")?
            .and_then(View::dtype);
        Ok(match fitted.map(|dtype| (dtype.kind(), dtype.itemsize())) {
            Some((Kind::Int | Kind::UInt, _)) => Self::Whole,
            Some((Kind::Float, 4)) => Self::Single,
            _ if matrix.dtype == Dtype::Single => Self::Single,
            _ => Self::Double,
        })
    }

    fn hold(self, value: f64) -> f64 {
        match self {
            Self::Double => value,
            Self::Single => Precision::Single.round(value),
            Self::Whole => value.trunc(),
        }
    }
}

fn text_fill(text: &str, importer: &mut Importer) -> Fill {
    Fill {
        value: f64::from(importer.vocabulary.intern(text)),
        is_text: true,
        is_nothing: false,
        is_none: false,
    }
}

/// What counts as missing: NaN, `None`, a number, or a text.
fn missing_value(object: View<'_>, importer: &mut Importer) -> Result<MissingParameter, Error> {
    let missing = object.attribute("missing_values")?;
    let absent = |absence| MissingParameter {
        value: MissingValue::Nan,
        absence: Some(absence),
        code: None,
    };
    let present = |value, code| MissingParameter {
        value: MissingValue::Value(value),
        absence: None,
        code,
    };
    if missing.is_none() {
        return Ok(absent(Absence::None));
    }
    if let Ok(text) = missing.text() {
        let code = importer.vocabulary.intern(text);
        return Ok(present(f64::from(code), Some(code)));
    }
    match missing.float() {
        Ok(value) if value.is_nan() => Ok(absent(Absence::Nan)),
        Ok(value) => Ok(present(value, None)),
        Err(_) => Err(unsupported(object, "this `missing_values`")),
    }
}

/// The columns for which `add_indicator` adds one that tells whether they were missing.
fn indicated(object: View<'_>, n_columns: usize) -> Result<Vec<usize>, Error> {
    if !header::flag(object, "add_indicator", false)? {
        return Ok(Vec::new());
    }
    let features = object.attribute("indicator_")?.attribute("features_")?;
    header::positions(features, n_columns, || {
        inconsistent(object, "the indicator's columns are beyond the row")
    })
}
