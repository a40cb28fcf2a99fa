//! The trees of a LightGBM model, and how their sums become an answer.

use std::collections::HashSet;

use super::document::{Document, Section};
use super::{malformed, unsupported};
use crate::error::Error;
use crate::forest::{Forest, Precision, Sum};
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;
use crate::tree::{CategorySet, Side, Tree, TreeBuilder, UncheckedCategorySplit, UncheckedSplit};

/// More classes than any model here may have.
const MAX_SCORES: usize = 65_536;

/// Bits of `decision_type` (`include/LightGBM/tree.h`).
const CATEGORICAL: u8 = 1;
const DEFAULT_LEFT: u8 = 2;

/// How a model computes, and how many classes it tells apart; `None` for a regressor. `best` is the
/// number of iterations to use, where training stopped early.
pub(super) fn pipeline(
    document: &Document<'_>,
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
    let (head, n_classes) = head(document, divisor.unwrap_or(1.0))?;
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

/// What the sums mean (`ConvertOutput` of `src/objective/*`).
fn head(document: &Document<'_>, divisor: f64) -> Result<(Head, Option<usize>), Error> {
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
    let classes = |link| {
        Head::Classes(ClassHead {
            link,
            decide: Decide::Probability,
            // Wrappers have had a `decision_function` since some 4.x.
            has_decision: document.version != "v3",
            precision: Precision::Double,
            divisor,
        })
    };
    let value = |link| Ok((Head::Value(link), None));
    let n_scores = document.n_scores;
    let fits = |expected: usize| {
        if n_scores == expected {
            Ok(())
        } else {
            Err(malformed(
                "objective",
                "trees per iteration and classes differ",
            ))
        }
    };
    match name {
        "binary" => {
            fits(1)?;
            Ok((classes(ClassLink::Logistic { factor: factor()? }), Some(2)))
        }
        "multiclass" if document.n_classes > 1 => {
            fits(document.n_classes)?;
            Ok((classes(ClassLink::Softmax), Some(n_scores)))
        }
        "multiclassova" if document.n_classes > 1 => {
            fits(document.n_classes)?;
            Ok((
                classes(ClassLink::LogisticEach { factor: factor()? }),
                Some(n_scores),
            ))
        }
        "regression" if parameters.contains(&"sqrt") => Err(unsupported(
            "objective",
            "regression of square roots (reg_sqrt)",
        )),
        "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" => {
            fits(1)?;
            value(ValueLink::Identity)
        }
        "poisson" | "gamma" | "tweedie" => {
            fits(1)?;
            value(ValueLink::Exp)
        }
        "cross_entropy" => {
            fits(1)?;
            value(ValueLink::Logistic)
        }
        "" | "custom" | "none" => Err(unsupported(
            "objective",
            "an objective of the analysts' own, of which the file does not say what the sums mean,",
        )
        .advised("Train with one of LightGBM's own objectives, as objective=\"binary\"")),
        other => Err(unsupported("objective", format!("the objective {other:?}"))),
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
        let lists = Lists::read(section, n_splits)?;
        for node in 0..n_splits {
            lists.add(node, section, document, &mut builder)?;
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

    fn add(
        &self,
        node: usize,
        section: &Section<'_>,
        document: &Document<'_>,
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
                .categories(node, missing, document)
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

    /// The categories in a node's bitset go left; all others go right. A missing value goes right
    /// from LightGBM 4 on, and before that was read as category 0 unless missing values are NaN.
    fn categories(
        &self,
        node: usize,
        missing: MissingType,
        document: &Document<'_>,
    ) -> Option<CategorySet> {
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
        let reads_zero = document.version == "v3" && missing != MissingType::Nan;
        let missing = Side::left_if(reads_zero && left.contains(&0));
        CategorySet::new(&left, &[], Side::Right, missing).map(CategorySet::truncating)
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
