//! How a forest is shared between threads that explain a row: into parts that are the same on every machine.

use std::ops::Range;

use propenso_model::parallel_map;

use super::ShapTree;

/// Nodes of a part, about: a sweep over them takes longer by far than a thread's start.
const NODES: usize = 1 << 17;

/// Consecutive trees, part after part.
#[derive(Debug)]
pub(super) struct Parts(Vec<Range<usize>>);

impl Parts {
    /// Shares trees.
    pub(super) fn of(trees: &[ShapTree]) -> Self {
        let (mut parts, mut first, mut n_nodes) = (Vec::new(), 0, 0);
        for (position, tree) in trees.iter().enumerate() {
            n_nodes += tree.nodes.len();
            if n_nodes >= NODES {
                parts.push(first..position + 1);
                (first, n_nodes) = (position + 1, 0);
            }
        }
        if first < trees.len() || parts.is_empty() {
            parts.push(first..trees.len());
        }
        Self(parts)
    }

    /// Takes each part to what it adds, on all threads if there are several, and adds that in the parts' order.
    pub(super) fn sum(&self, of: impl Fn(Range<usize>) -> Vec<f64> + Sync) -> Vec<f64> {
        let found = parallel_map(&self.0, self.0.len(), |_, part| of(part.clone()));
        let mut parts = found.into_iter();
        let mut sums = parts.next().unwrap_or_default();
        for part in parts {
            for (sum, of_part) in sums.iter_mut().zip(part) {
                *sum += of_part;
            }
        }
        sums
    }
}
