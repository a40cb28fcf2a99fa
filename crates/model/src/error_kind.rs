//! Kinds of errors: what programs tell apart, where people read the error's text.

use propenso_pickle::{ArchiveProblem, Error as ReadError, ErrorKind as ReadErrorKind, ViewError};

use crate::bundle_error::BundleError;
use crate::error::Error;
use crate::file_kind::FileKind;

/// The kind of a model file that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It ends too early.
    Incomplete,
    /// It breaks the rules of its format.
    Damaged,
    /// It asks for more memory or work than a model could need.
    Excessive,
    /// It asks for a password.
    Encrypted,
    /// An archive that does not stand for the one model in it.
    Archive,
    /// A file of a kind that holds no model, or none that is read.
    OtherFile(FileKind),
    /// It holds something, but no estimator.
    NotAModel,
    /// Several objects, one dumped after the other.
    SeveralObjects,
    /// A model beside other values, of which nobody said that it is the one.
    BundleUnnamed,
    /// A model beside others, or beside what its rows must go through first.
    BundleNotAlone,
    /// Something that predicts nothing.
    NoPredictor,
    /// An estimator that was never fitted.
    NotFitted,
    /// A class that the analysts wrote.
    OwnClass,
    /// A class of a library that is not supported.
    OtherLibrary,
    /// A class, version, variant or part that is not supported.
    Unsupported,
}

impl Error {
    /// Tells of which kind it is. An error with a way out is of the kind that it is without.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Read(error) => of_reading(error),
            Self::OtherFile(kind) => ErrorKind::OtherFile(*kind),
            Self::SeveralObjects { .. } => ErrorKind::SeveralObjects,
            Self::NotAnEstimator { .. } => ErrorKind::NotAModel,
            Self::NoPredictor { .. } => ErrorKind::NoPredictor,
            Self::NotFitted { .. } => ErrorKind::NotFitted,
            Self::OwnClass { .. } => ErrorKind::OwnClass,
            Self::OtherLibrary { .. } => ErrorKind::OtherLibrary,
            Self::Bundle(BundleError::Unnamed { .. }) => ErrorKind::BundleUnnamed,
            Self::Bundle(BundleError::Incomplete { .. } | BundleError::Several { .. }) => {
                ErrorKind::BundleNotAlone
            }
            Self::UnsupportedClass { .. }
            | Self::UnsupportedVersion { .. }
            | Self::UnsupportedVariant { .. }
            | Self::UnsupportedPart { .. } => ErrorKind::Unsupported,
            Self::Value(ViewError::Limit { .. }) => ErrorKind::Excessive,
            Self::Value(_)
            | Self::Inconsistent { .. }
            | Self::Malformed { .. }
            | Self::Tree { .. } => ErrorKind::Damaged,
            Self::Advised { error, .. } => error.kind(),
        }
    }
}

fn of_reading(error: &ReadError) -> ErrorKind {
    match error.kind() {
        ReadErrorKind::Truncated { .. }
        | ReadErrorKind::Decompression { .. }
        | ReadErrorKind::Archive(ArchiveProblem::Damaged) => ErrorKind::Incomplete,
        ReadErrorKind::Archive(ArchiveProblem::Encrypted) => ErrorKind::Encrypted,
        ReadErrorKind::Archive(_) => ErrorKind::Archive,
        ReadErrorKind::NotAPickle => ErrorKind::NotAModel,
        ReadErrorKind::LimitExceeded { .. } => ErrorKind::Excessive,
        ReadErrorKind::Protocol(_) | ReadErrorKind::LegacyJoblib => ErrorKind::Unsupported,
        _ => ErrorKind::Damaged,
    }
}
