//! scikeras's `KerasClassifier` and `KerasRegressor`: a Keras network with scikit-learn's manners.
//!
//! Sources: `scikeras/wrappers.py` and `scikeras/utils/transformers.py` of 0.9 to 0.13.

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, check_width, header, preprocessing, reads_numbers};
use crate::error::Error;
use crate::estimator::Estimator;
use crate::head::{Head, ValueLink};
use crate::label::Label;
use crate::pipeline::{Pipeline, Scoring};
use crate::verified::Part;
use crate::{keras, writer::Library};

/// Where the transformers of targets are, by scikeras's version.
const TRANSFORMERS: &str = "scikeras.utils.transformers";

/// Whether a class is one of the wrappers read here.
pub(super) fn is_wrapper(module: &str, name: &str) -> bool {
    module == "scikeras.wrappers" && matches!(name, "KerasClassifier" | "KerasRegressor")
}

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    check_width(object, frame)?;
    // What scikeras checks before anything else: numbers, none of them missing.
    reads_numbers(frame, importer, false);
    let (mut transforms, frame) =
        preprocessing::import(object.attribute("feature_encoder_")?, frame, importer)?;
    let Estimator {
        signature,
        pipeline,
    } = keras::read_pickled(object.attribute("model_")?)?;
    let Scoring::Network(network) = pipeline.scoring else {
        return Err(inconsistent(object, "`model_` is no network"));
    };
    if network.n_inputs() != frame.len() {
        return Err(inconsistent(
            object,
            format!(
                "its network takes {} columns and gets {}",
                network.n_inputs(),
                frame.len()
            ),
        ));
    }
    let labels = labels(object)?;
    let head = head(object, labels.as_deref(), network.n_outputs())?;
    for part in signature.parts {
        importer.note(Part {
            path: String::new(),
            library: Library::Keras,
            class: object.class().map_or("", |class| class.name).to_owned(),
            version: part.version.clone(),
        });
        importer.note(part);
    }
    transforms.extend(pipeline.transforms);
    Ok(Imported {
        pipeline: Pipeline {
            transforms,
            accepts: pipeline.accepts,
            scoring: Scoring::Network(network),
            head,
        },
        labels,
    })
}

/// The classes that a classifier's outputs stand for, in their order; `None` for a regressor.
fn labels(object: View<'_>) -> Result<Option<Vec<Label>>, Error> {
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "KerasClassifier");
    let encoder = object.attribute("target_encoder_")?;
    let expected = if is_classifier {
        "ClassifierLabelEncoder"
    } else {
        "RegressorTargetEncoder"
    };
    let is_known = encoder
        .class()
        .is_some_and(|class| (class.module, class.name) == (TRANSFORMERS, expected));
    if !is_known {
        return Err(unsupported(
            object,
            format!("a target encoder of one's own: {}", encoder.describe()),
        ));
    }
    if !is_classifier {
        return Ok(None);
    }
    match encoder.attribute("_target_type")?.text()? {
        "binary" | "multiclass" => header::classes(encoder).map(Some),
        other => Err(unsupported(object, format!("a target of type {other}"))),
    }
}

/// How the outputs become an answer (`inverse_transform` of the target encoders): whatever the last layer's
/// activation is, one output for two classes is taken for the probability of the second.
fn head(object: View<'_>, labels: Option<&[Label]>, n_outputs: usize) -> Result<Head, Error> {
    match (labels.map(<[Label]>::len), n_outputs) {
        (None, 1) => Ok(Head::Value(ValueLink::Identity)),
        (Some(2), 1) => Ok(Head::ProbabilityOfSecond),
        (Some(n_classes), n_outputs) if n_classes == n_outputs && n_classes > 1 => {
            Ok(Head::Probabilities)
        }
        (None, _) => Err(unsupported(object, "a model with several outputs")),
        (Some(n_classes), _) => Err(inconsistent(
            object,
            format!("its network has {n_outputs} outputs for {n_classes} classes"),
        )),
    }
}
