//! `OneHotEncoder` and `OrdinalEncoder` (`sklearn/preprocessing/_encoders.py`).

use propenso_pickle::{ArrayView, Kind, View};

use super::check_width;
use crate::error::Error;
use crate::input::OnMissing;
use crate::sklearn::frame::{Absence, Column, Dtype, Frame, Matrix, Storage};
use crate::sklearn::header;
use crate::sklearn::importer::{Importer, inconsistent, unsupported};
use crate::transform::Transform;
use crate::transform::encoder::{
    Categories, OneHotColumn, OneHotEncoder, OrdinalColumn, OrdinalEncoder, UnknownPlace,
};
use crate::version::Version;

/// The categories of one column, read from the file.
struct Read {
    /// Numbers, or codes of texts; NaN for the category of missing values.
    values: Vec<f64>,
    is_text: bool,
    /// What the category of missing values is, if there is one.
    absence: Option<Absence>,
}

impl Read {
    fn of_numbers(values: Vec<f64>) -> Self {
        let has_missing = values.iter().any(|value| value.is_nan());
        Self {
            values,
            is_text: false,
            absence: has_missing.then_some(Absence::Nan),
        }
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
        let at = &frame.columns[position];
        let unknown = Unknown {
            is_refused: unknown == "error",
            missing_is_refused: unknown == "error",
        };
        note(object, importer, at, read, unknown)?;
        columns.push(column);
    }
    let n_values = columns.iter().map(|column| column.n_values).sum();
    let encoder = OneHotEncoder { columns };
    let made = Frame::of_new_columns(n_values, one_hot_matrix(object)?);
    Ok((Transform::OneHot(encoder), made))
}

/// `sparse` was renamed in 1.2.
fn one_hot_matrix(object: View<'_>) -> Result<Matrix, Error> {
    let is_sparse = match object.optional_attribute("sparse_output")? {
        Some(flag) => flag.boolean()?,
        None => header::flag(object, "sparse", true)?,
    };
    Ok(Matrix {
        dtype: Dtype::of_parameter(object, object.optional_attribute("dtype")?)?,
        storage: if is_sparse {
            Storage::Sparse
        } else {
            Storage::Dense
        },
    })
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
            // Up to 1.7 it warned of being infrequent and encoded nothing.
            "warn" if header::version(object)? < Version::new(1, 8) => UnknownPlace::At(None),
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
    // Up to 0.24 NaN was refused before it could be unknown.
    let accepts_missing = header::version(object)? >= Version::new(1, 0);
    // Before 1.1 a missing value stayed missing.
    let missing = match object.optional_attribute("encoded_missing_value")? {
        Some(value) => value.float()?,
        None => f64::NAN,
    };
    let groups = infrequent_groups(object, read.len())?;
    let mut columns = Vec::new();
    let mut made = Vec::new();
    for (position, read) in read.iter().enumerate() {
        let group = groups.get(position).and_then(Option::as_ref);
        let number = |category: usize| match group {
            Some(group) => group.get(category).copied().unwrap_or(category) as f64,
            None => category as f64,
        };
        let mut numbers: Vec<f64> = (0..read.values.len()).map(number).collect();
        // None is encoded as any other category.
        if read.absence == Some(Absence::Nan) {
            let at = read.values.iter().position(|value| value.is_nan());
            at.into_iter().for_each(|at| numbers[at] = missing);
        }
        let at = &frame.columns[position];
        let on_unknown = Unknown {
            is_refused: unknown.is_none(),
            missing_is_refused: unknown.is_none() || !accepts_missing,
        };
        note(object, importer, at, read, on_unknown)?;
        columns.push(OrdinalColumn {
            categories: lookup(object, read)?,
            numbers,
            unknown,
        });
        made.push(Column {
            name: at.name.clone(),
            ..Column::default()
        });
    }
    let made = Frame {
        columns: made,
        matrix: ordinal_matrix(object, &columns)?,
    };
    let encoder = OrdinalEncoder {
        columns,
        accepts_missing,
    };
    Ok((Transform::Ordinal(encoder), made))
}

/// The matrix of the encoded numbers, which must be able to hold them.
fn ordinal_matrix(object: View<'_>, columns: &[OrdinalColumn]) -> Result<Matrix, Error> {
    let dtype = Dtype::of_parameter(object, object.optional_attribute("dtype")?)?;
    let numbers = || {
        columns
            .iter()
            .flat_map(|column| column.numbers.iter().chain(&column.unknown))
    };
    if dtype == Dtype::Small && numbers().any(|number| !(0.0..128.0).contains(number)) {
        return Err(unsupported(
            object,
            "numbers of categories in integers that may not hold them",
        ));
    }
    Ok(Matrix {
        dtype,
        ..Matrix::DENSE
    })
}

/// What becomes of what is no category of a column.
#[derive(Clone, Copy)]
struct Unknown {
    /// Whether a value that training did not see is refused.
    is_refused: bool,
    /// Whether a missing value is.
    missing_is_refused: bool,
}

/// Notes what an encoder means for the input it reads.
fn note(
    object: View<'_>,
    importer: &mut Importer,
    column: &Column,
    read: &Read,
    unknown: Unknown,
) -> Result<(), Error> {
    if read.is_text {
        importer.reads_category(column, &read.codes(), unknown.is_refused);
    } else {
        importer.reads_number(column);
    }
    if let Some(absence) = read.absence {
        importer.knows_absence(object, column, absence)?;
    }
    let missing = match (read.absence, unknown.missing_is_refused) {
        (Some(_), _) => OnMissing::Accepted,
        (None, false) => OnMissing::Unseen,
        (None, true) => OnMissing::Refused,
    };
    importer.meets_missing(column, missing);
    Ok(())
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
            absence: None,
        });
    }
    if array.dtype().kind() != Kind::Object {
        return Ok(Read::of_numbers(array.f64s()?));
    }
    let (mut n_texts, mut n_numbers) = (0, 0);
    let mut absence = None;
    let mut values = Vec::new();
    for item in array.objects()? {
        let value = if let Ok(text) = item.text() {
            n_texts += 1;
            f64::from(importer.vocabulary.intern(text))
        } else if item.is_none() {
            absence = Some(Absence::None);
            f64::NAN
        } else if let Ok(flag) = item.boolean() {
            n_numbers += 1;
            f64::from(u8::from(flag))
        } else {
            let value = item.float()?;
            n_numbers += usize::from(!value.is_nan());
            if value.is_nan() {
                absence = Some(Absence::Nan);
            }
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
        absence,
    })
}

/// Reads the group of each category, for columns with infrequent ones. They exist from 1.1 on.
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
