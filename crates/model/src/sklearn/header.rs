//! What every fitted estimator has: its version, its feature names, its classes.

use propenso_pickle::{ArrayView, Kind, View, ViewError};

use super::importer::{inconsistent, unsupported};
use crate::error::Error;
use crate::label::Label;
use crate::version::Version;

/// The version an object was written by, if it is one that is read.
pub(super) fn version(object: View<'_>) -> Result<Version, Error> {
    let text = version_text(object)?.unwrap_or("0.17 or older");
    match Version::parse(text) {
        Some(version) if version.is_supported() => Ok(version),
        _ => Err(Error::UnsupportedVersion {
            class: object
                .class()
                .map_or_else(|| object.describe(), |class| class.to_string()),
            version: text.to_owned(),
        }),
    }
}

/// The scikit-learn version an object was written by, as text.
pub(super) fn version_text(object: View<'_>) -> Result<Option<&str>, ViewError> {
    object
        .optional_attribute("_sklearn_version")?
        .map(View::text)
        .transpose()
}

/// `feature_names_in_`, which exists where the estimator was fitted on a DataFrame; 0.24's
/// `ColumnTransformer` keeps `_df_columns` instead.
pub(super) fn feature_names(object: View<'_>) -> Result<Option<Vec<String>>, Error> {
    if let Some(names) = object.optional_attribute("feature_names_in_")? {
        return Ok(Some(texts(&names.array()?)?));
    }
    match object.optional_attribute("_df_columns")? {
        Some(index) if !index.is_none() => Ok(super::columns::index_names(index)?),
        _ => Ok(None),
    }
}

/// The class labels in `classes_`, in the order of the probabilities.
pub(super) fn classes(object: View<'_>) -> Result<Vec<Label>, Error> {
    labels_of(object, object.attribute("classes_")?)
}

/// The class labels of an array that an object refers to.
pub(super) fn labels_of(object: View<'_>, classes: View<'_>) -> Result<Vec<Label>, Error> {
    if classes.array().is_err() && classes.items().is_ok() {
        return Err(unsupported(object, "a model with several outputs"));
    }
    let classes = classes.array()?;
    if classes.shape().len() != 1 || classes.n_items() == 0 {
        return Err(inconsistent(object, "`classes_` is not a list of labels"));
    }
    Ok(labels(&classes)?)
}

/// The texts of an array of text or of objects.
pub(crate) fn texts(array: &ArrayView<'_>) -> Result<Vec<String>, ViewError> {
    if array.dtype().kind() == Kind::Text {
        return array.texts();
    }
    array
        .objects()?
        .into_iter()
        .map(|item| Ok(item.text()?.to_owned()))
        .collect()
}

/// Class labels of an array, by its dtype.
pub(crate) fn labels(array: &ArrayView<'_>) -> Result<Vec<Label>, ViewError> {
    Ok(match array.dtype().kind() {
        Kind::Bool => array
            .i64s()?
            .into_iter()
            .map(|value| Label::Bool(value != 0))
            .collect(),
        Kind::Float => array.f64s()?.into_iter().map(Label::Float).collect(),
        Kind::Text => array.texts()?.into_iter().map(Label::Text).collect(),
        Kind::Object => array
            .objects()?
            .into_iter()
            .map(label)
            .collect::<Result<_, _>>()?,
        _ => array.i64s()?.into_iter().map(Label::Int).collect(),
    })
}

pub(super) fn label(item: View<'_>) -> Result<Label, ViewError> {
    if let Ok(text) = item.text() {
        return Ok(Label::Text(text.to_owned()));
    }
    if let Ok(value) = item.boolean() {
        return Ok(Label::Bool(value));
    }
    if let Ok(value) = item.integer() {
        return Ok(Label::Int(value));
    }
    item.float().map(Label::Float)
}

/// A one- or two-dimensional array of numbers with its shape, by which the caller checks it.
pub(super) fn numbers(object: View<'_>, name: &'static str) -> Result<Vec<f64>, Error> {
    Ok(object.attribute(name)?.array()?.f64s()?)
}

/// An array of numbers, one per column.
pub(super) fn per_column(
    object: View<'_>,
    name: &'static str,
    n_columns: usize,
) -> Result<Vec<f64>, Error> {
    let values = numbers(object, name)?;
    if values.len() == n_columns {
        Ok(values)
    } else {
        Err(inconsistent(
            object,
            format!(
                "`{name}` has {} values for {n_columns} columns",
                values.len()
            ),
        ))
    }
}

/// An array of columns' positions, each below `n_columns`; `beyond` is the error for one that is not.
pub(super) fn positions(
    array: View<'_>,
    n_columns: usize,
    beyond: impl Fn() -> Error,
) -> Result<Vec<usize>, Error> {
    array
        .array()?
        .i64s()?
        .into_iter()
        .map(|column| {
            usize::try_from(column)
                .ok()
                .filter(|column| *column < n_columns)
                .ok_or_else(&beyond)
        })
        .collect()
}

/// Reads an attribute as [`per_column`] does, and gives `None` where it is `None` or absent.
pub(super) fn optional_per_column(
    object: View<'_>,
    name: &'static str,
    n_columns: usize,
) -> Result<Option<Vec<f64>>, Error> {
    match object.optional_attribute(name)? {
        Some(value) if !value.is_none() => per_column(object, name, n_columns).map(Some),
        _ => Ok(None),
    }
}

/// A text attribute, if it is there and is text.
pub(super) fn optional_text<'d>(
    object: View<'d>,
    name: &'static str,
) -> Result<Option<&'d str>, Error> {
    Ok(object
        .optional_attribute(name)?
        .and_then(|value| value.text().ok()))
}

/// A boolean attribute; absent means the default.
pub(super) fn flag(object: View<'_>, name: &'static str, default: bool) -> Result<bool, Error> {
    Ok(match object.optional_attribute(name)? {
        Some(value) => value.boolean()?,
        None => default,
    })
}

/// A fitted list of objects with a length, as `estimators_` is.
pub(super) fn members<'d>(object: View<'d>, name: &'static str) -> Result<Vec<View<'d>>, Error> {
    let members: Vec<_> = object.attribute(name)?.items()?.collect();
    if members.is_empty() {
        return Err(inconsistent(
            object,
            format!("`{name}` is empty; the model was not fitted"),
        ));
    }
    Ok(members)
}
