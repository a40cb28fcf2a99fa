//! `HistGradientBoostingClassifier` and `HistGradientBoostingRegressor`.
//!
//! Node layout and walk: `sklearn/ensemble/_hist_gradient_boosting/common.pyx` and
//! `_predictor.pyx`; the rest: `gradient_boosting.py` there. Rows stay f64.

use propenso_pickle::{ArrayView, View};

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, check_width, column_transformer, header};
use crate::error::Error;
use crate::forest::{Forest, Precision, Sum};
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::input::OnMissing;
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;
use crate::transform::Transform;
use crate::tree::{CategorySet, Side, Tree, TreeBuilder, UncheckedCategorySplit, UncheckedSplit};
use crate::version::Version;

/// Words of 32 bits in a category bitset: 256 categories.
const BITSET_WORDS: usize = 8;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let version = header::version(object)?;
    check_width(object, frame)?;
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "HistGradientBoostingClassifier");
    let labels = is_classifier.then(|| header::classes(object)).transpose()?;
    let (transforms, n_features) = preprocessor(object, frame, importer)?;
    let n_scores = object.attribute("n_trees_per_iteration_")?.count()?;
    let expected = match labels.as_ref().map(Vec::len) {
        None | Some(2) => 1,
        Some(n_classes) => n_classes,
    };
    if n_scores != expected {
        return Err(inconsistent(object, "the trees and the classes differ"));
    }
    let trees = trees(object, n_features, n_scores)?;
    let sum = Sum {
        base: baseline(object, n_scores)?,
        score_of_tree: (0..trees.len())
            .map(|tree| (tree % n_scores) as u32)
            .collect(),
        scale: 1.0,
        precision: Precision::Double,
        divisor: None,
    };
    let forest = Forest::boosted(trees, n_features, Precision::Double, sum)
        .ok_or_else(|| inconsistent(object, "the trees and the classes differ"))?;
    let head = match labels {
        None => Head::Value(value_link(object)?),
        Some(_) => Head::Classes(ClassHead {
            link: match n_scores {
                1 => ClassLink::Logistic { factor: 1.0 },
                // Up to 1.0 by way of `logsumexp`, which rounds otherwise.
                _ if version < Version::new(1, 1) => ClassLink::LogLikelihood,
                _ => ClassLink::Softmax,
            },
            decide: if version < Version::new(1, 5) {
                Decide::Probability
            } else {
                Decide::Score
            },
            has_decision: true,
            precision: Precision::Double,
            divisor: 1.0,
        }),
    };
    let pipeline = Pipeline {
        transforms,
        ..Pipeline::bare(Accepts::ANYTHING, Scoring::Forest(forest), head)
    };
    Ok(Imported { pipeline, labels })
}

/// Reads what a model with categorical features does first from 1.4 on: it reorders and encodes its columns.
fn preprocessor(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Vec<Transform>, usize), Error> {
    let reads = |frame: &Frame, importer: &mut Importer| {
        for column in &frame.columns {
            importer.reads_number(column);
            importer.meets_missing(column, OnMissing::Accepted);
        }
    };
    match object.optional_attribute("_preprocessor")? {
        Some(preprocessor) if !preprocessor.is_none() => {
            let (transform, encoded) = column_transformer::import(preprocessor, frame, importer)?;
            reads(&encoded, importer);
            Ok((vec![transform], encoded.len()))
        }
        _ => {
            reads(frame, importer);
            Ok((Vec::new(), frame.len()))
        }
    }
}

fn value_link(object: View<'_>) -> Result<ValueLink, Error> {
    match object.attribute("loss")?.text()? {
        "squared_error"
        | "least_squares"
        | "absolute_error"
        | "least_absolute_deviation"
        | "quantile" => Ok(ValueLink::Identity),
        "poisson" | "gamma" => Ok(ValueLink::Exp),
        other => Err(unsupported(object, format!("the loss `{other}`"))),
    }
}

/// A scalar, (scores, 1) up to 1.0, (1, scores) later.
fn baseline(object: View<'_>, n_scores: usize) -> Result<Vec<f64>, Error> {
    let baseline = object.attribute("_baseline_prediction")?;
    let values = match baseline.array() {
        Ok(array) => array.f64s()?,
        Err(_) => vec![baseline.float()?],
    };
    if values.len() == n_scores && values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(inconsistent(object, "a baseline per score is expected"))
    }
}

fn trees(object: View<'_>, n_features: usize, n_scores: usize) -> Result<Vec<Tree>, Error> {
    let known = known_categories(object, n_features)?;
    let version = header::version(object)?;
    let mut trees = Vec::new();
    for iteration in object.attribute("_predictors")?.items()? {
        let predictors = iteration.items()?;
        if predictors.len() != n_scores {
            return Err(inconsistent(
                object,
                "an iteration does not have a tree per score",
            ));
        }
        for predictor in predictors {
            let position = trees.len();
            trees.push(tree(predictor, &known, position, version)?);
        }
    }
    Ok(trees)
}

/// The categories each feature had in training; `None` for a number.
fn known_categories(object: View<'_>, n_features: usize) -> Result<Vec<Option<Vec<u32>>>, Error> {
    let mapper = object.attribute("_bin_mapper")?;
    let flags = mapper.attribute("is_categorical_")?.array()?.i64s()?;
    let thresholds = mapper.attribute("bin_thresholds_")?.items()?;
    if flags.len() != n_features || thresholds.len() != n_features {
        return Err(inconsistent(
            mapper,
            "the bins and the model differ in columns",
        ));
    }
    flags
        .into_iter()
        .zip(thresholds)
        .map(|(flag, categories)| {
            if flag == 0 {
                return Ok(None);
            }
            let categories = categories.array()?.f64s()?;
            Ok(Some(
                categories
                    .into_iter()
                    .filter(|category| (0.0..256.0).contains(category))
                    .map(|category| category as u32)
                    .collect(),
            ))
        })
        .collect()
}

/// The node records of one `TreePredictor`, a column per field.
struct Columns<'d> {
    predictor: View<'d>,
    value: Vec<f64>,
    feature: Vec<i64>,
    threshold: Vec<f64>,
    missing_go_to_left: Vec<i64>,
    left: Vec<i64>,
    right: Vec<i64>,
    is_leaf: Vec<i64>,
    is_categorical: Option<Vec<i64>>,
    bitset: Option<Vec<i64>>,
    bitsets: Vec<i64>,
    count: Option<Vec<i64>>,
}

impl<'d> Columns<'d> {
    fn read(predictor: View<'d>, records: &ArrayView<'_>) -> Result<Self, Error> {
        let optional = |name: &str| {
            records
                .optional_field(name)
                .map(|field| field.i64s())
                .transpose()
        };
        let bitsets = match predictor.optional_attribute("raw_left_cat_bitsets")? {
            Some(bitsets) => bitsets.array()?.i64s()?,
            None => Vec::new(),
        };
        Ok(Self {
            predictor,
            value: records.field("value")?.f64s()?,
            feature: records.field("feature_idx")?.i64s()?,
            threshold: records.field("num_threshold")?.f64s()?,
            missing_go_to_left: records.field("missing_go_to_left")?.i64s()?,
            left: records.field("left")?.i64s()?,
            right: records.field("right")?.i64s()?,
            is_leaf: records.field("is_leaf")?.i64s()?,
            is_categorical: optional("is_categorical")?,
            bitset: optional("bitset_idx")?,
            count: optional("count")?,
            bitsets,
        })
    }

    /// The categories that go left at a node, which has a bitset of its own.
    fn left_categories(&self, node: usize) -> Result<Vec<u32>, Error> {
        let wrong = || inconsistent(self.predictor, "a categorical split has no bitset");
        let index = self.bitset.as_ref().and_then(|column| column.get(node));
        let words = index
            .and_then(|index| usize::try_from(*index).ok()?.checked_mul(BITSET_WORDS))
            .and_then(|start| self.bitsets.get(start..start.checked_add(BITSET_WORDS)?))
            .ok_or_else(wrong)?;
        let mut categories = Vec::new();
        for (position, word) in (0_u32..).zip(words) {
            let set = (0..32).filter(|bit| word >> bit & 1 == 1);
            categories.extend(set.map(|bit| position * 32 + bit));
        }
        Ok(categories)
    }
}

fn tree(
    predictor: View<'_>,
    known: &[Option<Vec<u32>>],
    position: usize,
    version: Version,
) -> Result<Tree, Error> {
    let bad_tree = |error| Error::Tree {
        tree: position,
        offset: predictor.offset(),
        error,
    };
    let records = predictor.attribute("nodes")?.array()?;
    let &[n_nodes] = records.shape() else {
        return Err(inconsistent(predictor, "`nodes` is not a list of records"));
    };
    let nodes = Columns::read(predictor, &records)?;
    let mut builder = TreeBuilder::new(known.len(), n_nodes, 1).map_err(bad_tree)?;
    for node in 0..n_nodes {
        let missing = Side::left_if(nodes.missing_go_to_left[node] != 0);
        let is_categorical = nodes
            .is_categorical
            .as_ref()
            .is_some_and(|column| column[node] != 0);
        if nodes.is_leaf[node] != 0 {
            builder.leaf(&[nodes.value[node]]).map_err(bad_tree)?;
        } else if is_categorical {
            let feature = usize::try_from(nodes.feature[node]).unwrap_or(usize::MAX);
            let known = known.get(feature).and_then(Option::as_ref);
            let known = known.ok_or_else(|| {
                inconsistent(predictor, "a categorical split on a feature of numbers")
            })?;
            let left = nodes.left_categories(node)?;
            // A category that training did not see goes where a missing value does.
            let mut set = CategorySet::new(&left, known, missing, missing)
                .ok_or_else(|| inconsistent(predictor, "a category above 255"))?;
            // Later versions encode categories first.
            if version < Version::new(1, 4) {
                set = set.of_bytes(version < Version::new(1, 2));
            }
            let split = UncheckedCategorySplit {
                feature: nodes.feature[node],
                set,
                left: nodes.left[node],
                right: nodes.right[node],
            };
            builder.categories(split).map_err(bad_tree)?;
        } else {
            let split = UncheckedSplit {
                feature: nodes.feature[node],
                threshold: nodes.threshold[node],
                left: nodes.left[node],
                right: nodes.right[node],
                missing,
                zero_is_missing: false,
            };
            builder.split(&split).map_err(bad_tree)?;
        }
    }
    builder.covers(nodes.count.into_iter().flatten().map(|count| count as f64));
    builder.finish().map_err(bad_tree)
}
