//! A node of a sweep.

/// Bits of a node's level; the others are flags.
const LEVEL_BITS: u32 = 28;

const IS_LEFT: u32 = 1 << 31;
const IS_ASKED_AGAIN: u32 = 1 << 30;
/// The flag of a node whose left child is a leaf; the next lower one is the right child's.
const IS_LEFT_A_LEAF: u32 = 1 << 29;

/// A split, with the edge that leads to it and the leaves below: 48 bytes, as a sweep reads them all.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShapNode {
    /// Proportion of training data that the path's splits on the edge's feature let pass.
    pub(super) passes: f64,
    /// What goes to either side, left and right.
    pub(super) sides: [Side; 2],
    /// The largest key that goes left.
    rank: u32,
    /// Edges from the root to here, and flags.
    level: u32,
    /// The level of the path's last edge on the feature that is asked; 0 for none.
    asked_before: u32,
    column: u16,
}

/// What goes to a side of a split.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Side {
    /// The proportion of training data that the path's splits on the feature let pass, in two halves that need no place
    /// of eight bytes.
    passes: [u32; 2],
    /// Where the leaf's values start; zeros are there where it is no leaf.
    pub(super) values: u32,
}

const _: () = assert!(size_of::<ShapNode>() == 48);

/// The edge that leads to a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct EdgeTo {
    pub(super) passes: f64,
    pub(super) level: u32,
    pub(super) is_left: bool,
}

impl Side {
    pub(super) fn new(passes: f64, values: u32) -> Self {
        let bits = passes.to_bits();
        Self {
            passes: [bits as u32, (bits >> 32) as u32],
            values,
        }
    }

    #[inline(always)]
    pub(super) fn passes(self) -> f64 {
        let [low, high] = self.passes;
        f64::from_bits(u64::from(high) << 32 | u64::from(low))
    }
}

impl ShapNode {
    /// The deepest level there can be.
    pub(super) const MAX_LEVEL: usize = (1 << LEVEL_BITS) - 1;

    /// A split that asks whether a key of a column is at most a rank, and whose feature was asked before at some level.
    pub(super) fn new(edge: EdgeTo, column: u16, rank: u32, asked_before: u32) -> Self {
        let side = if edge.is_left { IS_LEFT } else { 0 };
        Self {
            passes: edge.passes,
            sides: [Side::default(); 2],
            rank,
            level: edge.level | side,
            asked_before,
            column,
        }
    }

    /// Says what goes left (0) or right (1), and whether that is a leaf.
    pub(super) fn lead_to(&mut self, at: usize, side: Side, is_leaf: bool) {
        self.sides[at] = side;
        if is_leaf {
            self.level |= IS_LEFT_A_LEAF >> at;
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

    /// Whether what goes left (0) or right (1) is a leaf.
    #[inline(always)]
    pub(super) fn is_leaf(&self, at: usize) -> bool {
        self.level & IS_LEFT_A_LEAF >> at != 0
    }

    /// Whether it is its parent's left child.
    #[inline(always)]
    pub(super) fn is_left(&self) -> bool {
        self.level & IS_LEFT != 0
    }

    /// Edges from the root to here.
    #[inline(always)]
    pub(super) fn level(&self) -> usize {
        (self.level & ((1 << LEVEL_BITS) - 1)) as usize
    }

    /// The level of the path's last edge on the feature that is asked; 0 for none.
    #[inline(always)]
    pub(super) fn asked_before(&self) -> usize {
        self.asked_before as usize
    }

    #[inline(always)]
    pub(super) fn column(&self) -> usize {
        usize::from(self.column)
    }

    /// The largest key that goes left.
    #[inline(always)]
    pub(super) fn rank(&self) -> u32 {
        self.rank
    }
}
