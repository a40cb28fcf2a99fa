//! The strict policy: what a careful receiver refuses, though nothing in a file is ever executed.

use crate::estimator::Estimator;
use crate::foreign::is_foreign;
use crate::model_file::ModelFile;

/// Why the strict policy refuses a file, one sentence each; empty when it does not.
///
/// It refuses paths outside the [verified table](crate::verified), names that model files have no
/// business naming, and bytes after the end.
#[must_use]
pub fn violations(file: &ModelFile, estimator: &Estimator) -> Vec<String> {
    let unverified = estimator
        .signature
        .parts
        .iter()
        .filter(|part| !part.is_verified())
        .map(|part| format!("{part} was not compared with the original on this path"));
    let format = file.format();
    let unverified_format = (!format.is_verified())
        .then(|| format!("no file of this kind ({format}) was compared with the original"));
    let foreign = file
        .globals()
        .iter()
        .filter(|global| is_foreign(global))
        .map(|global| format!("the file names {}.{}", global.module, global.name));
    let trailing = file
        .has_trailing_bytes()
        .then(|| "bytes follow the end of the model".to_owned());
    unverified
        .chain(unverified_format)
        .chain(foreign)
        .chain(trailing)
        .collect()
}
