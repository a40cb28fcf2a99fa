//! Exact Shapley values of trees: how much each feature of a row moves a score away from what the
//! model expects.
//!
//! # What is computed
//!
//! The *path-dependent* values of Lundberg et al., *Consistent Individualized Feature Attribution for
//! Tree Ensembles* (2018), as the `shap` package's `TreeExplainer` gives them: a feature that is left out
//! sends a row down both branches of its splits, in the proportion in which the training data went
//! (the nodes' covers).
//!
//! # How
//!
//! For a leaf of value `v` whose path asks the features `j`, let `z_j` be the proportion of training data
//! that the path's splits on `j` let pass, and `o_j` 1 if the row passes them all and 0 otherwise. The
//! multilinear extension of the leaf's game (Owen, 1972) gives its Shapley values as
//!
//! ```text
//! phi_i = v (o_i - z_i)  Integral from 0 to 1 of  Product over j != i of (z_j (1 - t) + o_j t)  dt
//! ```
//!
//! The integrand is a polynomial of degree below the number of features `d` on the path, so the
//! Gauss–Legendre rule of `d / 2` points, rounded up, gives the integral exactly, with positive weights
//! only: nothing cancels, however deep the tree.
//!
//! One sweep over a tree does all its leaves at once, as Linear TreeSHAP does (Yu et al., 2022): on the way
//! down a vector holds the product of the path's factors at each point, on the way up another sums the
//! leaves below, and at each edge the factor of its feature is divided out. Where a path asks a feature
//! again, the newer edge takes back what the older one would count. A sweep costs one vector operation
//! or few per edge: O(nodes · d), without a limit to the depth.

mod block;
#[expect(unsafe_code, reason = "vector instructions")]
mod lanes;
mod quadrature;
mod sweep;

use std::collections::BTreeMap;

use propenso_model::{Forest, Node, Tree};

use crate::forest::Unfit;
use crate::forest::column::Columns;
use crate::forest::instructions::Detected;
pub(crate) use block::ROWS;
use block::{Block, RowRule};
pub(crate) use quadrature::Quadrature;
use sweep::{Sweep, largest_rule};

/// Why a forest's scores cannot be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unexplained {
    /// Not a model of trees, or one whose trees are inside other models.
    #[error("only a model of trees can be explained")]
    Kind,
    /// Class labels without probabilities have nothing to be explained.
    #[error("the model gives no probabilities that could be explained")]
    NoProbabilities,
    /// Covers are missing.
    #[error(
        "the model file does not say how the training data went through its trees; export it from its own library (XGBoost, LightGBM, scikit-learn)"
    )]
    NoCovers,
    /// A path asks more features than there are rules for, or the forest is too large for its engine.
    #[error(
        "the trees are too large, or ask more than {} features on one path",
        largest_rule()
    )]
    TooLarge,
}

impl From<Unfit> for Unexplained {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Kind => Self::Kind,
            Unfit::TooLarge => Self::TooLarge,
        }
    }
}

/// Stands for a proportion of zero, so that a sweep never divides by it: what it lets pass is lost
/// among the roundings of everything else.
const LEAST_PASSES: f64 = 1e-150;

/// Trees ready to be explained.
#[derive(Debug)]
pub(crate) struct TreeShap {
    columns: Columns,
    trees: Vec<ShapTree>,
    /// Leaf values of all trees, `n_values` each.
    values: Vec<f64>,
    n_values: usize,
    /// Per score, what it is when no feature is known, in the score's own measure.
    expected: Vec<f64>,
    rule: Quadrature,
    /// The rules that are just large enough for the trees, by their number of points.
    rules: BTreeMap<usize, RowRule>,
    /// Levels of the deepest tree.
    depth: usize,
    instructions: Detected,
}

/// A tree in the order of a sweep.
#[derive(Debug)]
struct ShapTree {
    /// Depth first; a node's first child follows it.
    nodes: Vec<ShapNode>,
    /// Points of a rule that is exact for its paths.
    n_points: usize,
    /// The score the tree adds to; `None` for all, each with its own leaf value.
    score: Option<u32>,
    /// What its leaf values are multiplied by on their way into the score.
    scale: f64,
}

/// A node, with the edge that leads to it: 48 bytes.
#[derive(Debug, Clone, Copy)]
struct ShapNode {
    /// 8 bytes. Proportion of training data that the path's splits on the edge's feature let pass.
    passes: f64,
    /// 8 bytes. The same of this edge alone.
    ratio: f64,
    /// 4 bytes. The edge's feature.
    feature: u32,
    /// 4 bytes. Edges from the root to here.
    level: u32,
    /// 4 bytes. The level of the path's last edge before this one on the same feature; 0 for none.
    previous: u32,
    /// 4 bytes. In a split, its column; in a leaf, where its values start.
    column: u32,
    /// 4 bytes. In a split, the largest key that goes left.
    rank: u32,
    /// 1 byte.
    is_left: bool,
    /// 1 byte.
    is_leaf: bool,
}

impl TreeShap {
    /// Makes a forest ready.
    pub(crate) fn new(forest: &Forest, instructions: Detected) -> Result<Self, Unexplained> {
        let columns = Columns::of(forest, true)?;
        let mut shap = Self {
            columns,
            trees: Vec::with_capacity(forest.trees().len()),
            values: Vec::new(),
            n_values: 1,
            expected: forest.offsets(),
            rule: Quadrature::gauss_legendre(1),
            rules: BTreeMap::new(),
            depth: forest.depth(),
            instructions,
        };
        let mut most = 0;
        for (position, tree) in forest.trees().iter().enumerate() {
            shap.n_values = tree.n_values();
            let (nodes, n_features) = shap.order(position, tree)?;
            most = most.max(n_features);
            let n_points = n_features.div_ceil(2).max(1);
            let (score, scale) = forest.weight(position);
            shap.trees.push(ShapTree {
                nodes,
                n_points,
                score,
                scale,
            });
        }
        shap.rule = sweep::rule_for(most).ok_or(Unexplained::TooLarge)?;
        for tree in &shap.trees {
            let rule = shap.rules.entry(tree.n_points);
            rule.or_insert_with(|| RowRule::of(tree.n_points));
        }
        for score in 0..shap.expected.len() {
            shap.expected[score] += shap.expect(score);
        }
        Ok(shap)
    }

    /// Puts a tree's nodes in order. Gives also the largest number of features on one of its paths.
    fn order(
        &mut self,
        position: usize,
        tree: &Tree,
    ) -> Result<(Vec<ShapNode>, usize), Unexplained> {
        let covers = tree.covers().ok_or(Unexplained::NoCovers)?;
        let mut nodes = Vec::with_capacity(tree.nodes().len());
        // The edges of the path to the node at hand.
        let mut path: Vec<ShapNode> = Vec::new();
        let mut most = 0;
        let root = ShapNode {
            passes: 1.0,
            ratio: 1.0,
            feature: 0,
            level: 0,
            previous: 0,
            column: 0,
            rank: 0,
            is_left: false,
            is_leaf: true,
        };
        let mut pending = vec![(0_u32, root)];
        while let Some((at, mut edge)) = pending.pop() {
            path.truncate((edge.level as usize).saturating_sub(1));
            if edge.level > 0 {
                let same = |other: &&ShapNode| other.feature == edge.feature;
                if let Some(previous) = path.iter().rev().find(same) {
                    edge.previous = previous.level;
                    edge.passes = (previous.passes * edge.ratio).max(LEAST_PASSES);
                }
            }
            let node = &tree.nodes()[at as usize];
            let (feature, left, right) = match node {
                Node::Leaf(leaf) => {
                    edge.column =
                        u32::try_from(self.values.len()).map_err(|_| Unexplained::TooLarge)?;
                    self.values.extend_from_slice(tree.leaf(*leaf));
                    let again = path
                        .iter()
                        .chain([&edge])
                        .filter(|edge| edge.previous > 0)
                        .count();
                    most = most.max(edge.level as usize - again);
                    nodes.push(edge);
                    continue;
                }
                Node::Split(split) => (split.feature, split.left, split.right),
                Node::Categories(split) => (split.feature, split.left, split.right),
            };
            let question = self
                .columns
                .question(position, node)
                .ok_or(Unexplained::Kind)?;
            (edge.column, edge.rank, edge.is_leaf) = (question.column, question.rank, false);
            nodes.push(edge);
            if edge.level > 0 {
                path.push(edge);
            }
            for (child, is_left) in [(right, false), (left, true)] {
                let (part, whole) = (covers[child as usize], covers[at as usize]);
                let ratio = if whole > 0.0 { part / whole } else { 0.0 };
                let ratio = ratio.max(LEAST_PASSES);
                pending.push((
                    child,
                    ShapNode {
                        passes: ratio,
                        ratio,
                        feature,
                        level: edge.level + 1,
                        is_left,
                        ..root
                    },
                ));
            }
        }
        Ok((nodes, most))
    }

    /// Number of scores.
    pub(crate) fn n_scores(&self) -> usize {
        self.expected.len()
    }

    /// What a score is when no feature is known.
    pub(crate) fn expected(&self, score: usize) -> f64 {
        self.expected[score]
    }

    /// What the trees add to that.
    fn expect(&self, score: usize) -> f64 {
        let mut expected = 0.0;
        let mut path = Vec::new();
        for tree in &self.trees {
            let Some(output) = tree.output(score) else {
                continue;
            };
            let mut sum = 0.0;
            for node in &tree.nodes {
                path.truncate(node.level as usize);
                let passes = path.last().copied().unwrap_or(1.0) * node.ratio;
                path.push(passes);
                if node.is_leaf {
                    sum += passes * self.values[node.column as usize + output];
                }
            }
            expected += tree.scale * sum;
        }
        expected
    }

    /// Adds each feature's contribution to a score to `contributions`, one per feature.
    /// `features` are a row's.
    pub(crate) fn explain(
        &self,
        features: &[f64],
        score: usize,
        scratch: &mut ShapScratch,
        contributions: &mut [f64],
    ) {
        scratch.keys.resize(self.columns.n_keys(), 0);
        scratch.values.clear();
        scratch
            .values
            .extend(features.iter().map(|value| self.columns.cast(*value)));
        self.columns
            .write_keys::<u32>(&scratch.values, 1, 1, &mut scratch.keys);
        let sweep = Sweep {
            shap: self,
            keys: &scratch.keys,
            score,
        };
        sweep.run(&mut scratch.room, contributions);
    }

    /// Adds each feature's contribution to a score of some rows, at most [`ROWS`], to `contributions`: feature by
    /// feature, [`ROWS`] numbers each. They may differ from [`Self::explain`]'s in the last digits.
    pub(crate) fn explain_rows<R: AsRef<[f64]>>(
        &self,
        rows: &[R],
        score: usize,
        scratch: &mut ShapScratch,
        contributions: &mut [f64],
    ) {
        scratch.keys.resize(self.columns.n_keys(), 0);
        scratch.values.clear();
        scratch.values.resize(self.columns.n_features() * ROWS, 0.0);
        for (at, row) in rows.iter().enumerate() {
            let values = scratch.values.iter_mut().skip(at).step_by(ROWS);
            for (value, feature) in values.zip(row.as_ref()) {
                *value = self.columns.cast(*feature);
            }
        }
        self.columns
            .write_keys::<u32>(&scratch.values, ROWS, ROWS, &mut scratch.keys);
        let block = Block {
            shap: self,
            keys: &scratch.keys,
            score,
        };
        block.run(contributions);
    }

    /// What a leaf adds to a score.
    fn leaf_value(&self, leaf: &ShapNode, tree: &ShapTree, output: usize) -> f64 {
        tree.scale * self.values[leaf.column as usize + output]
    }
}

impl ShapTree {
    /// Which of a leaf's values adds to a score, if any.
    fn output(&self, score: usize) -> Option<usize> {
        match self.score {
            None => Some(score),
            Some(only) => (only as usize == score).then_some(0),
        }
    }
}

/// Room an explanation needs, kept by the caller between calls.
#[derive(Debug, Default, Clone)]
pub(crate) struct ShapScratch {
    values: Vec<f64>,
    keys: Vec<u32>,
    room: Vec<f64>,
}
