//! XGBoost models: scikit-learn wrappers in pickles, and the native JSON and UBJSON files.
//!
//! - `document`: the model as the files spell it, for serde
//! - `note`: what a wrapper leaves in a native file
//! - `ubjson`: UBJSON as a serde format
//! - `trees`: the trees, and how their sums become an answer
//!
//! Sources: `doc/tutorials/saving_model.rst`, `src/tree/tree_model.cc`, `src/objective/*` and
//! `python-package/xgboost/sklearn.py` of XGBoost 1.6 to 3.2.

mod document;
mod note;
mod trees;
mod ubjson;

use propenso_pickle::{Limits, View};

use crate::caller::Caller;
use crate::error::Error;
use crate::estimator::{Estimator, Output, Signature};
use crate::input::{ModelInput, OnMissing, Vocabulary};
use crate::label::Label;
use crate::pipeline::Pipeline;
use crate::sklearn::header;
use crate::transform::Transform;
use crate::verified::Part;
use crate::writer::{Library, Writer};
use document::Model;
use note::Note;

/// The name in messages.
const FORMAT: &str = "XGBoost";

/// The class without a wrapper.
const BOOSTER: &str = "Booster";

/// Whether some bytes are XGBoost's JSON.
pub(crate) fn looks_json(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(256)];
    bytes.starts_with(b"{") && start.windows(9).any(|window| window == b"\"learner\"")
}

/// Whether some bytes are XGBoost's UBJSON: an object whose first key has its length before it.
pub(crate) fn looks_ubjson(bytes: &[u8]) -> bool {
    matches!(bytes, [b'{', b'i' | b'U' | b'I' | b'l' | b'L', ..])
        && bytes[..bytes.len().min(64)]
            .windows(7)
            .any(|window| window == b"learner")
}

/// The estimator of a native file, as who saved it answers: a wrapper's `save_model` leaves a note in
/// the file, a `Booster`'s does not.
pub(crate) fn import_native(bytes: &[u8], _: &Limits) -> Result<Estimator, Error> {
    let model = Model::parse(bytes)?;
    match model.learner.attributes.get("scikit_learn") {
        None => estimator(&model, Caller::Booster, None),
        Some(note) => {
            let note = Note(note);
            estimator(
                &model,
                note.caller(&model.learner.objective.name),
                Some(note),
            )
        }
    }
}

/// Labels 0, 1, ….
fn numbered(n_classes: usize) -> Vec<Label> {
    (0_i64..).take(n_classes).map(Label::Int).collect()
}

/// The labels that a note keeps. Without them they are 0, 1, ….
fn noted_labels(note: Option<Note<'_>>, n_classes: usize) -> Result<Vec<Label>, Error> {
    match note.map(Note::labels).transpose()?.flatten() {
        None => Ok(numbered(n_classes)),
        Some(labels) if labels.len() == n_classes => Ok(labels),
        Some(_) => Err(malformed(
            "scikit_learn",
            "its classes are not the booster's",
        )),
    }
}

/// The estimator of a model that stands alone, outside a pickled wrapper.
fn estimator(model: &Model, caller: Caller, note: Option<Note<'_>>) -> Result<Estimator, Error> {
    let (mut pipeline, n_classes) = trees::pipeline(model, caller)?;
    let missing = note.and_then(Note::missing);
    pipeline
        .transforms
        .extend(missing.map(Transform::MissingSentinel));
    let labels = match n_classes {
        Some(n_classes) => Some(noted_labels(note, n_classes)?),
        None => None,
    };
    let class = match caller {
        Caller::Booster => "Booster",
        Caller::Classifier => "XGBClassifier",
        Caller::Regressor => "XGBRegressor",
    };
    let names = model.feature_names();
    let version = model.version();
    let n_inputs = model.n_features().unwrap_or(0);
    let input = |position: usize| ModelInput {
        missing: OnMissing::Accepted,
        ..ModelInput::number(
            names
                .and_then(|names| names.get(position).cloned())
                .unwrap_or_else(|| ModelInput::name_of(position)),
        )
    };
    Ok(Estimator {
        signature: Signature {
            class: class.to_owned(),
            wrappers: Vec::new(),
            writer: Writer {
                library: Library::XGBoost,
                version: version.clone(),
            },
            parts: vec![Part {
                path: model.path(),
                library: Library::XGBoost,
                class: class.to_owned(),
                version,
            }],
            inputs: (0..n_inputs).map(input).collect(),
            is_named: names.is_some(),
            vocabulary: Vocabulary::default(),
            output: labels.map_or(Output::Value, |labels| Output::Classes {
                labels,
                has_probabilities: true,
            }),
        },
        pipeline,
    })
}

/// A wrapper of `xgboost.sklearn` in a pickle, or a `Booster` without one.
pub(crate) struct Wrapper {
    pub(crate) pipeline: Pipeline,
    pub(crate) labels: Option<Vec<Label>>,
    pub(crate) part: Part,
    pub(crate) n_features: usize,
    pub(crate) feature_names: Option<Vec<String>>,
}

/// Whether a class is one of the wrappers read here, or what `xgboost.train` gives.
pub(crate) fn is_wrapper(module: &str, name: &str) -> bool {
    let is_wrapper = matches!(
        name,
        "XGBClassifier" | "XGBRegressor" | "XGBRFClassifier" | "XGBRFRegressor"
    );
    (module == "xgboost.sklearn" && is_wrapper) || (module, name) == ("xgboost.core", BOOSTER)
}

/// Reads a wrapper. A `Booster` without one answers as its own `predict` does, and its classes are 0, 1, ….
pub(crate) fn read_wrapper(object: View<'_>) -> Result<Wrapper, Error> {
    let class = object.class().map_or("", |class| class.name);
    let is_bare = class == BOOSTER;
    let booster = if is_bare {
        object
    } else {
        object.attribute("_Booster")?
    };
    if booster.is_none() {
        return Err(Error::Inconsistent {
            class: class.to_owned(),
            offset: object.offset(),
            what: "it has no booster; the model was not fitted".to_owned(),
        });
    }
    let model = Model::parse_handle(booster.attribute("handle")?.bytes()?)?;
    let caller = Caller::of_class(class);
    let (mut pipeline, n_classes) = trees::pipeline(&model, caller)?;
    if !is_bare
        && let Some(missing) = object.optional_attribute("missing")?
        && let Ok(missing) = missing.float()
        && !missing.is_nan()
    {
        pipeline
            .transforms
            .push(Transform::MissingSentinel(missing));
    }
    let labels = match n_classes {
        Some(n_classes) if is_bare => Some(numbered(n_classes)),
        Some(n_classes) => Some(labels(object, n_classes)?),
        None => None,
    };
    Ok(Wrapper {
        pipeline,
        labels,
        part: Part {
            path: model.path(),
            library: Library::XGBoost,
            class: class.to_owned(),
            version: model.version(),
        },
        n_features: model.n_features()?,
        feature_names: model.feature_names().map(<[String]>::to_vec),
    })
}

/// The labels: `classes_` or an encoder in files older than 1.6, else 0, 1, ….
fn labels(object: View<'_>, n_classes: usize) -> Result<Vec<Label>, Error> {
    let classes = match object.optional_attribute("classes_")? {
        Some(classes) => Some(classes),
        None => match object.optional_attribute("_le")? {
            Some(encoder) if !encoder.is_none() => encoder.optional_attribute("classes_")?,
            _ => None,
        },
    };
    let Some(classes) = classes.filter(|classes| !classes.is_none()) else {
        return Ok(numbered(n_classes));
    };
    let labels = header::labels(&classes.array()?)?;
    if labels.len() == n_classes {
        Ok(labels)
    } else {
        Err(Error::Inconsistent {
            class: FORMAT.to_owned(),
            offset: object.offset(),
            what: "the booster and the wrapper differ in classes".to_owned(),
        })
    }
}

fn malformed(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

fn unsupported(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::unsupported_part(FORMAT, place, what)
}
