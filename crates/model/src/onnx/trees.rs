//! `TreeEnsembleClassifier` and `TreeEnsembleRegressor`: parallel lists become checked trees.
//!
//! Sources: `onnx/docs/Operators-ml.md` for the lists, and ONNX Runtime's
//! `core/providers/cpu/ml/tree_ensemble_common.h` for what it leaves open: a tree's root is its
//! first node in file order; a missing value fails every test unless the node tracks it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::node::Node;
use super::weights::{Nodes, Weight, Weights};
use crate::error::Error;
use crate::forest::{Forest, Precision, Sum, SumEach};
use crate::tree::{Side, Tree, TreeBuilder, UncheckedSplit};

/// Bytes of leaf values per entry of the file's lists. Leaves that state few of many scores are
/// filled with zeros; this is what stops a small file from asking for many.
const LEAF_BYTES_PER_ENTRY: usize = 256;

/// The lists of an ensemble, checked to be equally long.
#[derive(Clone)]
pub(super) struct Ensemble<'n, 'a> {
    node: &'n Node<'a>,
    trees: Vec<i64>,
    ids: Vec<i64>,
    features: Vec<i64>,
    modes: Vec<&'a [u8]>,
    thresholds: Vec<f32>,
    on_true: Vec<i64>,
    on_false: Vec<i64>,
    /// Empty, or whether a missing value passes each node's test.
    tracks_missing: Vec<i64>,
    weights: Weights,
}

impl<'n, 'a> Ensemble<'n, 'a> {
    /// Reads the lists. `prefix` is `class` or `target`, whose ids are below `n_scores`.
    pub(super) fn read(node: &'n Node<'a>, prefix: &str, n_scores: usize) -> Result<Self, Error> {
        node.refuse(&[
            "nodes_values_as_tensor",
            "nodes_hitrates_as_tensor",
            "base_values_as_tensor",
            "class_weights_as_tensor",
            "target_weights_as_tensor",
        ])?;
        let mut ensemble = Self {
            node,
            trees: node.ints("nodes_treeids")?,
            ids: node.ints("nodes_nodeids")?,
            features: node.ints("nodes_featureids")?,
            modes: node.texts("nodes_modes")?,
            thresholds: node.floats("nodes_values")?,
            on_true: node.ints("nodes_truenodeids")?,
            on_false: node.ints("nodes_falsenodeids")?,
            tracks_missing: node.ints("nodes_missing_value_tracks_true")?,
            weights: Weights::default(),
        };
        ensemble.check_lengths()?;
        let nodes = Nodes {
            trees: &ensemble.trees,
            ids: &ensemble.ids,
            modes: &ensemble.modes,
        };
        ensemble.weights = Weights::read(node, prefix, &nodes, n_scores)?;
        Ok(ensemble)
    }

    fn check_lengths(&self) -> Result<(), Error> {
        let n_nodes = self.trees.len();
        let lengths = [
            self.ids.len(),
            self.features.len(),
            self.modes.len(),
            self.thresholds.len(),
            self.on_true.len(),
            self.on_false.len(),
        ];
        let tracks = self.tracks_missing.len();
        if n_nodes == 0 || lengths != [n_nodes; 6] || (tracks != 0 && tracks != n_nodes) {
            return Err(self
                .node
                .malformed("the lists nodes_… are not equally long"));
        }
        Ok(())
    }

    /// Whether no leaf is worth less than zero.
    pub(super) fn is_positive(&self) -> bool {
        self.weights.all().iter().all(|weight| weight.value >= 0.0)
    }

    /// Whether no leaf is worth zero or less.
    pub(super) fn is_strictly_positive(&self) -> bool {
        self.weights.all().iter().all(|weight| weight.value > 0.0)
    }

    /// The only score that any leaf adds to.
    pub(super) fn only_score(&self) -> Option<usize> {
        let first = self.weights.all().first()?.score;
        let is_same = |weight: &Weight| weight.score == first;
        self.weights.all().iter().all(is_same).then_some(first)
    }

    /// The ensemble of the second of two scores, where at every leaf the first's weight is its opposite: so
    /// are the sums then, whatever the order they are added in.
    pub(super) fn mirrored_second(&self) -> Option<Self> {
        let mut leaves = (0..self.modes.len()).filter(|at| self.modes[*at] == b"LEAF");
        let is_mirrored = leaves.all(|at| self.weights.is_mirrored(at));
        is_mirrored.then(|| Self {
            weights: self.weights.second(),
            ..self.clone()
        })
    }

    /// Whether every row gets something for every score: for each there is a tree all of whose
    /// leaves have a weight for it.
    pub(super) fn reaches_all(&self, n_scores: usize) -> Result<bool, Error> {
        let mut reached = HashSet::new();
        for range in self.ranges()? {
            let leaves = range
                .clone()
                .filter(|at| self.modes[*at] == b"LEAF")
                .count();
            let mut counts: HashMap<usize, usize> = HashMap::new();
            for at in range {
                let scores: HashSet<_> = self.weights.of(at).iter().map(|w| w.score).collect();
                for score in scores {
                    *counts.entry(score).or_default() += 1;
                }
            }
            let full = counts.iter().filter(|(_, count)| **count == leaves);
            reached.extend(full.map(|(score, _)| *score));
        }
        Ok(reached.len() == n_scores)
    }

    /// Number of trees.
    pub(super) fn n_trees(&self) -> f64 {
        self.trees.chunk_by(|a, b| a == b).count() as f64
    }

    /// The trees' ranges of nodes.
    fn ranges(&self) -> Result<Vec<Range<usize>>, Error> {
        let mut seen = HashSet::new();
        let mut ranges = Vec::new();
        let mut start = 0;
        for tree in self.trees.chunk_by(|a, b| a == b) {
            if !seen.insert(tree[0]) {
                let what = format!("the nodes of tree {} do not stand together", tree[0]);
                return Err(self.node.unsupported(what));
            }
            ranges.push(start..start + tree.len());
            start += tree.len();
        }
        Ok(ranges)
    }

    /// The forest of these trees over rows of `n_features`, adding to `base` and dividing by
    /// `divisor`.
    pub(super) fn forest(
        &self,
        n_features: usize,
        base: Vec<f64>,
        divisor: Option<f64>,
    ) -> Result<Forest, Error> {
        let ranges = self.ranges()?;
        let single = |range| {
            let weights = self.weights.of_all(range);
            let first = weights.first().map_or(0, |weight| weight.score);
            let is_same = |weight: &Weight| weight.score == first;
            weights.iter().all(is_same).then_some(first as u32)
        };
        let scores: Option<Vec<u32>> = ranges.iter().map(single).collect();
        let width = if scores.is_some() { 1 } else { base.len() };
        let entries = self.ids.len() + self.weights.all().len();
        if width.saturating_mul(self.ids.len() * 8) > entries * LEAF_BYTES_PER_ENTRY {
            return Err(self
                .node
                .unsupported("a forest with few weights for many scores"));
        }
        let trees = ranges
            .iter()
            .map(|range| self.tree(range, n_features, width));
        let trees = trees.collect::<Result<Vec<_>, _>>()?;
        let forest = match scores {
            Some(score_of_tree) => {
                let sum = Sum {
                    base,
                    score_of_tree,
                    scale: 1.0,
                    precision: Precision::Single,
                    divisor,
                };
                Forest::boosted(trees, n_features, Precision::Single, sum)
            }
            None if divisor.is_some() => None,
            None => {
                let sum = SumEach {
                    base,
                    precision: Precision::Single,
                };
                Forest::summed(trees, n_features, Precision::Single, sum)
            }
        };
        forest.ok_or_else(|| self.node.malformed("the trees do not fit together"))
    }

    fn tree(&self, range: &Range<usize>, n_features: usize, width: usize) -> Result<Tree, Error> {
        let ids = &self.ids[range.clone()];
        let positions: HashMap<i64, i64> = ids.iter().copied().zip(0..).collect();
        let broken = |error: crate::TreeError| {
            let what = format!("tree {}: {error}", self.trees[range.start]);
            self.node.malformed(what)
        };
        let mut builder = TreeBuilder::new(n_features, range.len(), width).map_err(broken)?;
        for at in range.clone() {
            if self.modes[at] == b"LEAF" {
                let mut leaf = vec![0.0; width];
                for weight in self.weights.of(at) {
                    let slot = &mut leaf[if width == 1 { 0 } else { weight.score }];
                    *slot = f64::from(*slot as f32 + weight.value);
                }
                builder.leaf(&leaf).map_err(broken)?;
            } else {
                // A child that is not in the tree becomes one the builder refuses.
                let child = |id| positions.get(id).copied().unwrap_or(-1);
                let children = [child(&self.on_true[at]), child(&self.on_false[at])];
                builder.split(&self.split(at, children)?).map_err(broken)?;
            }
        }
        builder.finish().map_err(broken)
    }

    /// A test as `x <= threshold`: a strict one on the next smaller f32, a reversed one with its
    /// children swapped.
    fn split(&self, at: usize, [on_true, on_false]: [i64; 2]) -> Result<UncheckedSplit, Error> {
        let (is_strict, is_reversed) = match self.modes[at] {
            b"BRANCH_LEQ" => (false, false),
            b"BRANCH_LT" => (true, false),
            b"BRANCH_GT" => (false, true),
            b"BRANCH_GTE" => (true, true),
            other => {
                let mode = super::node::quoted(&String::from_utf8_lossy(other));
                return Err(self.node.unsupported(format!("the node mode {mode}")));
            }
        };
        let threshold = self.thresholds[at];
        if is_strict && threshold == f32::NEG_INFINITY {
            return Err(self.node.unsupported("a test below minus infinity"));
        }
        let tracks = self
            .tracks_missing
            .get(at)
            .is_some_and(|tracks| *tracks == 1);
        let (left, right) = if is_reversed {
            (on_false, on_true)
        } else {
            (on_true, on_false)
        };
        Ok(UncheckedSplit {
            feature: self.features[at],
            threshold: f64::from(if is_strict {
                threshold.next_down()
            } else {
                threshold
            }),
            left,
            right,
            missing: Side::left_if(tracks != is_reversed),
            zero_is_missing: false,
        })
    }
}
