//! Trees put in the order of a sweep.

use propenso_model::tree::Covers;
use propenso_model::{Forest, Node, Tree, parallel_map};

use super::node::{EdgeTo, ShapNode, Side};
use super::{ShapTree, Unexplained};
use crate::forest::column::Columns;
use crate::shares::threads_for_nodes;

/// Stands for a proportion of zero, so that a sweep never divides by it: what it lets pass is lost
/// among the roundings of everything else.
const LEAST_PASSES: f64 = 1e-150;

/// Puts all trees in order, on all threads.
pub(super) fn all(forest: &Forest, columns: &Columns) -> Result<Vec<ShapTree>, Unexplained> {
    let n_threads = threads_for_nodes(forest.n_nodes());
    let trees = parallel_map(forest.trees(), n_threads, |position, _| {
        Ordering::of(forest, columns, position)
    });
    trees.into_iter().collect()
}

/// A tree that is being put in order.
struct Ordering<'f> {
    tree: &'f Tree,
    covers: &'f Covers,
    nodes: Vec<ShapNode>,
    /// The edges of the path to the node at hand.
    path: Vec<Step>,
    /// Per feature, the level of the path's last edge on it; 0 for none.
    last: Vec<u32>,
    /// What each output is when no feature is known.
    expected: Vec<f64>,
    /// The largest number of features on a path.
    most: usize,
}

/// An edge of the path.
#[derive(Clone, Copy)]
struct Step {
    feature: u32,
    previous: u32,
    /// Proportion of training data that the path's splits on the feature let pass.
    passes: f64,
    /// Where the node is that it leads to.
    at: usize,
}

/// An edge still to be followed.
#[derive(Clone, Copy)]
struct Pending {
    node: u32,
    feature: u32,
    to: EdgeTo,
    /// Proportion of training data that comes here.
    reaches: f64,
    /// Features on the path.
    n_features: usize,
}

impl<'f> Ordering<'f> {
    fn of(forest: &'f Forest, columns: &Columns, position: usize) -> Result<ShapTree, Unexplained> {
        let tree = &forest.trees()[position];
        let mut ordering = Self {
            tree,
            covers: tree.covers().ok_or(Unexplained::NoCovers)?,
            nodes: Vec::with_capacity(tree.n_nodes() / 2),
            path: Vec::new(),
            last: vec![0; forest.n_features()],
            expected: vec![0.0; tree.n_values()],
            most: 0,
        };
        ordering.follow(columns, position)?;
        let mut values = tree.leaf_values().to_vec();
        values.extend(vec![0.0; tree.n_values()]);
        let (score, scale) = forest.weight(position);
        Ok(ShapTree {
            nodes: ordering.nodes,
            values,
            n_points: ordering.most.div_ceil(2).max(1),
            score,
            scale,
            expected: ordering.expected,
        })
    }

    fn follow(&mut self, columns: &Columns, position: usize) -> Result<(), Unexplained> {
        if self.tree.depth() > ShapNode::MAX_LEVEL {
            return Err(Unexplained::TooLarge);
        }
        let root = Pending {
            node: 0,
            feature: 0,
            to: EdgeTo {
                passes: 1.0,
                level: 0,
                is_left: false,
            },
            reaches: 1.0,
            n_features: 0,
        };
        if let Node::Leaf(_) = self.tree.node(0) {
            self.side(&root)?;
            return Ok(());
        }
        let mut pending = vec![root];
        while let Some(edge) = pending.pop() {
            self.take(&edge);
            let node = self.tree.node(edge.node);
            let (feature, children) = match node {
                Node::Split(split) => (split.feature, [split.left, split.right]),
                Node::Categories(split) => (split.feature, [split.left, split.right]),
                // None is pending.
                Node::Leaf(_) => continue,
            };
            let question = columns.row_question(position, &node);
            let question = question.ok_or(Unexplained::Kind)?;
            let column = u16::try_from(question.column).map_err(|_| Unexplained::TooLarge)?;
            let at = self.nodes.len();
            let asked_before = self.last[feature as usize];
            let split = ShapNode::new(edge.to, column, question.rank, asked_before);
            self.nodes.push(split);
            let before = (asked_before as usize).checked_sub(1);
            let before = before.map(|before| self.path[before]);
            if let Some(before) = before {
                self.nodes[before.at].ask_again();
            }
            for (side, child) in children.into_iter().enumerate().rev() {
                let ratio = self.ratio(edge.node, child);
                let passes = before.map_or(1.0, |before| before.passes) * ratio;
                let child = Pending {
                    node: child,
                    feature,
                    to: EdgeTo {
                        passes: passes.max(LEAST_PASSES),
                        level: edge.to.level + 1,
                        is_left: side == 0,
                    },
                    reaches: edge.reaches * ratio,
                    n_features: edge.n_features + usize::from(asked_before == 0),
                };
                let (leads, is_leaf) = self.side(&child)?;
                self.nodes[at].lead_to(side, leads, is_leaf);
                if !is_leaf {
                    pending.push(child);
                }
            }
        }
        Ok(())
    }

    /// The proportion of a node's training data that goes to its child.
    fn ratio(&self, node: u32, child: u32) -> f64 {
        let (part, whole) = (self.covers.of(child), self.covers.of(node));
        let ratio = if whole > 0.0 { part / whole } else { 0.0 };
        ratio.max(LEAST_PASSES)
    }

    /// Puts an edge at the end of its path.
    fn take(&mut self, edge: &Pending) {
        let Some(above) = (edge.to.level as usize).checked_sub(1) else {
            return;
        };
        while self.path.len() > above {
            if let Some(step) = self.path.pop() {
                self.last[step.feature as usize] = step.previous;
            }
        }
        let last = &mut self.last[edge.feature as usize];
        self.path.push(Step {
            feature: edge.feature,
            previous: std::mem::replace(last, edge.to.level),
            passes: edge.to.passes,
            at: self.nodes.len(),
        });
    }

    /// What an edge leads to, and whether that is a leaf; if so, what is expected counts it.
    fn side(&mut self, edge: &Pending) -> Result<(Side, bool), Unexplained> {
        let n_values = self.tree.n_values();
        let Node::Leaf(leaf) = self.tree.node(edge.node) else {
            let zeros = u32::try_from(self.tree.leaf_values().len());
            let zeros = zeros.map_err(|_| Unexplained::TooLarge)?;
            return Ok((Side::new(edge.to.passes, zeros), false));
        };
        self.most = self.most.max(edge.n_features);
        for (expected, value) in self.expected.iter_mut().zip(self.tree.leaf(leaf)) {
            *expected += edge.reaches * value;
        }
        let start = u64::from(leaf) * n_values as u64;
        let start = u32::try_from(start).map_err(|_| Unexplained::TooLarge)?;
        Ok((Side::new(edge.to.passes, start), true))
    }
}
