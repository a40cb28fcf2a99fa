//! The nodes of a tree in little room: forests that are grown to the end have millions of them, which lie in memory
//! beside the file that they come from.
//!
//! Half of a tree's nodes are leaves, of which there is nothing to say but where their values are. So splits and leaves lie
//! apart, and a bit a node tells which it is; counting the bits before it tells which one it is.

use super::{CategorySplit, Node, Side, Split};

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// Nodes by index.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Nodes {
    n_nodes: usize,
    /// A bit a node, set for leaves.
    leaves: Vec<u64>,
    /// Word by word, the leaves before it.
    n_before: Vec<u32>,
    /// Split by split.
    splits: Vec<PackedSplit>,
    /// Leaf by leaf, the position of its values.
    positions: Vec<u32>,
}

/// A split of either kind: 20 bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct PackedSplit {
    /// The threshold's bits, lower half first; or the position of a category set, and 0.
    asks: [u32; 2],
    /// The feature, and above it what kind of split it is.
    feature: u32,
    left: u32,
    right: u32,
}

/// Where the feature holds these, its split is by category, sends missing values to the left, or takes zeros for missing.
const IS_BY_CATEGORY: u32 = 1 << 31;
const MISSING_GOES_LEFT: u32 = 1 << 30;
const ZERO_IS_MISSING: u32 = 1 << 29;

/// Features are below this.
pub(super) const MAX_FEATURES: usize = 1 << 29;

impl Nodes {
    /// No nodes yet, and room for so many of a tree.
    pub(super) fn with_capacity(n_nodes: usize) -> Self {
        Self {
            n_nodes: 0,
            leaves: Vec::with_capacity(n_nodes.div_ceil(BITS)),
            n_before: Vec::with_capacity(n_nodes.div_ceil(BITS)),
            splits: Vec::with_capacity(n_nodes / 2),
            positions: Vec::with_capacity(n_nodes / 2 + 1),
        }
    }

    /// Number of nodes.
    pub(super) fn len(&self) -> usize {
        self.n_nodes
    }

    /// Appends a node, whose feature is below [`MAX_FEATURES`].
    pub(super) fn push(&mut self, node: Node) {
        if self.n_nodes.is_multiple_of(BITS) {
            self.leaves.push(0);
            // Fits: nodes are numbered by u32.
            self.n_before.push(self.positions.len() as u32);
        }
        match node {
            Node::Leaf(position) => {
                self.leaves[self.n_nodes / BITS] |= 1 << (self.n_nodes % BITS);
                self.positions.push(position);
            }
            Node::Split(split) => self.splits.push(PackedSplit::of(&split)),
            Node::Categories(split) => self.splits.push(PackedSplit::of_categories(&split)),
        }
        self.n_nodes += 1;
    }

    /// All nodes, by index.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Node> {
        let (mut splits, mut positions) = (self.splits.iter(), self.positions.iter());
        (0..self.n_nodes).map(move |at| {
            let is_leaf = self.leaves[at / BITS] >> (at % BITS) & 1 == 1;
            let node = match is_leaf {
                true => positions.next().map(|position| Node::Leaf(*position)),
                false => splits.next().map(|split| split.unpack()),
            };
            node.expect("there is one for each bit")
        })
    }

    /// The splits of either kind, in the order of their indices.
    pub(super) fn splits(&self) -> impl ExactSizeIterator<Item = Node> {
        self.splits.iter().map(|split| split.unpack())
    }

    /// A node by its index.
    pub(super) fn get(&self, at: u32) -> Node {
        let (word, bit) = (at as usize / BITS, at as usize % BITS);
        let before = self.leaves[word] & ((1 << bit) - 1);
        let n_before = self.n_before[word] + before.count_ones();
        match self.leaves[word] >> bit & 1 {
            0 => self.splits[(at - n_before) as usize].unpack(),
            _ => Node::Leaf(self.positions[n_before as usize]),
        }
    }
}

impl PackedSplit {
    fn of(split: &Split) -> Self {
        let bits = split.threshold.to_bits();
        let flag = |flag, is_set| if is_set { flag } else { 0 };
        Self {
            asks: [bits as u32, (bits >> 32) as u32],
            feature: split.feature
                | flag(MISSING_GOES_LEFT, split.missing == Side::Left)
                | flag(ZERO_IS_MISSING, split.zero_is_missing),
            left: split.left,
            right: split.right,
        }
    }

    fn of_categories(split: &CategorySplit) -> Self {
        Self {
            asks: [split.set, 0],
            feature: split.feature | IS_BY_CATEGORY,
            left: split.left,
            right: split.right,
        }
    }

    fn unpack(self) -> Node {
        let Self {
            asks: [low, high],
            left,
            right,
            ..
        } = self;
        let has = |flag| self.feature & flag != 0;
        let feature = self.feature & (MAX_FEATURES as u32 - 1);
        if has(IS_BY_CATEGORY) {
            return Node::Categories(CategorySplit {
                feature,
                set: low,
                left,
                right,
            });
        }
        Node::Split(Split {
            feature,
            threshold: f64::from_bits(u64::from(high) << 32 | u64::from(low)),
            left,
            right,
            missing: Side::left_if(has(MISSING_GOES_LEFT)),
            zero_is_missing: has(ZERO_IS_MISSING),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_takes_20_bytes() {
        assert_eq!(size_of::<PackedSplit>(), 20);
    }

    #[test]
    fn nodes_come_back_as_they_were() {
        let split = |at: u32| Split {
            feature: at.wrapping_mul(0x0123_4567) % MAX_FEATURES as u32,
            threshold: [-0.0, f64::INFINITY, 1.5e-310, f64::NEG_INFINITY][at as usize % 4],
            left: at ^ 7,
            right: u32::MAX - at,
            missing: Side::left_if(at.is_multiple_of(5)),
            zero_is_missing: at.is_multiple_of(3),
        };
        let node = |at: u32| match at * at % 7 {
            0 | 1 => Node::Leaf(at / 2),
            2 => Node::Categories(CategorySplit {
                feature: MAX_FEATURES as u32 - 1 - at,
                set: u32::MAX - at,
                left: at,
                right: at + 1,
            }),
            _ => Node::Split(split(at)),
        };
        let mut nodes = Nodes::with_capacity(10);
        for at in 0..300 {
            nodes.push(node(at));
        }
        assert_eq!(nodes.len(), 300);
        assert_eq!(nodes.iter().len(), 300);
        let splits = nodes.iter().filter(|node| !matches!(node, Node::Leaf(_)));
        assert!(nodes.splits().eq(splits));
        for (at, found) in (0..).zip(nodes.iter()) {
            let sent = node(at);
            assert_eq!(found, sent, "{at}");
            assert_eq!(nodes.get(at), sent, "{at}");
            if let (Node::Split(found), Node::Split(sent)) = (found, sent) {
                assert_eq!(found.threshold.to_bits(), sent.threshold.to_bits(), "{at}");
            }
        }
    }
}
