//! The neutral form that every tree ensemble becomes, with the reference predictor.

use crate::tree::Tree;

/// What a row's values are cast to before the trees compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// f32, as scikit-learn's `Tree`, XGBoost and ONNX do; compared with f64 thresholds.
    Single,
    /// f64: `HistGradientBoosting*` and LightGBM.
    Double,
}

impl Precision {
    /// A number as it is held.
    #[must_use]
    pub fn round(self, value: f64) -> f64 {
        match self {
            Self::Double => value,
            Self::Single => f64::from(value as f32),
        }
    }
}

/// How the trees' leaf values become the ensemble's scores.
#[derive(Debug, Clone, PartialEq)]
pub enum Combine {
    /// There is one tree and its leaf is the answer, untouched.
    Single,
    /// Leaf values are added in tree order to zeros, in f64, and divided by the number of trees:
    /// `sklearn/ensemble/_forest.py`, `predict_proba` and `predict`.
    Mean,
    /// Boosting: each tree has one value per leaf and adds to one of the scores.
    Sum(Sum),
    /// As `Sum`, but each tree has a value for every score and adds to all of them: ONNX.
    SumEach(SumEach),
}

/// How boosted trees are added.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// What each score starts from; their number is the number of scores.
    pub base: Vec<f64>,
    /// The score each tree adds to, one entry per tree.
    pub score_of_tree: Vec<u32>,
    /// What a leaf value is multiplied by before it is added (1 leaves its bits untouched).
    pub scale: f64,
    /// Whether the additions round to f32, as XGBoost's do.
    pub precision: Precision,
    /// What the sums are divided by in the end; `None` leaves them.
    pub divisor: Option<f64>,
}

/// How trees with a value per score are added.
#[derive(Debug, Clone, PartialEq)]
pub struct SumEach {
    /// What each score starts from; their number is the number of scores.
    pub base: Vec<f64>,
    /// Whether the additions round to f32, as ONNX Runtime's do.
    pub precision: Precision,
}

/// An ensemble of checked trees over the same features with the same number of outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    trees: Vec<Tree>,
    n_features: usize,
    n_values: usize,
    precision: Precision,
    combine: Combine,
}

impl Forest {
    /// A single tree over f32 features.
    #[must_use]
    pub fn single(tree: Tree, n_features: usize) -> Self {
        let n_values = tree.n_values();
        Self {
            trees: vec![tree],
            n_features,
            n_values,
            precision: Precision::Single,
            combine: Combine::Single,
        }
    }

    /// What its scores are held in.
    #[must_use]
    pub fn sum_precision(&self) -> Precision {
        match &self.combine {
            Combine::Single | Combine::Mean => Precision::Double,
            Combine::Sum(sum) => sum.precision,
            Combine::SumEach(sum) => sum.precision,
        }
    }

    /// The mean of several trees over f32 features; `None` when there are none, or they differ in
    /// values per leaf.
    #[must_use]
    pub fn mean(trees: Vec<Tree>, n_features: usize) -> Option<Self> {
        let n_values = trees.first()?.n_values();
        if trees.iter().any(|tree| tree.n_values() != n_values) {
            return None;
        }
        Some(Self {
            trees,
            n_features,
            n_values,
            precision: Precision::Single,
            combine: Combine::Mean,
        })
    }

    /// Boosted trees; `None` when the trees do not have one value per leaf, or a tree adds to a
    /// score that does not exist. No trees at all is a model that answers its base.
    #[must_use]
    pub fn boosted(
        trees: Vec<Tree>,
        n_features: usize,
        precision: Precision,
        sum: Sum,
    ) -> Option<Self> {
        let n_values = sum.base.len();
        let fits = n_values > 0
            && sum.score_of_tree.len() == trees.len()
            && sum
                .score_of_tree
                .iter()
                .all(|score| (*score as usize) < n_values)
            && trees.iter().all(|tree| tree.n_values() == 1);
        fits.then_some(Self {
            trees,
            n_features,
            n_values,
            precision,
            combine: Combine::Sum(sum),
        })
    }

    /// Trees with a value per score, added; `None` when a tree has another number of values, or
    /// there are no scores.
    #[must_use]
    pub fn summed(
        trees: Vec<Tree>,
        n_features: usize,
        precision: Precision,
        sum: SumEach,
    ) -> Option<Self> {
        let n_values = sum.base.len();
        let fits = n_values > 0 && trees.iter().all(|tree| tree.n_values() == n_values);
        fits.then_some(Self {
            trees,
            n_features,
            n_values,
            precision,
            combine: Combine::SumEach(sum),
        })
    }

    /// The trees, in the order their values are added.
    #[must_use]
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// How the trees' values are combined.
    #[must_use]
    pub fn combine(&self) -> &Combine {
        &self.combine
    }

    /// What rows are cast to before they are compared.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Number of features of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of scores: one per class, or 1.
    #[must_use]
    pub fn n_values(&self) -> usize {
        self.n_values
    }

    /// Number of nodes of all trees.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.trees.iter().map(Tree::n_nodes).sum()
    }

    /// Depth of the deepest tree.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.trees.iter().map(Tree::depth).max().unwrap_or(0)
    }

    /// What each score is before any tree adds to it, in the score's own measure.
    #[must_use]
    pub fn offsets(&self) -> Vec<f64> {
        match &self.combine {
            Combine::Single | Combine::Mean => vec![0.0; self.n_values],
            Combine::Sum(sum) => {
                let divisor = sum.divisor.unwrap_or(1.0);
                sum.base.iter().map(|base| base / divisor).collect()
            }
            Combine::SumEach(sum) => sum.base.clone(),
        }
    }

    /// The score that a tree adds to (`None`: to each, a leaf value each), and what its leaf values
    /// are multiplied by in the score's own measure.
    #[must_use]
    pub fn weight(&self, tree: usize) -> (Option<u32>, f64) {
        match &self.combine {
            Combine::Single | Combine::SumEach(_) => (None, 1.0),
            Combine::Mean => (None, 1.0 / self.trees.len() as f64),
            Combine::Sum(sum) => {
                let scale = sum.scale / sum.divisor.unwrap_or(1.0);
                (Some(sum.score_of_tree[tree]), scale)
            }
        }
    }

    /// The reference predictor: plain, unhurried, and the oracle of every engine.
    ///
    /// `features` has [`Self::n_features`] values, `scores` [`Self::n_values`]. What rows a model
    /// accepts is the estimator's business.
    pub fn predict(&self, features: &[f64], scores: &mut [f64]) {
        let cast: Vec<f64> = features
            .iter()
            .map(|value| match self.precision {
                Precision::Single => f64::from(*value as f32),
                Precision::Double => *value,
            })
            .collect();
        let leaves = self.trees.iter().map(|tree| tree.leaf(tree.walk(&cast)));
        match &self.combine {
            Combine::Single => leaves.for_each(|leaf| scores.copy_from_slice(leaf)),
            Combine::Mean => {
                scores.fill(0.0);
                for leaf in leaves {
                    for (sum, value) in scores.iter_mut().zip(leaf) {
                        *sum += value;
                    }
                }
                for sum in scores {
                    *sum /= self.trees.len() as f64;
                }
            }
            Combine::Sum(sum) => sum.add(leaves.map(|leaf| leaf[0]), scores),
            Combine::SumEach(sum) => sum.add(leaves, scores),
        }
    }
}

impl Sum {
    fn add(&self, leaves: impl Iterator<Item = f64>, scores: &mut [f64]) {
        scores.copy_from_slice(&self.base);
        for (value, score) in leaves.zip(&self.score_of_tree) {
            let score = &mut scores[*score as usize];
            *score = match self.precision {
                Precision::Single => f64::from(*score as f32 + (value * self.scale) as f32),
                Precision::Double => *score + self.scale * value,
            };
        }
        if let Some(divisor) = self.divisor {
            for score in scores {
                *score /= divisor;
            }
        }
    }
}

impl SumEach {
    fn add<'a>(&self, leaves: impl Iterator<Item = &'a [f64]>, scores: &mut [f64]) {
        scores.copy_from_slice(&self.base);
        for leaf in leaves {
            for (score, value) in scores.iter_mut().zip(leaf) {
                *score = match self.precision {
                    Precision::Single => f64::from(*score as f32 + *value as f32),
                    Precision::Double => *score + value,
                };
            }
        }
    }
}
