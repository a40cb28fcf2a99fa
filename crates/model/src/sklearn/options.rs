//! Which of a class's parameters choose how it computes. The rest say how it was fitted, which its attributes tell.
//!
//! Together with the matrix that a step reads they are its path: two files whose steps have the same classes and
//! paths are computed alike, so what was compared with the original is the path ([`crate::verified`]).

use propenso_pickle::View;

use super::frame::{Dtype, Matrix, Storage};
use crate::error::Error;

/// The parameters, by class. To add a class with options: its line here.
const OPTIONS: &[(&str, &[&str])] = &[
    ("AdaBoostClassifier", &["algorithm"]),
    ("CalibratedClassifierCV", &["method", "ensemble"]),
    ("DummyClassifier", &["strategy"]),
    ("DummyRegressor", &["strategy"]),
    ("FunctionTransformer", &["func", "validate"]),
    ("GradientBoostingClassifier", &["loss", "init"]),
    ("GradientBoostingRegressor", &["loss", "init"]),
    ("HistGradientBoostingClassifier", &["categorical_features"]),
    (
        "HistGradientBoostingRegressor",
        &["loss", "categorical_features"],
    ),
    ("KBinsDiscretizer", &["encode", "dtype"]),
    ("LGBMClassifier", &["boosting_type"]),
    ("LGBMRegressor", &["boosting_type"]),
    ("LogisticRegression", &["multi_class"]),
    ("LogisticRegressionCV", &["multi_class"]),
    ("MLPClassifier", &["activation"]),
    ("MLPRegressor", &["activation"]),
    ("MinMaxScaler", &["clip"]),
    (
        "OneHotEncoder",
        &[
            "handle_unknown",
            "drop",
            "min_frequency",
            "max_categories",
            "dtype",
            "sparse",
            "sparse_output",
        ],
    ),
    (
        "OrdinalEncoder",
        &[
            "handle_unknown",
            "min_frequency",
            "max_categories",
            "encoded_missing_value",
            "dtype",
        ],
    ),
    ("PCA", &["whiten"]),
    ("PolynomialFeatures", &["interaction_only", "include_bias"]),
    ("PowerTransformer", &["method", "standardize"]),
    ("RobustScaler", &["with_centering", "with_scaling"]),
    ("SGDClassifier", &["loss"]),
    (
        "SimpleImputer",
        &[
            "missing_values",
            "strategy",
            "add_indicator",
            "keep_empty_features",
        ],
    ),
    ("StackingClassifier", &["passthrough"]),
    ("StackingRegressor", &["passthrough"]),
    ("StandardScaler", &["with_mean", "with_std"]),
    ("VotingClassifier", &["voting"]),
    ("XGBClassifier", &["missing"]),
    ("XGBRFClassifier", &["missing"]),
    ("XGBRFRegressor", &["missing"]),
    ("XGBRegressor", &["missing"]),
];

/// The path of an object that reads rows of a matrix, as text: `handle_unknown=ignore, two classes, on sparse rows`.
/// `sparse` was called `sparse_output` from 1.2 on, and is here.
pub(super) fn path(object: View<'_>, matrix: Matrix) -> Result<String, Error> {
    more_path(String::new(), object, matrix)
}

/// Writes a path as [`path`] does, for an object whose own model says more.
pub(super) fn more_path(start: String, object: View<'_>, matrix: Matrix) -> Result<String, Error> {
    let class = object.class().map_or("", |class| class.name);
    let names = OPTIONS.iter().find(|(name, _)| *name == class);
    let mut path = Vec::new();
    if !start.is_empty() {
        path.push(start);
    }
    for name in names.map_or(&[][..], |(_, names)| names) {
        if let Some(value) = object.optional_attribute(name)? {
            let name = if *name == "sparse" {
                "sparse_output"
            } else {
                name
            };
            path.extend(spelt(value).map(|value| format!("{name}={value}")));
        }
    }
    path.extend(classes(object)?.map(str::to_owned));
    path.extend(described(matrix).map(str::to_owned));
    Ok(path.join(", "))
}

/// What an option is; nothing where it is not given. Of a number only that it is there, or that it is NaN.
fn spelt(value: View<'_>) -> Option<String> {
    if value.is_none() {
        return None;
    }
    if let Ok(text) = value.text() {
        // What stands under an option's former name while it is still accepted.
        return (text != "deprecated").then(|| text.to_owned());
    }
    if let Ok(flag) = value.boolean() {
        return Some(flag.to_string());
    }
    if let Ok(number) = value.float() {
        return Some(if number.is_nan() { "nan" } else { "a number" }.to_owned());
    }
    if let Some(global) = value.global() {
        return Some(global.name.to_owned());
    }
    if value.array().is_ok() || value.items().is_ok() {
        return Some("a list".to_owned());
    }
    Some("an object".to_owned())
}

/// Two classes are mostly computed otherwise than more.
fn classes(object: View<'_>) -> Result<Option<&'static str>, Error> {
    let Some(classes) = object.optional_attribute("classes_")? else {
        return Ok(None);
    };
    Ok(classes.array().ok().map(|classes| match classes.n_items() {
        2 => "two classes",
        _ => "more classes",
    }))
}

fn described(matrix: Matrix) -> Option<&'static str> {
    match (matrix.storage, matrix.dtype) {
        (Storage::Dense, Dtype::Double) => None,
        (Storage::Dense, Dtype::Single) => Some("on float32 rows"),
        (Storage::Dense, Dtype::Small) => Some("on rows of small integers"),
        (Storage::Sparse, Dtype::Double) => Some("on sparse rows"),
        (Storage::Sparse, Dtype::Single) => Some("on sparse float32 rows"),
        (Storage::Sparse, Dtype::Small) => Some("on sparse rows of small integers"),
        (Storage::SparseWithZeros, _) => Some("on sparse rows with zeros"),
    }
}
