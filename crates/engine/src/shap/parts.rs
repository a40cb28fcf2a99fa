//! How a forest is shared between threads that explain a row: into parts that are the same on every machine.

use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::ShapTree;
use crate::shares::await_briefly;

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
        let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
        let n_threads = n_threads.min(self.0.len());
        let next = AtomicUsize::new(0);
        let take = || {
            let mut found = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(part) = self.0.get(at) else {
                    return found;
                };
                found.push((at, of(part.clone())));
            }
        };
        let mut found = thread::scope(|scope| {
            let others: Vec<_> = (1..n_threads).map(|_| scope.spawn(take)).collect();
            let mut found = take();
            await_briefly(&others);
            for other in others {
                match other.join() {
                    Ok(other) => found.extend(other),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            found
        });
        found.sort_unstable_by_key(|(at, _)| *at);
        let mut parts = found.into_iter().map(|(_, of_part)| of_part);
        let mut sums = parts.next().unwrap_or_default();
        for part in parts {
            for (sum, of_part) in sums.iter_mut().zip(part) {
                *sum += of_part;
            }
        }
        sums
    }
}
