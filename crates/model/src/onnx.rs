//! ONNX models as skl2onnx writes them: tree ensembles, linear models, scalers and multilayer
//! perceptrons.
//!
//! - `message`: the protobuf messages, read in place
//! - `graph`: the nodes, followed from the input to the outputs
//! - `trees`: `TreeEnsembleClassifier` and `TreeEnsembleRegressor`
//!
//! Sources: `onnx/onnx.proto`, `docs/Operators.md` and `docs/Operators-ml.md` of ONNX, and for what
//! these leave open `onnxruntime/core/providers/cpu/ml/*`. Numbers are f32 as ONNX specifies, except
//! inside perceptrons and linear models, whose answers agree within its rounding.

mod graph;
mod message;
mod trees;

use propenso_pickle::Limits;

use crate::error::Error;
use crate::estimator::{Estimator, Output, Signature};
use crate::input::{ModelInput, OnMissing, Vocabulary};
use crate::verified::Part;
use crate::writer::{Library, Writer};
use graph::Outcome;
use message::Model;

/// The name in messages.
const FORMAT: &str = "ONNX";

/// Whether some bytes are an ONNX model: field 1, a small version number, then another field of the
/// model's.
pub(crate) fn looks_native(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [
            0x08,
            3..=30,
            0x12 | 0x1a | 0x22 | 0x2a | 0x32 | 0x3a | 0x42,
            ..
        ]
    )
}

/// The estimator of a native file.
pub(crate) fn import_native(bytes: &[u8], _: &Limits) -> Result<Estimator, Error> {
    let model = Model::parse(bytes)?;
    let Outcome {
        class,
        pipeline,
        labels,
        n_inputs,
    } = graph::follow(&model)?;
    let missing = if pipeline.accepts.missing {
        OnMissing::Accepted
    } else {
        OnMissing::Refused
    };
    let version = format!("{} {}", model.producer_name, model.producer_version);
    let input = |at| ModelInput {
        missing,
        ..ModelInput::number(ModelInput::name_of(at))
    };
    Ok(Estimator {
        signature: Signature {
            wrappers: Vec::new(),
            writer: Writer {
                library: Library::Onnx,
                version: version.trim().to_owned(),
            },
            parts: vec![Part {
                library: Library::Onnx,
                class: class.clone(),
                version: model.ml_version.to_string(),
            }],
            class,
            inputs: (0..n_inputs).map(input).collect(),
            is_named: false,
            vocabulary: Vocabulary::default(),
            output: match labels {
                Some(labels) => Output::Classes {
                    labels,
                    has_probabilities: pipeline.head.has_values(),
                },
                None => Output::Value,
            },
        },
        pipeline,
    })
}

fn malformed(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::Malformed {
        format: FORMAT,
        place: place.into(),
        what: what.into(),
    }
}

fn unsupported(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::UnsupportedPart {
        format: FORMAT,
        place: place.into(),
        what: what.into(),
    }
}
