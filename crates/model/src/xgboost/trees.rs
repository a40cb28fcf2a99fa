//! The trees of an XGBoost model, and how their sums become an answer.

use std::collections::HashMap;

use super::document::{Model, TreeDocument, count};
use super::{malformed, unsupported};
use crate::caller::Caller;
use crate::error::Error;
use crate::forest::{Forest, Precision, Sum};
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::{Accepts, Magnitude};
use crate::tree::{CategorySet, Side, Tree, TreeBuilder, UncheckedCategorySplit, UncheckedSplit};

/// How a model computes, and how many classes it tells apart; `None` where it answers a number.
pub(super) fn pipeline(model: &Model, caller: Caller) -> Result<(Pipeline, Option<usize>), Error> {
    let learner = &model.learner;
    let booster = &learner.gradient_booster;
    if booster.name != "gbtree" {
        return Err(unsupported(
            "gradient_booster.name",
            format!(
                "the booster {} (XGBClassifier or XGBRegressor of trees is)",
                booster.name
            ),
        ));
    }
    // What save_config writes has the parameters of the booster, and no model.
    let trees = &booster.model;
    if trees.trees.is_empty() && trees.gbtree_model_param.num_parallel_tree.is_empty() {
        return Err(unsupported(
            "gradient_booster.model",
            "a booster without trees",
        ));
    }
    if learner.feature_types.iter().any(|kind| kind == "c") {
        let what =
            "XGBClassifier or XGBRegressor on pandas categories, whose codes are not in the file,";
        return Err(unsupported("feature_types", what).advised(
            "Train without enable_categorical, on a Pipeline that begins with a OneHotEncoder or an OrdinalEncoder, \
             and save that",
        ));
    }
    let parameters = &learner.learner_model_param;
    if count("learner_model_param.num_target", &parameters.num_target)? > 1 {
        return Err(unsupported("num_target", "a model with several outputs"));
    }
    let n_classes = count("learner_model_param.num_class", &parameters.num_class)?;
    let objective = Objective::of(&learner.objective.name, n_classes)?;
    let task = objective.task(caller, &learner.objective.name)?;
    let n_features = model.n_features()?;
    let documents = used_trees(model, objective.n_scores(), caller)?;
    let mut trees = Vec::with_capacity(documents.len());
    for (position, document) in documents.iter().enumerate() {
        trees.push(tree(document, n_features, position)?);
    }
    let sum = Sum {
        base: objective.base(&parameters.base_score)?,
        score_of_tree: booster.model.tree_info[..trees.len()].to_vec(),
        scale: 1.0,
        precision: Precision::Single,
        divisor: None,
    };
    let forest = Forest::boosted(trees, n_features, Precision::Single, sum)
        .ok_or_else(|| malformed("tree_info", "a tree adds to a class that does not exist"))?;
    let accepts = Accepts {
        missing: true,
        magnitude: Magnitude::Float32,
    };
    let pipeline = Pipeline::bare(accepts, Scoring::Forest(forest), task.head());
    Ok((pipeline, task.n_classes()))
}

/// The trees that predict: all, or a wrapper's up to the best iteration where training stopped early
/// (`Booster.predict` of `python-package/xgboost/core.py`, `_get_iteration_range` of `sklearn.py`).
fn used_trees(model: &Model, n_scores: usize, caller: Caller) -> Result<&[TreeDocument], Error> {
    let learner = &model.learner;
    let trees = &learner.gradient_booster.model;
    if trees.tree_info.len() != trees.trees.len() {
        return Err(malformed(
            "tree_info",
            "there are not as many entries as trees",
        ));
    }
    let best = learner.attributes.get("best_iteration");
    let Some(best) = best.filter(|_| caller != Caller::Booster) else {
        return Ok(&trees.trees);
    };
    let best = count("attributes.best_iteration", best)?;
    let parallel = count(
        "num_parallel_tree",
        &trees.gbtree_model_param.num_parallel_tree,
    )?
    .max(1);
    let n_trees = best
        .checked_add(1)
        .and_then(|iterations| iterations.checked_mul(parallel)?.checked_mul(n_scores))
        .unwrap_or(usize::MAX);
    Ok(&trees.trees[..n_trees.min(trees.trees.len())])
}

/// What an objective makes of the sums (`PredTransform` of `src/objective/*`).
#[derive(Clone, Copy)]
enum Objective {
    /// A probability of each class.
    Multiclass(usize),
    /// One number.
    Single {
        link: ValueLink,
        /// How an answer is turned back into a sum.
        inverse: Inverse,
        /// Whether the number is the probability of one of two classes by the objective's own name.
        is_binary: bool,
    },
}

/// How an answer becomes the sum it stands for (`ProbToMargin` of `src/objective/*`).
#[derive(Clone, Copy)]
enum Inverse {
    Itself,
    Logit,
    Log,
}

impl Objective {
    fn of(name: &str, n_classes: usize) -> Result<Self, Error> {
        /// More than any model here may have.
        const MAX_CLASSES: usize = 65_536;
        if n_classes > MAX_CLASSES {
            return Err(unsupported(
                "learner_model_param.num_class",
                format!("a model of {n_classes} classes"),
            ));
        }
        let single = |link, inverse| Self::Single {
            link,
            inverse,
            is_binary: name == "binary:logistic",
        };
        Ok(match name {
            "multi:softprob" | "multi:softmax" if n_classes > 1 => Self::Multiclass(n_classes),
            "binary:logistic" | "reg:logistic" => single(ValueLink::LogisticSingle, Inverse::Logit),
            "binary:logitraw" => single(ValueLink::Identity, Inverse::Itself),
            "binary:hinge" => single(ValueLink::Step, Inverse::Itself),
            "reg:squarederror"
            | "reg:linear"
            | "reg:absoluteerror"
            | "reg:pseudohubererror"
            | "reg:quantileerror"
            | "reg:squaredlogerror" => single(ValueLink::Identity, Inverse::Itself),
            "count:poisson" | "reg:gamma" | "reg:tweedie" => {
                single(ValueLink::ExpSingle, Inverse::Log)
            }
            other => {
                return Err(unsupported(
                    "objective.name",
                    format!("the objective {other}"),
                ));
            }
        })
    }

    fn n_scores(self) -> usize {
        match self {
            Self::Multiclass(n_classes) => n_classes,
            Self::Single { .. } => 1,
        }
    }

    /// What a caller answers by this objective (`_cls_predict_proba` and `XGBClassifier.predict` of
    /// `python-package/xgboost/sklearn.py`).
    fn task(self, caller: Caller, name: &str) -> Result<Task, Error> {
        match (self, caller) {
            (Self::Multiclass(_), Caller::Regressor) => Err(unsupported(
                "objective.name",
                format!(
                    "XGBRegressor with the objective {name}, which answers more than a number:"
                ),
            )),
            (Self::Multiclass(n_classes), _) => Ok(Task::Multiclass(n_classes)),
            (Self::Single { link, .. }, Caller::Classifier) => Ok(Task::Binary(link)),
            (
                Self::Single {
                    link, is_binary, ..
                },
                Caller::Booster,
            ) if is_binary => Ok(Task::Binary(link)),
            (Self::Single { link, .. }, _) => Ok(Task::Value(link)),
        }
    }

    /// `base_score` is an answer, or from 3.1 one per score; sums start from its margin
    /// (`ProbToMargin` of `src/objective/*`).
    fn base(self, text: &str) -> Result<Vec<f64>, Error> {
        let wrong = || malformed("base_score", format!("{text:?} is not a number"));
        let list = text.trim_start_matches('[').trim_end_matches(']');
        let scores: Vec<f32> = list
            .split(',')
            .map(|score| score.trim().parse::<f32>())
            .collect::<Result<_, _>>()
            .map_err(|_| wrong())?;
        let margins: Vec<f64> = scores
            .iter()
            .map(|score| f64::from(self.margin(*score)))
            .collect();
        let margins = match margins[..] {
            [margin] => vec![margin; self.n_scores()],
            _ => margins,
        };
        if margins.len() == self.n_scores() && margins.iter().all(|margin| margin.is_finite()) {
            Ok(margins)
        } else {
            Err(wrong())
        }
    }

    fn margin(self, score: f32) -> f32 {
        match self {
            Self::Multiclass(_) => score,
            Self::Single { inverse, .. } => match inverse {
                Inverse::Itself => score,
                Inverse::Logit => -(1.0 / score - 1.0).ln(),
                Inverse::Log => score.ln(),
            },
        }
    }
}

/// What is answered.
#[derive(Clone, Copy)]
enum Task {
    /// One of two classes: the second by this probability, above one half.
    Binary(ValueLink),
    Multiclass(usize),
    Value(ValueLink),
}

impl Task {
    fn n_classes(self) -> Option<usize> {
        match self {
            Self::Binary(_) => Some(2),
            Self::Multiclass(n_classes) => Some(n_classes),
            Self::Value(_) => None,
        }
    }

    fn head(self) -> Head {
        let classes = |link| {
            Head::Classes(ClassHead {
                link,
                decide: Decide::Half,
                has_decision: false,
                precision: Precision::Single,
                divisor: 1.0,
            })
        };
        match self {
            Self::Binary(ValueLink::LogisticSingle) => classes(ClassLink::Logistic { factor: 1.0 }),
            Self::Binary(link) => classes(ClassLink::Value(link)),
            Self::Multiclass(_) => classes(ClassLink::Softmax),
            Self::Value(link) => Head::Value(link),
        }
    }
}

/// One tree. XGBoost goes left where `x < threshold` in f32, which is `x <= ` the float before it.
fn tree(document: &TreeDocument, n_features: usize, position: usize) -> Result<Tree, Error> {
    let place = || format!("tree {position}");
    let bad_tree = |error: crate::error::TreeError| malformed(place(), error.to_string());
    let n_nodes = document.left_children.len();
    let same_length = [
        document.right_children.len(),
        document.split_indices.len(),
        document.split_conditions.len(),
        document.default_left.len(),
    ];
    if same_length.iter().any(|length| *length != n_nodes) {
        return Err(malformed(place(), "its lists are not of the same length"));
    }
    if count("size_leaf_vector", &document.tree_param.size_leaf_vector)? > 1 {
        return Err(unsupported(place(), "a leaf with several values"));
    }
    let kept = kept_nodes(document).map_err(|what| malformed(place(), what))?;
    let number = |old: i64| {
        let old = usize::try_from(old).ok()?;
        kept.binary_search(&old).ok().map(|new| new as i64)
    };
    let sets = Sets::new(document).ok_or_else(|| malformed(place(), "categories overlap"))?;
    let mut builder = TreeBuilder::new(n_features, kept.len(), 1).map_err(bad_tree)?;
    for node in kept.iter().copied() {
        let condition = document.split_conditions[node];
        let (Some(left), Some(right)) = (
            number(document.left_children[node]),
            number(document.right_children[node]),
        ) else {
            builder.leaf(&[f64::from(condition)]).map_err(bad_tree)?;
            continue;
        };
        let feature = document.split_indices[node];
        let missing = Side::left_if(document.default_left[node].0);
        if document.split_type.get(node) == Some(&1) {
            let set = sets
                .of_node(node, missing)
                .ok_or_else(|| malformed(place(), format!("node {node}: its categories")))?;
            let split = UncheckedCategorySplit {
                feature,
                set,
                left,
                right,
            };
            builder.categories(split).map_err(bad_tree)?;
            continue;
        }
        if condition == f32::NEG_INFINITY {
            let what = format!("node {node}: the threshold is -infinity");
            return Err(malformed(place(), what));
        }
        let split = UncheckedSplit {
            feature,
            threshold: f64::from(condition.next_down()),
            left,
            right,
            missing,
            zero_is_missing: false,
        };
        builder.split(&split).map_err(bad_tree)?;
    }
    let covers = kept
        .iter()
        .filter_map(|node| document.sum_hessian.get(*node));
    builder.covers(covers.map(|cover| f64::from(*cover)));
    builder.finish().map_err(bad_tree)
}

/// The nodes that are reached, in order: pruning leaves deleted ones in their places. A node is a
/// leaf where its left child is -1.
fn kept_nodes(document: &TreeDocument) -> Result<Vec<usize>, String> {
    let n_nodes = document.left_children.len();
    let mut kept = Vec::new();
    let mut reached = vec![false; n_nodes];
    let mut pending = vec![0_i64];
    while let Some(node) = pending.pop() {
        let at = usize::try_from(node).ok().filter(|at| *at < n_nodes);
        let Some(at) = at else {
            return Err(format!("child {node} is not one of the {n_nodes} nodes"));
        };
        if std::mem::replace(&mut reached[at], true) {
            return Err(format!("node {at} is reached twice"));
        }
        kept.push(at);
        if document.left_children[at] != -1 {
            pending.extend([document.left_children[at], document.right_children[at]]);
        }
    }
    kept.sort_unstable();
    let n_deleted = count("num_deleted", &document.tree_param.num_deleted);
    if n_deleted.ok() == Some(n_nodes - kept.len()) {
        Ok(kept)
    } else {
        Err("nodes are never reached that were not deleted".to_owned())
    }
}

/// The categories of a tree's categorical nodes.
struct Sets<'d> {
    of_node: HashMap<i64, &'d [u32]>,
}

impl<'d> Sets<'d> {
    /// `None` when a segment lies outside the tree's categories, or all together are longer than
    /// those: XGBoost writes one after the other, and a short file could ask for much memory by
    /// having them overlap.
    fn new(document: &'d TreeDocument) -> Option<Self> {
        let mut n_left = document.categories.len();
        let segments = document
            .categories_segments
            .iter()
            .zip(&document.categories_sizes);
        let of_node = document.categories_nodes.iter().zip(segments);
        let of_node = of_node.map(|(node, (start, size))| {
            let (start, size) = (usize::try_from(*start).ok()?, usize::try_from(*size).ok()?);
            n_left = n_left.checked_sub(size)?;
            let categories = document.categories.get(start..start.checked_add(size)?)?;
            Some((*node, categories))
        });
        Some(Self {
            of_node: of_node.collect::<Option<_>>()?,
        })
    }

    /// The categories of a node go right; all others go left (`src/common/categorical.h`, `Decision`).
    fn of_node(&self, node: usize, missing: Side) -> Option<CategorySet> {
        let right = self.of_node.get(&i64::try_from(node).ok()?)?;
        CategorySet::new(&[], right, Side::Left, missing)
    }
}
