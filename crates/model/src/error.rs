//! What can be wrong with a model file.

use std::fmt;

use propenso_pickle::{Error as ReadError, ViewError};

use crate::bundle_error::BundleError;
use crate::file_kind::FileKind;
use crate::version::Version;

/// A model file that cannot be used, and what to do about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read at all.
    #[error("cannot read the file: {0}")]
    Read(#[from] ReadError),
    /// The file is of a kind that holds no model, or none that is read.
    #[error("this file is {0}")]
    OtherFile(FileKind),
    /// Several objects, one dumped after the other.
    #[error(
        "the file holds {} objects, one dumped after the other: {}; whoever loads it gets the first alone, and what \
         the others do is lost. Put them into one Pipeline, make_pipeline(scaler, model), and save that; or save \
         the model in a file of its own if it needs none of the others",
        .objects.len(),
        .objects.join(", ")
    )]
    SeveralObjects {
        /// What they are, in order.
        objects: Vec<String>,
    },
    /// The file holds something, but no estimator.
    #[error(
        "the file holds {found}, not an estimator; save the fitted model itself with joblib.dump"
    )]
    NotAnEstimator {
        /// What it holds.
        found: String,
    },
    /// Something that predicts nothing: a scaler alone, or a pipeline of transformers.
    #[error(
        "the file holds {what}: it transforms columns and predicts nothing; put it and the model into one Pipeline, \
         make_pipeline(transformer, model), fit that and save it with joblib.dump"
    )]
    NoPredictor {
        /// `a StandardScaler alone`, `a Pipeline that ends in a StandardScaler`.
        what: String,
        /// `StandardScaler`.
        transformer: String,
    },
    /// An estimator that was never fitted.
    #[error(
        "{class} (byte {offset}) was not fitted: the file has its parameters and nothing that was learnt; call fit \
         first, and save the model after that"
    )]
    NotFitted {
        /// Module and name.
        class: String,
        /// Offset in the decompressed stream.
        offset: usize,
    },
    /// A class that the analysts wrote.
    #[error(
        "{name} ({module}.{name}, byte {offset}) is {whose}: its code is not in the file, and would not be run here. \
         {way_out}"
    )]
    OwnClass {
        /// Its name.
        name: String,
        /// The module it is in.
        module: String,
        /// Offset in the decompressed stream.
        offset: usize,
        /// `the analysts' own class`, or as much as is known.
        whose: &'static str,
        /// What to do.
        way_out: &'static str,
    },
    /// A class of a library that is not supported.
    #[error(
        "{class} (byte {offset}) is of the library {library}, which is not supported. {way_out}"
    )]
    OtherLibrary {
        /// Module and name.
        class: String,
        /// Offset in the decompressed stream.
        offset: usize,
        /// The library.
        library: &'static str,
        /// What to do.
        way_out: &'static str,
    },
    /// A model among other values, which cannot be served as it is.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// An estimator of a class that is not supported.
    #[error(
        "{class} (byte {offset}{written_by}) is not supported yet; supported today: {supported}",
        written_by = .version.as_ref().map_or_else(String::new, |version| format!(", scikit-learn {version}"))
    )]
    UnsupportedClass {
        /// Module and name.
        class: String,
        /// Offset in the decompressed stream.
        offset: usize,
        /// The scikit-learn version that wrote it, where the object says so.
        version: Option<String>,
        /// What is supported, for people.
        supported: &'static str,
    },
    /// A scikit-learn version outside the range that was verified.
    #[error(
        "{class} was written by scikit-learn {version}; versions {} to {} are supported",
        Version::OLDEST,
        Version::NEWEST
    )]
    UnsupportedVersion {
        /// Module and name.
        class: String,
        /// The version, as written.
        version: String,
    },
    /// A variant of a supported class that is not supported.
    #[error("{class} (byte {offset}): {what} is not supported")]
    UnsupportedVariant {
        /// Module and name.
        class: String,
        /// Offset in the decompressed stream.
        offset: usize,
        /// The variant.
        what: String,
    },
    /// An attribute is missing, or is not what it should be.
    #[error(transparent)]
    Value(#[from] ViewError),
    /// The parts of an estimator contradict each other.
    #[error("{class} (byte {offset}): {what}")]
    Inconsistent {
        /// Module and name.
        class: String,
        /// Offset in the decompressed stream.
        offset: usize,
        /// The contradiction.
        what: String,
    },
    /// A native model file (not a pickle) that breaks its format's rules.
    #[error("this is no sound {format} file: {place}: {what}")]
    Malformed {
        /// The format: `LightGBM text`, `XGBoost JSON`, `Keras`, `ONNX`.
        format: &'static str,
        /// Where in it: a line, a key, a node.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// A native model file of a kind, or with a part, that is not supported.
    #[error("{format}: {what} ({place}) is not supported")]
    UnsupportedPart {
        /// The format.
        format: &'static str,
        /// Where in it.
        place: String,
        /// The part.
        what: String,
    },
    /// Another error, with the way out.
    #[error("{error}. {way_out}")]
    Advised {
        /// What is wrong.
        error: Box<Self>,
        /// What to do, a sentence without its full stop.
        way_out: &'static str,
    },
    /// A tree that cannot be walked.
    #[error("tree {tree} (byte {offset}): {error}")]
    Tree {
        /// Position of the tree in its forest.
        tree: usize,
        /// Offset in the decompressed stream.
        offset: usize,
        /// What is wrong with it.
        error: TreeError,
    },
}

impl Error {
    /// Makes the error for a native model file that breaks its format's rules.
    pub(crate) fn malformed(
        format: &'static str,
        place: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self::Malformed {
            format,
            place: place.into(),
            what: what.into(),
        }
    }

    /// Makes the error for a part of a native model file that is not supported.
    pub(crate) fn unsupported_part(
        format: &'static str,
        place: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self::UnsupportedPart {
            format,
            place: place.into(),
            what: what.into(),
        }
    }

    /// The same error with what to do about it.
    #[must_use]
    pub(crate) fn advised(self, way_out: &'static str) -> Self {
        Self::Advised {
            error: Box::new(self),
            way_out,
        }
    }

    /// A stable short name, for tests and machine-readable reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::OtherFile(kind) => kind.code(),
            Self::SeveralObjects { .. } => "several-objects",
            Self::NotAnEstimator { .. } => "not-an-estimator",
            Self::NoPredictor { .. } => "no-predictor",
            Self::NotFitted { .. } => "not-fitted",
            Self::OwnClass { .. } => "own-class",
            Self::OtherLibrary { .. } => "other-library",
            Self::Bundle(error) => error.code(),
            Self::UnsupportedClass { .. } => "unsupported-class",
            Self::UnsupportedVersion { .. } => "unsupported-version",
            Self::UnsupportedVariant { .. } => "unsupported-variant",
            Self::Value(error) => error.code(),
            Self::Inconsistent { .. } => "inconsistent",
            Self::Malformed { .. } => "malformed",
            Self::UnsupportedPart { .. } => "unsupported-part",
            Self::Advised { error, .. } => error.code(),
            Self::Tree { error, .. } => error.code(),
        }
    }
}

/// A tree that cannot be walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeError {
    node: usize,
    problem: TreeProblem,
}

impl TreeError {
    pub(crate) fn new(node: usize, problem: TreeProblem) -> Self {
        Self { node, problem }
    }

    /// Index of the offending node.
    #[must_use]
    pub fn node(&self) -> usize {
        self.node
    }

    /// A stable short name, for tests and machine-readable reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.problem {
            TreeProblem::Size { .. } => "tree-shape",
            TreeProblem::Child { .. } => "tree-child",
            TreeProblem::Feature { .. } => "tree-feature",
            TreeProblem::Threshold => "tree-threshold",
            TreeProblem::Leaf => "tree-leaf",
            TreeProblem::ReachedTwice | TreeProblem::Orphan => "tree-cycle",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TreeProblem {
    Size { n_nodes: usize },
    Child { child: i64, n_nodes: usize },
    Feature { feature: i64, n_features: usize },
    Threshold,
    Leaf,
    ReachedTwice,
    Orphan,
}

impl std::error::Error for TreeError {}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}: ", self.node)?;
        match &self.problem {
            TreeProblem::Size { n_nodes } => write!(f, "the tree cannot have {n_nodes} nodes"),
            TreeProblem::Child { child, n_nodes } => {
                write!(f, "child {child} is not one of the {n_nodes} nodes")
            }
            TreeProblem::Feature {
                feature,
                n_features,
            } => {
                write!(
                    f,
                    "feature {feature} is not one of the {n_features} features"
                )
            }
            TreeProblem::Threshold => f.write_str("the threshold is NaN"),
            TreeProblem::Leaf => f.write_str("the leaf's values are not finite or not complete"),
            TreeProblem::ReachedTwice => {
                f.write_str("it is reached twice: the nodes form a cycle or share a child")
            }
            TreeProblem::Orphan => f.write_str("it is never reached: the nodes form a cycle"),
        }
    }
}
