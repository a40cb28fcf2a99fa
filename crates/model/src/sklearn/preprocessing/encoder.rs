//! `OneHotEncoder` and `OrdinalEncoder` (`sklearn/preprocessing/_encoders.py`).

use propenso_pickle::{ArrayView, Kind, View};

use super::{check_width, new_columns};
use crate::error::Error;
use crate::input::OnMissing;
use crate::sklearn::header;
use crate::sklearn::importer::{Column, Frame, Importer, inconsistent, unsupported};
use crate::transform::Transform;
use crate::transform::encoder::{
    Categories, OneHotColumn, OneHotEncoder, OrdinalColumn, OrdinalEncoder, UnknownPlace,
};

/// The categories of one column, read from the file.
struct Read {
    /// Numbers, or codes of texts; NaN for the category of missing values.
    values: Vec<f64>,
    is_text: bool,
}

impl Read {
    fn missing_position(&self) -> Option<usize> {
        self.values.iter().position(|value| value.is_nan())
    }

    fn codes(&self) -> Vec<u32> {
        let known = self.values.iter().filter(|value| !value.is_nan());
        known.map(|value| *value as u32).collect()
    }
}

pub(super) fn import_one_hot(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let read = categories(object, frame, importer)?;
    let n_columns = read.len();
    let unknown = object.attribute("handle_unknown")?.text()?;
    let groups = infrequent_groups(object, n_columns)?;
    let dropped = dropped(object, n_columns)?;
    let mut columns = Vec::new();
    for (position, read) in read.iter().enumerate() {
        let group = groups.get(position).and_then(Option::as_ref);
        let column = one_hot_column(object, read, group, dropped[position], unknown)?;
        note(importer, &frame[position], read, unknown == "error");
        columns.push(column);
    }
    let n_values = columns.iter().map(|column| column.n_values).sum();
    let encoder = OneHotEncoder { columns };
    Ok((Transform::OneHot(encoder), new_columns(n_values)))
}

fn one_hot_column(
    object: View<'_>,
    read: &Read,
    group: Option<&Vec<usize>>,
    dropped: Option<usize>,
    unknown: &str,
) -> Result<OneHotColumn, Error> {
    let wrong = || inconsistent(object, "categories and their groups do not match");
    let n_categories = read.values.len();
    let grouped: Vec<usize> = match group {
        Some(group) if group.len() == n_categories => group.clone(),
        Some(_) => return Err(wrong()),
        None => (0..n_categories).collect(),
    };
    let n_groups = grouped.iter().max().map_or(0, |largest| largest + 1);
    if n_groups > n_categories || dropped.is_some_and(|dropped| dropped >= n_groups) {
        return Err(wrong());
    }
    let place = |group: usize| match dropped {
        Some(dropped) if group == dropped => None,
        Some(dropped) if group > dropped => Some((group - 1) as u32),
        _ => Some(group as u32),
    };
    Ok(OneHotColumn {
        categories: lookup(object, read)?,
        places: grouped.iter().map(|group| place(*group)).collect(),
        unknown: match unknown {
            "error" => UnknownPlace::Refused,
            "ignore" => UnknownPlace::At(None),
            // The group of infrequent categories is the last, where there is one.
            "infrequent_if_exist" | "warn" => UnknownPlace::At(match group {
                Some(_) => n_groups.checked_sub(1).and_then(place),
                None => None,
            }),
            other => return Err(unsupported(object, format!("handle_unknown `{other}`"))),
        },
        n_values: n_groups - usize::from(dropped.is_some()),
    })
}

pub(super) fn import_ordinal(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let read = categories(object, frame, importer)?;
    let unknown = match object.attribute("handle_unknown")?.text()? {
        "error" => None,
        "use_encoded_value" => Some(object.attribute("unknown_value")?.float()?),
        other => return Err(unsupported(object, format!("handle_unknown `{other}`"))),
    };
    // Before 1.1 a missing value stayed missing.
    let missing = match object.optional_attribute("encoded_missing_value")? {
        Some(value) => value.float()?,
        None => f64::NAN,
    };
    let groups = infrequent_groups(object, read.len())?;
    let mut columns = Vec::new();
    let mut made = Frame::new();
    for (position, read) in read.iter().enumerate() {
        let group = groups.get(position).and_then(Option::as_ref);
        let number = |category: usize| match group {
            Some(group) => group.get(category).copied().unwrap_or(category) as f64,
            None => category as f64,
        };
        let mut numbers: Vec<f64> = (0..read.values.len()).map(number).collect();
        if let Some(missing_position) = read.missing_position() {
            numbers[missing_position] = missing;
        }
        note(importer, &frame[position], read, unknown.is_none());
        columns.push(OrdinalColumn {
            categories: lookup(object, read)?,
            numbers,
            unknown,
        });
        made.push(Column {
            name: frame[position].name.clone(),
            ..Column::default()
        });
    }
    Ok((Transform::Ordinal(OrdinalEncoder { columns }), made))
}

/// Notes what an encoder means for the input it reads.
fn note(importer: &mut Importer, column: &Column, read: &Read, refuses_unknown: bool) {
    if read.is_text {
        importer.reads_category(column, &read.codes(), refuses_unknown);
    } else {
        importer.reads_number(column);
    }
    let missing = match (read.missing_position(), refuses_unknown) {
        (Some(_), _) => OnMissing::Accepted,
        (None, false) => OnMissing::Unseen,
        (None, true) => OnMissing::Refused,
    };
    importer.meets_missing(column, missing);
}

fn lookup(object: View<'_>, read: &Read) -> Result<Categories, Error> {
    Categories::new(&read.values, !read.is_text)
        .ok_or_else(|| inconsistent(object, "a category is there twice"))
}

fn categories(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Vec<Read>, Error> {
    let n_columns = check_width(object, frame)?;
    let lists = object.attribute("categories_")?.items()?;
    if lists.len() != n_columns {
        return Err(inconsistent(object, "categories per column are expected"));
    }
    lists
        .map(|list| read_categories(object, &list.array()?, importer))
        .collect()
}

fn read_categories(
    object: View<'_>,
    array: &ArrayView<'_>,
    importer: &mut Importer,
) -> Result<Read, Error> {
    if array.dtype().kind() == Kind::Text {
        let texts = array.texts()?;
        let code = |text: &String| f64::from(importer.vocabulary.intern(text));
        return Ok(Read {
            values: texts.iter().map(code).collect(),
            is_text: true,
        });
    }
    if array.dtype().kind() != Kind::Object {
        return Ok(Read {
            values: array.f64s()?,
            is_text: false,
        });
    }
    let (mut n_texts, mut n_numbers) = (0, 0);
    let mut values = Vec::new();
    for item in array.objects()? {
        let value = if let Ok(text) = item.text() {
            n_texts += 1;
            f64::from(importer.vocabulary.intern(text))
        } else if item.is_none() {
            f64::NAN
        } else if let Ok(flag) = item.boolean() {
            n_numbers += 1;
            f64::from(u8::from(flag))
        } else {
            let value = item.float()?;
            n_numbers += usize::from(!value.is_nan());
            value
        };
        values.push(value);
    }
    if n_texts > 0 && n_numbers > 0 {
        return Err(unsupported(object, "a column of both numbers and texts"));
    }
    if values.iter().filter(|value| value.is_nan()).count() > 1 {
        return Err(unsupported(object, "a column with both None and NaN"));
    }
    Ok(Read {
        values,
        is_text: n_texts > 0,
    })
}

/// For columns with infrequent categories, the group of each category. From 1.1 on.
fn infrequent_groups(object: View<'_>, n_columns: usize) -> Result<Vec<Option<Vec<usize>>>, Error> {
    if !header::flag(object, "_infrequent_enabled", false)? {
        return Ok(vec![None; n_columns]);
    }
    let mappings = object
        .attribute("_default_to_infrequent_mappings")?
        .items()?;
    if mappings.len() != n_columns {
        return Err(inconsistent(object, "groups per column are expected"));
    }
    let negative = || inconsistent(object, "a group's number is below 0");
    mappings
        .map(|mapping| {
            if mapping.is_none() {
                return Ok(None);
            }
            let groups = mapping.array()?.i64s()?;
            let group = |group: i64| usize::try_from(group).map_err(|_| negative());
            groups
                .into_iter()
                .map(group)
                .collect::<Result<_, _>>()
                .map(Some)
        })
        .collect()
}

/// The group that `drop` removed from each column. `_drop_idx_after_grouping` exists from 1.2.
fn dropped(object: View<'_>, n_columns: usize) -> Result<Vec<Option<usize>>, Error> {
    let index = match object.optional_attribute("_drop_idx_after_grouping")? {
        Some(index) => Some(index),
        None => object.optional_attribute("drop_idx_")?,
    };
    let Some(index) = index.filter(|index| !index.is_none()) else {
        return Ok(vec![None; n_columns]);
    };
    let array = index.array()?;
    let dropped: Vec<Option<usize>> = match array.objects() {
        Ok(objects) => objects
            .into_iter()
            .map(|item| (!item.is_none()).then(|| item.count()).transpose())
            .collect::<Result<_, _>>()?,
        Err(_) => array
            .i64s()?
            .into_iter()
            .map(|index| usize::try_from(index).ok())
            .collect(),
    };
    if dropped.len() == n_columns {
        Ok(dropped)
    } else {
        Err(inconsistent(
            object,
            "a dropped category per column is expected",
        ))
    }
}
