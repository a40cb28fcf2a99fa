//! One decision tree, and the builder that checks it once for every importer.

mod builder;
mod category_set;
mod covers;
mod nodes;

pub use builder::{TreeBuilder, UncheckedCategorySplit, UncheckedSplit};
pub use category_set::CategorySet;
pub use covers::Covers;
use nodes::Nodes;

/// Where a row goes from a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the two directions")]
pub enum Side {
    Left,
    Right,
}

impl Side {
    /// Left where a condition holds.
    #[must_use]
    pub fn left_if(condition: bool) -> Self {
        if condition { Self::Left } else { Self::Right }
    }
}

/// A test on one feature: left when `x <= threshold`. Whether `x` is cast to f32 first is the
/// forest's matter ([`crate::forest::Precision`]). Libraries that test `x < t` on f32 values are
/// imported with the next smaller f32 as the threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Index of the feature, below the model's number of features.
    pub feature: u32,
    /// Never NaN; may be infinite (scikit-learn writes +inf where only missing values go right).
    pub threshold: f64,
    /// Index of the node for rows that pass.
    pub left: u32,
    /// Index of the node for rows that do not.
    pub right: u32,
    /// Where missing values (NaN) go.
    pub missing: Side,
    /// Whether zeros, that is `|x| <= 1e-35`, count as missing (LightGBM's `zero_as_missing`).
    pub zero_is_missing: bool,
}

/// A test on one categorical feature, whose values are category numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategorySplit {
    /// Index of the feature, below the model's number of features.
    pub feature: u32,
    /// Position of the category set among the tree's.
    pub set: u32,
    /// Index of the node for the set's left side.
    pub left: u32,
    /// Index of the node for its right side.
    pub right: u32,
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node {
    /// A test of a number.
    Split(Split),
    /// A test of a category.
    Categories(CategorySplit),
    /// An end, with the position of its values among the tree's leaves.
    Leaf(u32),
}

/// A checked tree: node 0 is the root, every other node has exactly one parent, and every leaf has
/// `n_values` finite values.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    nodes: Nodes,
    leaf_values: Vec<f64>,
    sets: Vec<CategorySet>,
    covers: Option<Covers>,
    n_values: usize,
    depth: usize,
}

impl Tree {
    /// Number of nodes.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// A node by its index, below [`Self::n_nodes`]. Children are such indices.
    ///
    /// # Panics
    ///
    /// When there is no such node.
    #[must_use]
    pub fn node(&self, at: u32) -> Node {
        self.nodes.get(at)
    }

    /// All nodes, by index.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node> {
        self.nodes.iter()
    }

    /// All nodes but the leaves, in the order of their indices. It takes half the time of looking for them among [`Self::nodes`].
    pub fn splits(&self) -> impl ExactSizeIterator<Item = Node> {
        self.nodes.splits()
    }

    /// Values of the leaf at a position: one per output.
    #[must_use]
    pub fn leaf(&self, position: u32) -> &[f64] {
        let start = position as usize * self.n_values;
        &self.leaf_values[start..start + self.n_values]
    }

    /// Values per leaf.
    #[must_use]
    pub fn n_values(&self) -> usize {
        self.n_values
    }

    /// Number of leaves.
    #[must_use]
    pub fn n_leaves(&self) -> usize {
        // Every split has two children, and each is one's.
        self.nodes.len() / 2 + 1
    }

    /// Leaf values by position, [`Self::n_values`] numbers each. Leaves that say the same may share theirs.
    #[must_use]
    pub fn leaf_values(&self) -> &[f64] {
        &self.leaf_values
    }

    /// Number of tests on the longest path; 0 for a tree that is one leaf.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// How much of the training data came to each node. `None` where the file does not say.
    #[must_use]
    pub fn covers(&self) -> Option<&Covers> {
        self.covers.as_ref()
    }

    /// The category sets that the tree's categorical splits refer to.
    #[must_use]
    pub fn sets(&self) -> &[CategorySet] {
        &self.sets
    }

    /// The leaf a row ends in: the reference walk. The features have been cast already, if the
    /// forest casts them.
    #[must_use]
    pub fn walk(&self, features: &[f64]) -> u32 {
        let mut at = 0;
        loop {
            if let Node::Leaf(position) = self.node(at) {
                return position;
            }
            at = self.next(at, features);
        }
    }

    /// The node a row goes to from another; from a leaf, nowhere.
    #[must_use]
    pub fn next(&self, at: u32, features: &[f64]) -> u32 {
        let (side, left, right) = match self.node(at) {
            Node::Leaf(_) => return at,
            Node::Split(split) => {
                let value = features[split.feature as usize];
                let is_missing =
                    value.is_nan() || (split.zero_is_missing && value.abs() <= MISSING_ZERO);
                let side = if is_missing {
                    split.missing
                } else {
                    Side::left_if(value <= split.threshold)
                };
                (side, split.left, split.right)
            }
            Node::Categories(split) => {
                let value = features[split.feature as usize];
                let side = self.sets[split.set as usize].side(value);
                (side, split.left, split.right)
            }
        };
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }
}

/// The largest size of a zero: LightGBM's `kZeroThreshold` (`include/LightGBM/meta.h`).
pub const MISSING_ZERO: f64 = 1e-35_f32 as f64;
