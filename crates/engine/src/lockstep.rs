//! The one-row engine: the trees of a forest walked side by side, eight at a time.
//!
//! # Idea
//!
//! One row through one tree is a chain of dependent loads: the next node is known only when the
//! test of this one is done, and most of the time is spent waiting. Eight trees give eight
//! independent chains, which the processor overlaps. To keep the eight in step without branches:
//!
//! - a **leaf is a node that leads to itself** (its threshold is +inf, so every value goes left, and
//!   left is the leaf), so a group is walked a fixed number of steps, its deepest tree's depth;
//! - **siblings are adjacent**, so a step is `next = left + (test failed)`, an addition.
//!
//! # Exactness
//!
//! scikit-learn compares `(f64)(f32)x <= threshold` with an f64 threshold. For any f32 `x` that is
//! the same as `x <= t` with `t` the largest f32 that is not above the threshold, so thresholds are
//! stored as f32, rounded down. Leaf values stay f64 and are added in tree order.
//!
//! # Limits
//!
//! Bare forests of scikit-learn's kind: f32 features, the leaves' mean, no categorical splits. Fewer than 65,536 features, fewer than 2^32 nodes and leaf values in all.

use propenso_model::forest::{Combine, Precision};
use propenso_model::head::ValueLink;
use propenso_model::{
    Accepts, Answer, Forest, Head, Node, Pipeline, RowError, Scoring, Side, Tree, decide,
};

use crate::{Engine, Scratch};

/// Trees walked side by side.
const GROUP: usize = 8;

/// A node: 16 bytes, so that four share a cache line and none straddles two.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct PackedNode {
    /// 4 bytes. Left when `x <= threshold`; +inf in leaves. Never NaN.
    threshold: f32,
    /// 4 bytes. Index of the left child; the right one follows it. In leaves the node's own index.
    left: u32,
    /// 4 bytes. In leaves, index of the first value in `values`; 0 elsewhere.
    values: u32,
    /// 2 bytes. Index of the feature; 0 in leaves, where it is read but does not matter.
    feature: u16,
    /// 2 bytes. 1 where missing values go right, 0 where they go left (and in leaves).
    missing_goes_right: u16,
}

/// See the [module](self).
#[derive(Debug)]
pub struct LockstepEngine {
    nodes: Vec<PackedNode>,
    groups: Vec<Group>,
    /// Leaf values, `n_values` per leaf.
    values: Vec<f64>,
    /// Values per leaf.
    n_values: usize,
    /// What the sums are divided by; `None` for a single tree, whose leaf is the answer.
    divisor: Option<f64>,
    /// What rows are taken.
    accepts: Accepts,
}

/// Up to [`GROUP`] consecutive trees.
#[derive(Debug)]
struct Group {
    /// Root of each tree; the last one repeats to fill the group.
    roots: [u32; GROUP],
    /// Trees in the group, 1 to [`GROUP`].
    n_trees: usize,
    /// Steps that bring every tree of the group to a leaf.
    steps: usize,
}

/// Why the engine cannot take a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not a forest, or one of another kind.
    #[error("this engine takes bare forests whose answer is the leaves' mean")]
    Kind,
    /// A forest beyond the engine's limits.
    #[error("the forest has too many features, nodes or leaf values for this engine")]
    TooLarge,
}

impl TryFrom<&Pipeline> for LockstepEngine {
    type Error = Unfit;

    fn try_from(pipeline: &Pipeline) -> Result<Self, Unfit> {
        let untouched = matches!(
            pipeline.head,
            Head::Probabilities | Head::Value(ValueLink::Identity)
        );
        match &pipeline.scoring {
            Scoring::Forest(forest) if pipeline.transforms.is_empty() && untouched => {
                Self::compile(forest, pipeline.accepts)
            }
            _ => Err(Unfit::Kind),
        }
    }
}

impl LockstepEngine {
    fn compile(forest: &Forest, accepts: Accepts) -> Result<Self, Unfit> {
        if forest.precision() != Precision::Single {
            return Err(Unfit::Kind);
        }
        let mut engine = Self {
            nodes: Vec::with_capacity(forest.n_nodes()),
            groups: Vec::with_capacity(forest.trees().len().div_ceil(GROUP)),
            values: Vec::new(),
            n_values: forest.n_values(),
            divisor: match forest.combine() {
                Combine::Single => None,
                Combine::Mean => Some(forest.trees().len() as f64),
                Combine::Sum(_) | Combine::SumEach(_) => return Err(Unfit::Kind),
            },
            accepts,
        };
        for trees in forest.trees().chunks(GROUP) {
            let mut roots = [0; GROUP];
            for (slot, root) in roots.iter_mut().enumerate() {
                *root = match trees.get(slot) {
                    Some(tree) => engine.pack(tree)?,
                    None => continue,
                };
            }
            let last = roots[trees.len() - 1];
            roots[trees.len()..].fill(last);
            let steps = trees.iter().map(Tree::depth).max().unwrap_or(0);
            engine.groups.push(Group {
                roots,
                n_trees: trees.len(),
                steps,
            });
        }
        Ok(engine)
    }

    /// Appends a tree breadth first, so that the top levels, which every row visits, lie together.
    /// Gives the index of its root.
    fn pack(&mut self, tree: &Tree) -> Result<u32, Unfit> {
        let root = self.nodes.len();
        let index = |position: usize| u32::try_from(position).map_err(|_| Unfit::TooLarge);
        let mut order = Vec::with_capacity(tree.nodes().len());
        order.push(0);
        let mut next = 0;
        while let Some(source) = order.get(next).copied() {
            let here = index(root + next)?;
            self.nodes.push(match tree.nodes()[source as usize] {
                Node::Categories(_) => return Err(Unfit::Kind),
                Node::Split(split) if split.zero_is_missing => return Err(Unfit::Kind),
                Node::Split(split) => {
                    let left = index(root + order.len())?;
                    order.extend([split.left, split.right]);
                    PackedNode {
                        threshold: round_down(split.threshold),
                        left,
                        values: 0,
                        feature: u16::try_from(split.feature).map_err(|_| Unfit::TooLarge)?,
                        missing_goes_right: u16::from(split.missing == Side::Right),
                    }
                }
                Node::Leaf(leaf) => {
                    let values = index(self.values.len())?;
                    self.values.extend_from_slice(tree.leaf(leaf));
                    PackedNode {
                        threshold: f32::INFINITY,
                        left: here,
                        values,
                        feature: 0,
                        missing_goes_right: 0,
                    }
                }
            });
            next += 1;
        }
        index(root)
    }

    /// Where a row goes from a node.
    #[inline(always)]
    fn step(&self, at: u32, features: &[f32]) -> u32 {
        let node = &self.nodes[at as usize];
        let value = features[node.feature as usize];
        let right = if value.is_nan() {
            u32::from(node.missing_goes_right)
        } else {
            u32::from(value > node.threshold)
        };
        node.left + right
    }

    fn walk(&self, group: &Group, features: &[f32]) -> [u32; GROUP] {
        let mut at = group.roots;
        for _ in 0..group.steps {
            for at in &mut at {
                *at = self.step(*at, features);
            }
        }
        at
    }
}

impl Engine for LockstepEngine {
    fn name(&self) -> &'static str {
        "lockstep"
    }

    fn predict(
        &self,
        row: &[f64],
        scratch: &mut Scratch,
        answer: &mut Answer,
    ) -> Result<(), RowError> {
        self.accepts.check(row)?;
        scratch.features.clear();
        scratch
            .features
            .extend(row.iter().map(|value| *value as f32));
        answer.decision.clear();
        answer.values.clear();
        answer.values.resize(self.n_values, 0.0);
        self.score(&scratch.features, &mut answer.values);
        answer.class = decide(&answer.values);
        Ok(())
    }
}

impl LockstepEngine {
    fn score(&self, features: &[f32], output: &mut [f64]) {
        let leaf = |at: u32| {
            let start = self.nodes[at as usize].values as usize;
            &self.values[start..start + output.len()]
        };
        let Some(divisor) = self.divisor else {
            let [root, ..] = self.walk(&self.groups[0], features);
            output.copy_from_slice(leaf(root));
            return;
        };
        let n_values = output.len();
        for group in &self.groups {
            for at in &self.walk(group, features)[..group.n_trees] {
                let start = self.nodes[*at as usize].values as usize;
                for (sum, value) in output.iter_mut().zip(&self.values[start..start + n_values]) {
                    *sum += value;
                }
            }
        }
        for sum in output {
            *sum /= divisor;
        }
    }
}

/// The largest f32 that is not above an f64 (which is not NaN).
fn round_down(threshold: f64) -> f32 {
    let nearest = threshold as f32;
    if f64::from(nearest) > threshold {
        nearest.next_down()
    } else {
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_sixteen_bytes() {
        assert_eq!(size_of::<PackedNode>(), 16);
    }

    #[test]
    fn rounding_down_decides_alike() {
        let thresholds = [
            0.0,
            -0.0,
            0.1,
            -0.1,
            1e-60,
            -1e-60,
            f64::from(f32::MAX) * 1.5,
            -1e300,
            1e300,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.5,
            0.5_f64.next_down(),
            0.5_f64.next_up(),
            f64::from(f32::MIN_POSITIVE) / 3.0,
        ];
        for threshold in thresholds {
            let rounded = round_down(threshold);
            let near = threshold as f32;
            for value in [
                near,
                near.next_up(),
                near.next_down(),
                0.0,
                -0.0,
                f32::MAX,
                f32::MIN,
            ] {
                if value.is_infinite() {
                    continue;
                }
                assert_eq!(
                    value <= rounded,
                    f64::from(value) <= threshold,
                    "{value:e} against {threshold:e}"
                );
            }
        }
    }
}
