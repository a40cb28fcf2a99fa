//! `TreeEnsembleClassifier` and `TreeEnsembleRegressor` of `ai.onnx.ml` 1 to 3.
//!
//! What the specification leaves open follows `tree_ensemble_common.h` and
//! `tree_ensemble_aggregator.h` of ONNX Runtime: votes are added in f32, tree by tree, to the base
//! values.

use std::collections::HashMap;

use super::message::Node;
use super::{malformed, unsupported};
use crate::error::Error;
use crate::forest::Forest;
use crate::tree::{Side, Tree, TreeBuilder, UncheckedSplit};

/// The votes of a leaf: (score, weight).
type Votes = HashMap<(i64, i64), Vec<(usize, f32)>>;

/// The lists of a node that describe trees, an entry per tree node.
struct Lists<'a> {
    trees: Vec<i64>,
    ids: Vec<i64>,
    features: Vec<i64>,
    thresholds: Vec<f32>,
    modes: Vec<&'a str>,
    when_true: Vec<i64>,
    when_false: Vec<i64>,
    missing_is_true: Vec<i64>,
}

impl<'a> Lists<'a> {
    fn read(node: &Node<'a>) -> Result<Self, Error> {
        if node.has("nodes_values_as_tensor") {
            return Err(unsupported(node.place(), "trees with f64 thresholds"));
        }
        let lists = Self {
            trees: node.integers("nodes_treeids")?,
            ids: node.integers("nodes_nodeids")?,
            features: node.integers("nodes_featureids")?,
            thresholds: node.floats("nodes_values")?,
            modes: node.texts("nodes_modes")?,
            when_true: node.integers("nodes_truenodeids")?,
            when_false: node.integers("nodes_falsenodeids")?,
            missing_is_true: node.integers("nodes_missing_value_tracks_true")?,
        };
        let n = lists.trees.len();
        let lengths = [
            lists.ids.len(),
            lists.features.len(),
            lists.thresholds.len(),
            lists.modes.len(),
            lists.when_true.len(),
            lists.when_false.len(),
        ];
        let missing_fits = [0, n].contains(&lists.missing_is_true.len());
        if lengths.iter().any(|length| *length != n) || !missing_fits {
            return Err(malformed(
                node.place(),
                "its lists are not of the same length",
            ));
        }
        Ok(lists)
    }
}

/// The forest of a node. `prefix` is what its votes are called by: `class` or `target`.
pub(super) fn forest(
    node: &Node<'_>,
    prefix: &str,
    n_features: usize,
    n_scores: usize,
) -> Result<Forest, Error> {
    let lists = Lists::read(node)?;
    let votes = votes(node, prefix, n_scores)?;
    let mut trees = Vec::new();
    let mut start = 0;
    while start < lists.trees.len() {
        let id = lists.trees[start];
        let length = lists.trees[start..]
            .iter()
            .take_while(|tree| **tree == id)
            .count();
        let range = start..start + length;
        trees.push(tree(node, &lists, range, (n_features, n_scores), &votes)?);
        start += length;
    }
    let base = node.floats("base_values")?;
    if node.has("base_values_as_tensor") {
        return Err(unsupported(node.place(), "trees with f64 base values"));
    }
    let base = match base.len() {
        0 => vec![0.0; n_scores],
        length if length == n_scores => base.into_iter().map(f64::from).collect(),
        _ => {
            return Err(malformed(
                node.place(),
                "a base value per score is expected",
            ));
        }
    };
    let averages = match node.text("aggregate_function", "SUM")? {
        "SUM" => false,
        "AVERAGE" => true,
        other => return Err(unsupported(node.place(), format!("the aggregate {other}"))),
    };
    Forest::votes(trees, n_features, base, averages).ok_or_else(|| {
        malformed(
            node.place(),
            "it has no trees, or base values are not finite",
        )
    })
}

fn votes(node: &Node<'_>, prefix: &str, n_scores: usize) -> Result<Votes, Error> {
    let trees = node.integers(&format!("{prefix}_treeids"))?;
    let ids = node.integers(&format!("{prefix}_nodeids"))?;
    let scores = node.integers(&format!("{prefix}_ids"))?;
    let weights = node.floats(&format!("{prefix}_weights"))?;
    if [ids.len(), scores.len(), weights.len()]
        .iter()
        .any(|length| *length != trees.len())
    {
        return Err(malformed(
            node.place(),
            "its votes are not of the same length",
        ));
    }
    let mut votes = Votes::new();
    for (((tree, id), score), weight) in trees.into_iter().zip(ids).zip(scores).zip(weights) {
        let score = usize::try_from(score)
            .ok()
            .filter(|score| *score < n_scores)
            .ok_or_else(|| malformed(node.place(), "a vote for what does not exist"))?;
        votes.entry((tree, id)).or_default().push((score, weight));
    }
    Ok(votes)
}

fn tree(
    node: &Node<'_>,
    lists: &Lists<'_>,
    range: std::ops::Range<usize>,
    (n_features, n_scores): (usize, usize),
    votes: &Votes,
) -> Result<Tree, Error> {
    let bad_tree = |error: crate::error::TreeError| malformed(node.place(), error.to_string());
    let mut numbers = HashMap::new();
    for (number, at) in range.clone().enumerate() {
        if numbers.insert(lists.ids[at], number as i64).is_some() {
            return Err(malformed(
                node.place(),
                "a tree has two nodes of the same number",
            ));
        }
    }
    let child = |id: i64| numbers.get(&id).copied().unwrap_or(-1);
    let mut builder = TreeBuilder::new(n_features, range.len(), n_scores).map_err(bad_tree)?;
    for at in range {
        let mode = lists.modes[at];
        if mode == "LEAF" {
            let mut values = vec![0.0; n_scores];
            for (score, weight) in votes
                .get(&(lists.trees[at], lists.ids[at]))
                .into_iter()
                .flatten()
            {
                values[*score] = f64::from(*weight);
            }
            builder.leaf(&values).map_err(bad_tree)?;
            continue;
        }
        let threshold = lists.thresholds[at];
        let (when_true, when_false) = (child(lists.when_true[at]), child(lists.when_false[at]));
        // `x < t` is `x <= ` the float before t; `x > t` and `x >= t` are their opposites.
        let (threshold, true_is_left) = match mode {
            "BRANCH_LEQ" => (threshold, true),
            "BRANCH_LT" => (threshold.next_down(), true),
            "BRANCH_GT" => (threshold, false),
            "BRANCH_GTE" => (threshold.next_down(), false),
            other => return Err(unsupported(node.place(), format!("the node mode {other}"))),
        };
        let (left, right) = if true_is_left {
            (when_true, when_false)
        } else {
            (when_false, when_true)
        };
        // No comparison with NaN holds.
        let missing_is_true = lists.missing_is_true.get(at).is_some_and(|flag| *flag != 0);
        let split = UncheckedSplit {
            feature: lists.features[at],
            threshold: f64::from(threshold),
            left,
            right,
            missing: Side::left_if(missing_is_true == true_is_left),
            zero_is_missing: false,
        };
        builder.split(&split).map_err(bad_tree)?;
    }
    builder.finish().map_err(bad_tree)
}
