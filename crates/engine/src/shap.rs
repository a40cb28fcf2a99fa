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
//! leaves below, and at each edge both count for its feature. Where a path asks a feature
//! again, the newer edge takes back what the older one would count. A sweep costs one vector operation
//! or few per edge: O(nodes · d), without a limit to the depth.
//!
//! Large forests are explained by several threads, **part** by part: which trees are a part is the forest's matter, and
//! parts are added in order, so that an explanation is the same bits on every machine.

mod block;
#[expect(unsafe_code, reason = "vector instructions")]
mod lanes;
mod node;
mod order;
mod parts;
mod quadrature;
mod sweep;

use std::collections::BTreeMap;

use propenso_model::Forest;

use crate::forest::Unfit;
use crate::forest::column::Columns;
use crate::forest::column::row_order::RowOrder;
use crate::forest::instructions::Detected;
pub(crate) use block::ROWS;
use block::{Block, RowRule};
use node::{ShapNode, Side};
use parts::Parts;
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

/// Trees ready to be explained.
#[derive(Debug)]
pub(crate) struct TreeShap {
    columns: Columns,
    /// The order of keys: that of the columns.
    order: RowOrder,
    trees: Vec<ShapTree>,
    parts: Parts,
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
    /// The splits, depth first.
    nodes: Vec<ShapNode>,
    /// Leaf values, as many at each position as the tree has outputs; zeros behind them.
    values: Vec<f64>,
    /// Points of a rule that is exact for its paths.
    n_points: usize,
    /// The score the tree adds to; `None` for all, each with its own leaf value.
    score: Option<u32>,
    /// What its leaf values are multiplied by on their way into the score.
    scale: f64,
    /// What each of its outputs is when no feature is known.
    expected: Vec<f64>,
}

impl TreeShap {
    /// Makes a forest ready, on all threads.
    pub(crate) fn new(forest: &Forest, instructions: Detected) -> Result<Self, Unexplained> {
        let columns = Columns::of_row_keys(forest)?;
        let trees = order::all(forest, &columns)?;
        let most = trees.iter().map(|tree| tree.n_points).max();
        let rule = sweep::rule_for(most.unwrap_or(1)).ok_or(Unexplained::TooLarge)?;
        let mut rules = BTreeMap::new();
        for tree in &trees {
            let rule = rules.entry(tree.n_points);
            rule.or_insert_with(|| RowRule::of(tree.n_points));
        }
        let mut expected = forest.offsets();
        for (score, expected) in expected.iter_mut().enumerate() {
            let of_trees = trees.iter().filter_map(|tree| {
                let output = tree.output(score)?;
                Some(tree.scale * tree.expected[output])
            });
            *expected += of_trees.fold(0.0, |sum, of_tree| sum + of_tree);
        }
        Ok(Self {
            order: columns.row_order(),
            columns,
            parts: Parts::of(&trees),
            trees,
            expected,
            rule,
            rules,
            depth: forest.depth(),
            instructions,
        })
    }

    /// Number of scores.
    pub(crate) fn n_scores(&self) -> usize {
        self.expected.len()
    }

    /// What a score is when no feature is known.
    pub(crate) fn expected(&self, score: usize) -> f64 {
        self.expected[score]
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
        scratch.values.clear();
        scratch
            .values
            .extend(features.iter().map(|value| self.columns.cast(*value)));
        self.write_keys(1, scratch);
        let sweep = Sweep {
            shap: self,
            keys: &scratch.keys,
            score,
        };
        let of_columns = sweep.run();
        for (column, of_column) in of_columns.iter().enumerate() {
            contributions[self.columns.feature(column) as usize] += of_column;
        }
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
        scratch.values.clear();
        scratch.values.resize(self.columns.n_features() * ROWS, 0.0);
        for (at, row) in rows.iter().enumerate() {
            let values = scratch.values.iter_mut().skip(at).step_by(ROWS);
            for (value, feature) in values.zip(row.as_ref()) {
                *value = self.columns.cast(*feature);
            }
        }
        self.write_keys(ROWS, scratch);
        let block = Block {
            shap: self,
            keys: &scratch.keys,
            score,
        };
        block.run(contributions);
    }

    /// Writes the keys of the rows whose values are in the scratch, row by row.
    fn write_keys(&self, n_rows: usize, scratch: &mut ShapScratch) {
        let ShapScratch { values, keys, .. } = scratch;
        keys.resize(n_rows * self.order.n_keys(), 0);
        self.columns
            .write_row_keys(values, n_rows, keys, &self.order);
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

    /// What a side of a split adds to a score, if it is a leaf; else nothing.
    #[inline(always)]
    fn value(&self, side: Side, output: usize) -> f64 {
        self.scale * self.values[side.values as usize + output]
    }
}

/// Room an explanation needs, kept by the caller between calls.
#[derive(Debug, Default, Clone)]
pub(crate) struct ShapScratch {
    values: Vec<f64>,
    keys: Vec<u32>,
}
