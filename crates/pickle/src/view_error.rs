//! What a decoder says of a value it cannot use.

use crate::limits::Limit;

/// A value that is not what a decoder needs, with the place in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// A value of another type.
    #[error("{place}: expected {expected}, found {found}")]
    WrongType {
        /// The attribute and class, or only the offset.
        place: String,
        /// What was needed.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// An object lacks an attribute.
    #[error("{class} at byte {offset} has no attribute `{attribute}`")]
    MissingAttribute {
        /// The object's class.
        class: String,
        /// The attribute.
        attribute: &'static str,
        /// Offset of the object in the decompressed stream.
        offset: usize,
    },
    /// The same attribute twice: Python would take the last, other readers the first.
    #[error("{class} at byte {offset} has the attribute `{attribute}` twice")]
    DuplicateAttribute {
        /// The object's class.
        class: String,
        /// The attribute.
        attribute: &'static str,
        /// Offset of the object in the decompressed stream.
        offset: usize,
    },
    /// The decoding budget is used up.
    #[error("decoding this file takes more than {allowed} {limit}")]
    Limit {
        /// Which budget.
        limit: Limit,
        /// Its size.
        allowed: u64,
    },
}

impl ViewError {
    /// A stable short name, for tests and machine-readable reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongType { .. } => "wrong-type",
            Self::MissingAttribute { .. } => "missing-attribute",
            Self::DuplicateAttribute { .. } => "duplicate-attribute",
            Self::Limit { limit, .. } => limit.code(),
        }
    }
}
