//! What the importers of one file share: the inputs found so far, and how much may be decoded.

use std::collections::BTreeSet;

use propenso_pickle::View;

use super::header;
use crate::error::Error;
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

/// A column of the row at some place of a pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    /// Its name, where the pipeline still carries names.
    pub(super) name: Option<String>,
    /// The input whose values it still holds: untouched, or with the missing ones replaced.
    pub(super) source: Option<usize>,
    /// Whether missing values have been replaced.
    pub(super) is_imputed: bool,
}

/// The row at some place of a pipeline.
pub(super) type Frame = Vec<Column>;

/// What an importer has learnt of an input.
#[derive(Debug, Clone, Default)]
struct Use {
    name: Option<String>,
    is_number: bool,
    is_category: bool,
    known: BTreeSet<u32>,
    refuses_unknown: bool,
    missing: Option<OnMissing>,
}

/// The state of importing one file.
#[derive(Debug)]
pub(super) struct Importer {
    pub(super) vocabulary: Vocabulary,
    uses: Vec<Use>,
    depth: usize,
    n_estimators: usize,
    n_columns: usize,
    parts: BTreeSet<Part>,
}

impl Importer {
    /// An importer for rows of named or unnamed inputs.
    pub(super) fn new(n_inputs: usize, names: Option<&[String]>) -> Self {
        let name = |position| names.and_then(|names| names.get(position).cloned());
        Self {
            vocabulary: Vocabulary::default(),
            uses: (0..n_inputs)
                .map(|position| Use {
                    name: name(position),
                    ..Use::default()
                })
                .collect(),
            depth: 0,
            n_estimators: 0,
            n_columns: 0,
            parts: BTreeSet::new(),
        }
    }

    /// The row as the file's outermost estimator takes it.
    pub(super) fn root_frame(&self) -> Frame {
        let column = |(position, used): (usize, &Use)| Column {
            name: used.name.clone(),
            source: Some(position),
            is_imputed: false,
        };
        self.uses.iter().enumerate().map(column).collect()
    }

    /// Decodes an estimator or transformer inside another, within the limits.
    pub(super) fn nested<T>(
        &mut self,
        object: View<'_>,
        frame: &Frame,
        decode: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.n_estimators += 1;
        self.n_columns += frame.len();
        if self.depth >= MAX_DEPTH
            || self.n_estimators > MAX_ESTIMATORS
            || self.n_columns > MAX_COLUMNS_IN_ALL
        {
            return Err(unsupported(object, "a model nested this deeply or widely"));
        }
        self.note_part(object)?;
        self.depth += 1;
        let decoded = decode(self);
        self.depth -= 1;
        decoded
    }

    /// Notes a class on the way to the answer. Objects that do not say which version wrote them are
    /// other libraries' own business.
    fn note_part(&mut self, object: View<'_>) -> Result<(), Error> {
        if let (Some(class), Some(version)) = (object.class(), header::version_text(object)?) {
            self.parts.insert(Part {
                library: Library::ScikitLearn,
                class: class.name.to_owned(),
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

    fn used(&mut self, column: &Column) -> Option<&mut Use> {
        column.source.and_then(|source| self.uses.get_mut(source))
    }

    /// The inputs, as all readers together need them.
    pub(super) fn inputs(&self, root: View<'_>) -> Result<Vec<ModelInput>, Error> {
        let input = |(position, used): (usize, &Use)| {
            let kind = match (used.is_number, used.is_category) {
                (true, true) => {
                    return Err(unsupported(
                        root,
                        "a column that is read as numbers and as text",
                    ));
                }
                (true, false) => InputKind::Number,
                (false, true) => InputKind::Category {
                    known: used.known.iter().copied().collect(),
                    refuses_unknown: used.refuses_unknown,
                },
                (false, false) => InputKind::Unused,
            };
            let name = used.name.clone();
            Ok(ModelInput {
                name: name.unwrap_or_else(|| ModelInput::name_of(position)),
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
