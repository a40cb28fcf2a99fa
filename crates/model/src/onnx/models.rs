//! The operators that predict: from their attributes to scores, labels and a head.
//!
//! What the specification (`onnx/docs/Operators-ml.md`) leaves open is done as ONNX Runtime does it
//! (`core/providers/cpu/ml/tree_ensemble_aggregator.h`, `linearclassifier.cc`, `ml_common.h`).
//! Where its answer is at odds with the specification or with itself, the file is refused.

use super::node::Node;
use super::trees::Ensemble;
use crate::error::Error;
use crate::forest::Precision;
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::label::Label;
use crate::linear::Linear;
use crate::pipeline::Scoring;

/// A classifier; operators that follow may still change its link.
#[derive(Debug)]
pub(super) struct Classifier {
    pub(super) scoring: Scoring,
    pub(super) labels: Vec<Label>,
    pub(super) link: ClassLink,
    decide: Decide,
    /// Whether the scores of more than two classes are the probabilities.
    is_final: bool,
}

/// The `post_transform`s that are supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PostTransform {
    None,
    Logistic,
    Softmax,
}

impl PostTransform {
    fn of(node: &Node<'_>) -> Result<Self, Error> {
        match node.text("post_transform", "NONE")? {
            "NONE" => Ok(Self::None),
            "LOGISTIC" => Ok(Self::Logistic),
            "SOFTMAX" => Ok(Self::Softmax),
            other => {
                Err(node.unsupported(format!("post_transform {}", super::node::quoted(other))))
            }
        }
    }
}

impl Classifier {
    pub(super) fn head(&self) -> Head {
        if self.is_final {
            return Head::Probabilities;
        }
        Head::Classes(ClassHead {
            link: self.link,
            decide: self.decide,
            has_decision: self.link == ClassLink::None,
            precision: Precision::Single,
            divisor: 1.0,
        })
    }

    /// `Normalizer` with norm `L1` after the classifier: probabilities are divided by their sum.
    /// `None` when they are nothing it makes sense for.
    pub(super) fn normalise(&mut self) -> Option<()> {
        match self.link {
            ClassLink::LogisticEach { factor } => self.link = ClassLink::Logistic { factor },
            // Their sum is 1 already.
            ClassLink::Softmax | ClassLink::Value(_) => {}
            _ => return None,
        }
        Some(())
    }

    /// Whether the second output holds scores, not probabilities.
    pub(super) fn has_decision(&self) -> bool {
        !self.is_final && self.link == ClassLink::None
    }
}

/// `TreeEnsembleClassifier`.
pub(super) fn tree_classifier(node: &Node<'_>, n_features: usize) -> Result<Classifier, Error> {
    let labels = node.labels("classlabels_int64s", "classlabels_strings")?;
    let ensemble = Ensemble::read(node, "class", labels.len())?;
    let post = PostTransform::of(node)?;
    let base = node.floats("base_values")?;
    match labels.len() {
        0 | 1 => Err(node.unsupported("a classifier of one class")),
        2 => two_classes(&ensemble, post, &base, (node, n_features, labels)),
        _ => many_classes(&ensemble, post, &base, (node, n_features, labels)),
    }
}

/// What both kinds of tree classifiers need besides their trees.
type Context<'n, 'a> = (&'n Node<'a>, usize, Vec<Label>);

/// Two classes share one score, written as that of the first. ONNX Runtime tells by the weights'
/// signs what it means: without negative ones it is a probability, otherwise a margin.
fn two_classes(
    ensemble: &Ensemble<'_, '_>,
    post: PostTransform,
    base: &[f32],
    (node, n_features, labels): Context<'_, '_>,
) -> Result<Classifier, Error> {
    if ensemble.only_score() != Some(0) {
        return mirrored_classes(ensemble, post, base, (node, n_features, labels));
    }
    let base = match base {
        [] => 0.0,
        [base] => f64::from(*base),
        _ => return Err(node.unsupported("two classes with a base value for each")),
    };
    let (link, decide) = match (post, ensemble.is_positive()) {
        (PostTransform::None, true) => (ClassLink::Value(ValueLink::Identity), Decide::Half),
        (PostTransform::None, false) => (ClassLink::None, Decide::Score),
        (PostTransform::Logistic, false) => (ClassLink::Logistic { factor: 1.0 }, Decide::Score),
        // ONNX Runtime cuts the score at 0.5 and the probability is the score's logistic: the class
        // and the probabilities contradict each other.
        (PostTransform::Logistic, true) => {
            return Err(node.unsupported("LOGISTIC of two classes without a negative weight"));
        }
        (PostTransform::Softmax, _) => {
            return Err(node.unsupported("SOFTMAX of two classes with one score"));
        }
    };
    Ok(Classifier {
        scoring: Scoring::Forest(ensemble.forest(n_features, vec![base], None)?),
        labels,
        link,
        decide,
        is_final: false,
    })
}

/// Two classes with a score each, the first's the second's opposite, as CatBoost writes them. ONNX Runtime
/// takes the logistic function of both, and answers the second class where its score is above 0. (Of numbers for
/// labels it gives 0 and 1 whatever they are; CatBoost, and the maps next to them, give the labels.)
fn mirrored_classes(
    ensemble: &Ensemble<'_, '_>,
    post: PostTransform,
    base: &[f32],
    (node, n_features, labels): Context<'_, '_>,
) -> Result<Classifier, Error> {
    // Of scores that are no opposites the second alone decides: class and probabilities contradict each other.
    let second = ensemble.mirrored_second().ok_or_else(|| {
        node.unsupported(
            "two classes with weights for both that are not each other's opposite, or for the second alone,",
        )
    })?;
    // ONNX Runtime adds the second's base value to the first's score, and so does not answer as CatBoost does.
    if !base.is_empty() {
        let what = "two classes with weights and base values for both, which ONNX Runtime and CatBoost answer \
            differently,";
        let error = node.unsupported(what);
        return Err(error.advised("Train with boost_from_average=False and export it again"));
    }
    if post != PostTransform::Logistic {
        return Err(node.unsupported("two classes with weights for both without LOGISTIC"));
    }
    Ok(Classifier {
        scoring: Scoring::Forest(second.forest(n_features, vec![0.0], None)?),
        labels,
        link: ClassLink::Logistic { factor: 1.0 },
        decide: Decide::Score,
        is_final: false,
    })
}

fn many_classes(
    ensemble: &Ensemble<'_, '_>,
    post: PostTransform,
    base: &[f32],
    (node, n_features, labels): Context<'_, '_>,
) -> Result<Classifier, Error> {
    let n_classes = labels.len();
    let base = match base.len() {
        // A class that no leaf on a row's paths adds to cannot be the answer, even where all others
        // are below 0; here it would have 0.
        0 if !ensemble.is_strictly_positive() && !ensemble.reaches_all(n_classes)? => {
            return Err(node.unsupported("classes that some rows get no score for"));
        }
        0 => vec![0.0; n_classes],
        n if n == n_classes => base.iter().copied().map(f64::from).collect(),
        _ => return Err(node.unsupported("another number of base values than classes")),
    };
    let is_positive = ensemble.is_positive() && base.iter().all(|base| *base >= 0.0);
    let link = match post {
        PostTransform::None => ClassLink::None,
        PostTransform::Logistic => ClassLink::LogisticEach { factor: 1.0 },
        PostTransform::Softmax => ClassLink::Softmax,
    };
    Ok(Classifier {
        scoring: Scoring::Forest(ensemble.forest(n_features, base, None)?),
        labels,
        link,
        decide: Decide::Score,
        is_final: post == PostTransform::None && is_positive,
    })
}

/// `TreeEnsembleRegressor`.
pub(super) fn tree_regressor(node: &Node<'_>, n_features: usize) -> Result<Scoring, Error> {
    one_target(node, "n_targets")?;
    let ensemble = Ensemble::read(node, "target", 1)?;
    let base = match node.floats("base_values")?[..] {
        [] => 0.0,
        [base] => f64::from(base),
        _ => return Err(node.malformed("there are more base values than targets")),
    };
    let divisor = match node.text("aggregate_function", "SUM")? {
        "SUM" => None,
        // The sum would have to be divided before the base is added.
        "AVERAGE" if base == 0.0 => Some(ensemble.n_trees()),
        other => {
            let what = format!("aggregate_function {}", super::node::quoted(other));
            return Err(node.unsupported(what));
        }
    };
    Ok(Scoring::Forest(ensemble.forest(
        n_features,
        vec![base],
        divisor,
    )?))
}

fn one_target(node: &Node<'_>, attribute: &str) -> Result<(), Error> {
    if node.int(attribute, 1)? != 1 {
        return Err(node.unsupported("more than one target"));
    }
    if PostTransform::of(node)? != PostTransform::None {
        return Err(node.unsupported("a post_transform of a regressor"));
    }
    Ok(())
}

/// `LinearRegressor`.
pub(super) fn linear_regressor(node: &Node<'_>, n_features: usize) -> Result<Scoring, Error> {
    one_target(node, "targets")?;
    let mut intercepts = node.floats("intercepts")?;
    if intercepts.is_empty() {
        intercepts.push(0.0);
    }
    linear(node, &node.floats("coefficients")?, &intercepts, n_features)
}

/// `LinearClassifier`.
pub(super) fn linear_classifier(node: &Node<'_>, n_features: usize) -> Result<Classifier, Error> {
    let labels = node.labels("classlabels_ints", "classlabels_strings")?;
    let mut coefficients = node.floats("coefficients")?;
    let mut intercepts = node.floats("intercepts")?;
    // With one row for two classes ONNX Runtime ignores the post_transform.
    if labels.len() < 2 || intercepts.len() != labels.len() {
        return Err(node.unsupported("another number of intercepts than classes, or one class"));
    }
    if is_mirrored(&coefficients) && is_mirrored(&intercepts) && labels.len() == 2 {
        // skl2onnx writes (-w, w) for what is one score in scikit-learn, and is one again here.
        coefficients.drain(..coefficients.len() / 2);
        intercepts.remove(0);
    }
    let link = match PostTransform::of(node)? {
        PostTransform::None => ClassLink::None,
        PostTransform::Logistic => ClassLink::LogisticEach { factor: 1.0 },
        PostTransform::Softmax => ClassLink::Softmax,
    };
    Ok(Classifier {
        scoring: linear(node, &coefficients, &intercepts, n_features)?,
        labels,
        link,
        decide: Decide::Score,
        is_final: false,
    })
}

/// Whether the first half is the second's opposite.
fn is_mirrored(numbers: &[f32]) -> bool {
    let (first, second) = numbers.split_at(numbers.len() / 2);
    first.len() == second.len() && first.iter().zip(second).all(|(a, b)| *a == -b)
}

fn linear(
    node: &Node<'_>,
    coefficients: &[f32],
    intercepts: &[f32],
    n_features: usize,
) -> Result<Scoring, Error> {
    let wide = |numbers: &[f32]| numbers.iter().copied().map(f64::from).collect();
    Linear::new(wide(coefficients), wide(intercepts), n_features)
        .map(Scoring::Linear)
        .ok_or_else(|| node.malformed("the coefficients do not fit the inputs, or are not finite"))
}
