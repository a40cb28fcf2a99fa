//! The trees of a LightGBM model, and how their sums become an answer.

use std::collections::HashSet;

use super::document::{Document, Section};
use super::{malformed, unsupported};
use crate::caller::Caller;
use crate::error::Error;
use crate::forest::{Forest, Precision, Sum};
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;
use crate::tree::{
    CategorySet, MISSING_ZERO, Side, Tree, TreeBuilder, UncheckedCategorySplit, UncheckedSplit,
};

/// More classes than any model here may have.
const MAX_SCORES: usize = 65_536;

/// Bits of `decision_type` (`include/LightGBM/tree.h`).
const CATEGORICAL: u8 = 1;
const DEFAULT_LEFT: u8 = 2;

/// How a model computes, and how many classes it tells apart; `None` where it answers a number. `best` is the
/// number of iterations to use, where training stopped early.
pub(super) fn pipeline(
    document: &Document<'_>,
    caller: Caller,
    best: Option<usize>,
) -> Result<(Pipeline, Option<usize>), Error> {
    let n_scores = document.n_scores;
    if n_scores == 0 || n_scores > MAX_SCORES || !document.trees.len().is_multiple_of(n_scores) {
        return Err(malformed(
            "num_tree_per_iteration",
            "the trees do not fill their iterations",
        ));
    }
    let n_trees = best
        .and_then(|best| best.checked_mul(n_scores))
        .unwrap_or(usize::MAX)
        .min(document.trees.len());
    let mut trees = Vec::with_capacity(n_trees);
    for section in &document.trees[..n_trees] {
        trees.push(tree(section, document)?);
    }
    let n_iterations = trees.len() / n_scores;
    let divisor = (document.averages && n_iterations > 0).then_some(n_iterations as f64);
    let (head, n_classes) = head(document, caller, divisor.unwrap_or(1.0))?;
    let sum = Sum {
        base: vec![0.0; n_scores],
        score_of_tree: (0..trees.len())
            .map(|tree| (tree % n_scores) as u32)
            .collect(),
        scale: 1.0,
        precision: Precision::Double,
        // A classifier's raw scores stay sums; its head divides them.
        divisor: divisor.filter(|_| n_classes.is_none()),
    };
    let forest = Forest::boosted(trees, document.n_features, Precision::Double, sum)
        .ok_or_else(|| malformed("the trees", "they do not go together"))?;
    let pipeline = Pipeline::bare(Accepts::ANYTHING, Scoring::Forest(forest), head);
    Ok((pipeline, n_classes))
}

/// What is answered, by the objective and by who is asked (`predict_proba` of
/// `python-package/lightgbm/sklearn.py`): a wrapper's classifier takes what any objective of one score
/// makes of it for the probability of the second class.
fn head(
    document: &Document<'_>,
    caller: Caller,
    divisor: f64,
) -> Result<(Head, Option<usize>), Error> {
    let objective = Objective::of(document)?;
    if document.n_scores != objective.n_scores() {
        return Err(malformed(
            "objective",
            "trees per iteration and classes differ",
        ));
    }
    let classes = |link, n_classes| {
        let head = ClassHead {
            link,
            decide: Decide::Probability,
            // Wrappers have had a `decision_function` since some 4.x.
            has_decision: document.version != "v3",
            precision: Precision::Double,
            divisor,
        };
        Ok((Head::Classes(head), Some(n_classes)))
    };
    match (objective, caller) {
        (Objective::Binary { factor }, Caller::Booster | Caller::Classifier) => {
            classes(ClassLink::Logistic { factor }, 2)
        }
        (Objective::Binary { factor }, Caller::Regressor) => {
            Ok((Head::Value(ValueLink::Sigmoid { factor }), None))
        }
        (Objective::Value(link), Caller::Classifier) => classes(ClassLink::Value(link), 2),
        (Objective::Value(link), _) => Ok((Head::Value(link), None)),
        (Objective::Multiclass { .. }, Caller::Regressor) => Err(unsupported(
            "objective",
            "LGBMRegressor with an objective of several classes, which answers more than a number:",
        )),
        (Objective::Multiclass { link, n_classes }, _) => classes(link, n_classes),
    }
}

/// What an objective makes of the sums (`ConvertOutput` of `src/objective/*`).
enum Objective {
    Binary { factor: f64 },
    Multiclass { link: ClassLink, n_classes: usize },
    Value(ValueLink),
}

impl Objective {
    fn of(document: &Document<'_>) -> Result<Self, Error> {
        let mut words = document.objective.split(' ');
        let name = words.next().unwrap_or("");
        let parameters: Vec<&str> = words.collect();
        let factor = || {
            let text = parameters
                .iter()
                .find_map(|word| word.strip_prefix("sigmoid:"));
            let factor: Option<f64> = text.unwrap_or("1").parse().ok();
            factor
                .filter(|factor| factor.is_finite() && *factor > 0.0)
                .ok_or_else(|| malformed("objective", "`sigmoid` is not a number above 0"))
        };
        let n_classes = document.n_classes;
        Ok(match name {
            "binary" => Self::Binary { factor: factor()? },
            "multiclass" if n_classes > 1 => Self::Multiclass {
                link: ClassLink::Softmax,
                n_classes,
            },
            "multiclassova" if n_classes > 1 => Self::Multiclass {
                link: ClassLink::LogisticEach { factor: factor()? },
                n_classes,
            },
            // Trained on square roots (`reg_sqrt`), which all that are kinds of `regression` note.
            "regression" | "regression_l1" | "fair" | "quantile" | "mape"
                if parameters.contains(&"sqrt") =>
            {
                Self::Value(ValueLink::SignedSquare)
            }
            _ if parameters.contains(&"sqrt") => {
                let what = format!("square roots under the objective {name:?}");
                return Err(unsupported("objective", what));
            }
            "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" => {
                Self::Value(ValueLink::Identity)
            }
            "poisson" | "gamma" | "tweedie" => Self::Value(ValueLink::Exp),
            "cross_entropy" => Self::Value(ValueLink::Logistic),
            "cross_entropy_lambda" => Self::Value(ValueLink::Softplus),
            "" | "custom" | "none" => {
                let what = "an objective of the analysts' own, of which the file does not say what the sums mean,";
                let error = unsupported("objective", what);
                return Err(error.advised(
                    "Train with one of LightGBM's own objectives, as objective=\"binary\"",
                ));
            }
            other => return Err(unsupported("objective", format!("the objective {other:?}"))),
        })
    }

    fn n_scores(&self) -> usize {
        match self {
            Self::Multiclass { n_classes, .. } => *n_classes,
            Self::Binary { .. } | Self::Value(_) => 1,
        }
    }
}

/// The lists of one tree. Inner nodes are numbered before leaves: child `c` is a node where it is
/// not negative, else leaf `-c - 1`.
struct Lists {
    feature: Vec<i64>,
    threshold: Vec<f64>,
    decision: Vec<u8>,
    left: Vec<i64>,
    right: Vec<i64>,
    /// Where the bitset of each categorical split begins in `bits`.
    boundaries: Vec<usize>,
    bits: Vec<u32>,
}

fn tree(section: &Section<'_>, document: &Document<'_>) -> Result<Tree, Error> {
    let bad_tree = |error: crate::error::TreeError| malformed(&section.title, error.to_string());
    if section
        .optional("is_linear")
        .is_some_and(|flag| flag != "0")
    {
        return Err(unsupported(
            &section.title,
            "a tree with linear models in its leaves (LGBMClassifier with linear_tree)",
        ));
    }
    let n_leaves = section.count("num_leaves")?;
    let values: Vec<f64> = section.list("leaf_value", n_leaves)?;
    let n_splits = n_leaves
        .checked_sub(1)
        .ok_or_else(|| malformed(&section.title, "it has no leaf"))?;
    let n_nodes = n_splits + n_leaves;
    let mut builder = TreeBuilder::new(document.n_features, n_nodes, 1).map_err(bad_tree)?;
    if n_splits > 0 {
        let mut lists = Lists::read(section, n_splits)?;
        if !document.is_sparse {
            lists.read_zeros();
        }
        for node in 0..n_splits {
            lists.add(node, section, &mut builder)?;
        }
    }
    for value in values {
        builder.leaf(&[value]).map_err(bad_tree)?;
    }
    // In the order of the nodes: splits, then leaves.
    let counts = ["internal_count", "leaf_count"].map(|key| section.optional(key).unwrap_or(""));
    let counts = counts.iter().flat_map(|list| list.split_ascii_whitespace());
    builder.covers(counts.map(|count| count.parse().unwrap_or(f64::NAN)));
    builder.finish().map_err(bad_tree)
}

impl Lists {
    fn read(section: &Section<'_>, n_splits: usize) -> Result<Self, Error> {
        let n_sets = section.count("num_cat")?;
        let (boundaries, bits): (Vec<usize>, Vec<u32>) = if n_sets > 0 {
            let boundaries: Vec<usize> =
                section.list("cat_boundaries", n_sets.saturating_add(1))?;
            let n_words = boundaries.last().copied().unwrap_or(0);
            let bits = section.list("cat_threshold", n_words)?;
            (boundaries, bits)
        } else {
            (Vec::new(), Vec::new())
        };
        let lists = Self {
            feature: section.list("split_feature", n_splits)?,
            threshold: section.list("threshold", n_splits)?,
            decision: section.list("decision_type", n_splits)?,
            left: section.list("left_child", n_splits)?,
            right: section.list("right_child", n_splits)?,
            boundaries,
            bits,
        };
        if lists.shares_sets() {
            return Err(malformed(&section.title, "category sets overlap"));
        }
        Ok(lists)
    }

    /// Whether some part of the sets belongs to two nodes, which LightGBM never writes. A short file
    /// could ask for much memory that way.
    fn shares_sets(&self) -> bool {
        let mut seen = HashSet::new();
        let is_new = |(threshold, decision): (&f64, &u8)| {
            decision & CATEGORICAL == 0 || seen.insert(threshold.to_bits())
        };
        !self.boundaries.is_sorted() || !self.threshold.iter().zip(&self.decision).all(is_new)
    }

    /// Moves the thresholds of numbers to where a dense row's zeros are sent as the library sends them.
    fn read_zeros(&mut self) {
        for (threshold, decision) in self.threshold.iter_mut().zip(&self.decision) {
            // A categorical split's is a position.
            if decision & CATEGORICAL == 0 {
                *threshold = beside_zero(*threshold);
            }
        }
    }

    fn add(
        &self,
        node: usize,
        section: &Section<'_>,
        builder: &mut TreeBuilder,
    ) -> Result<(), Error> {
        let bad_tree =
            |error: crate::error::TreeError| malformed(&section.title, error.to_string());
        let n_splits = self.left.len() as i64;
        let child = |child: i64| {
            if child < 0 {
                n_splits.saturating_add(!child)
            } else {
                child
            }
        };
        let (left, right) = (child(self.left[node]), child(self.right[node]));
        let decision = self.decision[node];
        let missing = MissingType::of(decision)
            .ok_or_else(|| malformed(&section.title, "an unknown type of missing values"))?;
        let feature = self.feature[node];
        if decision & CATEGORICAL != 0 {
            let set = self
                .categories(node)
                .ok_or_else(|| malformed(&section.title, format!("node {node}: its categories")))?;
            let split = UncheckedCategorySplit {
                feature,
                set,
                left,
                right,
            };
            return builder.categories(split).map_err(bad_tree);
        }
        let threshold = self.threshold[node];
        let default = Side::left_if(decision & DEFAULT_LEFT != 0);
        let split = UncheckedSplit {
            feature,
            threshold,
            left,
            right,
            missing: match missing {
                // A missing value is read as 0.
                MissingType::None => Side::left_if(0.0 <= threshold),
                MissingType::Zero | MissingType::Nan => default,
            },
            zero_is_missing: missing == MissingType::Zero,
        };
        builder.split(&split).map_err(bad_tree)
    }

    /// The categories in a node's bitset go left; all others and missing values go right. Up to 3.3
    /// `Tree::CategoricalDecision` seems to read a missing value as category 0 unless missing values are
    /// NaN. It does not on x86-64, where NaN becomes the smallest integer, which is negative, before
    /// that line is reached.
    fn categories(&self, node: usize) -> Option<CategorySet> {
        let set = self.threshold[node];
        if !(set >= 0.0 && set.fract() == 0.0) {
            return None;
        }
        let set = set as usize;
        let start = *self.boundaries.get(set)?;
        let end = *self.boundaries.get(set.checked_add(1)?)?;
        let words = self.bits.get(start..end)?;
        let mut left = Vec::new();
        for (position, word) in (0_u32..).zip(words) {
            let base = position.checked_mul(32)?;
            left.extend(
                (0..32)
                    .filter(|bit| word >> bit & 1 == 1)
                    .map(|bit| base + bit),
            );
        }
        CategorySet::new(&left, &[], Side::Right, Side::Right).map(CategorySet::truncating)
    }
}

/// The threshold that sends every value where LightGBM's does: it reads values up to
/// [`MISSING_ZERO`] of a dense row as 0 before it compares (`RowPairFunctionFromDenseMatric` of `src/c_api.cpp`), and
/// what a sparse one stores as it is (`RowFunctionFromCSR`).
fn beside_zero(threshold: f64) -> f64 {
    if (-MISSING_ZERO..0.0).contains(&threshold) {
        (-MISSING_ZERO).next_down()
    } else if (0.0..MISSING_ZERO).contains(&threshold) {
        MISSING_ZERO
    } else {
        threshold
    }
}

/// What counts as missing at a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MissingType {
    None,
    Zero,
    Nan,
}

impl MissingType {
    fn of(decision: u8) -> Option<Self> {
        match decision >> 2 & 3 {
            0 => Some(Self::None),
            1 => Some(Self::Zero),
            2 => Some(Self::Nan),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_beside_zero_sends_what_reads_as_zero_with_zero() {
        let zero = MISSING_ZERO;
        let reads = |value: f64| if value.abs() <= zero { 0.0 } else { value };
        let beside = [
            zero,
            zero.next_up(),
            zero.next_down(),
            f64::from_bits(1),
            0.0,
            1.0,
        ];
        let values = || beside.into_iter().flat_map(|value| [value, -value]);
        for threshold in values() {
            for value in values() {
                assert_eq!(
                    value <= beside_zero(threshold),
                    reads(value) <= threshold,
                    "{value:e} at {threshold:e}"
                );
            }
        }
    }

    #[test]
    fn a_missing_category_goes_right() {
        let bits = Lists {
            feature: vec![0],
            threshold: vec![0.0],
            decision: vec![CATEGORICAL],
            left: vec![-1],
            right: vec![-2],
            boundaries: vec![0, 1],
            bits: vec![0b101],
        };
        let set = bits.categories(0).unwrap();
        for left in [0.0, -0.5, 2.9] {
            assert_eq!(set.side(left), Side::Left, "{left}");
        }
        for right in [f64::NAN, -1.0, 1.0, 3.0, 1e300, f64::INFINITY] {
            assert_eq!(set.side(right), Side::Right, "{right}");
        }
    }
}
