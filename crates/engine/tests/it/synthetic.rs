//! Forests made up for the engines, with shapes that the test models do not have.

use std::collections::VecDeque;

use propenso_model::forest::{Precision, Sum};
use propenso_model::head::ValueLink;
use propenso_model::tree::{CategorySet, UncheckedCategorySplit, UncheckedSplit};
use propenso_model::{
    Accepts, Estimator, Forest, Head, Label, Library, ModelInput, Output, Pipeline, Scoring, Side,
    Signature, Tree, TreeBuilder, TreeError, Vocabulary, Writer,
};

/// xorshift64: the same numbers on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

/// Where the next split of a growing tree goes.
#[derive(Clone, Copy)]
enum Growth {
    /// Of ten splits so many go below the newest leaf, the others anywhere: 10 makes a chain.
    DepthFirst(usize),
    /// Below the oldest leaf: complete trees.
    BreadthFirst,
}

/// What a made-up forest is like.
struct Plan {
    name: &'static str,
    n_features: usize,
    n_trees: usize,
    n_splits: usize,
    growth: Growth,
    /// Of ten splits, how many are by category.
    categorical: usize,
    precision: Precision,
    /// Scores; the trees take turns.
    n_scores: usize,
}

const PLANS: [Plan; 10] = [
    Plan {
        name: "bushy",
        n_features: 5,
        n_trees: 21,
        n_splits: 100,
        growth: Growth::DepthFirst(0),
        categorical: 0,
        precision: Precision::Single,
        n_scores: 1,
    },
    Plan {
        name: "bushy, three scores",
        n_features: 5,
        n_trees: 21,
        n_splits: 40,
        growth: Growth::DepthFirst(1),
        categorical: 0,
        precision: Precision::Double,
        n_scores: 3,
    },
    Plan {
        name: "chains",
        n_features: 3,
        n_trees: 9,
        n_splits: 60,
        growth: Growth::DepthFirst(10),
        categorical: 0,
        precision: Precision::Double,
        n_scores: 1,
    },
    Plan {
        name: "lopsided, by category",
        n_features: 4,
        n_trees: 11,
        n_splits: 50,
        growth: Growth::DepthFirst(6),
        categorical: 4,
        precision: Precision::Double,
        n_scores: 1,
    },
    Plan {
        name: "many columns",
        n_features: 1_500,
        n_trees: 30,
        n_splits: 300,
        growth: Growth::DepthFirst(2),
        categorical: 0,
        precision: Precision::Single,
        n_scores: 1,
    },
    Plan {
        name: "many thresholds",
        n_features: 1,
        n_trees: 40,
        n_splits: 2_000,
        growth: Growth::DepthFirst(2),
        categorical: 0,
        precision: Precision::Double,
        n_scores: 1,
    },
    Plan {
        name: "deep, f32",
        n_features: 6,
        n_trees: 70,
        n_splits: 3_000,
        growth: Growth::DepthFirst(3),
        categorical: 0,
        precision: Precision::Single,
        n_scores: 2,
    },
    Plan {
        name: "many thresholds, f32",
        n_features: 1,
        n_trees: 40,
        n_splits: 2_500,
        growth: Growth::DepthFirst(2),
        categorical: 0,
        precision: Precision::Single,
        n_scores: 1,
    },
    Plan {
        name: "deep, f64, by category",
        n_features: 6,
        n_trees: 11,
        n_splits: 2_000,
        growth: Growth::DepthFirst(5),
        categorical: 1,
        precision: Precision::Double,
        n_scores: 1,
    },
    Plan {
        name: "bare leaves",
        n_features: 2,
        n_trees: 3,
        n_splits: 0,
        growth: Growth::DepthFirst(0),
        categorical: 0,
        precision: Precision::Double,
        n_scores: 1,
    },
];

pub(crate) fn estimators() -> impl Iterator<Item = (&'static str, Estimator)> {
    PLANS
        .iter()
        .zip(1..)
        .map(|(plan, seed)| (plan.name, grow(plan, &mut Random::new(seed))))
}

/// A forest of deep trees, another one for each seed: of either precision, with and without categories, of few and of
/// many columns, now and then with trees that are no deeper than heaps. Those of few columns have more trees than columns, which
/// blocks of rows are asked of otherwise.
pub(crate) fn deep(seed: u64) -> Estimator {
    let mut random = Random::new(seed + 1_000);
    let n_features = [1, 3, 8, 20, 90, 400][random.below(6)];
    let most_splits = [40, 200, 700, 2_000][random.below(4)];
    let n_trees = match n_features {
        1 | 3 => 12 + random.below(30),
        _ => 1 + random.below(30),
    };
    let plan = Plan {
        name: "deep",
        n_features,
        n_trees,
        n_splits: 1 + random.below(most_splits),
        growth: Growth::DepthFirst(random.below(11)),
        categorical: [0, 0, 2][random.below(3)],
        precision: [Precision::Single, Precision::Double][random.below(2)],
        n_scores: 1 + random.below(3),
    };
    grow(&plan, &mut random)
}

/// A forest of complete trees, all so deep, with at most so many columns: a feature has up to four.
pub(crate) fn complete(depth: usize, n_columns: usize) -> Estimator {
    let mut random = Random::new((100 * depth + n_columns) as u64);
    let plan = Plan {
        name: "complete",
        n_features: n_columns.div_ceil(4),
        n_trees: 1 + (3 * depth) % 11,
        n_splits: (1 << depth) - 1,
        growth: Growth::BreadthFirst,
        categorical: 0,
        precision: [Precision::Single, Precision::Double][depth % 2],
        n_scores: 1 + depth % 3,
    };
    grow(&plan, &mut random)
}

fn grow(plan: &Plan, random: &mut Random) -> Estimator {
    let trees = (0..plan.n_trees)
        .map(|_| tree(plan, random).expect("the tree is sound"))
        .collect();
    let sum = Sum {
        base: (0..plan.n_scores).map(|score| score as f64 / 8.0).collect(),
        score_of_tree: (0..plan.n_trees)
            .map(|tree| (tree % plan.n_scores) as u32)
            .collect(),
        scale: 0.1,
        precision: plan.precision,
        divisor: None,
    };
    let forest = Forest::boosted(trees, plan.n_features, plan.precision, sum);
    estimator(plan, forest.expect("the forest is sound"))
}

/// A node of a growing tree: a split with its children, or a leaf.
type Grown = Option<(usize, usize)>;

fn tree(plan: &Plan, random: &mut Random) -> Result<Tree, TreeError> {
    let mut nodes: Vec<Grown> = vec![None];
    let mut leaves = VecDeque::from([0]);
    for _ in 0..plan.n_splits {
        let at = match plan.growth {
            Growth::BreadthFirst => leaves.pop_front().expect("a tree has a leaf"),
            Growth::DepthFirst(newest) => {
                let chosen = match random.below(10) < newest {
                    true => leaves.len() - 1,
                    false => random.below(leaves.len()),
                };
                leaves.swap_remove_back(chosen).expect("it is below")
            }
        };
        let left = nodes.len();
        nodes.extend([None, None]);
        nodes[at] = Some((left, left + 1));
        leaves.extend([left, left + 1]);
    }
    let mut builder = TreeBuilder::new(plan.n_features, nodes.len(), 1)?;
    for node in &nodes {
        let Some((left, right)) = node else {
            builder.leaf(&[random.below(1_000) as f64 / 7.0 - 70.0])?;
            continue;
        };
        let feature = random.below(plan.n_features) as i64;
        let (left, right) = (*left as i64, *right as i64);
        let missing = Side::left_if(random.below(2) == 0);
        if random.below(10) < plan.categorical {
            let categories: Vec<u32> = (0..4).map(|_| random.below(9) as u32).collect();
            let set = CategorySet::new(&categories, &[], Side::Right, missing);
            let set = set.expect("the categories are small");
            builder.categories(UncheckedCategorySplit {
                feature,
                set,
                left,
                right,
            })?;
        } else {
            builder.split(&UncheckedSplit {
                feature,
                threshold: (random.below(1 << 22) as f64 - 2_097_152.0) / 65_536.0,
                left,
                right,
                missing,
                zero_is_missing: random.below(10) == 0,
            })?;
        }
    }
    builder.covers(covers(&nodes, random));
    builder.finish()
}

/// How much of the training data came to each node; to some nothing.
fn covers(nodes: &[Grown], random: &mut Random) -> Vec<f64> {
    let mut covers = vec![1_000.0; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        if let Some((left, right)) = node {
            let share = random.below(11) as f64 / 10.0;
            covers[*left] = covers[at] * share;
            covers[*right] = covers[at] - covers[*left];
        }
    }
    covers
}

fn estimator(plan: &Plan, forest: Forest) -> Estimator {
    let head = if plan.n_scores == 1 {
        Head::Value(ValueLink::Identity)
    } else {
        Head::Probabilities
    };
    let labels = (0..plan.n_scores as i64).map(Label::Int).collect();
    let signature = Signature {
        class: plan.name.to_owned(),
        wrappers: Vec::new(),
        writer: Writer {
            library: Library::LightGbm,
            version: String::new(),
        },
        parts: Vec::new(),
        inputs: (0..plan.n_features)
            .map(|feature| ModelInput::number(ModelInput::name_of(feature)))
            .collect(),
        is_named: false,
        vocabulary: Vocabulary::default(),
        output: match head {
            Head::Value(_) => Output::Value,
            _ => Output::Classes {
                labels,
                has_probabilities: true,
            },
        },
    };
    Estimator {
        signature,
        pipeline: Pipeline::bare(Accepts::ANYTHING, Scoring::Forest(forest), head),
    }
}
