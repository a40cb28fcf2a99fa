//! One decision tree, and the builder that checks it once for every importer.

use crate::error::{TreeError, TreeProblem};

/// Where a row goes whose value for the split's feature is missing (NaN).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the two directions")]
pub enum Missing {
    Left,
    Right,
}

/// A test on one feature: left when `(f64)(f32)x <= threshold`.
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
    /// Where missing values go.
    pub missing: Missing,
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node {
    /// A test.
    Split(Split),
    /// An end, with the position of its values among the tree's leaves.
    Leaf(u32),
}

/// A checked tree: node 0 is the root, every other node has exactly one parent, and every leaf has
/// `n_values` finite values.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    leaf_values: Vec<f64>,
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

    /// Number of leaves.
    #[must_use]
    pub fn n_leaves(&self) -> usize {
        self.leaf_values.len() / self.n_values
    }

    /// Number of tests on the longest path; 0 for a tree that is one leaf.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The leaf a row ends in.
    ///
    /// The reference walk: features cast to f32, compared as f64.
    #[must_use]
    pub fn walk(&self, features: &[f32]) -> u32 {
        let mut at = 0_usize;
        loop {
            match self.nodes[at] {
                Node::Leaf(position) => return position,
                Node::Split(split) => {
                    let value = features[split.feature as usize];
                    let goes_left = if value.is_nan() {
                        split.missing == Missing::Left
                    } else {
                        f64::from(value) <= split.threshold
                    };
                    at = if goes_left { split.left } else { split.right } as usize;
                }
            }
        }
    }
}

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
    pub missing: Missing,
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
        let feature = usize::try_from(split.feature)
            .ok()
            .filter(|feature| *feature < self.n_features)
            .and_then(|feature| u32::try_from(feature).ok());
        let Some(feature) = feature else {
            return Err(self.refuse(TreeProblem::Feature {
                feature: split.feature,
                n_features: self.n_features,
            }));
        };
        if split.threshold.is_nan() {
            return Err(self.refuse(TreeProblem::Threshold));
        }
        let left = self.child(split.left)?;
        let right = self.child(split.right)?;
        let (threshold, missing) = (split.threshold, split.missing);
        self.tree.nodes.push(Node::Split(Split {
            feature,
            threshold,
            left,
            right,
            missing,
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
        // Fits: there are at most as many leaves as nodes, which are numbered by u32.
        let position = self.tree.n_leaves() as u32;
        self.tree.leaf_values.extend_from_slice(values);
        self.tree.nodes.push(Node::Leaf(position));
        Ok(())
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
            if let Node::Split(split) = self.tree.nodes[at as usize] {
                pending.push((split.right, depth + 1));
                pending.push((split.left, depth + 1));
            }
        }
        if n_reached < self.n_nodes {
            let orphan = reached.iter().position(|reached| !reached).unwrap_or(0);
            return Err(TreeError::new(orphan, TreeProblem::Orphan));
        }
        Ok(self.tree)
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
            missing: Missing::Left,
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
        let value = |x: f32| tree.leaf(tree.walk(&[x]))[0];
        assert_eq!(value(0.5), 1.0);
        assert_eq!(value(0.5_f32.next_up()), 2.0);
        assert_eq!(value(f32::NAN), 1.0);
        assert_eq!(value(-0.0), 1.0);
    }
}
