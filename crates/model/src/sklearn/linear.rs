//! Linear models: a row times `coef_`, plus `intercept_`.
//!
//! Formulas: `sklearn/linear_model/{_base,_logistic,_stochastic_gradient,_ridge}.py` and
//! `sklearn/svm/_classes.py`.

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, check_width, header, reads_numbers};
use crate::error::Error;
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::label::Label;
use crate::linear::Linear;
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;
use crate::version::Version;

/// Whether a class predicts by `coef_` and `intercept_`, in a way known here.
pub(super) fn is_linear(module: &str, name: &str) -> bool {
    matches!(
        (module, name),
        ("sklearn.linear_model._base", "LinearRegression")
            | (
                "sklearn.linear_model._ridge",
                "Ridge" | "RidgeCV" | "RidgeClassifier" | "RidgeClassifierCV"
            )
            | (
                "sklearn.linear_model._coordinate_descent",
                "Lasso" | "LassoCV" | "ElasticNet" | "ElasticNetCV"
            )
            | (
                "sklearn.linear_model._least_angle",
                "Lars" | "LassoLars" | "LarsCV" | "LassoLarsCV" | "LassoLarsIC"
            )
            | (
                "sklearn.linear_model._bayes",
                "BayesianRidge" | "ARDRegression"
            )
            | ("sklearn.linear_model._huber", "HuberRegressor")
            | (
                "sklearn.linear_model._glm.glm",
                "PoissonRegressor" | "GammaRegressor"
            )
            | (
                "sklearn.linear_model._logistic",
                "LogisticRegression" | "LogisticRegressionCV"
            )
            | (
                "sklearn.linear_model._stochastic_gradient",
                "SGDClassifier" | "SGDRegressor"
            )
            | ("sklearn.linear_model._perceptron", "Perceptron")
            | (
                "sklearn.linear_model._passive_aggressive",
                "PassiveAggressiveClassifier" | "PassiveAggressiveRegressor"
            )
            | ("sklearn.svm._classes", "LinearSVC" | "LinearSVR")
    )
}

/// What a linear model's scores are.
enum Meaning {
    Value(ValueLink),
    Classes(ClassLink),
}

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let version = header::version(object)?;
    let n_features = check_width(object, frame)?;
    let name = object.class().map_or("", |class| class.name);
    let labels = labels(object, name)?;
    let meaning = match &labels {
        None => Meaning::Value(value_link(name)),
        Some(labels) => Meaning::Classes(class_link(object, name, version, labels.len())?),
    };
    let n_scores = match labels.as_ref().map(Vec::len) {
        None | Some(2) => 1,
        Some(1) => return Err(unsupported(object, "a classifier of one class")),
        Some(n_classes) => n_classes,
    };
    let linear = scores(object, n_features, n_scores)?;
    // All that follows is computed in what the sums are.
    let coefficients = object.attribute("coef_")?.array()?;
    let precision = frame.matrix.dtype.computed_with(&coefficients).precision();
    let linear = linear.rounded(precision);
    reads_numbers(frame, importer, false);
    let head = match meaning {
        Meaning::Value(link) => Head::Value(link),
        Meaning::Classes(link) => Head::Classes(ClassHead {
            link,
            decide: Decide::Score,
            has_decision: true,
            precision,
            divisor: 1.0,
        }),
    };
    Ok(Imported {
        pipeline: Pipeline::bare(Accepts::FINITE, Scoring::Linear(linear), head),
        labels,
    })
}

fn labels(object: View<'_>, name: &str) -> Result<Option<Vec<Label>>, Error> {
    match name {
        // Their own `classes_` is a property before 1.8.
        "RidgeClassifier" | "RidgeClassifierCV" => {
            let binarizer = object.attribute("_label_binarizer")?;
            if binarizer
                .attribute("y_type_")?
                .text()?
                .starts_with("multilabel")
            {
                return Err(unsupported(object, "a model with several outputs"));
            }
            header::classes(binarizer).map(Some)
        }
        "LogisticRegression"
        | "LogisticRegressionCV"
        | "SGDClassifier"
        | "Perceptron"
        | "PassiveAggressiveClassifier"
        | "LinearSVC" => header::classes(object).map(Some),
        _ => Ok(None),
    }
}

fn value_link(name: &str) -> ValueLink {
    match name {
        "PoissonRegressor" | "GammaRegressor" => ValueLink::Exp,
        _ => ValueLink::Identity,
    }
}

fn class_link(
    object: View<'_>,
    name: &str,
    version: Version,
    n_classes: usize,
) -> Result<ClassLink, Error> {
    Ok(match name {
        "LogisticRegression" | "LogisticRegressionCV" => {
            if is_one_vs_rest(object, version, n_classes)? {
                one_vs_rest(version)
            } else {
                ClassLink::Softmax
            }
        }
        "SGDClassifier" => match object.attribute("loss")?.text()? {
            "log" | "log_loss" => one_vs_rest(version),
            "modified_huber" => ClassLink::ModifiedHuber,
            _ => ClassLink::None,
        },
        _ => ClassLink::None,
    })
}

/// One-vs-rest probabilities. A row that every class gives 0 has none up to 1.8, and equal ones after.
fn one_vs_rest(version: Version) -> ClassLink {
    if version < Version::new(1, 9) {
        ClassLink::LogisticOrNone
    } else {
        ClassLink::Logistic { factor: 1.0 }
    }
}

/// Whether a logistic regression normalises one-vs-rest probabilities, or takes the softmax. The
/// rule changed with 1.5 (`deprecated` means `auto`), 1.6 (`newton-cholesky` became multinomial)
/// and 1.8 (`multi_class` went away).
fn is_one_vs_rest(object: View<'_>, version: Version, n_classes: usize) -> Result<bool, Error> {
    if version >= Version::new(1, 8) {
        return Ok(n_classes <= 2);
    }
    let solver = object.attribute("solver")?.text()?;
    Ok(match object.attribute("multi_class")?.text()? {
        "ovr" | "warn" => true,
        "auto" | "deprecated" => {
            n_classes <= 2
                || solver == "liblinear"
                || (solver == "newton-cholesky" && version < Version::new(1, 6))
        }
        "multinomial" => false,
        other => return Err(unsupported(object, format!("multi_class `{other}`"))),
    })
}

/// `coef_` is (scores, features), or (features) for one score; `intercept_` one number per score,
/// or one for all.
fn scores(object: View<'_>, n_features: usize, n_scores: usize) -> Result<Linear, Error> {
    let coefficients = object.attribute("coef_")?;
    let Ok(coefficients) = coefficients.array() else {
        return Err(unsupported(object, "a model with sparse coefficients"));
    };
    let fits = match *coefficients.shape() {
        [features] => n_scores == 1 && features == n_features,
        [scores, features] => scores == n_scores && features == n_features,
        _ => false,
    };
    if !fits {
        let what = match coefficients.shape() {
            [_, _] if n_scores == 1 => unsupported(object, "a model with several outputs"),
            _ => inconsistent(object, "`coef_` is not (scores, features)"),
        };
        return Err(what);
    }
    let intercept = object.attribute("intercept_")?;
    let mut intercepts = match intercept.array() {
        Ok(array) => array.f64s()?,
        Err(_) => vec![intercept.float()?],
    };
    if let [shared] = intercepts[..] {
        intercepts = vec![shared; n_scores];
    }
    if intercepts.len() != n_scores {
        return Err(inconsistent(object, "an intercept per score is expected"));
    }
    Linear::new(coefficients.f64s()?, intercepts, n_features)
        .ok_or_else(|| inconsistent(object, "a coefficient is not finite"))
}
