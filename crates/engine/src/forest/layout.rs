//! Trees as the kernels walk them, where their complete form is mostly full: a heap.
//!
//! A heap is a complete tree, where node `i` leads to `2i + 1` when its question is answered with left, and to `2i`
//! otherwise. Nothing but the question is stored (4 bytes), and a walk takes a fixed number of steps without asking
//! whether it has arrived. What a shallow leaf would leave empty is filled with nodes that always lead to `2i`.
//!
//! Trees are taken in groups of [`GROUP`]: either all are heaps, of the deepest one's depth, or none is. The others are
//! [`super::sparse`].

mod packing;

pub(crate) use packing::Source;

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

/// Consecutive heaps of one depth.
#[derive(Debug)]
struct Group {
    depth: usize,
    /// Tree after tree in the nodes and leaves, `1 << depth` entries each, from here on.
    first: usize,
    /// Per tree, a number that its leaves' codes are below.
    n_codes: Vec<usize>,
}

/// All heaps of a forest.
#[derive(Debug)]
pub(crate) struct Heaps {
    /// Group by group of the forest's trees; `None` for those that are no heaps.
    groups: Vec<Option<Group>>,
    /// Entry 0 of each tree is not used.
    nodes: Vec<HeapNode>,
    /// The leaf's code at each place of the deepest level. 2 bytes.
    leaves: Vec<u16>,
    /// Keys of a chunk: [`LANES`] for each column.
    n_keys: usize,
}

/// A tree laid out as a heap. Only [`Heaps`] makes one, so its nodes are `1 << depth` and each asks
/// for keys that a chunk of [`Self::n_keys`] has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeapTree<'t> {
    nodes: &'t [HeapNode],
    leaves: &'t [u16],
    n_codes: usize,
    depth: usize,
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

impl Heaps {
    /// None yet.
    pub(crate) fn new(columns: &Columns) -> Self {
        Self {
            groups: Vec::new(),
            nodes: Vec::new(),
            leaves: Vec::new(),
            n_keys: columns.n_keys(),
        }
    }

    /// Keys of a chunk.
    #[inline(always)]
    pub(crate) fn n_keys(&self) -> usize {
        self.n_keys
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The group of heaps that begins with a tree of the forest, if there is one.
    #[inline(always)]
    pub(crate) fn beginning_at(&self, tree: usize) -> Option<HeapGroup<'_>> {
        match tree.is_multiple_of(GROUP) {
            true => self.group(tree / GROUP),
            false => None,
        }
    }

    /// The groups of heaps, each with its position among those of the forest.
    #[inline(always)]
    pub(crate) fn groups(&self) -> impl Iterator<Item = (usize, HeapGroup<'_>)> {
        (0..self.groups.len()).filter_map(|position| Some((position, self.group(position)?)))
    }

    #[inline(always)]
    fn group(&self, position: usize) -> Option<HeapGroup<'_>> {
        let group = self.groups[position].as_ref()?;
        let size = group.n_codes.len() << group.depth;
        Some(HeapGroup {
            nodes: &self.nodes[group.first..][..size],
            leaves: &self.leaves[group.first..][..size],
            n_codes: &group.n_codes,
            depth: group.depth,
            n_keys: self.n_keys,
        })
    }
}
