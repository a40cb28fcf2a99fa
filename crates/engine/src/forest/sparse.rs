//! Trees as they grew: for those whose complete form would be mostly filling, deep ones above all.
//!
//! A node is 8 bytes with the index of its left child, which the right one follows; a leaf leads to itself, so
//! walks side by side need not end together. Eight nodes fill a cache line, and a line holds what a walk
//! most likely asks for next ([`placing`]): what deep trees cost is the lines that walks touch.
//!
//! Trees lie one after the other, and a child's index counts from the first tree of a **segment**, so that walks in
//! different trees are stepped alike.

mod drawing;
mod placing;

use propenso_model::{Node, parallel_map};

use super::Unfit;
use super::column::row_order::{RowOrder, RowOrders, RowPlace};
use super::column::{Columns, MAX_FLOATS};
use super::crowns::{Crown, Crowns};
use super::layout::Source;
use super::row_keys::RowKeys;
use crate::shares::threads_for_nodes;
use drawing::{Asked, Drawing};

/// Nodes of a cache line.
const LINE: usize = 8;

/// Trees that are drawn together, before they are copied to where they lie: enough for all threads, and a part of a large forest.
const TREES: usize = 64;

/// A node: 8 bytes, of two words that are read apart, which takes fewer instructions than shifting both out of one.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct SparseNode {
    /// The largest key that goes left; in a leaf its code. What is left over of it is the column's upper bits.
    low: u32,
    /// - bits 0–7: the lower bits of the [plain place](RowPlace) of the column's key; a leaf's is that of the zero, which is above
    ///   no bound
    /// - bit 8: whether the column is a second of twins
    /// - bits 9–31: index of the left child in the segment; in a leaf its own
    high: u32,
}

/// How nodes are read.
pub(crate) trait Form {
    /// Bits of the bound in a node's first word; the others are the column's.
    const BOUND_BITS: u32;
    /// Whether rows are in the plain order, in which twins have one key.
    const IS_PLAIN: bool;
}

/// Bounds of 32 bits, up to 256 columns, rows in the plain order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlainColumns;

/// Bounds of 32 bits, up to 256 columns, rows in the whole order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WholeColumns;

/// Bounds of 24 bits, up to 65,536 columns, none of them twins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ManyColumns;

impl Form for PlainColumns {
    const BOUND_BITS: u32 = 32;
    const IS_PLAIN: bool = true;
}

impl Form for WholeColumns {
    const BOUND_BITS: u32 = 32;
    const IS_PLAIN: bool = false;
}

impl Form for ManyColumns {
    const BOUND_BITS: u32 = 24;
    const IS_PLAIN: bool = true;
}

/// Bits of the column in a node's second word.
const COLUMN_BITS: u32 = 8;

/// Bits of a node's second word below the child.
const BELOW_CHILD: u32 = COLUMN_BITS + 1;

const _: () = assert!(MAX_FLOATS == 1 << COLUMN_BITS);

impl SparseNode {
    /// A leaf that leads to the first node of a segment.
    const NOWHERE: Self = Self { low: 0, high: 0 };

    const MAX_CHILD: u32 = (1 << (u32::BITS - BELOW_CHILD)) - 1;

    fn new<F: Form>(place: RowPlace, bound: u32, child: u32) -> Result<Self, Unfit> {
        let column = place.plain;
        let fits = u64::from(bound) < 1 << F::BOUND_BITS
            && u64::from(column) < 1 << (u32::BITS - F::BOUND_BITS + COLUMN_BITS)
            && child <= Self::MAX_CHILD;
        if !fits {
            return Err(Unfit::TooLarge);
        }
        let upper = (u64::from(column) >> COLUMN_BITS) << F::BOUND_BITS;
        let lower = column & ((1 << COLUMN_BITS) - 1);
        Ok(Self {
            low: upper as u32 | bound,
            high: child << BELOW_CHILD | u32::from(place.is_second) << COLUMN_BITS | lower,
        })
    }

    /// The same node of a tree that lies so many nodes further behind, in a segment that has room for it.
    fn moved(self, by: u32) -> Self {
        Self {
            high: self.high + (by << BELOW_CHILD),
            ..self
        }
    }

    /// Index of the left child in the segment; in a leaf its own.
    #[inline(always)]
    pub(crate) fn child(&self) -> u32 {
        self.high >> BELOW_CHILD
    }

    /// The place of the column's key among those of a row, of which `n_plain` are plain.
    #[inline(always)]
    pub(crate) fn key_place<F: Form>(&self, n_plain: usize) -> usize {
        let lower = self.high & ((1 << COLUMN_BITS) - 1);
        // Nothing where the bound has all bits.
        let upper = (u64::from(self.low) >> F::BOUND_BITS) as u32;
        let plain = (upper << COLUMN_BITS | lower) as usize;
        let is_second = self.high >> COLUMN_BITS & 1 == 1;
        match F::IS_PLAIN {
            true => plain,
            false => plain + if is_second { n_plain } else { 0 },
        }
    }

    /// The largest key that goes left; in a leaf its code.
    #[inline(always)]
    pub(crate) fn bound<F: Form>(&self) -> u32 {
        self.low & (u32::MAX >> (u32::BITS - F::BOUND_BITS))
    }
}

/// A cache line of nodes.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line([SparseNode; LINE]);

impl Line {
    fn moved(self, by: u32) -> Self {
        Self(self.0.map(|node| node.moved(by)))
    }
}

/// A tree to lay out as it grew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SparseSource<'t> {
    pub(crate) source: Source<'t>,
    /// Whether blocks of rows walk it.
    pub(crate) is_walked: bool,
}

/// The sparse trees of a forest.
#[derive(Debug)]
pub(crate) struct SparseTrees {
    segments: Vec<Vec<Line>>,
    /// Per tree of the forest, where it begins; `None` for a tree that is laid out otherwise.
    roots: Vec<Option<Root>>,
    /// The orders of a row's keys.
    orders: RowOrders,
    has_few_columns: bool,
    /// The most visited nodes once more; none where they are not wanted.
    crowns: Option<Crowns>,
}

/// The [`Form`] that nodes are read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// [`PlainColumns`].
    Plain,
    /// [`WholeColumns`].
    Whole,
    /// [`ManyColumns`].
    Many,
}

/// Where a tree begins.
#[derive(Debug, Clone, Copy)]
struct Root {
    segment: u32,
    /// The node's index in the segment.
    node: u32,
    n_lines: u32,
    /// Steps that bring any row to a leaf.
    depth: u32,
}

/// Consecutive trees of a segment. Only [`SparseTrees`] makes one: the segment's nodes lead to its nodes, ask for keys
/// that the orders have, and are leaves where they ask for the zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'t> {
    lines: &'t [Line],
    roots: &'t [Option<Root>],
    orders: &'t RowOrders,
}

impl<'t> Run<'t> {
    /// Number of trees.
    #[inline(always)]
    pub(crate) fn n_trees(self) -> usize {
        self.roots.len()
    }

    /// The trees' roots.
    #[inline(always)]
    pub(crate) fn roots(self) -> impl Iterator<Item = u32> {
        self.roots.iter().flatten().map(|root| root.node)
    }

    /// Steps that bring any row to a leaf of any of them.
    #[inline(always)]
    pub(crate) fn depth(self) -> usize {
        let depths = self.roots.iter().flatten().map(|root| root.depth);
        depths.max().unwrap_or(0) as usize
    }

    /// The segment's nodes, line by line.
    #[inline(always)]
    pub(crate) fn lines(self) -> &'t [Line] {
        self.lines
    }

    /// Number of nodes, fillings too.
    #[inline(always)]
    pub(crate) fn n_nodes(self) -> usize {
        self.lines.len() * LINE
    }

    /// The order of a row's keys that nodes are read by.
    #[inline(always)]
    pub(crate) fn order<F: Form>(self) -> &'t RowOrder {
        self.orders.for_rows(!F::IS_PLAIN)
    }

    /// Keys of a row in the plain order.
    #[inline(always)]
    pub(crate) fn n_plain(self) -> usize {
        self.orders.n_plain()
    }

    /// The code of the leaf that a node is.
    #[inline(always)]
    pub(crate) fn leaf<F: Form>(self, node: u32) -> u32 {
        let node = node as usize;
        self.lines[node / LINE].0[node % LINE].bound::<F>()
    }
}

impl SparseTrees {
    /// None yet.
    pub(crate) fn new(columns: &Columns, wants_crowns: bool) -> Self {
        Self {
            crowns: wants_crowns.then(|| Crowns::new(columns)),
            segments: vec![Vec::new()],
            roots: Vec::new(),
            orders: columns.row_orders(),
            has_few_columns: columns.len() < MAX_FLOATS,
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.segments.iter().all(Vec::is_empty)
    }

    /// The orders of a row's keys.
    #[inline(always)]
    pub(crate) fn orders(&self) -> &RowOrders {
        &self.orders
    }

    /// How nodes are read for rows whose keys are in one of the orders.
    #[inline(always)]
    pub(crate) fn reading(&self, keys: RowKeys<'_>) -> Reading {
        let is_plain = keys.n_keys() == self.orders.n_plain();
        match is_plain {
            _ if !self.has_few_columns => Reading::Many,
            true => Reading::Plain,
            false => Reading::Whole,
        }
    }

    /// Whether a tree of the forest is among these.
    pub(crate) fn is_there(&self, tree: usize) -> bool {
        self.roots[tree].is_some()
    }

    /// The crown of a tree of the forest, if it has one.
    #[inline(always)]
    pub(crate) fn crown(&self, tree: usize) -> Option<Crown<'_>> {
        self.crowns.as_ref()?.get(tree)
    }

    /// Whether some trees have crowns.
    pub(crate) fn have_crowns(&self) -> bool {
        let crowns = self.crowns.as_ref();
        crowns.is_some_and(|crowns| !crowns.is_empty())
    }

    /// Forgets the crowns.
    pub(crate) fn forget_crowns(&mut self) {
        self.crowns = None;
    }

    /// Appends the forest's trees, `None` for those that are laid out otherwise. Those that are walked have crowns, if these are wanted.
    pub(crate) fn extend(
        &mut self,
        columns: &Columns,
        trees: &[Option<SparseSource<'_>>],
    ) -> Result<(), Unfit> {
        for trees in trees.chunks(TREES) {
            let sources = trees.iter().flatten();
            let n_nodes = sources.map(|tree| tree.source.tree.n_nodes()).sum();
            let asked = Asked {
                columns,
                orders: &self.orders,
                has_few_columns: self.has_few_columns,
            };
            let drawings = parallel_map(trees, threads_for_nodes(n_nodes), |_, tree| {
                let source = tree.as_ref().map(|tree| &tree.source);
                source.map(|source| Drawing::of(asked, source)).transpose()
            });
            for (tree, drawing) in trees.iter().zip(drawings) {
                match (tree, drawing?) {
                    (Some(tree), Some(drawing)) => self.push(columns, tree, &drawing)?,
                    _ => self.skip(),
                }
            }
        }
        Ok(())
    }

    /// Passes over the forest's next tree, which is laid out otherwise.
    fn skip(&mut self) {
        self.roots.push(None);
        if let Some(crowns) = &mut self.crowns {
            crowns.skip(1);
        }
    }

    /// Appends the forest's next tree.
    fn push(
        &mut self,
        columns: &Columns,
        tree: &SparseSource<'_>,
        drawing: &Drawing,
    ) -> Result<(), Unfit> {
        let n_lines = drawing.lines.len();
        let is_room = |lines: &Vec<Line>| {
            (lines.len() + n_lines) * LINE <= SparseNode::MAX_CHILD as usize + 1
        };
        if !self.segments.last().is_some_and(is_room) {
            self.segments.push(Vec::new());
        }
        let segment = self.segments.len() - 1;
        let lines = &mut self.segments[segment];
        // A drawing has no more nodes than a segment has room for, and the last segment has that room left.
        assert!(is_room(lines), "the tree is too large for a segment");
        let first = (lines.len() * LINE) as u32;
        lines.extend(drawing.lines.iter().map(|line| line.moved(first)));
        self.roots.push(Some(Root {
            segment: segment as u32,
            node: first,
            n_lines: n_lines as u32,
            depth: drawing.depth,
        }));
        if let Some(crowns) = &mut self.crowns {
            let lies_at = |node: u32| first + drawing.placing.places()[node as usize];
            match tree.is_walked {
                true => crowns.push(columns, &tree.source, lies_at)?,
                false => crowns.skip(1),
            }
        }
        Ok(())
    }

    /// The sparse trees from one on that lie in the same segment: at most so many, and up to one that is not wanted. None
    /// when the first is not sparse.
    #[inline(always)]
    pub(crate) fn run(&self, first: usize, most: usize, wants: impl Fn(usize) -> bool) -> Run<'_> {
        let roots = &self.roots[first..];
        let segment = roots[0].map_or(0, |root| root.segment);
        let is_in = |(tree, root): &(usize, &Option<Root>)| {
            root.is_some_and(|root| root.segment == segment) && wants(first + tree)
        };
        let n_trees = roots.iter().enumerate().take(most).take_while(is_in);
        Run {
            lines: &self.segments[segment as usize],
            roots: &roots[..n_trees.count()],
            orders: &self.orders,
        }
    }

    /// The lines of the tree behind another, if it is sparse.
    #[inline(always)]
    pub(crate) fn next_lines(&self, tree: usize) -> &[Line] {
        match self.roots.get(tree + 1).copied().flatten() {
            Some(root) => {
                let lines = &self.segments[root.segment as usize];
                &lines[root.node as usize / LINE..][..root.n_lines as usize]
            }
            None => &[],
        }
    }
}

/// The children of a split.
pub(super) fn children(node: &Node) -> [u32; 2] {
    match node {
        Node::Split(split) => [split.left, split.right],
        Node::Categories(split) => [split.left, split.right],
        Node::Leaf(_) => [0, 0],
    }
}
