//! `GradientBoostingClassifier` and `GradientBoostingRegressor`.
//!
//! Formulas: `sklearn/ensemble/_gb.py`, and up to 1.3 `_gb_losses.py`.

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::tree::{self, LeafMeaning, TreeShape};
use super::{Imported, check_width, header, reads_numbers};
use crate::error::Error;
use crate::forest::{Forest, Precision, Sum};
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::numpy_sum::numpy_sum;
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::{Accepts, Magnitude};
use crate::tree::Tree;
use crate::version::Version;

/// What a classifier's raw scores mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// Logistic for two classes, softmax for more.
    LogLoss,
    Exponential,
}

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let version = header::version(object)?;
    let n_features = check_width(object, frame)?;
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "GradientBoostingClassifier");
    let labels = is_classifier.then(|| header::classes(object)).transpose()?;
    let n_scores = match labels.as_ref().map(Vec::len) {
        None | Some(2) => 1,
        Some(1) => return Err(unsupported(object, "a classifier of one class")),
        Some(n_classes) => n_classes,
    };
    let loss = if is_classifier {
        loss(object)?
    } else {
        Loss::LogLoss
    };
    let trees = trees(object, n_features, n_scores)?;
    let base = base(object, version, labels.as_ref().map(|_| loss), n_scores)?;
    let sum = Sum {
        base,
        score_of_tree: (0..trees.len())
            .map(|tree| (tree % n_scores) as u32)
            .collect(),
        scale: object.attribute("learning_rate")?.float()?,
        precision: Precision::Double,
        divisor: None,
    };
    let forest = Forest::boosted(trees, n_features, Precision::Single, sum)
        .ok_or_else(|| inconsistent(object, "the stages and the classes do not go together"))?;
    reads_numbers(frame, importer, false);
    let accepts = Accepts {
        missing: false,
        magnitude: Magnitude::Float32,
    };
    let head = match labels {
        None => Head::Value(ValueLink::Identity),
        Some(_) => Head::Classes(class_head(version, loss, n_scores)),
    };
    Ok(Imported {
        pipeline: Pipeline::bare(accepts, Scoring::Forest(forest), head),
        labels,
    })
}

/// The head of a classifier. A tie is the second class from 1.4 on, and always was with the exponential
/// loss; before, log loss took the first of the largest probabilities.
fn class_head(version: Version, loss: Loss, n_scores: usize) -> ClassHead {
    let by_score = version >= Version::new(1, 4) || loss == Loss::Exponential;
    ClassHead {
        link: match (loss, n_scores) {
            (Loss::Exponential, _) => ClassLink::Logistic { factor: 2.0 },
            (Loss::LogLoss, 1) => ClassLink::Logistic { factor: 1.0 },
            // Up to 1.3 by way of `logsumexp`, which rounds otherwise.
            (Loss::LogLoss, _) if version < Version::new(1, 4) => ClassLink::LogLikelihood,
            (Loss::LogLoss, _) => ClassLink::Softmax,
        },
        decide: if by_score {
            Decide::ScoreOrZero
        } else {
            Decide::Probability
        },
        has_decision: true,
        precision: Precision::Double,
        divisor: 1.0,
    }
}

fn loss(object: View<'_>) -> Result<Loss, Error> {
    match object.attribute("loss")?.text()? {
        "deviance" | "log_loss" => Ok(Loss::LogLoss),
        "exponential" => Ok(Loss::Exponential),
        other => Err(unsupported(object, format!("the loss `{other}`"))),
    }
}

/// The trees in the order they are added: stage by stage, and in a stage score by score.
fn trees(object: View<'_>, n_features: usize, n_scores: usize) -> Result<Vec<Tree>, Error> {
    let stages = object.attribute("estimators_")?.array()?;
    if stages.shape().len() != 2 || stages.shape().get(1) != Some(&n_scores) {
        return Err(inconsistent(
            object,
            "`estimators_` is not (stages, scores)",
        ));
    }
    let shape = TreeShape {
        n_features,
        n_values: 1,
        meaning: LeafMeaning::Value,
    };
    tree::import_all(&stages.objects()?, &shape, |member| {
        let class = member.class();
        match class.is_some_and(|class| class.name == "DecisionTreeRegressor") {
            true => Ok(()),
            false => Err(member.wrong_type("a DecisionTreeRegressor").into()),
        }
    })
}

/// What the scores start from: the prediction of `init_`, through the loss's link.
fn base(
    object: View<'_>,
    version: Version,
    loss: Option<Loss>,
    n_scores: usize,
) -> Result<Vec<f64>, Error> {
    let init = object.attribute("init_")?;
    if matches!(init.text(), Ok("zero")) {
        return Ok(vec![0.0; n_scores]);
    }
    let other_init = || unsupported(init, "a gradient boosting that starts from this estimator");
    let class = init.class().ok_or_else(other_init)?;
    let Some(loss) = loss else {
        if class.name != "DummyRegressor" {
            return Err(other_init());
        }
        let constant = header::numbers(init, "constant_")?;
        return match constant[..] {
            [value] => Ok(vec![value]),
            _ => Err(inconsistent(init, "`constant_` is not one number")),
        };
    };
    let strategy = header::optional_text(init, "strategy")?;
    if class.name != "DummyClassifier" || strategy != Some("prior") {
        return Err(other_init());
    }
    let priors = header::numbers(init, "class_prior_")?;
    if priors.len() != n_scores.max(2) {
        return Err(inconsistent(init, "a prior per class is expected"));
    }
    let epsilon = if version < Version::new(1, 8) {
        f64::from(f32::EPSILON)
    } else {
        f64::EPSILON
    };
    let clipped: Vec<f64> = priors
        .iter()
        .map(|prior| prior.max(epsilon).min(1.0 - epsilon))
        .collect();
    Ok(match (loss, n_scores) {
        (Loss::LogLoss, 1) => vec![logit(clipped[1], version)],
        (Loss::Exponential, _) => vec![0.5 * logit(clipped[1], version)],
        _ if version < Version::new(1, 4) => clipped.iter().map(|p| p.ln()).collect(),
        _ => symmetric_logits(&clipped),
    })
}

/// The log-odds. From 1.4 on they are SciPy's, which from SciPy 1.15 on takes a form near one half that loses fewer bits
/// (`scipy/special/xsf/log_exp.h`). The file does not say which SciPy: the one of scikit-learn's own time is assumed.
fn logit(p: f64, version: Version) -> f64 {
    if version < Version::new(1, 6) || !(0.3..=0.65).contains(&p) {
        return (p / (1.0 - p)).ln();
    }
    let s = 2.0 * (p - 0.5);
    s.ln_1p() - (-s).ln_1p()
}

/// `log(p / gmean(p))` (`sklearn/_loss/link.py`, `MultinomialLogit`).
fn symmetric_logits(probabilities: &[f64]) -> Vec<f64> {
    let logs: Vec<f64> = probabilities.iter().map(|p| p.ln()).collect();
    let geometric_mean = (numpy_sum(&logs, Precision::Double) / logs.len() as f64).exp();
    probabilities
        .iter()
        .map(|p| (p / geometric_mean).ln())
        .collect()
}
