//! Trees put in the order of a sweep.

use std::num::NonZero;
use std::thread;

use propenso_model::{Forest, Node, Tree};

use super::node::{EdgeTo, ShapNode};
use super::{ShapTree, Unexplained};
use crate::forest::column::Columns;

/// Stands for a proportion of zero, so that a sweep never divides by it: what it lets pass is lost
/// among the roundings of everything else.
const LEAST_PASSES: f64 = 1e-150;

/// Nodes of a forest that is worth a second thread.
const WORTH_A_THREAD: usize = 1 << 17;

/// Leaves that others may be alike to: as many as there are values in trees that are grown to the end.
const MAX_ALIKE: usize = 4;

/// Puts all trees in order, on all threads.
pub(super) fn all(forest: &Forest, columns: &Columns) -> Result<Vec<ShapTree>, Unexplained> {
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
    let n_threads = n_threads.min(forest.n_nodes() / WORTH_A_THREAD + 1);
    let n_trees = forest.trees().len();
    let share = n_trees.div_ceil(n_threads).max(1);
    let some = |first: usize| {
        let last = n_trees.min(first + share);
        let ordered = (first..last).map(|tree| Ordering::of(forest, columns, tree));
        ordered.collect::<Result<Vec<_>, _>>()
    };
    if n_threads == 1 {
        return some(0);
    }
    let mut trees = Vec::with_capacity(n_trees);
    thread::scope(|scope| {
        let shares = (0..n_trees).step_by(share);
        let shares: Vec<_> = shares
            .map(|first| scope.spawn(move || some(first)))
            .collect();
        for share in shares {
            match share.join() {
                Ok(share) => trees.extend(share?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(trees)
    })
}

/// A tree that is being put in order.
struct Ordering {
    nodes: Vec<ShapNode>,
    values: Vec<f64>,
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
    /// Proportion of training data that comes here.
    reaches: f64,
    /// Edges of the path that ask a feature again.
    n_again: usize,
    /// Where the node is that it leads to.
    at: usize,
}

/// An edge still to be followed.
#[derive(Clone, Copy)]
struct Pending {
    node: u32,
    level: u32,
    feature: u32,
    column: u16,
    ratio: f64,
    is_left: bool,
}

impl Ordering {
    fn of(forest: &Forest, columns: &Columns, position: usize) -> Result<ShapTree, Unexplained> {
        let tree = &forest.trees()[position];
        let mut ordering = Self {
            nodes: Vec::with_capacity(tree.nodes().len()),
            values: Vec::new(),
            path: Vec::new(),
            last: vec![0; forest.n_features()],
            expected: vec![0.0; tree.n_values()],
            most: 0,
        };
        ordering.follow(tree, columns, position)?;
        ordering.values.shrink_to_fit();
        let (score, scale) = forest.weight(position);
        Ok(ShapTree {
            nodes: ordering.nodes,
            values: ordering.values,
            n_points: ordering.most.div_ceil(2).max(1),
            score,
            scale,
            expected: ordering.expected,
        })
    }

    fn follow(
        &mut self,
        tree: &Tree,
        columns: &Columns,
        position: usize,
    ) -> Result<(), Unexplained> {
        let covers = tree.covers().ok_or(Unexplained::NoCovers)?;
        if tree.depth() > ShapNode::MAX_LEVEL {
            return Err(Unexplained::TooLarge);
        }
        let mut pending = vec![Pending {
            node: 0,
            level: 0,
            feature: 0,
            column: 0,
            ratio: 1.0,
            is_left: false,
        }];
        while let Some(edge) = pending.pop() {
            let to = self.take(edge);
            let node = &tree.nodes()[edge.node as usize];
            let (feature, left, right) = match node {
                Node::Leaf(leaf) => {
                    self.leaf(to, tree.leaf(*leaf))?;
                    continue;
                }
                Node::Split(split) => (split.feature, split.left, split.right),
                Node::Categories(split) => (split.feature, split.left, split.right),
            };
            let question = columns.row_question(position, node);
            let question = question.ok_or(Unexplained::Kind)?;
            let column = u16::try_from(question.column).map_err(|_| Unexplained::TooLarge)?;
            self.nodes.push(ShapNode::split(to, column, question.rank));
            let whole = covers[edge.node as usize];
            for (child, is_left) in [(right, false), (left, true)] {
                let part = covers[child as usize];
                let ratio = if whole > 0.0 { part / whole } else { 0.0 };
                pending.push(Pending {
                    node: child,
                    level: edge.level + 1,
                    feature,
                    column,
                    ratio: ratio.max(LEAST_PASSES),
                    is_left,
                });
            }
        }
        Ok(())
    }

    /// Puts an edge at the end of its path.
    fn take(&mut self, edge: Pending) -> EdgeTo {
        let mut to = EdgeTo {
            column: edge.column,
            passes: 1.0,
            level: edge.level,
            previous: 0,
            is_left: edge.is_left,
        };
        let Some(above) = (edge.level as usize).checked_sub(1) else {
            return to;
        };
        while self.path.len() > above {
            if let Some(step) = self.path.pop() {
                self.last[step.feature as usize] = step.previous;
            }
        }
        to.passes = edge.ratio;
        to.previous = std::mem::replace(&mut self.last[edge.feature as usize], edge.level);
        let (reaches, n_again) = self
            .path
            .last()
            .map_or((1.0, 0), |step| (step.reaches, step.n_again));
        if let Some(previous) = (to.previous as usize).checked_sub(1) {
            let previous = self.path[previous];
            to.passes = (previous.passes * edge.ratio).max(LEAST_PASSES);
            self.nodes[previous.at].ask_again();
        }
        self.path.push(Step {
            feature: edge.feature,
            previous: to.previous,
            passes: to.passes,
            reaches: reaches * edge.ratio,
            n_again: n_again + usize::from(to.previous > 0),
            at: self.nodes.len(),
        });
        to
    }

    fn leaf(&mut self, to: EdgeTo, values: &[f64]) -> Result<(), Unexplained> {
        let end = self.path.last();
        let (reaches, n_again) = end.map_or((1.0, 0), |step| (step.reaches, step.n_again));
        self.most = self.most.max(to.level as usize - n_again);
        for (expected, value) in self.expected.iter_mut().zip(values) {
            *expected += reaches * value;
        }
        let is_alike = |known: &[f64]| {
            known
                .iter()
                .zip(values)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        };
        let known = self.values.chunks_exact(values.len()).take(MAX_ALIKE);
        let start = match known.enumerate().find(|(_, known)| is_alike(known)) {
            Some((place, _)) => place * values.len(),
            None => {
                self.values.extend_from_slice(values);
                self.values.len() - values.len()
            }
        };
        let start = u32::try_from(start).map_err(|_| Unexplained::TooLarge)?;
        self.nodes.push(ShapNode::leaf(to, start));
        Ok(())
    }
}
