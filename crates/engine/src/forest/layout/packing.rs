//! Putting checked trees into one of the layouts.

use propenso_model::{Node, Tree};

use super::{Group, HeapNode, Layout, SparseNode, Trees};
use crate::forest::Unfit;
use crate::forest::column::Columns;
use crate::forest::key::Key;

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

impl Trees {
    /// Appends a group, and says whether as heaps.
    pub(crate) fn push<K: Key>(
        &mut self,
        columns: &Columns,
        sources: &[Source<'_>],
    ) -> Result<bool, Unfit> {
        let depths = sources.iter().map(|source| source.tree.depth());
        let depth = depths.max().unwrap_or(0);
        let layout = if K::LARGEST == <u16 as Key>::LARGEST && suits_heap(sources, depth) {
            self.heap(columns, sources, depth)
        } else {
            None
        };
        let layout = match layout {
            Some(layout) => layout,
            None => self.sparse(columns, sources)?,
        };
        let is_heap = matches!(layout, Layout::Heap { .. });
        self.groups.push(Group {
            n_trees: sources.len(),
            depth,
            layout,
        });
        Ok(is_heap)
    }

    /// `None`, and nothing appended, when a question or a code does not fit.
    fn heap(&mut self, columns: &Columns, sources: &[Source<'_>], depth: usize) -> Option<Layout> {
        let first = self.heap_nodes.len();
        for source in sources {
            if self.heap_tree(columns, source, depth).is_none() {
                self.heap_nodes.truncate(first);
                self.heap_leaves.truncate(first);
                return None;
            }
        }
        let n_codes = sources.iter().map(|source| {
            source
                .codes
                .iter()
                .max()
                .map_or(0, |code| *code as usize + 1)
        });
        Some(Layout::Heap {
            first,
            n_codes: n_codes.collect(),
        })
    }

    fn heap_tree(&mut self, columns: &Columns, source: &Source<'_>, depth: usize) -> Option<()> {
        let (root, size) = (self.heap_nodes.len(), 1 << depth);
        self.heap_nodes.resize(root + size, HeapNode::FILLING);
        self.heap_leaves.resize(root + size, 0);
        // Node of the tree, position in the heap, level.
        let mut pending = vec![(0_u32, 1_usize, 0)];
        while let Some((at, position, level)) = pending.pop() {
            let node = &source.tree.nodes()[at as usize];
            let (left, right) = match node {
                Node::Leaf(leaf) => {
                    let place = (position << (depth - level)) - size;
                    let code = source.codes[*leaf as usize];
                    self.heap_leaves[root + place] = u16::try_from(code).ok()?;
                    continue;
                }
                Node::Split(split) => (split.left, split.right),
                Node::Categories(split) => (split.left, split.right),
            };
            let question = columns.question(source.position, node)?;
            self.heap_nodes[root + position] = HeapNode::new(question.column, question.rank)?;
            pending.push((right, 2 * position, level + 1));
            pending.push((left, 2 * position + 1, level + 1));
        }
        Some(())
    }

    fn sparse(&mut self, columns: &Columns, sources: &[Source<'_>]) -> Result<Layout, Unfit> {
        let mut ranges = Vec::with_capacity(sources.len());
        for source in sources {
            let start = self.sparse_nodes.len();
            self.sparse_tree(columns, source)?;
            ranges.push(start..self.sparse_nodes.len());
        }
        Ok(Layout::Sparse { ranges })
    }

    /// Breadth first, so that the levels every row visits lie together.
    fn sparse_tree(&mut self, columns: &Columns, source: &Source<'_>) -> Result<(), Unfit> {
        let nodes = source.tree.nodes();
        let mut order = Vec::with_capacity(nodes.len());
        order.push(0);
        let mut next = 0;
        while let Some(at) = order.get(next).copied() {
            let node = &nodes[at as usize];
            let children = match node {
                Node::Leaf(leaf) => {
                    let here = u32::try_from(next).map_err(|_| Unfit::TooLarge)?;
                    let code = source.codes[*leaf as usize];
                    self.sparse_nodes
                        .push(SparseNode::new(self.zeros, code, here)?);
                    next += 1;
                    continue;
                }
                Node::Split(split) => [split.left, split.right],
                Node::Categories(split) => [split.left, split.right],
            };
            let left = u32::try_from(order.len()).map_err(|_| Unfit::TooLarge)?;
            let question = columns.question(source.position, node).ok_or(Unfit::Kind)?;
            self.sparse_nodes
                .push(SparseNode::new(question.column, question.rank, left)?);
            order.extend(children);
            next += 1;
        }
        Ok(())
    }
}

fn suits_heap(sources: &[Source<'_>], depth: usize) -> bool {
    if depth > MAX_HEAP_DEPTH {
        return false;
    }
    let size = 1_usize << depth;
    let n_nodes: usize = sources.iter().map(|source| source.tree.nodes().len()).sum();
    size <= SMALL_HEAP || size * sources.len() <= MAX_FILLING * n_nodes
}
