//! Model files as typed estimators, and the plain predictor that is the oracle for every fast one.
//!
//! # Map, in reading order
//!
//! - [`model_file`]: a file's bytes, read inertly and hashed; the way in
//! - [`estimator`]: what a file holds, once understood: outputs, feature names, what rows it takes
//! - [`forest`]: the neutral form of every tree ensemble, with the **reference predictor**
//! - [`tree`]: one tree, and the checked builder every importer must go through
//! - [`label`]: class labels
//! - [`version`]: scikit-learn versions
//! - [`sklearn`]: the importers, a file per family
//! - [`foreign`]: names a model file has no business naming
//! - [`error`]: what can be wrong
//!
//! A model is never half-imported: [`ModelFile::estimator`] gives an estimator whose every tree has
//! passed [`tree::TreeBuilder::finish`], or an error that names the class and the place.

#![forbid(unsafe_code)]

pub mod error;
pub mod estimator;
pub mod foreign;
pub mod forest;
pub mod label;
pub mod model_file;
pub mod sklearn;
pub mod tree;
pub mod version;

pub use error::{Error, TreeError};
pub use estimator::{Estimator, Output, RowError, RowProblem, Signature, decide};
pub use foreign::is_foreign;
pub use forest::Forest;
pub use label::Label;
pub use model_file::{ModelFile, Sha256};
pub use propenso_pickle::{Container, GlobalUse, Limits};
pub use tree::{Missing, Node, Split, Tree, TreeBuilder};
pub use version::Version;
