//! Which columns an estimator takes, and which of them a transformer is given.

use propenso_pickle::{ClassName, Kind, View};

use super::frame::Frame;
use super::importer::{column_count, inconsistent, unsupported};
use super::{booster, header, keras, pipeline};
use crate::error::Error;

/// Estimators inside estimators that are looked into for the columns of the outermost.
const MAX_DEPTH: usize = 24;

/// A number of columns, and their names if they have any.
pub(super) type Columns = (usize, Option<Vec<String>>);

/// How many columns an estimator takes, and their names if it has any. Where it does not say
/// itself, what it hands its rows to first does.
pub(super) fn of_estimator(object: View<'_>) -> Result<Columns, Error> {
    let mut object = object;
    for _ in 0..MAX_DEPTH {
        if let Some(columns) = booster::columns(object)? {
            return Ok(columns);
        }
        if let Some(columns) = keras::columns(object)? {
            return Ok(columns);
        }
        let names = header::feature_names(object)?;
        let width = object.optional_attribute("n_features_in_")?;
        if let Some(width) = width.filter(|width| !width.is_none()) {
            let width = column_count(object, width.count()?)?;
            if names.as_ref().is_some_and(|names| names.len() != width) {
                return Err(inconsistent(
                    object,
                    "`feature_names_in_` and `n_features_in_` differ",
                ));
            }
            return Ok((width, names));
        }
        if object
            .class()
            .is_some_and(|class| class.module == "sklearn.dummy")
        {
            // Up to 1.4 it does not even count its columns.
            return Ok((0, None));
        }
        object = first_inside(object)?;
    }
    Err(unsupported(object, "a model nested this deeply"))
}

/// The estimator that sees an estimator's rows first.
fn first_inside(object: View<'_>) -> Result<View<'_>, Error> {
    if let Some(best) = object.optional_attribute("best_estimator_")? {
        return Ok(best);
    }
    for list in ["steps", "transformer_list"] {
        let Some(parts) = object.optional_attribute(list)? else {
            continue;
        };
        for part in parts.items()? {
            // Samplers see the same columns and know less about them.
            match part.items()?.nth(1) {
                Some(step) if step.class().is_some() && !pipeline::is_sampler(step) => {
                    return Ok(step);
                }
                _ => {}
            }
        }
    }
    for list in ["estimators_", "calibrated_classifiers_"] {
        if let Some(members) = object.optional_attribute(list)?
            && let Some(first) = members.items()?.next()
        {
            return Ok(first);
        }
    }
    for inner in ["estimator", "base_estimator"] {
        if let Some(inner) = object.optional_attribute(inner)?
            && inner.class().is_some()
        {
            return Ok(inner);
        }
    }
    Err(inconsistent(
        object,
        "it does not say how many columns it was fitted on",
    ))
}

/// The names in a pandas `Index` of text: `_new_Index(Index, {'data': array, 'name': …})`. `None`
/// for indices of other things.
pub(super) fn index_names(index: View<'_>) -> Result<Option<Vec<String>>, Error> {
    let is_new_index = matches!(
        index.class(),
        Some(ClassName {
            module: "pandas.core.indexes.base",
            name: "_new_Index",
        })
    );
    if !is_new_index {
        return Ok(None);
    }
    let arguments: Vec<_> = index.arguments()?.collect();
    let [_, parts] = arguments[..] else {
        return Ok(None);
    };
    let Some(data) = parts.entry("data")? else {
        return Ok(None);
    };
    if let Ok(array) = data.array() {
        return Ok(header::texts(&array).ok());
    }
    pandas_text_array(data)
}

/// pandas 3 keeps an Index of text in an extension array whose state holds the object array.
fn pandas_text_array(data: View<'_>) -> Result<Option<Vec<String>>, Error> {
    let Some(state) = data.state() else {
        return Ok(None);
    };
    let mut candidates = Vec::new();
    if let Ok(entries) = state.entries() {
        candidates.extend(entries.map(|(_, value)| value));
    } else if let Ok(items) = state.items() {
        candidates.extend(items);
    }
    let arrays = candidates
        .into_iter()
        .filter_map(|value| value.array().ok());
    Ok(arrays.filter_map(|array| header::texts(&array).ok()).next())
}

/// The positions that a `ColumnTransformer` column specification picks from a frame: positions,
/// names, a mask, a slice, or a pandas Index of names.
pub(super) fn positions(
    owner: View<'_>,
    specification: View<'_>,
    frame: &Frame,
) -> Result<Vec<usize>, Error> {
    if let Some(slice) = slice_parts(specification)? {
        return slice_positions(owner, &slice, frame);
    }
    if let Some(names) = index_names(specification)? {
        return names
            .iter()
            .map(|name| by_name(owner, name, frame))
            .collect();
    }
    if let Ok(array) = specification.array() {
        return match array.dtype().kind() {
            Kind::Bool => mask(
                owner,
                array.i64s()?.into_iter().map(|flag| flag != 0),
                frame,
            ),
            Kind::Int | Kind::UInt => array
                .i64s()?
                .into_iter()
                .map(|position| by_position(owner, position, frame))
                .collect(),
            _ => header::texts(&array)?
                .iter()
                .map(|name| by_name(owner, name, frame))
                .collect(),
        };
    }
    let items: Vec<View<'_>> = match specification.items() {
        Ok(items) => items.collect(),
        // A list subclass, as scikit-learn 1.5 and 1.6 write for the remainder.
        Err(_) if specification.class().is_some() => list_subclass(specification)?,
        // A single name or position, for a transformer that takes one column.
        Err(_) => vec![specification],
    };
    if !items.is_empty() && items.iter().all(|item| item.boolean().is_ok()) {
        let flags = items.iter().map(|item| item.boolean().unwrap_or(false));
        return mask(owner, flags, frame);
    }
    items
        .into_iter()
        .map(|item| match item.text() {
            Ok(name) => by_name(owner, name, frame),
            Err(_) => by_position(owner, item.integer()?, frame),
        })
        .collect()
}

/// The class of a column specification that cannot be read, as a pandas `Series` or `RangeIndex`: to take it
/// for a list without items would be to leave its columns out.
pub(super) fn unreadable(specification: View<'_>) -> Result<Option<ClassName<'_>>, Error> {
    let Some(class) = specification.class() else {
        return Ok(None);
    };
    let is_read = slice_parts(specification)?.is_some()
        || index_names(specification)?.is_some()
        || specification.array().is_ok()
        || matches!(specification.optional_attribute("data"), Ok(Some(_)))
        || specification.elements()?.len() > 0;
    Ok((!is_read).then_some(class))
}

/// `_RemainderColsList` is a `UserList`: its items are in the attribute `data`.
fn list_subclass(object: View<'_>) -> Result<Vec<View<'_>>, Error> {
    if let Ok(Some(data)) = object.optional_attribute("data") {
        return Ok(data.items()?.collect());
    }
    Ok(object.elements()?.collect())
}

fn slice_parts(object: View<'_>) -> Result<Option<Vec<View<'_>>>, Error> {
    match object.class() {
        Some(ClassName {
            module: "builtins" | "__builtin__",
            name: "slice",
        }) => Ok(Some(object.arguments()?.collect())),
        _ => Ok(None),
    }
}

/// `slice(start, stop, step)` of positions as Python takes it, or of names, whose stop is included.
fn slice_positions(
    owner: View<'_>,
    parts: &[View<'_>],
    frame: &Frame,
) -> Result<Vec<usize>, Error> {
    let [start, stop, step] = parts else {
        return Err(unsupported(owner, "this slice of columns"));
    };
    if !step.is_none() && step.integer()? != 1 {
        return Err(unsupported(owner, "a slice of columns with a step"));
    }
    let n_columns = frame.len();
    let bound = |bound: &View<'_>, default: usize, is_stop: bool| {
        if bound.is_none() {
            return Ok(default);
        }
        if let Ok(name) = bound.text() {
            return by_name(owner, name, frame).map(|at| at + usize::from(is_stop));
        }
        let at = bound.integer()?;
        let from_end = i64::try_from(n_columns)
            .unwrap_or(i64::MAX)
            .saturating_add(at);
        let at = if at < 0 { from_end.max(0) } else { at };
        Ok(usize::try_from(at).unwrap_or(usize::MAX).min(n_columns))
    };
    let start = bound(start, 0, false)?;
    let stop = bound(stop, n_columns, true)?;
    Ok((start..stop).collect())
}

fn mask(
    owner: View<'_>,
    flags: impl ExactSizeIterator<Item = bool>,
    frame: &Frame,
) -> Result<Vec<usize>, Error> {
    if flags.len() != frame.len() {
        return Err(inconsistent(
            owner,
            "a mask of columns is not as long as the row",
        ));
    }
    Ok(flags
        .enumerate()
        .filter_map(|(position, flag)| flag.then_some(position))
        .collect())
}

fn by_name(owner: View<'_>, name: &str, frame: &Frame) -> Result<usize, Error> {
    let is_it = |column: &super::frame::Column| column.name.as_deref() == Some(name);
    frame.columns.iter().position(is_it).ok_or_else(|| {
        unsupported(
            owner,
            format!("a column named `{name}`, which the row does not have at this place,"),
        )
    })
}

fn by_position(owner: View<'_>, position: i64, frame: &Frame) -> Result<usize, Error> {
    let n_columns = i64::try_from(frame.len()).unwrap_or(i64::MAX);
    let position = if position < 0 {
        position.saturating_add(n_columns)
    } else {
        position
    };
    usize::try_from(position)
        .ok()
        .filter(|position| *position < frame.len())
        .ok_or_else(|| inconsistent(owner, "a column position is beyond the row"))
}
