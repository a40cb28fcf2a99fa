//! Trees as the kernels walk them: a column and a rank per node, siblings adjacent.
//!
//! Trees are taken in groups of [`GROUP`], whose members share a layout:
//!
//! - **heap**: a complete tree of the group's depth, where node `i` leads to `2i + 1` when its question
//!   is answered with left, and to `2i` otherwise. Nothing but the question is stored (4 bytes), and a
//!   walk takes a fixed number of steps without asking whether it has arrived. What a shallow leaf
//!   would leave empty is filled with nodes that always lead to `2i`.
//! - **sparse**: nodes of 8 bytes with the index of their left child, breadth first. A leaf leads to
//!   itself, so walks side by side need not end together. For trees whose complete form would be mostly
//!   filling, or that ask too much for the heap's nodes.

use std::ops::Range;

use propenso_model::{Node, Tree};

use super::Unfit;
use super::column::{Columns, LANES};
use super::key::Key;

/// Trees whose walks the one-row kernel overlaps.
pub(crate) const GROUP: usize = 8;

/// The deepest tree laid out as a heap; positions in it fit 16 bits.
const MAX_HEAP_DEPTH: usize = 14;

/// A heap may be this many times the nodes it holds.
const MAX_FILLING: usize = 4;

/// Heaps this small need not be justified.
const SMALL_HEAP: usize = 64;

/// A node of a heap: 4 bytes, sixteen to a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct HeapNode {
    /// 2 bytes. Where the column's keys start in a chunk: the column times [`LANES`].
    pub(crate) start: u16,
    /// 2 bytes. Keys below it go left: the rank and one, so that one subtraction from a key borrows
    /// exactly when the row goes left.
    pub(crate) bound: u16,
}

impl HeapNode {
    /// Leads to `2i` whatever the row: no key is below this.
    const FILLING: Self = Self { start: 0, bound: 0 };

    fn new(column: u32, rank: u32) -> Option<Self> {
        let start = u16::try_from(column as usize * LANES).ok()?;
        let bound = u16::try_from(rank).ok()?.checked_add(1)?;
        (bound <= <u16 as Key>::LARGEST as u16).then_some(Self { start, bound })
    }
}

/// A node of a sparse tree: 8 bytes, eight to a cache line.
///
/// - bits 0–23: index of the left child in the tree, the right one follows it; in a leaf its own
/// - bits 24–39: the column
/// - bits 40–63: the rank
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub(crate) struct SparseNode(u64);

impl SparseNode {
    const MAX_CHILD: u32 = (1 << 24) - 1;

    fn new(column: u32, rank: u32, left: u32) -> Result<Self, Unfit> {
        let column = u16::try_from(column).map_err(|_| Unfit::TooLarge)?;
        if left > Self::MAX_CHILD || rank > <u32 as Key>::LARGEST {
            return Err(Unfit::TooLarge);
        }
        Ok(Self(
            u64::from(rank) << 40 | u64::from(column) << 24 | u64::from(left),
        ))
    }

    /// Index of the left child.
    #[inline(always)]
    pub(crate) fn left(self) -> u32 {
        self.0 as u32 & Self::MAX_CHILD
    }

    /// Where the column's keys start in a chunk.
    #[inline(always)]
    pub(crate) fn start(self) -> usize {
        (self.0 >> 24) as usize % (1 << 16) * LANES
    }

    /// The largest key that goes left.
    #[inline(always)]
    pub(crate) fn rank(self) -> u32 {
        (self.0 >> 40) as u32
    }
}

/// Consecutive trees with one layout.
#[derive(Debug)]
pub(crate) struct Group {
    /// Trees in the group, 1 to [`GROUP`].
    n_trees: usize,
    /// Steps that bring any row to a leaf of any of the trees.
    depth: usize,
    layout: Layout,
}

/// Where a group's nodes are.
#[derive(Debug)]
enum Layout {
    /// Tree after tree in `heap_nodes` and `heap_leaves`, `1 << depth` entries each, from here on.
    Heap { first: usize },
    /// Per tree, its part of `sparse_nodes` and `sparse_leaves`.
    Sparse { ranges: Vec<Range<usize>> },
}

/// All trees of a forest.
#[derive(Debug)]
pub(crate) struct Trees {
    groups: Vec<Group>,
    /// Entry 0 of each tree is not used.
    heap_nodes: Vec<HeapNode>,
    /// By position among the deepest level's places, the leaf's code. 2 bytes.
    heap_leaves: Vec<u16>,
    sparse_nodes: Vec<SparseNode>,
    /// By node, the leaf's code; 0 for others. 4 bytes.
    sparse_leaves: Vec<u32>,
    /// Keys of a chunk: [`LANES`] for each column.
    n_keys: usize,
}

/// A tree laid out as a heap. Only [`Trees`] makes one, so its nodes are `1 << depth` and each asks
/// for keys that a chunk of [`Self::n_keys`] has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeapTree<'t> {
    nodes: &'t [HeapNode],
    leaves: &'t [u16],
    depth: usize,
    n_keys: usize,
}

/// A sparse tree. Only [`Trees`] makes one, so its nodes lead to its nodes, and each asks for keys that
/// a chunk of [`Self::n_keys`] has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SparseTree<'t> {
    nodes: &'t [SparseNode],
    leaves: &'t [u32],
    depth: usize,
    n_keys: usize,
}

/// A group's trees, laid out as heaps of one depth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeapGroup<'t> {
    /// Tree after tree, as in [`HeapTree`].
    nodes: &'t [HeapNode],
    leaves: &'t [u16],
    n_trees: usize,
    depth: usize,
    n_keys: usize,
}

/// A group's trees, sparse.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SparseGroup<'t> {
    trees: &'t Trees,
    ranges: &'t [Range<usize>],
    depth: usize,
}

/// A group's trees in either layout.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GroupTrees<'t> {
    Heaps(HeapGroup<'t>),
    Sparse(SparseGroup<'t>),
}

impl<'t> HeapGroup<'t> {
    /// All nodes: of each tree `1 << depth`.
    #[inline(always)]
    pub(crate) fn nodes(self) -> &'t [HeapNode] {
        self.nodes
    }

    /// Trees in the group, at least 1.
    #[inline(always)]
    pub(crate) fn n_trees(self) -> usize {
        self.n_trees
    }

    #[inline(always)]
    pub(crate) fn depth(self) -> usize {
        self.depth
    }

    #[inline(always)]
    pub(crate) fn n_keys(self) -> usize {
        self.n_keys
    }

    /// The trees, one by one.
    #[inline(always)]
    pub(crate) fn trees(self) -> impl Iterator<Item = HeapTree<'t>> {
        let size = 1 << self.depth;
        let nodes = self.nodes.chunks_exact(size);
        nodes
            .zip(self.leaves.chunks_exact(size))
            .map(move |(nodes, leaves)| HeapTree {
                nodes,
                leaves,
                depth: self.depth,
                n_keys: self.n_keys,
            })
    }
}

impl<'t> SparseGroup<'t> {
    /// Trees in the group, at least 1.
    #[inline(always)]
    pub(crate) fn n_trees(self) -> usize {
        self.ranges.len()
    }

    /// One of the trees.
    #[inline(always)]
    pub(crate) fn tree(self, member: usize) -> SparseTree<'t> {
        let range = self.ranges[member].clone();
        SparseTree {
            nodes: &self.trees.sparse_nodes[range.clone()],
            leaves: &self.trees.sparse_leaves[range],
            depth: self.depth,
            n_keys: self.trees.n_keys,
        }
    }

    /// The trees, one by one.
    #[inline(always)]
    pub(crate) fn trees(self) -> impl Iterator<Item = SparseTree<'t>> {
        (0..self.n_trees()).map(move |member| self.tree(member))
    }
}

impl<'t> HeapTree<'t> {
    #[inline(always)]
    pub(crate) fn nodes(self) -> &'t [HeapNode] {
        self.nodes
    }

    #[inline(always)]
    pub(crate) fn depth(self) -> usize {
        self.depth
    }

    #[inline(always)]
    pub(crate) fn n_keys(self) -> usize {
        self.n_keys
    }

    /// The code of the leaf at a position at the bottom, from `1 << depth`.
    #[inline(always)]
    pub(crate) fn leaf(self, position: usize) -> u32 {
        u32::from(self.leaves[position - self.leaves.len()])
    }
}

impl<'t> SparseTree<'t> {
    #[inline(always)]
    pub(crate) fn nodes(self) -> &'t [SparseNode] {
        self.nodes
    }

    /// Steps that bring any row to a leaf.
    #[inline(always)]
    pub(crate) fn depth(self) -> usize {
        self.depth
    }

    #[inline(always)]
    pub(crate) fn n_keys(self) -> usize {
        self.n_keys
    }

    /// The code of the leaf that a node is.
    #[inline(always)]
    pub(crate) fn leaf(self, node: u32) -> u32 {
        self.leaves[node as usize]
    }
}

/// A tree to lay out, with a code for each of its leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'t> {
    /// Its position in the forest.
    pub(crate) position: usize,
    pub(crate) tree: &'t Tree,
    /// By the leaf's position in the tree.
    pub(crate) codes: &'t [u32],
}

impl Trees {
    /// None yet.
    pub(crate) fn new(columns: &Columns) -> Self {
        Self {
            groups: Vec::new(),
            heap_nodes: Vec::new(),
            heap_leaves: Vec::new(),
            sparse_nodes: Vec::new(),
            sparse_leaves: Vec::new(),
            // A forest of bare leaves asks nothing, but its rows come in chunks all the same.
            n_keys: columns.len().max(1) * LANES,
        }
    }

    /// Keys of a chunk.
    #[inline(always)]
    pub(crate) fn n_keys(&self) -> usize {
        self.n_keys
    }

    /// The groups, in the trees' order.
    #[inline(always)]
    pub(crate) fn groups(&self) -> impl Iterator<Item = GroupTrees<'_>> {
        self.groups.iter().map(|group| match &group.layout {
            Layout::Heap { first } => {
                let size = group.n_trees << group.depth;
                GroupTrees::Heaps(HeapGroup {
                    nodes: &self.heap_nodes[*first..][..size],
                    leaves: &self.heap_leaves[*first..][..size],
                    n_trees: group.n_trees,
                    depth: group.depth,
                    n_keys: self.n_keys,
                })
            }
            Layout::Sparse { ranges } => GroupTrees::Sparse(SparseGroup {
                trees: self,
                ranges,
                depth: group.depth,
            }),
        })
    }

    /// Appends a group.
    pub(crate) fn push<K: Key>(
        &mut self,
        columns: &Columns,
        sources: &[Source<'_>],
    ) -> Result<(), Unfit> {
        let depths = sources.iter().map(|source| source.tree.depth());
        let depth = depths.max().unwrap_or(0);
        let layout = if K::LARGEST == <u16 as Key>::LARGEST && suits_heap(sources, depth) {
            self.heap(columns, sources, depth)
        } else {
            None
        };
        let layout = match layout {
            Some(layout) => layout,
            None => self.sparse::<K>(columns, sources)?,
        };
        self.groups.push(Group {
            n_trees: sources.len(),
            depth,
            layout,
        });
        Ok(())
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
        Some(Layout::Heap { first })
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

    fn sparse<K: Key>(
        &mut self,
        columns: &Columns,
        sources: &[Source<'_>],
    ) -> Result<Layout, Unfit> {
        let mut ranges = Vec::with_capacity(sources.len());
        for source in sources {
            let start = self.sparse_nodes.len();
            self.sparse_tree::<K>(columns, source)?;
            ranges.push(start..self.sparse_nodes.len());
        }
        Ok(Layout::Sparse { ranges })
    }

    /// Breadth first, so that the levels every row visits lie together.
    fn sparse_tree<K: Key>(&mut self, columns: &Columns, source: &Source<'_>) -> Result<(), Unfit> {
        let nodes = source.tree.nodes();
        let mut order = Vec::with_capacity(nodes.len());
        order.push(0);
        let mut next = 0;
        while let Some(at) = order.get(next).copied() {
            let node = &nodes[at as usize];
            let children = match node {
                Node::Leaf(leaf) => {
                    let here = u32::try_from(next).map_err(|_| Unfit::TooLarge)?;
                    self.sparse_nodes
                        .push(SparseNode::new(0, K::LARGEST, here)?);
                    self.sparse_leaves.push(source.codes[*leaf as usize]);
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
            self.sparse_leaves.push(0);
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
