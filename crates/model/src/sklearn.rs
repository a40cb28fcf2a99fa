//! scikit-learn estimators, from the inert values of a pickle.
//!
//! - `frame`: the row at some place of a pipeline: its columns, its dtype, whether it is sparse
//! - `importer`: what the importers of one file share: the inputs found, limits on nesting
//! - `header`: what every estimator has: version, feature names, classes; typed attributes
//! - `search`: `GridSearchCV` and its kin, unwrapped to `best_estimator_`
//! - trees: `tree` (the `Tree` of nodes and values), `forest`, `gradient_boosting`,
//!   `hist_gradient_boosting`
//! - `linear`, `naive_bayes`, `neural_network`, `dummy`
//! - estimators of estimators: `voting`, `bagging`, `ada_boost`, `calibration`, `stacking`
//! - `booster`: the wrappers of XGBoost and LightGBM, and what they wrap, wherever a predictor may be
//! - `keras`, `scikeras`: Keras networks, bare and in scikeras's wrappers, likewise
//! - `options`: which parameters choose how a class computes
//! - `diagnosis`: which class is to blame when a file cannot be imported
//! - `pipeline`, `column_transformer`, `columns`, and the transformers of `preprocessing`
//!
//! To support one more predictor: add its exact (module, name) to `predictor_importer` and an
//! importer next to these that speaks only to checked builders. A transformer: likewise in
//! `preprocessing`.

mod ada_boost;
mod bagging;
mod booster;
mod calibration;
mod column_transformer;
mod columns;
mod diagnosis;
mod dummy;
mod forest;
mod frame;
mod gradient_boosting;
pub(crate) mod header;
mod hist_gradient_boosting;
mod importer;
mod keras;
mod linear;
mod naive_bayes;
mod neural_network;
mod options;
mod pipeline;
mod preprocessing;
mod scikeras;
mod search;
mod stacking;
mod tree;
mod voting;

use propenso_pickle::View;

use crate::error::Error;
use crate::estimator::{Estimator, Output, Signature};
use crate::forest::Precision;
use crate::input::OnMissing;
use crate::label::Label;
use crate::pipeline::Pipeline;
use crate::writer::{Library, Writer};
use crate::{lightgbm, xgboost};
use frame::{Absence, Dtype, Frame, Matrix};
use importer::Importer;

/// The supported classes, for messages.
pub const SUPPORTED: &str = "scikit-learn 0.24 to 1.9: trees, forests, gradient boosting, linear \
    models, GaussianNB, MLP, Dummy, voting, bagging, AdaBoost, stacking, calibration, searches and \
    pipelines of the usual transformers; XGBoost; LightGBM; Keras Sequential; ONNX";

/// A predictor of a file, decoded.
pub(crate) struct Imported {
    pub(crate) pipeline: Pipeline,
    /// The class labels; `None` for a regressor.
    pub(crate) labels: Option<Vec<Label>>,
}

impl Imported {
    fn n_scores(&self) -> usize {
        self.labels.as_ref().map_or(1, Vec::len)
    }

    /// The matrix that its probabilities, scores or values come in.
    fn answers_in(&self) -> Matrix {
        Matrix {
            dtype: match self.pipeline.answer_precision() {
                Precision::Single => Dtype::Single,
                Precision::Double => Dtype::Double,
            },
            ..Matrix::DENSE
        }
    }
}

type PredictorImporter = fn(View<'_>, &Frame, &mut Importer) -> Result<Imported, Error>;

/// Whether a value is of a class that predicts and is read here, in searches and pipelines or bare.
pub(crate) fn is_predictor(value: View<'_>) -> bool {
    let predicts = |object: View<'_>| {
        let is_pipeline = object.class().is_some_and(|class| class.name == "Pipeline");
        !is_pipeline && predictor_importer(object).is_some()
    };
    search::unwrap(value)
        .and_then(|(object, _)| pipeline::last_step(object))
        .is_ok_and(|(last, _)| predicts(last))
}

/// Turns the root of a document into an estimator. `numpy` is the generation of numpy that wrote it, 1 or 2, where it
/// tells.
///
/// # Errors
///
/// An [`Error`] that names the class and the place for everything that is not supported or not
/// sound.
pub fn import(root: View<'_>, numpy: Option<u8>) -> Result<Estimator, Error> {
    estimator(root, numpy).map_err(|error| diagnosis::explain(root, error))
}

fn estimator(root: View<'_>, numpy: Option<u8>) -> Result<Estimator, Error> {
    let (object, mut wrappers) = search::unwrap(root)?;
    if predictor_importer(object).is_none() {
        return Err(unsupported(object));
    }
    // imblearn's objects do not say which version wrote them.
    if object
        .class()
        .is_some_and(|class| class.module.starts_with("sklearn."))
    {
        header::version(object)?;
    }
    let (n_inputs, names) = columns::of_estimator(object)?;
    let mut importer = Importer::new(n_inputs, names.as_deref(), &[]).of_numpy(numpy);
    let mut imported = predictor(object, &importer.root_frame(), &mut importer)?;
    let absences = importer.absences();
    if absences.contains(&Absence::None) {
        // An encoder knows None, and steps before it had taken the column's missing values for NaN.
        importer = Importer::new(n_inputs, names.as_deref(), &absences).of_numpy(numpy);
        imported = predictor(object, &importer.root_frame(), &mut importer)?;
    }
    let (last, inner) = pipeline::last_step(object)?;
    wrappers.extend(inner);
    let signature = Signature {
        class: class_name(last).to_owned(),
        wrappers,
        writer: writer(object, last, &importer)?,
        parts: importer.parts(),
        inputs: importer.inputs(object)?,
        is_named: names.is_some(),
        vocabulary: importer.vocabulary,
        output: match imported.labels {
            Some(labels) => Output::Classes {
                labels,
                has_probabilities: imported.pipeline.head.has_values(),
            },
            None => Output::Value,
        },
    };
    Ok(Estimator {
        signature,
        pipeline: imported.pipeline,
    })
}

/// The library of what predicts in the end, and its version.
fn writer(object: View<'_>, last: View<'_>, importer: &Importer) -> Result<Writer, Error> {
    let name = class_name(last);
    let parts = importer.parts();
    let part = parts
        .iter()
        .find(|part| part.class == name && part.library != Library::ScikitLearn);
    if let Some(part) = part {
        return Ok(Writer {
            library: part.library,
            version: part.version.clone(),
        });
    }
    let version = header::version_text(last)?.or(header::version_text(object)?);
    Ok(Writer {
        library: Library::ScikitLearn,
        version: version.unwrap_or_default().to_owned(),
    })
}

/// The class of what predicts. A pickled network is a call of a function; its class is in the file inside.
fn class_name(predictor: View<'_>) -> &str {
    match predictor.class() {
        Some(_) if crate::keras::is_pickled(predictor) => crate::keras::CLASS,
        Some(class) => class.name,
        None => "",
    }
}

/// Decodes a predictor at some place of a file: a bare one, a search or a pipeline.
fn predictor(object: View<'_>, frame: &Frame, importer: &mut Importer) -> Result<Imported, Error> {
    let (object, _) = search::unwrap(object)?;
    let Some(import) = predictor_importer(object) else {
        return Err(unsupported(object));
    };
    importer.nested(object, frame, |importer| import(object, frame, importer))
}

/// Imports a member that must be a classifier, with its labels.
fn classifier(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Pipeline, Vec<Label>), Error> {
    let imported = predictor(object, frame, importer)?;
    let labels = imported
        .labels
        .ok_or_else(|| importer::inconsistent(object, "a regressor where a classifier belongs"))?;
    Ok((imported.pipeline, labels))
}

/// The importer of a class, by its exact module and name.
fn predictor_importer(object: View<'_>) -> Option<PredictorImporter> {
    let class = object.class()?;
    Some(match (class.module, class.name) {
        ("sklearn.tree._classes", name) if forest::Kind::of_tree(name).is_some() => forest::import,
        ("sklearn.ensemble._forest", name) if forest::Kind::of_forest(name).is_some() => {
            forest::import
        }
        ("sklearn.ensemble._gb", "GradientBoostingClassifier" | "GradientBoostingRegressor") => {
            gradient_boosting::import
        }
        (
            "sklearn.ensemble._hist_gradient_boosting.gradient_boosting",
            "HistGradientBoostingClassifier" | "HistGradientBoostingRegressor",
        ) => hist_gradient_boosting::import,
        (module, name) if linear::is_linear(module, name) => linear::import,
        ("sklearn.naive_bayes", "GaussianNB") => naive_bayes::import,
        ("sklearn.neural_network._multilayer_perceptron", "MLPClassifier" | "MLPRegressor") => {
            neural_network::import
        }
        ("sklearn.dummy", "DummyClassifier" | "DummyRegressor") => dummy::import,
        ("sklearn.ensemble._voting", "VotingClassifier" | "VotingRegressor") => voting::import,
        ("sklearn.ensemble._bagging", "BaggingClassifier" | "BaggingRegressor") => bagging::import,
        ("sklearn.ensemble._weight_boosting", "AdaBoostClassifier" | "AdaBoostRegressor") => {
            ada_boost::import
        }
        ("sklearn.calibration", "CalibratedClassifierCV") => calibration::import,
        ("sklearn.ensemble._stacking", "StackingClassifier" | "StackingRegressor") => {
            stacking::import
        }
        ("sklearn.pipeline" | "imblearn.pipeline", "Pipeline") => pipeline::import,
        (module, name) if xgboost::is_wrapper(module, name) => booster::import_xgboost,
        (module, name) if lightgbm::is_wrapper(module, name) => booster::import_lightgbm,
        (module, name) if scikeras::is_wrapper(module, name) => scikeras::import,
        _ if crate::keras::is_pickled(object) => keras::import,
        _ => return None,
    })
}

/// Notes that a predictor reads every column as a number.
fn reads_numbers(frame: &Frame, importer: &mut Importer, accepts_missing: bool) {
    let missing = if accepts_missing {
        OnMissing::Accepted
    } else {
        OnMissing::Refused
    };
    for column in &frame.columns {
        importer.reads_number(column);
        importer.meets_missing(column, missing);
    }
}

/// Checks that a predictor was fitted on as many columns as it gets.
fn check_width(object: View<'_>, frame: &Frame) -> Result<usize, Error> {
    let n_features = object.attribute("n_features_in_")?.count()?;
    if n_features == frame.len() {
        return Ok(n_features);
    }
    Err(importer::inconsistent(
        object,
        format!(
            "it was fitted on {n_features} columns and gets {}",
            frame.len()
        ),
    ))
}

/// The error for an object of a class that has no importer.
pub(crate) fn unsupported(object: View<'_>) -> Error {
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
                .map(str::to_owned),
            supported: SUPPORTED,
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
        "keras.",
        "scikeras.",
    ]
    .iter()
    .any(|library| class.starts_with(library))
}
