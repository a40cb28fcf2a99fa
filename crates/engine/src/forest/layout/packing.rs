//! Making heaps of checked trees that suit.

use propenso_model::{Forest, Node, Tree};

use super::{Group, HeapNode, Heaps};
use crate::forest::column::Columns;

/// The deepest tree laid out as a heap; positions in it fit 16 bits.
const MAX_HEAP_DEPTH: usize = 14;

/// A heap may be this many times the nodes it holds.
const MAX_FILLING: usize = 4;

/// Heaps this small need not be justified.
const SMALL_HEAP: usize = 64;

/// A tree to lay out, with a code for each of its leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'t> {
    /// Its position in the forest.
    pub(crate) position: usize,
    pub(crate) tree: &'t Tree,
    /// The code of each leaf, by its position in the tree.
    pub(crate) codes: &'t [u32],
}

impl<'t> Source<'t> {
    /// The trees of a forest, whose leaves have these codes.
    pub(crate) fn all(forest: &'t Forest, codes: &'t [Vec<u32>]) -> Vec<Self> {
        let trees = forest.trees().iter().zip(codes).enumerate();
        let sources = trees.map(|(position, (tree, codes))| Self {
            position,
            tree,
            codes,
        });
        sources.collect()
    }
}

impl Heaps {
    /// Appends the next group of the forest's trees, and says whether as heaps: if they suit, and their questions and
    /// codes fit.
    pub(crate) fn push(&mut self, columns: &Columns, sources: &[Source<'_>]) -> bool {
        let depths = sources.iter().map(|source| source.tree.depth());
        let depth = depths.max().unwrap_or(0);
        let group = match suits_heap(sources, depth) {
            true => self.lay_out(columns, sources, depth),
            false => None,
        };
        let is_heap = group.is_some();
        self.groups.push(group);
        is_heap
    }

    /// Passes over so many groups.
    pub(crate) fn skip(&mut self, n_groups: usize) {
        let groups = std::iter::repeat_with(|| None).take(n_groups);
        self.groups.extend(groups);
    }

    /// `None`, and nothing appended, when a question or a code does not fit.
    fn lay_out(
        &mut self,
        columns: &Columns,
        sources: &[Source<'_>],
        depth: usize,
    ) -> Option<Group> {
        let first = self.nodes.len();
        for source in sources {
            if self.heap_tree(columns, source, depth).is_none() {
                self.nodes.truncate(first);
                self.leaves.truncate(first);
                return None;
            }
        }
        let n_codes = sources.iter().map(|source| {
            let largest = source.codes.iter().max();
            largest.map_or(0, |code| *code as usize + 1)
        });
        Some(Group {
            depth,
            first,
            n_codes: n_codes.collect(),
        })
    }

    fn heap_tree(&mut self, columns: &Columns, source: &Source<'_>, depth: usize) -> Option<()> {
        let (root, size) = (self.nodes.len(), 1 << depth);
        self.nodes.resize(root + size, HeapNode::FILLING);
        self.leaves.resize(root + size, 0);
        // Node of the tree, position in the heap, level.
        let mut pending = vec![(0_u32, 1_usize, 0)];
        while let Some((at, position, level)) = pending.pop() {
            let node = source.tree.node(at);
            let (left, right) = match node {
                Node::Leaf(leaf) => {
                    let place = (position << (depth - level)) - size;
                    let code = source.codes[leaf as usize];
                    self.leaves[root + place] = u16::try_from(code).ok()?;
                    continue;
                }
                Node::Split(split) => (split.left, split.right),
                Node::Categories(split) => (split.left, split.right),
            };
            let question = columns.question(source.position, &node)?;
            self.nodes[root + position] = HeapNode::new(question.column, question.rank)?;
            pending.push((right, 2 * position, level + 1));
            pending.push((left, 2 * position + 1, level + 1));
        }
        Some(())
    }
}

fn suits_heap(sources: &[Source<'_>], depth: usize) -> bool {
    if depth > MAX_HEAP_DEPTH {
        return false;
    }
    let size = 1_usize << depth;
    let n_nodes: usize = sources.iter().map(|source| source.tree.n_nodes()).sum();
    size <= SMALL_HEAP || size * sources.len() <= MAX_FILLING * n_nodes
}
