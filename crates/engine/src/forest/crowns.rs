//! The nodes of sparse trees that most rows come to, taken apart for processors that ask many rows one question at a time.
//!
//! Trees grown to the end are not balanced: of the 29 questions on a row's way through one of 20,000 nodes, 17 are asked by the 120 nodes
//! that most of the training data came to. These are its **crown**. Where rows leave it is found without looking anything up
//! (`avx2::crown`): all rows of a chunk are asked all of its questions, and those whose question it is take the answer. What
//! is below is walked ([`walks`](super::walks)), and ends more nearly together: 11 questions, with a standard deviation of 5 instead of 9.
//!
//! A row's place in a crown is a number: the root is 0, and the children of the `k`th of its nodes, counted from 0, are `2k + 1`
//! and `2k + 2`.

use propenso_model::{Node, Tree};

use super::Unfit;
use super::column::{Columns, LANES};
use super::key::Key;
use super::layout::Source;
use super::sparse::children;

/// A node is in the crown where at least one of so many rows comes to it: to ask so many costs as much as to walk one. Measured:
/// with 20 a twelfth slower, with 40 a hundredth.
const ROWS_OF_ONE: f32 = 30.0;

/// The most nodes of a crown.
const MOST: usize = 255;

/// A node of a crown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CrownNode {
    /// Where its column's keys start in a chunk's.
    pub(crate) start: u32,
    /// The largest key that goes left.
    pub(crate) bound: u16,
    /// Its place.
    pub(crate) place: u16,
}

/// The crowns of a forest's sparse trees.
#[derive(Debug)]
pub(crate) struct Crowns {
    nodes: Vec<CrownNode>,
    /// By tree, what each place is among the tree's nodes.
    exits: Vec<u32>,
    /// Where a tree's nodes and exits begin; one without a crown has no nodes. One more than there are trees.
    begins: Vec<(usize, usize)>,
    n_keys: usize,
}

/// The crown of a tree. Only [`Crowns`] makes one: its nodes ask for columns that a chunk has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crown<'c> {
    nodes: &'c [CrownNode],
    exits: &'c [u32],
    n_keys: usize,
}

/// A split in a crown.
#[derive(Debug, Clone, Copy)]
struct CrownSplit {
    node: u32,
    place: u16,
}

impl<'c> Crown<'c> {
    /// Its nodes, those above before those below.
    #[inline(always)]
    pub(crate) fn nodes(self) -> &'c [CrownNode] {
        self.nodes
    }

    /// What each place is among the tree's nodes.
    #[inline(always)]
    pub(crate) fn exits(self) -> &'c [u32] {
        self.exits
    }

    /// Keys of a chunk, at least.
    #[inline(always)]
    pub(crate) fn n_keys(self) -> usize {
        self.n_keys
    }
}

impl Crowns {
    /// None yet.
    pub(crate) fn new(columns: &Columns) -> Self {
        Self {
            nodes: Vec::new(),
            exits: Vec::new(),
            begins: vec![(0, 0)],
            n_keys: columns.n_keys(),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The crown of a tree of the forest, if it has one.
    #[inline(always)]
    pub(crate) fn get(&self, tree: usize) -> Option<Crown<'_>> {
        let ((node, exit), (node_end, exit_end)) = (self.begins[tree], self.begins[tree + 1]);
        (node < node_end).then(|| Crown {
            nodes: &self.nodes[node..node_end],
            exits: &self.exits[exit..exit_end],
            n_keys: self.n_keys,
        })
    }

    /// Passes over the forest's next trees, which have none.
    pub(crate) fn skip(&mut self, n_trees: usize) {
        let end = (self.nodes.len(), self.exits.len());
        self.begins.resize(self.begins.len() + n_trees, end);
    }

    /// Appends the crown of the forest's next tree; `lies_at` says where its nodes lie.
    pub(crate) fn push(
        &mut self,
        columns: &Columns,
        source: &Source<'_>,
        lies_at: impl Fn(u32) -> u32,
    ) -> Result<(), Unfit> {
        self.exits.push(lies_at(0));
        for CrownSplit { node, place } in splits(source.tree) {
            let node = source.tree.node(node);
            let question = columns
                .question(source.position, &node)
                .ok_or(Unfit::Kind)?;
            let start = question.column as usize * LANES;
            // What kernels rely on.
            if start + LANES > self.n_keys {
                return Err(Unfit::Kind);
            }
            // They compare with a sign.
            let bound = u16::try_from(question.rank).ok();
            let bound = bound.filter(|bound| u32::from(*bound) < <u16 as Key>::LARGEST);
            self.nodes.push(CrownNode {
                start: u32::try_from(start).map_err(|_| Unfit::TooLarge)?,
                bound: bound.ok_or(Unfit::TooLarge)?,
                place,
            });
            self.exits.extend(children(&node).map(&lies_at));
        }
        self.begins.push((self.nodes.len(), self.exits.len()));
        Ok(())
    }
}

/// The splits of a tree's crown, the most visited first.
fn splits(tree: &Tree) -> Vec<CrownSplit> {
    let visits_of = |node: u32, else_: f32| match tree.covers() {
        Some(covers) => covers.of(node) as f32,
        None => else_,
    };
    let is_split = |node: u32| !matches!(tree.node(node), Node::Leaf(_));
    let all = visits_of(0, 1.0);
    // Those next to be taken: how likely a row comes there, and what they are.
    let mut next = vec![(all, CrownSplit { node: 0, place: 0 })];
    next.retain(|(_, root)| is_split(root.node));
    let mut taken = Vec::new();
    while taken.len() < MOST {
        let most = (0..next.len()).max_by(|a, b| next[*a].0.total_cmp(&next[*b].0));
        let Some((visits, split)) = most.map(|most| next.swap_remove(most)) else {
            break;
        };
        if visits * ROWS_OF_ONE < all {
            break;
        }
        // Fits: there are at most `MOST`.
        let first = 2 * taken.len() as u16 + 1;
        taken.push(split);
        for (place, node) in (first..).zip(children(&tree.node(split.node))) {
            if is_split(node) {
                next.push((visits_of(node, visits / 2.0), CrownSplit { node, place }));
            }
        }
    }
    taken
}

/// The nodes of a tree's crown.
pub(crate) fn nodes(tree: &Tree) -> impl Iterator<Item = Node> {
    splits(tree).into_iter().map(|split| tree.node(split.node))
}

#[cfg(test)]
mod tests {
    use propenso_model::forest::{Precision, Sum};
    use propenso_model::head::ValueLink;
    use propenso_model::tree::UncheckedSplit;
    use propenso_model::{Accepts, Forest, Head, Pipeline, Scoring, Side, TreeBuilder};

    use super::*;
    use crate::forest::{ForestEngine, Instructions};

    /// Splits one below the other.
    const LENGTH: usize = 40;

    /// Splits below the last of these: too many for all to be asked at once.
    const BELOW: usize = (1 << 11) - 1;

    /// A tree of [`LENGTH`] splits, each of which the one before leads to on the right, and to which nine of ten rows come from there; then a
    /// complete tree.
    fn chain(has_covers: bool) -> Tree {
        let n_nodes = 2 * LENGTH + 2 * BELOW + 1;
        let mut builder = TreeBuilder::new(1, n_nodes, 1).unwrap();
        let split = |builder: &mut TreeBuilder, node: usize, left: usize| {
            let split = UncheckedSplit {
                feature: 0,
                threshold: (node / 2) as f64,
                left: left as i64,
                right: left as i64 + 1,
                missing: Side::Left,
                zero_is_missing: false,
            };
            builder.split(&split).unwrap();
        };
        let mut covers = vec![1_000.0];
        for node in (0..2 * LENGTH).step_by(2) {
            split(&mut builder, node, node + 1);
            builder.leaf(&[node as f64]).unwrap();
            covers.extend([covers[node] * 0.1, covers[node] * 0.9]);
        }
        for place in 0..BELOW {
            let node = 2 * LENGTH + place;
            split(&mut builder, node, node + place + 1);
            covers.extend([covers[2 * LENGTH + place] / 2.0; 2]);
        }
        for leaf in 0..=BELOW {
            builder.leaf(&[leaf as f64]).unwrap();
        }
        if has_covers {
            builder.covers(covers);
        }
        builder.finish().unwrap()
    }

    /// A model of two chains, one of which says what came to its nodes.
    fn engine() -> ForestEngine {
        let sum = Sum {
            base: vec![0.0],
            score_of_tree: vec![0, 0],
            scale: 1.0,
            precision: Precision::Double,
            divisor: None,
        };
        let trees = vec![chain(true), chain(false)];
        let forest = Forest::boosted(trees, 1, Precision::Single, sum).unwrap();
        let head = Head::Value(ValueLink::Identity);
        let pipeline = Pipeline::bare(Accepts::ANYTHING, Scoring::Forest(forest), head);
        ForestEngine::try_from(&pipeline).unwrap()
    }

    #[test]
    fn a_crown_is_what_most_rows_come_to() {
        for (has_covers, n_nodes) in [(true, 33), (false, 5)] {
            let splits = splits(&chain(has_covers));
            let even: Vec<_> = (0..n_nodes).map(|split| 2 * split).collect();
            let nodes = splits.iter().map(|split| split.node);
            assert_eq!(nodes.collect::<Vec<_>>(), even);
            let places = splits.iter().map(|split| u32::from(split.place));
            assert_eq!(places.collect::<Vec<_>>(), even);
        }
    }

    #[test]
    fn deep_trees_have_crowns_where_the_processor_has_a_use_for_them() {
        let engine = engine();
        let is_able = Instructions::detect() >= Instructions::Avx2;
        let sizes = [0, 1].map(|tree| engine.sparse.crown(tree).map(|crown| crown.nodes().len()));
        assert_eq!(sizes, [33, 5].map(|size| is_able.then_some(size)));
        let engine = engine.limited_to(Instructions::Portable);
        assert!(!engine.sparse.have_crowns() && engine.sparse.crown(0).is_none());
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn rows_leave_a_crown_where_a_walk_does() {
        let engine = engine();
        let Some(proof) = engine.instructions.avx2() else {
            return;
        };
        let crown = engine.sparse.crown(0).unwrap();
        let values: Vec<f64> = (0..LANES).map(|row| row as f64 / 4.0 - 2.0).collect();
        let mut keys = vec![0; engine.heaps.n_keys()];
        engine.columns.write_keys(&values, LANES, LANES, &mut keys);
        let mut at = [0; LANES];
        crate::forest::avx2::crown::descend(proof, crown, &keys, &mut at);
        for (value, at) in values.iter().zip(at) {
            // The first split whose threshold is not below the value is left by its left side.
            let split = value.max(0.0).ceil() as usize;
            let place = if split < 33 { 2 * split + 1 } else { 66 };
            assert_eq!(at, crown.exits()[place], "{value}");
        }
        assert!(at.contains(&crown.exits()[66]));
    }
}
