//! Model files as typed estimators, and the plain predictor that is the oracle for every fast one.
//!
//! # Map, in reading order
//!
//! - [`model_file`]: a file's bytes, read inertly and hashed; the way in
//! - [`mlflow`]: a folder that says which of its files is the model
//! - [`bundle`]: a model that is kept together with other values; [`bundle_error`]: why it is not served
//! - [`estimator`]: what a file holds, once understood; [`input`]: what its rows are made of;
//!   [`writer`]: which library wrote it; [`label`]: class labels; [`row_error`]: rows it refuses
//! - [`pipeline`]: how it computes: [`transform`]s ([`single`]: those in f32), then scores, then a [`head`] that makes
//!   probabilities and a class of them. Together they are the **reference predictor**
//! - where scores come from: [`forest`] (the neutral form of every tree ensemble, over [`tree`]s
//!   that passed the checked builder), [`linear`], [`network`], [`naive_bayes`], [`committee`] and
//!   [`calibration`] (estimators of estimators); [`thresholds`]: where trees may change their answer
//! - [`rounding`]: how far answers may lie from the original's by rounding alone
//! - importers, a folder per library: [`sklearn`], `xgboost`, `lightgbm`, `keras`, `onnx`; `caller`: who answers with
//!   a booster's trees; [`mod@format`] tells the libraries' own files apart by content
//! - [`mod@parallel_map`]: work on many trees that is shared between threads
//! - [`version`]: scikit-learn versions; [`verified`]: which were compared with the original;
//!   [`foreign`]: names a model file has no business naming; [`strict`]: both as a policy
//! - [`error`]: what can be wrong with a file; [`error_kind`]: what programs tell apart of it; [`file_kind`]: what a file
//!   is that is no model
//!
//! A model is never half-imported: [`ModelFile::estimator`] gives an estimator whose every tree has
//! passed [`tree::TreeBuilder::finish`], or an error that names the class and the place.

#![forbid(unsafe_code)]

pub mod blob;
pub mod bundle;
pub mod bundle_error;
pub mod calibration;
mod caller;
mod catboost;
pub mod committee;
pub mod error;
pub mod error_kind;
pub mod estimator;
pub mod file_kind;
pub mod foreign;
pub mod forest;
pub mod format;
pub mod head;
pub mod input;
mod keras;
pub mod label;
mod lightgbm;
pub mod linear;
pub mod mlflow;
pub mod model_file;
pub mod naive_bayes;
pub mod network;
mod numpy_sum;
mod onnx;
pub mod parallel_map;
pub mod pipeline;
pub mod rounding;
pub mod row_error;
pub mod sha256;
pub mod single;
pub mod sklearn;
pub mod strict;
pub mod thresholds;
pub mod transform;
pub mod tree;
pub mod verified;
pub mod version;
pub mod writer;
mod xgboost;

pub use blob::Blob;
pub use bundle::Company;
pub use bundle_error::{BundleError, Threshold};
pub use error::{Error, TreeError};
pub use error_kind::ErrorKind;
pub use estimator::{Answer, Estimator, Output, Signature, decide};
pub use file_kind::FileKind;
pub use foreign::is_foreign;
pub use forest::Forest;
pub use head::Head;
pub use input::{InputKind, ModelInput, OnMissing, Vocabulary};
pub use label::Label;
pub use model_file::{Format, ModelFile, PackedFiles, packed_files};
pub use parallel_map::{await_briefly, parallel_map};
pub use pipeline::{Pipeline, Scoring};
pub use propenso_pickle::{GlobalUse, Limits};
pub use rounding::Rounding;
pub use row_error::{Accepts, Magnitude, RowError, RowProblem};
pub use sha256::{NotASha256, Sha256};
pub use thresholds::Thresholds;
pub use tree::{Node, Side, Split, Tree, TreeBuilder};
pub use verified::Part;
pub use version::Version;
pub use writer::{Library, Writer};
