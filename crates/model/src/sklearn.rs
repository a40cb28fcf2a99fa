//! scikit-learn estimators, from the inert values of a pickle.
//!
//! - `header`: what every estimator has: class, version, feature names, classes
//! - `search`: `GridSearchCV` and its kin, unwrapped to `best_estimator_`
//! - `tree`: the `Tree` of nodes and values
//! - `forest`: decision trees, random forests and extra trees
//!
//! To support one more class: add its exact (module, name) to [`import`] and an importer beside
//! these that speaks only to checked builders.

mod forest;
pub(crate) mod header;
mod search;
mod tree;

use propenso_pickle::View;

use crate::error::Error;
use crate::estimator::Estimator;

/// The supported classes, for messages.
pub const SUPPORTED: &str = "DecisionTree, ExtraTree, RandomForest and ExtraTrees classifiers and \
    regressors of scikit-learn 0.24 to 1.9, also inside GridSearchCV and RandomizedSearchCV";

/// Turns the root of a document into an estimator.
///
/// # Errors
///
/// An [`Error`] that names the class and the place for everything that is not supported or not
/// sound.
pub fn import(root: View<'_>) -> Result<Estimator, Error> {
    let (best, wrappers) = search::unwrap(root)?;
    let Some(class) = best.class() else {
        return Err(Error::NotAnEstimator {
            found: best.describe(),
        });
    };
    let kind = match (class.module, class.name) {
        ("sklearn.tree._classes", name) => forest::Kind::of_tree(name),
        ("sklearn.ensemble._forest", name) => forest::Kind::of_forest(name),
        _ => None,
    };
    match kind {
        Some(kind) => forest::import(best, kind, wrappers),
        None => Err(unsupported(best)),
    }
}

/// The error for an object of a class that has no importer.
fn unsupported(object: View<'_>) -> Error {
    let class = object.class().map(|class| class.to_string());
    // Calls that were asked for (`os.system(…)`) and plain data are objects without attributes.
    let looks_fitted = object
        .optional_attribute("n_features_in_")
        .is_ok_and(|found| found.is_some())
        || class.as_deref().is_some_and(is_model_library);
    match class {
        Some(class) if looks_fitted => Error::UnsupportedClass {
            class,
            offset: object.offset(),
            version: header::version_text(object)
                .ok()
                .flatten()
                .unwrap_or("unknown")
                .to_owned(),
        },
        _ => Error::NotAnEstimator {
            found: object.describe(),
        },
    }
}

fn is_model_library(class: &str) -> bool {
    [
        "sklearn.",
        "imblearn.",
        "xgboost.",
        "lightgbm.",
        "catboost.",
    ]
    .iter()
    .any(|library| class.starts_with(library))
}
