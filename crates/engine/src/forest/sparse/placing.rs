//! Where a tree's nodes lie: those that a walk most likely asks for next, in the line that it is in.
//!
//! A pair of children lies together, four pairs to a line. A line begins with a split's children, and takes three
//! times the children of whichever of its splits most of the training data came to; the others begin lines
//! of their own, which follow, the most visited first. Trees without such counts are taken for evenly split.

use std::cmp::Ordering;

use propenso_model::Tree;

use super::{LINE, children};

/// Pairs of children in a line.
const PAIRS: usize = LINE / 2;

/// Where a tree's nodes lie, counted from the line it begins at.
#[derive(Debug)]
pub(super) struct Placing {
    /// By node.
    places: Vec<u32>,
    n_lines: usize,
}

/// Nodes on their way to their places.
struct Filler {
    /// By node; [`LEAF`] of a leaf.
    children: Vec<[u32; 2]>,
    /// How likely a walk comes to each node.
    visits: Vec<f32>,
    places: Vec<u32>,
    /// The next pair's place, counted in pairs.
    next: u32,
}

/// No split leads to the root.
const LEAF: [u32; 2] = [0; 2];

impl Placing {
    /// Places a tree's nodes. The root is first, beside a filling.
    pub(super) fn of(tree: &Tree) -> Self {
        let children: Vec<_> = tree.nodes().map(|node| children(&node)).collect();
        let mut filler = Filler {
            visits: visits(tree, &children),
            places: vec![0; children.len()],
            children,
            next: 1,
        };
        // Splits whose children begin a line, the next one last.
        let mut heads = vec![0];
        let mut splits = Vec::new();
        while let Some(head) = heads.pop() {
            filler.fill_line(head, &mut splits);
            splits.sort_unstable_by(|a, b| filler.order(*a, *b));
            heads.append(&mut splits);
        }
        Self {
            places: filler.places,
            n_lines: (filler.next as usize).div_ceil(PAIRS),
        }
    }

    /// The nodes' places, by node.
    pub(super) fn places(&self) -> &[u32] {
        &self.places
    }

    /// Lines that they fill.
    pub(super) fn n_lines(&self) -> usize {
        self.n_lines
    }
}

impl Filler {
    /// Fills the line at hand beginning with a node's children. `splits`, which is empty before, takes the splits whose children did
    /// not come into it.
    fn fill_line(&mut self, head: u32, splits: &mut Vec<u32>) {
        splits.extend(self.is_split(head).then_some(head));
        loop {
            let most = splits.iter().enumerate();
            let Some((at, _)) = most.max_by(|(_, a), (_, b)| self.order(**a, **b)) else {
                return;
            };
            let split = splits.swap_remove(at);
            let pair = self.children[split as usize];
            for (side, child) in (0..).zip(pair) {
                self.places[child as usize] = 2 * self.next + side;
            }
            splits.extend(pair.into_iter().filter(|child| self.is_split(*child)));
            self.next += 1;
            if (self.next as usize).is_multiple_of(PAIRS) {
                return;
            }
        }
    }

    fn is_split(&self, node: u32) -> bool {
        self.children[node as usize] != LEAF
    }

    /// Less visited nodes are less.
    fn order(&self, a: u32, b: u32) -> Ordering {
        let visits = |node: u32| self.visits[node as usize];
        visits(a).total_cmp(&visits(b)).then(b.cmp(&a))
    }
}

/// How likely a walk comes to each node, by what the training data did.
fn visits(tree: &Tree, children: &[[u32; 2]]) -> Vec<f32> {
    if let Some(covers) = tree.covers() {
        // Fits: nodes are numbered by u32.
        let nodes = 0..children.len() as u32;
        return nodes.map(|node| covers.of(node) as f32).collect();
    }
    let mut visits = vec![1.0; children.len()];
    let mut pending = vec![0_u32];
    while let Some(at) = pending.pop() {
        let pair = children[at as usize];
        if pair != LEAF {
            for child in pair {
                visits[child as usize] = visits[at as usize] / 2.0;
                pending.push(child);
            }
        }
    }
    visits
}
