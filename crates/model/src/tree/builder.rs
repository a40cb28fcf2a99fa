//! The builder that checks a tree once, for every importer.

use super::covers::Covers;
use super::nodes::{MAX_FEATURES, Nodes};
use super::{CategorySet, CategorySplit, Node, Side, Split, Tree};
use crate::error::{TreeError, TreeProblem};

/// The first leaves of a tree, whose values others may share: trees that are grown to the end say no more than which class
/// it is, millions of times.
const SHARED_LEAVES: usize = 4;

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
            nodes: Nodes::with_capacity(n_nodes),
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
        let is_complete = covers.len() == self.n_nodes;
        self.tree.covers = Some(covers).filter(|_| is_complete).and_then(Covers::new);
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
            let children = match self.tree.node(at) {
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
        self.tree.leaf_values.shrink_to_fit();
        Ok(self.tree)
    }

    fn feature(&self, feature: i64) -> Result<u32, TreeError> {
        usize::try_from(feature)
            .ok()
            .filter(|feature| *feature < self.n_features.min(MAX_FEATURES))
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
}
