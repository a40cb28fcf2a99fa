//! `sklearn.tree._tree.Tree`: nodes as an array of records, values as a three-dimensional array.
//!
//! Layout: `sklearn/tree/_tree.pyx`. Fields are found by name; their integer width, byte order and
//! position follow the file's own dtype. `missing_go_to_left` exists from 1.3.

use std::sync::atomic::{AtomicUsize, Ordering};

use propenso_pickle::{ArrayView, View};

use super::importer::{inconsistent, unsupported};
use crate::error::{Error, TreeError, TreeProblem};
use crate::forest::Precision;
use crate::numpy_sum::numpy_sum;
use crate::parallel_map::parallel_map;
use crate::tree::{Side, Tree, TreeBuilder, UncheckedSplit};
use crate::version::Version;

/// Child index that marks a leaf.
const TREE_LEAF: i64 = -1;

/// What the trees of one estimator have in common.
pub(super) struct TreeShape {
    pub(super) n_features: usize,
    /// Values per leaf: the number of classes, or 1 for a regressor.
    pub(super) n_values: usize,
    pub(super) meaning: LeafMeaning,
}

/// What a leaf's values are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LeafMeaning {
    /// Weighted counts of the training rows, to be divided by their sum (classifiers up to 1.3).
    Counts,
    /// Fractions, used as they are (classifiers from 1.4).
    Fractions,
    /// The predicted value (regressors).
    Value,
}

impl LeafMeaning {
    /// What a classifier of a version stores.
    pub(super) fn of_classifier(version: Version) -> Self {
        if version < Version::new(1, 4) {
            Self::Counts
        } else {
            Self::Fractions
        }
    }
}

/// Members of an ensemble that are worth a thread.
const WORTH_A_THREAD: usize = 16;

/// The most threads that import at a time: each has the columns of one tree's nodes in memory, beside the file.
const MOST_THREADS: usize = 8;

/// Imports the trees of an ensemble's members, which are checked one by one before, on all threads.
///
/// The error is the first member's that has one. The limits are shared: where they are exceeded, which member is told of it may differ
/// from time to time.
pub(super) fn import_all<'d>(
    members: &[View<'d>],
    shape: &TreeShape,
    check: impl Fn(View<'d>) -> Result<(), Error> + Sync,
) -> Result<Vec<Tree>, Error> {
    let most_threads = (members.len() / WORTH_A_THREAD).min(MOST_THREADS);
    // Members behind one that is refused are of no use.
    let first_refused = AtomicUsize::new(usize::MAX);
    let trees = parallel_map(members, most_threads, |position, member| {
        if first_refused.load(Ordering::Relaxed) < position {
            return None;
        }
        let tree = check(*member).and_then(|()| {
            let tree = member.attribute("tree_")?;
            import(tree, shape, position)
        });
        if tree.is_err() {
            first_refused.fetch_min(position, Ordering::Relaxed);
        }
        Some(tree)
    });
    // None is left out before the first that is refused.
    trees.into_iter().flatten().collect()
}

/// Imports one `Tree` object. `owner` is the estimator whose tree it is.
pub(super) fn import(object: View<'_>, shape: &TreeShape, position: usize) -> Result<Tree, Error> {
    let bad_tree = |error: TreeError| Error::Tree {
        tree: position,
        offset: object.offset(),
        error,
    };
    let n_nodes = object.attribute("node_count")?.count()?;
    let records = object.attribute("nodes")?.array()?;
    let values = object.attribute("values")?.array()?;
    let mismatch = |what: &str| inconsistent(object, what);
    check_arguments(object, shape)?;
    if records.shape() != [n_nodes] {
        return Err(mismatch("`node_count` and the length of `nodes` differ"));
    }
    if values.shape() != [n_nodes, 1, shape.n_values] {
        return Err(mismatch("`values` is not (nodes, 1, classes)"));
    }
    let nodes = Columns::read(&records)?;
    let values = values.f64s()?;
    check_meaning(&nodes, &values, shape).map_err(mismatch)?;

    let mut builder =
        TreeBuilder::new(shape.n_features, n_nodes, shape.n_values).map_err(bad_tree)?;
    let mut leaf = Vec::with_capacity(shape.n_values);
    for (node, values) in values.chunks_exact(shape.n_values).enumerate() {
        if nodes.left[node] == TREE_LEAF && nodes.right[node] == TREE_LEAF {
            leaf.clear();
            leaf.extend_from_slice(values);
            normalise(&mut leaf, shape.meaning)
                .ok_or_else(|| bad_tree(TreeError::new(node, TreeProblem::Leaf)))?;
            builder.leaf(&leaf).map_err(bad_tree)?;
        } else {
            builder.split(&nodes.split(node)).map_err(bad_tree)?;
        }
    }
    builder.covers(nodes.weight);
    builder.finish().map_err(bad_tree)
}

/// The constructor's arguments: (n_features, n_classes per output, n_outputs).
fn check_arguments(object: View<'_>, shape: &TreeShape) -> Result<(), Error> {
    let arguments: Vec<_> = object.arguments()?.collect();
    let [n_features, n_classes, n_outputs] = arguments[..] else {
        return Err(inconsistent(object, "a Tree is made from three arguments"));
    };
    if n_outputs.count()? != 1 {
        return Err(unsupported(object, "a model with several outputs"));
    }
    if n_features.count()? != shape.n_features {
        return Err(inconsistent(
            object,
            "the tree and its estimator differ in features",
        ));
    }
    let n_classes = n_classes.array()?;
    if n_classes.n_items() != 1 || n_classes.i64s()? != [shape.n_values as i64] {
        return Err(inconsistent(
            object,
            "the tree and its estimator differ in classes",
        ));
    }
    Ok(())
}

/// The node records, a column per field.
struct Columns {
    left: Vec<i64>,
    right: Vec<i64>,
    feature: Vec<i64>,
    threshold: Vec<f64>,
    weight: Vec<f64>,
    missing_go_to_left: Option<Vec<i64>>,
}

impl Columns {
    fn read(records: &ArrayView<'_>) -> Result<Self, Error> {
        Ok(Self {
            left: records.field("left_child")?.i64s()?,
            right: records.field("right_child")?.i64s()?,
            feature: records.field("feature")?.i64s()?,
            threshold: records.field("threshold")?.f64s()?,
            weight: records.field("weighted_n_node_samples")?.f64s()?,
            missing_go_to_left: records
                .optional_field("missing_go_to_left")
                .map(|field| field.i64s())
                .transpose()?,
        })
    }

    fn split(&self, node: usize) -> UncheckedSplit {
        // Before 1.3 rows with missing values are refused, so the direction is never used.
        let goes_left = self
            .missing_go_to_left
            .as_ref()
            .is_some_and(|column| column[node] != 0);
        UncheckedSplit {
            feature: self.feature[node],
            threshold: self.threshold[node],
            left: self.left[node],
            right: self.right[node],
            missing: Side::left_if(goes_left),
            zero_is_missing: false,
        }
    }
}

/// Counts and fractions look alike, and the version alone tells them apart; a file in which the
/// root contradicts its version would give wrong numbers in silence, so it is refused.
fn check_meaning(nodes: &Columns, values: &[f64], shape: &TreeShape) -> Result<(), &'static str> {
    let (Some(weight), Some(root)) = (nodes.weight.first(), values.get(..shape.n_values)) else {
        return Ok(());
    };
    let sum = numpy_sum(root, Precision::Double);
    let is_near = |target: f64| (sum - target).abs() <= 1e-6 * target.abs().max(1.0);
    match shape.meaning {
        LeafMeaning::Counts if !is_near(*weight) => {
            Err("the root's values are not the weighted counts this version stores")
        }
        LeafMeaning::Fractions if !is_near(1.0) => {
            Err("the root's values are not the fractions this version stores")
        }
        _ => Ok(()),
    }
}

/// Turns counts into fractions as `DecisionTreeClassifier.predict_proba` did up to 1.3, where an
/// empty leaf stays all zeros. `None` when a class that a plain tree would answer by its counts is
/// no longer the largest fraction: such a leaf cannot be answered from fractions alone.
fn normalise(values: &mut [f64], meaning: LeafMeaning) -> Option<()> {
    if meaning != LeafMeaning::Counts {
        return Some(());
    }
    let by_count = crate::estimator::decide(values);
    let sum = numpy_sum(values, Precision::Double);
    let divisor = if sum == 0.0 { 1.0 } else { sum };
    for value in values.iter_mut() {
        *value /= divisor;
    }
    (crate::estimator::decide(values) == by_count).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_leaves_stay_zero() {
        let mut values = [0.0, 0.0];
        assert_eq!(normalise(&mut values, LeafMeaning::Counts), Some(()));
        assert_eq!(values, [0.0, 0.0]);
    }
}
