//! An XGBoost model as its files spell it. Keys that nothing here needs are skipped unread.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Visitor};

use super::{malformed, ubjson, unsupported};
use crate::error::Error;

/// The whole model.
#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) learner: Learner,
    #[serde(default)]
    version: Vec<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Learner {
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(default)]
    feature_names: Vec<String>,
    #[serde(default)]
    pub(super) feature_types: Vec<String>,
    pub(super) gradient_booster: GradientBooster,
    pub(super) learner_model_param: LearnerParameters,
    pub(super) objective: Objective,
}

#[derive(Debug, Deserialize)]
pub(super) struct GradientBooster {
    pub(super) name: String,
    #[serde(default)]
    pub(super) model: TreeModel,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct TreeModel {
    #[serde(default)]
    pub(super) gbtree_model_param: TreeModelParameters,
    #[serde(default)]
    pub(super) tree_info: Vec<u32>,
    #[serde(default)]
    pub(super) trees: Vec<TreeDocument>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct TreeModelParameters {
    #[serde(default)]
    pub(super) num_parallel_tree: String,
}

/// One tree: an entry per node in each list.
#[derive(Debug, Deserialize)]
pub(super) struct TreeDocument {
    pub(super) left_children: Vec<i64>,
    pub(super) right_children: Vec<i64>,
    pub(super) split_indices: Vec<i64>,
    /// Thresholds, and in leaves their values.
    pub(super) split_conditions: Vec<f32>,
    pub(super) default_left: Vec<Flag>,
    /// How much of the training data came to each node.
    #[serde(default)]
    pub(super) sum_hessian: Vec<f32>,
    /// 1 for a categorical split.
    #[serde(default)]
    pub(super) split_type: Vec<u8>,
    /// The nodes with categorical splits, and where the categories of each lie in `categories`.
    #[serde(default)]
    pub(super) categories_nodes: Vec<i64>,
    #[serde(default)]
    pub(super) categories_segments: Vec<i64>,
    #[serde(default)]
    pub(super) categories_sizes: Vec<i64>,
    #[serde(default)]
    pub(super) categories: Vec<u32>,
    #[serde(default)]
    pub(super) tree_param: TreeParameters,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct TreeParameters {
    #[serde(default)]
    pub(super) num_deleted: String,
    #[serde(default)]
    pub(super) size_leaf_vector: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct LearnerParameters {
    pub(super) base_score: String,
    num_feature: String,
    #[serde(default)]
    pub(super) num_class: String,
    #[serde(default)]
    pub(super) num_target: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Objective {
    pub(super) name: String,
}

/// `true`, or 1: versions differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct FlagVisitor;
        impl Visitor<'_> for FlagVisitor {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, 1 or 0")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Flag, E> {
                Ok(Flag(value != 0))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Flag, E> {
                Ok(Flag(value != 0))
            }
        }
        from.deserialize_any(FlagVisitor)
    }
}

/// What a pickled booster holds: the model and its configuration.
#[derive(Debug, Deserialize)]
struct Handle {
    #[serde(rename = "Model")]
    model: Model,
}

impl Model {
    /// The path through it that is verified: its objective says how sums become answers.
    pub(super) fn path(&self) -> String {
        format!("objective={}", self.learner.objective.name)
    }

    /// Reads a native file, JSON or UBJSON.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        parse(bytes)
    }

    /// Reads the buffer of a pickled booster.
    pub(super) fn parse_handle(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.starts_with(b"CONFIG-offset:") || !bytes.starts_with(b"{") {
            return Err(unsupported(
                "handle",
                "a booster pickled by XGBoost 1.3 or older; load it there and save it with \
                 save_model(\"model.json\"): this form",
            ));
        }
        parse::<Handle>(bytes).map(|handle| handle.model)
    }

    /// The version that wrote it: `3.2.0`.
    pub(super) fn version(&self) -> String {
        let parts: Vec<String> = self.version.iter().map(i64::to_string).collect();
        parts.join(".")
    }

    /// The names of the features, if it has them.
    pub(super) fn feature_names(&self) -> Option<&[String]> {
        let names = &self.learner.feature_names;
        (!names.is_empty()).then_some(names)
    }

    /// How many features a row has.
    pub(super) fn n_features(&self) -> Result<usize, Error> {
        /// The most columns that any model here may have.
        const MAX_FEATURES: usize = 65_536;
        let count = count(
            "learner_model_param.num_feature",
            &self.learner.learner_model_param.num_feature,
        )?;
        if count == 0 || count > MAX_FEATURES {
            return Err(unsupported(
                "num_feature",
                format!("a model of {count} features"),
            ));
        }
        if self
            .feature_names()
            .is_some_and(|names| names.len() != count)
        {
            return Err(malformed(
                "feature_names",
                "there are not as many as features",
            ));
        }
        Ok(count)
    }
}

/// A number that the format writes as text; empty means 0.
pub(super) fn count(place: &str, text: &str) -> Result<usize, Error> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse()
        .map_err(|_| malformed(place, format!("{text:?} is not a count")))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let is_json = matches!(
        bytes,
        [b'{', b'"' | b' ' | b'\t' | b'\r' | b'\n' | b'}', ..]
    );
    if is_json {
        serde_json::from_slice(bytes).map_err(|error| malformed("the JSON", error.to_string()))
    } else {
        ubjson::from_slice(bytes)
            .map_err(|error| malformed(format!("byte {} of the UBJSON", error.offset), error.what))
    }
}
