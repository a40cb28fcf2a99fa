//! LightGBM models: scikit-learn wrappers in pickles, and native text files. Both hold the same text.
//!
//! - `categories`: pandas columns of categories
//! - `document`: the text, taken apart into keys and values
//! - `trees`: the trees, and how their sums become an answer
//!
//! Sources: `src/boosting/gbdt_model_text.cpp`, `include/LightGBM/tree.h`, `src/objective/*` and
//! `python-package/lightgbm/{basic,sklearn}.py` of LightGBM 3.3 to 4.7.

mod categories;
mod document;
mod trees;

use propenso_pickle::{Limits, View};

use crate::caller::Caller;
use crate::error::Error;
use crate::estimator::{Estimator, Output, Signature};
use crate::input::{InputKind, ModelInput, OnMissing, Vocabulary};
use crate::label::Label;
use crate::pipeline::Pipeline;
use crate::sklearn::header;
use crate::transform::Transform;
use crate::transform::encoder::{Categories, OrdinalColumn};
use crate::verified::Part;
use crate::writer::{Library, Writer};
use document::Document;

/// The name in messages.
const FORMAT: &str = "LightGBM";

/// The class without a wrapper.
const BOOSTER: &str = "Booster";

/// Whether some bytes are LightGBM's text.
pub(crate) fn looks_native(bytes: &[u8]) -> bool {
    bytes.starts_with(b"tree\n") || bytes.starts_with(b"tree\r\n")
}

/// The estimator of a native file. It does not keep class labels: they are 0, 1, ….
pub(crate) fn import_native(bytes: &[u8], _: &Limits) -> Result<Estimator, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("the file", "it is not UTF-8"))?;
    let document = Document::parse(text)?;
    let (pipeline, n_classes) = trees::pipeline(&document, Caller::Booster, None)?;
    let mut vocabulary = Vocabulary::default();
    let (inputs, transform) = inputs(&document, &mut vocabulary)?;
    let labels = n_classes.map(numbered);
    let writer = Writer {
        library: Library::LightGbm,
        version: document.version.to_owned(),
    };
    Ok(Estimator {
        signature: Signature {
            class: BOOSTER.to_owned(),
            wrappers: Vec::new(),
            parts: vec![part(BOOSTER, &document)],
            writer,
            inputs,
            is_named: document.names().is_some(),
            vocabulary,
            output: match labels {
                Some(labels) => Output::Classes {
                    labels,
                    has_probabilities: true,
                },
                None => Output::Value,
            },
        },
        pipeline: Pipeline {
            transforms: transform.into_iter().collect(),
            ..pipeline
        },
    })
}

/// Labels 0, 1, ….
fn numbered(n_classes: usize) -> Vec<Label> {
    (0_i64..).take(n_classes).map(Label::Int).collect()
}

fn part(class: &str, document: &Document<'_>) -> Part {
    Part {
        path: document.path(),
        library: Library::LightGbm,
        class: class.to_owned(),
        version: document.version.to_owned(),
    }
}

/// The inputs, and how texts become the category numbers that training gave them.
fn inputs(
    document: &Document<'_>,
    vocabulary: &mut Vocabulary,
) -> Result<(Vec<ModelInput>, Option<Transform>), Error> {
    let names = document.names();
    let mut inputs: Vec<ModelInput> = (0..document.n_features)
        .map(|position| ModelInput {
            missing: OnMissing::Accepted,
            ..ModelInput::number(match &names {
                Some(names) => names[position].to_owned(),
                None => ModelInput::name_of(position),
            })
        })
        .collect();
    let lists = document.pandas_categories()?;
    if lists.is_empty() {
        return Ok((inputs, None));
    }
    let positions = categories::columns(document, &lists)?;
    let mut columns = vec![None; document.n_features];
    for (position, list) in positions.into_iter().zip(lists) {
        let input = &mut inputs[position];
        let (values, is_text) = list.values(vocabulary);
        if is_text {
            input.kind = InputKind::Category {
                known: values.iter().map(|value| *value as u32).collect(),
                refuses_unknown: false,
            };
        }
        columns[position] = Some(OrdinalColumn {
            categories: Categories::new(&values, !is_text)
                .ok_or_else(|| malformed("pandas_categorical", "a category is there twice"))?,
            numbers: (0..values.len()).map(|code| code as f64).collect(),
            // pandas gives the code -1 to others, which LightGBM takes for missing.
            unknown: Some(f64::NAN),
        });
    }
    Ok((inputs, Some(Transform::Recode(columns))))
}

/// A wrapper of `lightgbm.sklearn` in a pickle, or a `Booster` without one.
pub(crate) struct Wrapper {
    pub(crate) pipeline: Pipeline,
    pub(crate) labels: Option<Vec<Label>>,
    pub(crate) part: Part,
    pub(crate) inputs: Vec<ModelInput>,
    pub(crate) is_named: bool,
}

/// Whether a class is one of the wrappers read here, or what `lightgbm.train` gives.
pub(crate) fn is_wrapper(module: &str, name: &str) -> bool {
    let is_wrapper = matches!(name, "LGBMClassifier" | "LGBMRegressor");
    (module == "lightgbm.sklearn" && is_wrapper) || (module, name) == ("lightgbm.basic", BOOSTER)
}

/// Reads a wrapper, whose rows come in a sparse matrix or a dense one. The texts of its categories go into `vocabulary`. A `Booster` without one answers as its own
/// `predict` does, which stops at the best iteration too, and its classes are 0, 1, ….
pub(crate) fn read_wrapper(
    object: View<'_>,
    vocabulary: &mut Vocabulary,
    is_sparse: bool,
) -> Result<Wrapper, Error> {
    let class = object.class().map_or("", |class| class.name);
    let inconsistent = |what: &str| Error::Inconsistent {
        class: class.to_owned(),
        offset: object.offset(),
        what: what.to_owned(),
    };
    let is_bare = class == BOOSTER;
    let booster = if is_bare {
        object
    } else {
        object.attribute("_Booster")?
    };
    if booster.is_none() {
        return Err(inconsistent("it has no booster; the model was not fitted"));
    }
    // Renamed in 4.0.
    let handle = match booster.optional_attribute("_handle")? {
        Some(handle) if !handle.is_none() => handle,
        _ => booster.attribute("handle")?,
    };
    let mut document = Document::parse(handle.text()?)?;
    document.is_sparse = is_sparse;
    let best = match booster.optional_attribute("best_iteration")? {
        Some(best) if !best.is_none() => usize::try_from(best.integer()?).ok(),
        _ => None,
    };
    let caller = Caller::of_class(class);
    let (pipeline, n_classes) = trees::pipeline(&document, caller, best.filter(|best| *best > 0))?;
    let (inputs, transform) = inputs(&document, vocabulary)?;
    let labels = match n_classes {
        Some(n_classes) if is_bare => Some(numbered(n_classes)),
        Some(n_classes) => {
            let labels = header::labels(&object.attribute("_classes")?.array()?)?;
            if labels.len() != n_classes {
                return Err(inconsistent(
                    "the booster and the wrapper differ in classes",
                ));
            }
            Some(labels)
        }
        None => None,
    };
    Ok(Wrapper {
        pipeline: Pipeline {
            transforms: transform.into_iter().collect(),
            ..pipeline
        },
        labels,
        part: part(class, &document),
        inputs,
        is_named: document.names().is_some(),
    })
}

fn malformed(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

fn unsupported(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::unsupported_part(FORMAT, place, what)
}
