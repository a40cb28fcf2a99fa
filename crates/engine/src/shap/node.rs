//! A node of a sweep.

/// Bits of a node's level; the others are flags.
const LEVEL_BITS: u32 = 29;

const IS_LEAF: u32 = 1 << 31;
const IS_LEFT: u32 = 1 << 30;
const IS_ASKED_AGAIN: u32 = 1 << 29;

/// A node, with the edge that leads to it: 24 bytes, as a sweep reads them all.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShapNode {
    /// Proportion of training data that the path's splits on the edge's feature let pass.
    pub(super) passes: f64,
    /// In a split, the largest key that goes left; in a leaf, where its values start.
    rank: u32,
    /// Edges from the root to here, and flags.
    level: u32,
    /// The level of the path's last edge before this one on the same feature; 0 for none.
    previous: u32,
    /// In a split, its column.
    column: u16,
    /// A column of the edge's feature.
    edge: u16,
}

const _: () = assert!(size_of::<ShapNode>() == 24);

/// The edge that leads to a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct EdgeTo {
    pub(super) column: u16,
    pub(super) passes: f64,
    pub(super) level: u32,
    pub(super) previous: u32,
    pub(super) is_left: bool,
}

impl ShapNode {
    /// The deepest level there can be.
    pub(super) const MAX_LEVEL: usize = (1 << LEVEL_BITS) - 1;

    /// A split that asks whether a key is at most a rank.
    pub(super) fn split(edge: EdgeTo, column: u16, rank: u32) -> Self {
        Self::new(edge, column, rank, 0)
    }

    /// A leaf whose values start somewhere.
    pub(super) fn leaf(edge: EdgeTo, values: u32) -> Self {
        Self::new(edge, 0, values, IS_LEAF)
    }

    fn new(edge: EdgeTo, column: u16, rank: u32, flags: u32) -> Self {
        let side = if edge.is_left { IS_LEFT } else { 0 };
        Self {
            passes: edge.passes,
            rank,
            level: edge.level | side | flags,
            previous: edge.previous,
            column,
            edge: edge.column,
        }
    }

    /// Says that a path goes on to ask the edge's feature again.
    pub(super) fn ask_again(&mut self) {
        self.level |= IS_ASKED_AGAIN;
    }

    /// Whether a path goes on to ask the edge's feature again.
    #[inline(always)]
    pub(super) fn is_asked_again(&self) -> bool {
        self.level & IS_ASKED_AGAIN != 0
    }

    #[inline(always)]
    pub(super) fn is_leaf(&self) -> bool {
        self.level & IS_LEAF != 0
    }

    #[inline(always)]
    pub(super) fn is_left(&self) -> bool {
        self.level & IS_LEFT != 0
    }

    /// Edges from the root to here.
    #[inline(always)]
    pub(super) fn level(&self) -> usize {
        (self.level & ((1 << LEVEL_BITS) - 1)) as usize
    }

    /// The level of the path's last edge before this one on the same feature; 0 for none.
    #[inline(always)]
    pub(super) fn previous(&self) -> usize {
        self.previous as usize
    }

    /// A split's column.
    #[inline(always)]
    pub(super) fn column(&self) -> usize {
        usize::from(self.column)
    }

    /// A column of the edge's feature.
    #[inline(always)]
    pub(super) fn edge(&self) -> usize {
        usize::from(self.edge)
    }

    /// The largest key that goes left at a split.
    #[inline(always)]
    pub(super) fn rank(&self) -> u32 {
        self.rank
    }

    /// Where a leaf's values start.
    #[inline(always)]
    pub(super) fn values(&self) -> usize {
        self.rank as usize
    }
}
