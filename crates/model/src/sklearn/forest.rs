//! Decision trees, random forests and extra trees: classifiers and regressors.

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::tree::{self, LeafMeaning, TreeShape};
use super::{Imported, check_width, header, reads_numbers};
use crate::error::Error;
use crate::forest::Forest;
use crate::head::{Head, ValueLink};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::{Accepts, Magnitude};
use crate::version::Version;

/// Which member of the family an estimator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    is_classifier: bool,
    is_forest: bool,
}

impl Kind {
    /// The kind of a class of `sklearn.tree._classes`.
    pub(super) fn of_tree(name: &str) -> Option<Self> {
        let is_classifier = match name {
            "DecisionTreeClassifier" | "ExtraTreeClassifier" => true,
            "DecisionTreeRegressor" | "ExtraTreeRegressor" => false,
            _ => return None,
        };
        Some(Self {
            is_classifier,
            is_forest: false,
        })
    }

    /// The kind of a class of `sklearn.ensemble._forest`.
    pub(super) fn of_forest(name: &str) -> Option<Self> {
        let is_classifier = match name {
            "RandomForestClassifier" | "ExtraTreesClassifier" => true,
            "RandomForestRegressor" | "ExtraTreesRegressor" => false,
            _ => return None,
        };
        Some(Self {
            is_classifier,
            is_forest: true,
        })
    }
}

/// Imports an estimator of this family.
pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let class = object.class();
    let kind = class.and_then(|class| Kind::of_tree(class.name).or(Kind::of_forest(class.name)));
    let kind = kind.ok_or_else(|| inconsistent(object, "not a tree or forest"))?;
    let version = header::version(object)?;
    if object.attribute("n_outputs_")?.count()? != 1 {
        return Err(unsupported(object, "a model with several outputs"));
    }
    let labels = kind
        .is_classifier
        .then(|| header::classes(object))
        .transpose()?;
    let shape = TreeShape {
        n_features: check_width(object, frame)?,
        n_values: labels.as_ref().map_or(1, Vec::len),
        meaning: if kind.is_classifier {
            LeafMeaning::of_classifier(version)
        } else {
            LeafMeaning::Value
        },
    };
    let (forest, missing) = if kind.is_forest {
        import_forest(object, kind, version, &shape)?
    } else {
        let tree = tree::import(object.attribute("tree_")?, &shape, 0)?;
        let forest = Forest::single(tree, shape.n_features);
        (forest, tree_accepts_missing(object, version)?)
    };
    // A sparse row is checked for missing values whatever the trees take.
    let missing = missing && !frame.matrix.is_sparse();
    reads_numbers(frame, importer, missing);
    let accepts = Accepts {
        missing,
        magnitude: Magnitude::Float32,
    };
    let head = if kind.is_classifier {
        Head::Probabilities
    } else {
        Head::Value(ValueLink::Identity)
    };
    Ok(Imported {
        pipeline: Pipeline::bare(accepts, Scoring::Forest(forest), head),
        labels,
    })
}

fn import_forest(
    object: View<'_>,
    kind: Kind,
    version: Version,
    shape: &TreeShape,
) -> Result<(Forest, bool), Error> {
    let members = header::members(object, "estimators_")?;
    let mut accepts_missing = false;
    if let Some(first) = members.first().copied() {
        check_member(first, kind, object)?;
        // As scikit-learn does, the first tree speaks for all.
        accepts_missing = version >= Version::new(1, 4) && tree_accepts_missing(first, version)?;
    }
    let trees = tree::import_all(&members, shape, |member| check_member(member, kind, object))?;
    let forest = Forest::mean(trees, shape.n_features)
        .ok_or_else(|| inconsistent(object, "the forest has no trees; it was not fitted"))?;
    Ok((forest, accepts_missing))
}

/// A member of a forest must be a tree of the forest's own kind, written by the same version: its
/// leaf values are read with the forest's meaning.
fn check_member(member: View<'_>, kind: Kind, forest: View<'_>) -> Result<(), Error> {
    let of_kind = member.class().is_some_and(|class| {
        class.module == "sklearn.tree._classes"
            && Kind::of_tree(class.name)
                .is_some_and(|member| member.is_classifier == kind.is_classifier)
    });
    if !of_kind {
        return Err(member
            .wrong_type("a decision tree of the forest's kind")
            .into());
    }
    if header::version_text(member)? != header::version_text(forest)? {
        return Err(inconsistent(
            forest,
            "a tree was written by another scikit-learn version",
        ));
    }
    Ok(())
}

/// Whether a tree takes rows with missing values: `_support_missing_values` and the `allow_nan` tag
/// of `sklearn/tree/_classes.py` from 1.3.2 to 1.9.1.
fn tree_accepts_missing(tree: View<'_>, version: Version) -> Result<bool, Error> {
    if version < Version::new(1, 3) {
        return Ok(false);
    }
    let splitter = tree.attribute("splitter")?;
    let splitter = splitter.text().unwrap_or("a splitter object");
    let is_extra_tree = tree
        .class()
        .is_some_and(|class| class.name.starts_with("ExtraTree"));
    let splitter_allows = match (version < Version::new(1, 6), is_extra_tree) {
        (true, _) => splitter == "best",
        (false, true) => splitter == "random",
        (false, false) => matches!(splitter, "best" | "random"),
    };
    if version >= Version::new(1, 9) {
        return Ok(splitter_allows);
    }
    let criterion = tree.attribute("criterion")?;
    let criterion_allows = matches!(
        criterion.text(),
        Ok("gini" | "log_loss" | "entropy" | "squared_error" | "friedman_mse" | "poisson")
    );
    let unconstrained = tree
        .optional_attribute("monotonic_cst")?
        .is_none_or(propenso_pickle::View::is_none);
    Ok(splitter_allows && criterion_allows && unconstrained)
}
