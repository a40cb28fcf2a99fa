//! The neutral form that every tree ensemble becomes, with the reference predictor.

use crate::tree::Tree;

/// How the trees' leaf values become the ensemble's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// There is one tree and its leaf is the answer, untouched.
    Single,
    /// Leaf values are added in tree order to zeros, in f64, and divided by the number of trees:
    /// `sklearn/ensemble/_forest.py`, `predict_proba` and `predict`.
    Mean,
}

/// An ensemble of checked trees over the same features with the same number of outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    trees: Vec<Tree>,
    n_features: usize,
    n_values: usize,
    combine: Combine,
}

impl Forest {
    /// A single tree.
    #[must_use]
    pub fn single(tree: Tree, n_features: usize, n_values: usize) -> Self {
        Self {
            trees: vec![tree],
            n_features,
            n_values,
            combine: Combine::Single,
        }
    }

    /// The mean of several trees; `None` when there are none.
    #[must_use]
    pub fn mean(trees: Vec<Tree>, n_features: usize, n_values: usize) -> Option<Self> {
        let combine = Combine::Mean;
        (!trees.is_empty()).then_some(Self {
            trees,
            n_features,
            n_values,
            combine,
        })
    }

    /// The trees, in the order their values are added.
    #[must_use]
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// How the trees' values are combined.
    #[must_use]
    pub fn combine(&self) -> Combine {
        self.combine
    }

    /// Number of features of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of values of an answer: one per class, or 1 for a regressor.
    #[must_use]
    pub fn n_values(&self) -> usize {
        self.n_values
    }

    /// Number of nodes of all trees.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.trees.iter().map(|tree| tree.nodes().len()).sum()
    }

    /// Depth of the deepest tree.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.trees.iter().map(Tree::depth).max().unwrap_or(0)
    }

    /// The reference predictor: plain, unhurried, and the oracle of every engine.
    ///
    /// `features` has [`Self::n_features`] values, `output` [`Self::n_values`]. What rows a model
    /// accepts is the estimator's business.
    pub fn predict(&self, features: &[f64], output: &mut [f64]) {
        let features: Vec<f32> = features.iter().map(|value| *value as f32).collect();
        if self.combine == Combine::Single {
            let tree = &self.trees[0];
            output.copy_from_slice(tree.leaf(tree.walk(&features)));
            return;
        }
        output.fill(0.0);
        for tree in &self.trees {
            for (sum, value) in output.iter_mut().zip(tree.leaf(tree.walk(&features))) {
                *sum += value;
            }
        }
        for sum in output {
            *sum /= self.trees.len() as f64;
        }
    }
}
