//! Keras `Sequential` models: `.keras` archives and `.h5` files.
//!
//! - `weights`: the arrays, by layer, in the layouts of Keras 2 and 3
//! - `layers`: the configuration, layer by layer, into a network
//! - `pickled`: the same archives inside pickles
//!
//! Sources: `keras/src/saving/saving_lib.py` and `keras/src/legacy/saving/legacy_h5_format.py` of
//! Keras 3.15, and their like in 2.12. Keras computes in f32 and this in f64; answers agree within
//! the rounding of f32.

mod layers;
mod pickled;
mod weights;

use std::io::{Cursor, Read};

use propenso_pickle::Limits;
use serde_json::Value;
use zip::ZipArchive;

use crate::error::Error;
use crate::estimator::{Estimator, Output, Signature};
use crate::head::{Head, ValueLink};
use crate::input::{ModelInput, Vocabulary};
use crate::label::Label;
use crate::network::{Activation, Layer, Network};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::{Accepts, Magnitude};
use crate::verified::Part;
use crate::writer::{Library, Writer};
pub(crate) use pickled::{is_pickled, read_pickled};
use weights::Weights;

/// The name in messages.
const FORMAT: &str = "Keras";

/// The class of the models that are read.
pub(crate) const CLASS: &str = "Sequential";

/// Largest configuration. Honest ones have some kilobytes.
const MAX_CONFIG: u64 = 1 << 20;

const CONFIG: &str = "config.json";
const METADATA: &str = "metadata.json";
const WEIGHTS: &str = "model.weights.h5";

const HDF5_SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Whether some bytes are an HDF5 file, or a zip archive with Keras's parts.
pub(crate) fn looks_native(bytes: &[u8]) -> bool {
    bytes.starts_with(HDF5_SIGNATURE)
        || (bytes.starts_with(b"PK\x03\x04")
            && ZipArchive::new(Cursor::new(bytes)).is_ok_and(|archive| {
                archive.index_for_name(CONFIG).is_some()
                    && archive.index_for_name(WEIGHTS).is_some()
            }))
}

/// The estimator of a native file. It does not keep class labels: they are 0, 1, ….
pub(crate) fn import_native(bytes: &[u8], limits: &Limits) -> Result<Estimator, Error> {
    import(bytes, limits.output_bytes as u64)
}

/// The estimator of a file's bytes. Its weights, unpacked, have at most so many.
fn import(bytes: &[u8], most: u64) -> Result<Estimator, Error> {
    let (config, version, weights) = if bytes.starts_with(HDF5_SIGNATURE) {
        let weights = Weights::open(bytes.to_vec())?;
        let (config, version) = weights.legacy_config(MAX_CONFIG)?;
        (config, version, weights)
    } else {
        open_archive(bytes, most)?
    };
    let config: Value = serde_json::from_str(&config)
        .map_err(|error| malformed("the configuration", error.to_string()))?;
    let network = layers::network(&config, &weights)?;
    estimator(network, version)
}

/// The configuration, the version and the weights of a `.keras` archive.
fn open_archive(bytes: &[u8], most: u64) -> Result<(String, String, Weights), Error> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| malformed("the archive", error.to_string()))?;
    let text = |bytes: Vec<u8>, name: &str| {
        String::from_utf8(bytes).map_err(|_| malformed(name, "it is not UTF-8"))
    };
    let config = text(read_member(&mut archive, CONFIG, MAX_CONFIG)?, CONFIG)?;
    let version = match read_member(&mut archive, METADATA, MAX_CONFIG) {
        Ok(metadata) => serde_json::from_slice::<Value>(&metadata)
            .ok()
            .and_then(|metadata| metadata.get("keras_version")?.as_str().map(str::to_owned))
            .unwrap_or_default(),
        Err(_) => String::new(),
    };
    let weights = read_member(&mut archive, WEIGHTS, most)?;
    Ok((config, version, Weights::open(weights)?))
}

/// A member's bytes, of which there may be so many whatever the archive says.
fn read_member(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, Error> {
    let member = archive
        .by_name(name)
        .map_err(|error| malformed(name, error.to_string()))?;
    let mut bytes = Vec::new();
    member
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| malformed(name, error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(malformed(name, format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

fn estimator(network: Network, version: String) -> Result<Estimator, Error> {
    let (head, output) = output(&network)?;
    let n_inputs = network.n_inputs();
    let accepts = Accepts {
        missing: false,
        magnitude: Magnitude::Float32,
    };
    let inputs = (0..n_inputs).map(|at| ModelInput::number(ModelInput::name_of(at)));
    Ok(Estimator {
        signature: Signature {
            class: CLASS.to_owned(),
            wrappers: Vec::new(),
            writer: Writer {
                library: Library::Keras,
                version: version.clone(),
            },
            parts: vec![Part {
                path: String::new(),
                library: Library::Keras,
                class: CLASS.to_owned(),
                version,
            }],
            inputs: inputs.collect(),
            is_named: false,
            vocabulary: Vocabulary::default(),
            output,
        },
        // Keras itself answers NaN to a missing value, which is no answer; so it is with what f32 cannot hold.
        pipeline: Pipeline::bare(accepts, Scoring::Network(network), head),
    })
}

/// What the last layer's outputs mean: one behind a sigmoid is the probability of class 1, several
/// behind a softmax are probabilities, one of another kind is a number.
fn output(network: &Network) -> Result<(Head, Output), Error> {
    let last = network.layers().last();
    let classes = |n_classes: usize| Output::Classes {
        labels: (0_i64..).take(n_classes).map(Label::Int).collect(),
        has_probabilities: true,
    };
    match (last, network.n_outputs()) {
        (Some(Layer::Activation(Activation::Logistic)), 1) => {
            Ok((Head::ProbabilityOfSecond, classes(2)))
        }
        (Some(Layer::Activation(Activation::Softmax)), n_classes) if n_classes > 1 => {
            Ok((Head::Probabilities, classes(n_classes)))
        }
        (_, 1) => Ok((Head::Value(ValueLink::Identity), Output::Value)),
        (_, n_outputs) => Err(unsupported(
            "the last layer",
            format!("a network of {n_outputs} outputs that is no softmax"),
        )),
    }
}

fn malformed(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

fn unsupported(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::unsupported_part(FORMAT, place, what)
}
