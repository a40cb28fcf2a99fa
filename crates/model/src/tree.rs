//! One decision tree, and the builder that checks it once for every importer.

use crate::error::{TreeError, TreeProblem};

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

/// Which categories go where. A value's category is its integer part.
#[derive(Debug, Clone, PartialEq)]
pub struct CategorySet {
    left: Categories,
    right: Categories,
    otherwise: Side,
    missing: Side,
    reading: CategoryReading,
}

/// How a value becomes a category number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CategoryReading {
    /// Values below 0 are none.
    Whole,
    /// Values from -1 downwards are none: those between -1 and 0 are truncated to 0.
    Truncated,
    /// The lowest 8 bits of what x86-64 makes of a value as an integer of 32 bits, which is 0 beyond them.
    Byte,
    /// As `Byte`, but values below 0 are none.
    ByteFromZero,
}

impl CategoryReading {
    /// The category of a value that is not NaN, if it has one.
    fn category(self, value: f64) -> Option<u64> {
        match self {
            Self::Whole | Self::ByteFromZero if value < 0.0 => None,
            Self::Truncated if value <= -1.0 => None,
            Self::Whole | Self::Truncated => Some(value as u64),
            // The cast truncates; what it cuts off is below the lowest bit.
            Self::Byte | Self::ByteFromZero if value.abs() < 2_147_483_648.0 => {
                Some(u64::from(value as i32 as u8))
            }
            Self::Byte | Self::ByteFromZero => Some(0),
        }
    }
}

impl CategorySet {
    /// Categories that go left, categories that go right (left wins), where all others and negative
    /// values go, and where missing values (NaN) go. `None` when a category is above
    /// [`Self::MAX_CATEGORY`].
    #[must_use]
    pub fn new(left: &[u32], right: &[u32], otherwise: Side, missing: Side) -> Option<Self> {
        Some(Self {
            left: Categories::new(left)?,
            right: Categories::new(right)?,
            otherwise,
            missing,
            reading: CategoryReading::Whole,
        })
    }

    /// The same set where values between -1 and 0 are category 0, as LightGBM truncates them.
    #[must_use]
    pub fn truncating(self) -> Self {
        Self {
            reading: CategoryReading::Truncated,
            ..self
        }
    }

    /// The same set where values are cast to 8 bits, as `HistGradientBoosting*` did up to 1.3, from 1.2 on only those
    /// from 0 upwards.
    #[must_use]
    pub fn of_bytes(self, takes_negatives: bool) -> Self {
        Self {
            reading: if takes_negatives {
                CategoryReading::Byte
            } else {
                CategoryReading::ByteFromZero
            },
            ..self
        }
    }

    /// The largest category number, which bounds the memory a set can take.
    pub const MAX_CATEGORY: u32 = 1 << 20;

    /// Where a value goes.
    #[must_use]
    pub fn side(&self, value: f64) -> Side {
        if value.is_nan() {
            return self.missing;
        }
        let Some(category) = self.reading.category(value) else {
            return self.otherwise;
        };
        if self.left.hold(category) {
            Side::Left
        } else if self.right.hold(category) {
            Side::Right
        } else {
            self.otherwise
        }
    }
}

/// Some category numbers.
#[derive(Debug, Clone, PartialEq)]
enum Categories {
    /// A bit each.
    Bits(Vec<u64>),
    /// Sorted: where bits would take much more memory, so that no short list takes a lot.
    List(Vec<u32>),
}

impl Categories {
    fn new(categories: &[u32]) -> Option<Self> {
        let largest = categories.iter().max().copied();
        if largest > Some(CategorySet::MAX_CATEGORY) {
            return None;
        }
        let n_words = largest.map_or(0, |largest| largest as usize / 64 + 1);
        if n_words > 8 + categories.len() {
            let mut list = categories.to_vec();
            list.sort_unstable();
            return Some(Self::List(list));
        }
        let mut words = vec![0_u64; n_words];
        for category in categories {
            words[*category as usize / 64] |= 1 << (category % 64);
        }
        Some(Self::Bits(words))
    }

    fn hold(&self, category: u64) -> bool {
        match self {
            Self::Bits(words) => usize::try_from(category / 64)
                .ok()
                .and_then(|word| words.get(word))
                .is_some_and(|word| word >> (category % 64) & 1 == 1),
            Self::List(list) => {
                u32::try_from(category).is_ok_and(|category| list.binary_search(&category).is_ok())
            }
        }
    }
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
    nodes: Vec<Node>,
    leaf_values: Vec<f64>,
    sets: Vec<CategorySet>,
    covers: Option<Vec<f64>>,
    n_values: usize,
    depth: usize,
}

impl Tree {
    /// All nodes; children are indices into them.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
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

    /// How much of the training data came to each node, by node, in whatever the library counts: rows,
    /// weights, hessians. Finite and not negative. `None` where the file does not say.
    #[must_use]
    pub fn covers(&self) -> Option<&[f64]> {
        self.covers.as_deref()
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
            if let Node::Leaf(position) = self.nodes[at as usize] {
                return position;
            }
            at = self.next(at, features);
        }
    }

    /// The node a row goes to from another; from a leaf, nowhere.
    #[must_use]
    pub fn next(&self, at: u32, features: &[f64]) -> u32 {
        let (side, left, right) = match self.nodes[at as usize] {
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

/// The first leaves of a tree, whose values others may share: trees that are grown to the end say no more than which class
/// it is, millions of times.
const SHARED_LEAVES: usize = 4;

/// The largest size of a zero: LightGBM's `kZeroThreshold` (`include/LightGBM/meta.h`).
pub const MISSING_ZERO: f64 = 1e-35_f32 as f64;

/// A split as a file states it, before anything is checked.
#[derive(Debug, Clone, Copy)]
pub struct UncheckedSplit {
    /// Feature index as written.
    pub feature: i64,
    /// Threshold as written.
    pub threshold: f64,
    /// Left child as written.
    pub left: i64,
    /// Right child as written.
    pub right: i64,
    /// Where missing values go.
    pub missing: Side,
    /// Whether zeros count as missing.
    pub zero_is_missing: bool,
}

/// A categorical split as a file states it, before anything is checked.
#[derive(Debug, Clone)]
pub struct UncheckedCategorySplit {
    /// Feature index as written.
    pub feature: i64,
    /// Which categories go where.
    pub set: CategorySet,
    /// Left child as written.
    pub left: i64,
    /// Right child as written.
    pub right: i64,
}

/// Builds a [`Tree`] from nodes in file order and refuses every tree that could not be walked.
///
/// The caller adds node 0, 1, 2 … in turn; children may refer to nodes that come later.
#[derive(Debug)]
pub struct TreeBuilder {
    tree: Tree,
    n_features: usize,
    n_nodes: usize,
}

impl TreeBuilder {
    /// A builder for a tree of exactly `n_nodes` nodes over `n_features` features, with `n_values`
    /// values per leaf.
    ///
    /// # Errors
    ///
    /// [`TreeError`] when there is no node, no value, or more nodes than a `u32` can number.
    pub fn new(n_features: usize, n_nodes: usize, n_values: usize) -> Result<Self, TreeError> {
        if n_nodes == 0 || n_values == 0 || u32::try_from(n_nodes).is_err() {
            return Err(TreeError::new(0, TreeProblem::Size { n_nodes }));
        }
        let tree = Tree {
            nodes: Vec::with_capacity(n_nodes),
            leaf_values: Vec::new(),
            sets: Vec::new(),
            covers: None,
            n_values,
            depth: 0,
        };
        Ok(Self {
            tree,
            n_features,
            n_nodes,
        })
    }

    /// Adds the next node: a split.
    ///
    /// # Errors
    ///
    /// [`TreeError`] when a child or the feature is out of range, or the threshold is NaN.
    pub fn split(&mut self, split: &UncheckedSplit) -> Result<(), TreeError> {
        let feature = self.feature(split.feature)?;
        if split.threshold.is_nan() {
            return Err(self.refuse(TreeProblem::Threshold));
        }
        let left = self.child(split.left)?;
        let right = self.child(split.right)?;
        self.tree.nodes.push(Node::Split(Split {
            feature,
            threshold: split.threshold,
            left,
            right,
            missing: split.missing,
            zero_is_missing: split.zero_is_missing,
        }));
        Ok(())
    }

    /// Adds the next node: a categorical split.
    ///
    /// # Errors
    ///
    /// [`TreeError`] when a child or the feature is out of range.
    pub fn categories(&mut self, split: UncheckedCategorySplit) -> Result<(), TreeError> {
        let feature = self.feature(split.feature)?;
        let left = self.child(split.left)?;
        let right = self.child(split.right)?;
        // Fits: there are at most as many sets as nodes, which are numbered by u32.
        let set = self.tree.sets.len() as u32;
        self.tree.sets.push(split.set);
        self.tree.nodes.push(Node::Categories(CategorySplit {
            feature,
            set,
            left,
            right,
        }));
        Ok(())
    }

    /// Adds the next node: a leaf.
    ///
    /// # Errors
    ///
    /// [`TreeError`] when there are not exactly `n_values` values, or one is not finite.
    pub fn leaf(&mut self, values: &[f64]) -> Result<(), TreeError> {
        if values.len() != self.tree.n_values || !values.iter().all(|value| value.is_finite()) {
            return Err(self.refuse(TreeProblem::Leaf));
        }
        let is_same = |known: &[f64]| {
            let mut both = known.iter().zip(values);
            both.all(|(known, value)| known.to_bits() == value.to_bits())
        };
        let known = self.tree.leaf_values.chunks_exact(values.len());
        let position = known.clone().take(SHARED_LEAVES).position(is_same);
        let position = position.unwrap_or(known.len());
        if position == known.len() {
            self.tree.leaf_values.extend_from_slice(values);
        }
        // Fits: there are at most as many leaves as nodes, which are numbered by u32.
        self.tree.nodes.push(Node::Leaf(position as u32));
        Ok(())
    }

    /// Says how much of the training data came to each node. Not needed to predict, so covers that are
    /// not one finite number from 0 on for each node are left out rather than refused.
    pub fn covers(&mut self, covers: impl IntoIterator<Item = f64>) {
        let covers: Vec<f64> = covers.into_iter().take(self.n_nodes + 1).collect();
        let are_sound = covers
            .iter()
            .all(|cover| cover.is_finite() && *cover >= 0.0);
        self.tree.covers = (are_sound && covers.len() == self.n_nodes).then_some(covers);
    }

    /// Checks that the nodes form one tree and gives it.
    ///
    /// # Errors
    ///
    /// [`TreeError`] when nodes are missing, reached twice (a cycle or a shared child) or not
    /// reached at all.
    pub fn finish(mut self) -> Result<Tree, TreeError> {
        if self.tree.nodes.len() != self.n_nodes {
            return Err(self.refuse(TreeProblem::Size {
                n_nodes: self.n_nodes,
            }));
        }
        let mut reached = vec![false; self.n_nodes];
        let mut n_reached = 0;
        let mut pending = vec![(0_u32, 0_usize)];
        while let Some((at, depth)) = pending.pop() {
            let was_reached = &mut reached[at as usize];
            if std::mem::replace(was_reached, true) {
                return Err(TreeError::new(at as usize, TreeProblem::ReachedTwice));
            }
            n_reached += 1;
            self.tree.depth = self.tree.depth.max(depth);
            let children = match self.tree.nodes[at as usize] {
                Node::Split(split) => [split.right, split.left],
                Node::Categories(split) => [split.right, split.left],
                Node::Leaf(_) => continue,
            };
            pending.extend(children.map(|child| (child, depth + 1)));
        }
        if n_reached < self.n_nodes {
            let orphan = reached.iter().position(|reached| !reached).unwrap_or(0);
            return Err(TreeError::new(orphan, TreeProblem::Orphan));
        }
        Ok(self.tree)
    }

    fn feature(&self, feature: i64) -> Result<u32, TreeError> {
        usize::try_from(feature)
            .ok()
            .filter(|feature| *feature < self.n_features)
            .and_then(|feature| u32::try_from(feature).ok())
            .ok_or_else(|| {
                self.refuse(TreeProblem::Feature {
                    feature,
                    n_features: self.n_features,
                })
            })
    }

    fn child(&self, child: i64) -> Result<u32, TreeError> {
        usize::try_from(child)
            .ok()
            .filter(|child| *child < self.n_nodes)
            .and_then(|child| u32::try_from(child).ok())
            .ok_or_else(|| {
                self.refuse(TreeProblem::Child {
                    child,
                    n_nodes: self.n_nodes,
                })
            })
    }

    /// An error about the node being added.
    fn refuse(&self, problem: TreeProblem) -> TreeError {
        TreeError::new(self.tree.nodes.len(), problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(left: i64, right: i64) -> UncheckedSplit {
        UncheckedSplit {
            feature: 0,
            threshold: 0.5,
            left,
            right,
            missing: Side::Left,
            zero_is_missing: false,
        }
    }

    fn build(nodes: &[Option<UncheckedSplit>]) -> Result<Tree, TreeError> {
        let mut builder = TreeBuilder::new(1, nodes.len(), 1)?;
        for node in nodes {
            match node {
                Some(split) => builder.split(split)?,
                None => builder.leaf(&[1.0])?,
            }
        }
        builder.finish()
    }

    #[test]
    fn a_stump_and_a_single_leaf() {
        assert_eq!(build(&[Some(split(1, 2)), None, None]).unwrap().depth(), 1);
        assert_eq!(build(&[None]).unwrap().depth(), 0);
        // Children may come before their parent's other child, or out of order.
        let tree = build(&[Some(split(2, 1)), None, Some(split(4, 3)), None, None]).unwrap();
        assert_eq!(tree.depth(), 2);
    }

    #[test]
    fn what_is_refused() {
        let code = |nodes: &[Option<UncheckedSplit>]| build(nodes).unwrap_err().code();
        assert_eq!(code(&[]), "tree-shape");
        assert_eq!(code(&[Some(split(0, 1)), None]), "tree-cycle");
        assert_eq!(
            code(&[Some(split(1, 2)), Some(split(0, 2)), None]),
            "tree-cycle"
        );
        assert_eq!(code(&[Some(split(1, 1)), None]), "tree-cycle");
        assert_eq!(code(&[None, Some(split(2, 3)), None, None]), "tree-cycle");
        assert_eq!(code(&[Some(split(1, 3)), None, None]), "tree-child");
        assert_eq!(code(&[Some(split(1, -1)), None]), "tree-child");
        let feature = UncheckedSplit {
            feature: 1,
            ..split(1, 2)
        };
        assert_eq!(code(&[Some(feature), None, None]), "tree-feature");
        let feature = UncheckedSplit {
            feature: -2,
            ..split(1, 2)
        };
        assert_eq!(code(&[Some(feature), None, None]), "tree-feature");
        let threshold = UncheckedSplit {
            threshold: f64::NAN,
            ..split(1, 2)
        };
        assert_eq!(code(&[Some(threshold), None, None]), "tree-threshold");
        let leaf = |values: &[f64]| {
            TreeBuilder::new(1, 1, 2)
                .unwrap()
                .leaf(values)
                .unwrap_err()
                .code()
        };
        assert_eq!(leaf(&[1.0]), "tree-leaf");
        assert_eq!(leaf(&[1.0, f64::NAN]), "tree-leaf");
        assert_eq!(leaf(&[f64::INFINITY, 0.0]), "tree-leaf");
    }

    #[test]
    fn walks_at_the_threshold() {
        let tree = {
            let mut builder = TreeBuilder::new(1, 3, 1).unwrap();
            builder.split(&split(1, 2)).unwrap();
            builder.leaf(&[1.0]).unwrap();
            builder.leaf(&[2.0]).unwrap();
            builder.finish().unwrap()
        };
        let value = |x: f64| tree.leaf(tree.walk(&[x]))[0];
        assert_eq!(value(0.5), 1.0);
        assert_eq!(value(0.5_f64.next_up()), 2.0);
        assert_eq!(value(f64::NAN), 1.0);
        assert_eq!(value(-0.0), 1.0);
    }

    #[test]
    fn categories_cast_to_bytes_wrap() {
        let side = |value: f64, takes_negatives: bool| {
            let set = CategorySet::new(&[1], &[0], Side::Right, Side::Right).unwrap();
            set.of_bytes(takes_negatives).side(value)
        };
        for one in [1.0, 1.9, 257.0, 65537.0] {
            assert_eq!(side(one, false), Side::Left, "{one}");
        }
        for other in [0.0, 256.0, 2_147_483_649.0, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(side(other, false), Side::Right, "{other}");
        }
        assert_eq!(side(-255.0, true), Side::Left);
        assert_eq!(side(-255.0, false), Side::Right);
    }

    #[test]
    fn categories_go_where_their_set_says() {
        let set = CategorySet::new(&[0, 70], &[3], Side::Right, Side::Left).unwrap();
        assert_eq!(set.side(0.0), Side::Left);
        assert_eq!(set.side(70.9), Side::Left);
        assert_eq!(set.side(3.0), Side::Right);
        assert_eq!(set.side(f64::NAN), Side::Left);
        for unlisted in [1.0, -1.0, 1e30, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(set.side(unlisted), Side::Right, "{unlisted}");
        }
        let near_zero = CategorySet::new(&[0], &[], Side::Right, Side::Right).unwrap();
        assert_eq!(near_zero.side(-0.5), Side::Right);
        assert_eq!(near_zero.side(-0.0), Side::Left);
        let near_zero = near_zero.truncating();
        assert_eq!(near_zero.side(-0.5), Side::Left);
        assert_eq!(near_zero.side(-1.0), Side::Right);
        // Far apart, and told apart all the same.
        let set = CategorySet::new(&[1_000_000, 7], &[], Side::Right, Side::Left).unwrap();
        assert_eq!(set.side(1e6), Side::Left);
        assert_eq!(set.side(7.5), Side::Left);
        assert_eq!(set.side(999_999.0), Side::Right);
        assert_eq!(set.side(1e30), Side::Right);
        assert_eq!(
            CategorySet::new(&[u32::MAX], &[], Side::Left, Side::Left),
            None
        );
    }
}
