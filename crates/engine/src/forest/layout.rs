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

mod packing;

use std::ops::Range;

pub(crate) use packing::Source;

use super::Unfit;
use super::column::{Columns, LANES};
use super::key::Key;
use super::leaves::Ends;

/// Trees whose walks the one-row kernel overlaps.
pub(crate) const GROUP: usize = 8;

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
    pub(crate) const FILLING: Self = Self { start: 0, bound: 0 };

    pub(super) fn new(column: u32, rank: u32) -> Option<Self> {
        let start = u16::try_from(column as usize * LANES).ok()?;
        let bound = u16::try_from(rank).ok()?.checked_add(1)?;
        (bound <= <u16 as Key>::LARGEST as u16).then_some(Self { start, bound })
    }
}

/// A node of a sparse tree: 8 bytes, eight to a cache line.
///
/// - bits 0–23: index of the left child in the tree, the right one follows it; in a leaf its own
/// - bits 24–39: the column; in a leaf that of zeros, which are above no rank
/// - bits 40–63: the rank; in a leaf its code
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

    /// The largest key that goes left; in a leaf its code.
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
    Heap {
        first: usize,
        /// Per tree, a number that its leaves' codes are below.
        n_codes: Vec<usize>,
    },
    /// Per tree, its part of `sparse_nodes`.
    Sparse { ranges: Vec<Range<usize>> },
}

/// All trees of a forest.
#[derive(Debug)]
pub(crate) struct Trees {
    groups: Vec<Group>,
    /// Entry 0 of each tree is not used.
    heap_nodes: Vec<HeapNode>,
    /// The leaf's code at each place of the deepest level. 2 bytes.
    heap_leaves: Vec<u16>,
    sparse_nodes: Vec<SparseNode>,
    /// The column of zeros.
    zeros: u32,
    /// Keys of a chunk: [`LANES`] for each column.
    n_keys: usize,
}

/// A tree laid out as a heap. Only [`Trees`] makes one, so its nodes are `1 << depth` and each asks
/// for keys that a chunk of [`Self::n_keys`] has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeapTree<'t> {
    nodes: &'t [HeapNode],
    leaves: &'t [u16],
    n_codes: usize,
    depth: usize,
    n_keys: usize,
}

/// A sparse tree. Only [`Trees`] makes one, so its nodes lead to its nodes, and each asks for keys that
/// a chunk of [`Self::n_keys`] has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SparseTree<'t> {
    nodes: &'t [SparseNode],
    depth: usize,
    /// Where the keys of the column of zeros start in a chunk.
    zeros: usize,
    n_keys: usize,
}

/// A group's trees, laid out as heaps of one depth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeapGroup<'t> {
    /// Tree after tree, as in [`HeapTree`].
    nodes: &'t [HeapNode],
    leaves: &'t [u16],
    /// Per tree.
    n_codes: &'t [usize],
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
    /// Levels of each heap.
    #[inline(always)]
    pub(crate) fn depth(self) -> usize {
        self.depth
    }

    /// The trees, one by one.
    #[inline(always)]
    pub(crate) fn trees(self) -> impl Iterator<Item = HeapTree<'t>> {
        let size = 1 << self.depth;
        let nodes = self.nodes.chunks_exact(size);
        nodes
            .zip(self.leaves.chunks_exact(size))
            .zip(self.n_codes)
            .map(move |((nodes, leaves), n_codes)| HeapTree {
                nodes,
                leaves,
                n_codes: *n_codes,
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
            nodes: &self.trees.sparse_nodes[range],
            depth: self.depth,
            zeros: self.trees.zeros as usize * LANES,
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

    /// The leaves at the bottom, numbered from `1 << depth`.
    #[inline(always)]
    pub(crate) fn ends(self) -> Ends<'t> {
        Ends {
            codes: self.leaves,
            n_codes: self.n_codes,
            first: self.leaves.len() as u16,
        }
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

    /// Whether the first so many keys of the column of zeros are: else leaves would lead on.
    #[inline(always)]
    pub(crate) fn has_zeros<K: Key>(self, keys: &[K], n_lanes: usize) -> bool {
        // Without a short cut, so that it is a handful of vector instructions.
        let zeros = &keys[self.zeros..][..n_lanes];
        zeros.iter().fold(0, |any, key| any | key.get()) == 0
    }

    /// The code of the leaf that a node is.
    #[inline(always)]
    pub(crate) fn leaf(self, node: u32) -> u32 {
        self.nodes[node as usize].rank()
    }
}

impl Trees {
    /// None yet.
    pub(crate) fn new(columns: &Columns) -> Result<Self, Unfit> {
        let zeros = u32::try_from(columns.len()).map_err(|_| Unfit::TooLarge)?;
        Ok(Self {
            groups: Vec::new(),
            heap_nodes: Vec::new(),
            heap_leaves: Vec::new(),
            sparse_nodes: Vec::new(),
            zeros,
            n_keys: columns.n_keys(),
        })
    }

    /// Keys of a chunk.
    #[inline(always)]
    pub(crate) fn n_keys(&self) -> usize {
        self.n_keys
    }

    /// The groups, in the trees' order.
    #[inline(always)]
    pub(crate) fn groups(&self) -> impl ExactSizeIterator<Item = GroupTrees<'_>> {
        self.groups.iter().map(|group| match &group.layout {
            Layout::Heap { first, n_codes } => {
                let size = group.n_trees << group.depth;
                GroupTrees::Heaps(HeapGroup {
                    nodes: &self.heap_nodes[*first..][..size],
                    leaves: &self.heap_leaves[*first..][..size],
                    n_codes,
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
}
