//! What the importers of one file share: the inputs found so far, and how much may be decoded.

use std::collections::BTreeSet;

use propenso_pickle::View;

use super::frame::{Absence, Column, Frame, Matrix};
use super::{header, options};
use crate::error::Error;
use crate::forest::Precision;
use crate::input::{InputKind, ModelInput, OnMissing, Vocabulary};
use crate::verified::Part;
use crate::writer::Library;

/// Estimators inside estimators that are decoded before giving up.
const MAX_DEPTH: usize = 24;

/// Estimators and transformers of a file. A file's values can refer to each other in any way, so a
/// small one can describe an enormous graph.
const MAX_ESTIMATORS: usize = 50_000;

/// Columns of a row, at any place of a pipeline.
const MAX_COLUMNS: usize = 65_536;

/// Columns of all rows at all places of a pipeline.
const MAX_COLUMNS_IN_ALL: usize = 50_000_000;

/// What an importer has learnt of an input.
#[derive(Debug, Clone, Default)]
struct Use {
    name: Option<String>,
    is_number: bool,
    is_category: bool,
    known: BTreeSet<u32>,
    refuses_unknown: bool,
    missing: Option<OnMissing>,
    /// What a reader of the column knows as its missing value.
    absence: Option<Absence>,
}

/// The state of importing one file.
#[derive(Debug)]
pub(super) struct Importer {
    pub(super) vocabulary: Vocabulary,
    uses: Vec<Use>,
    absences: Vec<Absence>,
    /// 1 or 2: the generation of numpy that wrote the file, where it tells.
    numpy: Option<u8>,
    depth: usize,
    n_estimators: usize,
    n_columns: usize,
    parts: BTreeSet<Part>,
}

impl Importer {
    /// An importer for rows of named or unnamed inputs.
    ///
    /// `absences` says what a missing value is, input by input, where an import before this one has learnt it.
    pub(super) fn new(n_inputs: usize, names: Option<&[String]>, absences: &[Absence]) -> Self {
        let name = |position| names.and_then(|names| names.get(position).cloned());
        Self {
            vocabulary: Vocabulary::default(),
            uses: (0..n_inputs)
                .map(|position| Use {
                    name: name(position),
                    ..Use::default()
                })
                .collect(),
            absences: absences.to_vec(),
            numpy: None,
            depth: 0,
            n_estimators: 0,
            n_columns: 0,
            parts: BTreeSet::new(),
        }
    }

    /// The same for a file that this generation of numpy wrote, if the file tells.
    pub(super) fn of_numpy(self, numpy: Option<u8>) -> Self {
        Self { numpy, ..self }
    }

    /// What an array becomes that is multiplied by a float64 number: numpy 1 keeps float32, numpy 2 does not.
    pub(super) fn times_float64(&self, array: Precision) -> Precision {
        if self.numpy == Some(1) {
            array
        } else {
            Precision::Double
        }
    }

    /// What a scalar becomes that is taken from a number of Python's: numpy 2 keeps float32, numpy 1 does not.
    pub(super) fn less_number(&self, scalar: Precision) -> Precision {
        if self.numpy == Some(1) {
            Precision::Double
        } else {
            scalar
        }
    }

    /// The row as the file's outermost estimator takes it.
    pub(super) fn root_frame(&self) -> Frame {
        let column = |(position, used): (usize, &Use)| Column {
            name: used.name.clone(),
            source: Some(position),
            is_imputed: false,
            absence: self.absences.get(position).copied().unwrap_or_default(),
        };
        // A table of clients is dense, and its numbers are float64.
        Frame {
            columns: self.uses.iter().enumerate().map(column).collect(),
            matrix: Matrix::default(),
        }
    }

    /// Decodes an estimator or transformer inside another, within the limits.
    pub(super) fn nested<T>(
        &mut self,
        object: View<'_>,
        frame: &Frame,
        decode: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.n_estimators += 1;
        self.n_columns += frame.columns.len();
        if self.depth >= MAX_DEPTH
            || self.n_estimators > MAX_ESTIMATORS
            || self.n_columns > MAX_COLUMNS_IN_ALL
        {
            return Err(unsupported(object, "a model nested this deeply or widely"));
        }
        self.note_part(object, frame.matrix)?;
        self.depth += 1;
        let decoded = decode(self);
        self.depth -= 1;
        decoded
    }

    /// Notes a class on the way to the answer. Objects that do not say which version wrote them are
    /// other libraries' own business.
    fn note_part(&mut self, object: View<'_>, matrix: Matrix) -> Result<(), Error> {
        if let (Some(class), Some(version)) = (object.class(), header::version_text(object)?) {
            self.parts.insert(Part {
                library: Library::ScikitLearn,
                class: class.name.to_owned(),
                path: options::path(object, matrix)?,
                version: version.to_owned(),
            });
        }
        Ok(())
    }

    /// Notes a class of another library on the way to the answer.
    pub(super) fn note(&mut self, part: Part) {
        self.parts.insert(part);
    }

    /// The classes on the way to the answer.
    pub(super) fn parts(&self) -> Vec<Part> {
        self.parts.iter().cloned().collect()
    }

    /// Notes that a column's values are compared or computed with as numbers.
    pub(super) fn reads_number(&mut self, column: &Column) {
        if let Some(used) = self.used(column) {
            used.is_number = true;
        }
    }

    /// Notes that a column's values are texts, some of which are known.
    pub(super) fn reads_category(&mut self, column: &Column, known: &[u32], refuses_unknown: bool) {
        if let Some(used) = self.used(column) {
            used.is_category = true;
            used.known.extend(known);
            used.refuses_unknown |= refuses_unknown;
        }
    }

    /// Notes what becomes of a column's missing values. The strictest reader counts.
    pub(super) fn meets_missing(&mut self, column: &Column, missing: OnMissing) {
        if column.is_imputed {
            return;
        }
        if let Some(used) = self.used(column) {
            used.missing = Some(match (used.missing, missing) {
                (None, missing) => missing,
                (Some(before), missing) if before == missing => missing,
                (Some(OnMissing::Refused), _) | (_, OnMissing::Refused) => OnMissing::Refused,
                (Some(OnMissing::Unseen), _) | (_, OnMissing::Unseen) => OnMissing::Unseen,
                _ => OnMissing::Accepted,
            });
        }
    }

    /// Notes that a reader of a column knows missing values as `None`, or as NaN.
    pub(super) fn knows_absence(
        &mut self,
        owner: View<'_>,
        column: &Column,
        absence: Absence,
    ) -> Result<(), Error> {
        let Some(used) = self.used(column) else {
            return Ok(());
        };
        if used.absence.is_some_and(|known| known != absence) {
            return Err(unsupported(
                owner,
                "a column in which both None and NaN are known",
            ));
        }
        used.absence = Some(absence);
        Ok(())
    }

    /// What a missing value is, input by input. An importer that contradicts it did not understand its file.
    pub(super) fn absences(&self) -> Vec<Absence> {
        self.uses
            .iter()
            .map(|used| used.absence.unwrap_or_default())
            .collect()
    }

    fn used(&mut self, column: &Column) -> Option<&mut Use> {
        column.source.and_then(|source| self.uses.get_mut(source))
    }

    /// The inputs, as all readers together need them.
    pub(super) fn inputs(&self, root: View<'_>) -> Result<Vec<ModelInput>, Error> {
        let input = |(position, used): (usize, &Use)| {
            let name = used.name.clone();
            let name = name.unwrap_or_else(|| ModelInput::name_of(position));
            let kind = match (used.is_number, used.is_category) {
                (true, true) => {
                    let what = format!(
                        "the column {name:.60?}, which one step reads as numbers and another as text,"
                    );
                    return Err(unsupported(root, what));
                }
                (true, false) => InputKind::Number,
                (false, true) => InputKind::Category {
                    known: used.known.iter().copied().collect(),
                    refuses_unknown: used.refuses_unknown,
                },
                (false, false) => InputKind::Unused,
            };
            Ok(ModelInput {
                name,
                kind,
                missing: used.missing.unwrap_or(OnMissing::Accepted),
            })
        };
        self.uses.iter().enumerate().map(input).collect()
    }
}

/// A number of columns, if it is one that can be worked with.
pub(super) fn column_count(object: View<'_>, n_columns: usize) -> Result<usize, Error> {
    if n_columns > MAX_COLUMNS {
        return Err(unsupported(object, "a model of more than 65,536 columns"));
    }
    Ok(n_columns)
}

/// An error for a variant of a class that is not supported.
pub(super) fn unsupported(object: View<'_>, what: impl Into<String>) -> Error {
    Error::UnsupportedVariant {
        class: class_text(object),
        offset: object.offset(),
        what: what.into(),
    }
}

/// An error for an object whose parts contradict each other.
pub(super) fn inconsistent(object: View<'_>, what: impl Into<String>) -> Error {
    Error::Inconsistent {
        class: class_text(object),
        offset: object.offset(),
        what: what.into(),
    }
}

fn class_text(object: View<'_>) -> String {
    object
        .class()
        .map_or_else(|| object.describe(), |class| class.to_string())
}
