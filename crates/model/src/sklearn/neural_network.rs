//! `MLPClassifier` and `MLPRegressor` (`sklearn/neural_network/_multilayer_perceptron.py`).

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, check_width, header, reads_numbers};
use crate::error::Error;
use crate::head::{Head, ValueLink};
use crate::network::{Activation, Dense, Layer, Network};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    header::version(object)?;
    check_width(object, frame)?;
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "MLPClassifier");
    let labels = if is_classifier {
        let binarizer = object.attribute("_label_binarizer")?;
        let kind = header::optional_text(binarizer, "y_type_")?;
        if kind.is_some_and(|kind| kind.starts_with("multilabel")) {
            return Err(unsupported(object, "a model with several outputs"));
        }
        Some(header::classes(object)?)
    } else {
        None
    };
    let output = activation(object, "out_activation_")?;
    let network = network(object, frame, output)?;
    let expected = match labels.as_ref().map(Vec::len) {
        None | Some(2) => 1,
        Some(n_classes) => n_classes,
    };
    if network.n_outputs() != expected {
        return Err(match labels {
            None => unsupported(object, "a model with several outputs"),
            Some(_) => inconsistent(object, "the network and the classes differ"),
        });
    }
    let head = match (&labels, output) {
        (None, _) => Head::Value(ValueLink::Identity),
        (Some(_), Activation::Logistic) if expected == 1 => Head::ProbabilityOfSecond,
        (Some(_), Activation::Softmax) => Head::Probabilities,
        _ => return Err(unsupported(object, "this output activation")),
    };
    reads_numbers(frame, importer, false);
    Ok(Imported {
        pipeline: Pipeline::bare(Accepts::FINITE, Scoring::Network(network), head),
        labels,
    })
}

fn network(object: View<'_>, frame: &Frame, output: Activation) -> Result<Network, Error> {
    let hidden = activation(object, "activation")?;
    let weights = header::members(object, "coefs_")?;
    let biases = header::members(object, "intercepts_")?;
    if weights.len() != biases.len() {
        return Err(inconsistent(object, "weights and biases differ in layers"));
    }
    let n_layers = weights.len();
    let mut dtype = frame.matrix.dtype;
    let mut layers = Vec::with_capacity(2 * n_layers);
    for (position, (weights, biases)) in weights.into_iter().zip(biases).enumerate() {
        let weights = weights.array()?;
        dtype = dtype.computed_with(&weights);
        let n_inputs = weights.shape().first().copied().unwrap_or(0);
        let dense = Dense::new(weights.f64s()?, biases.array()?.f64s()?, n_inputs)
            .ok_or_else(|| inconsistent(object, "a layer's weights and biases do not fit"))?;
        let is_last = position + 1 == n_layers;
        layers.push(Layer::Dense(dense));
        layers.push(Layer::Activation(if is_last { output } else { hidden }));
    }
    Network::new(layers, frame.len())
        .map(|network| network.rounded(dtype.precision()))
        .ok_or_else(|| inconsistent(object, "the layers do not fit each other"))
}

fn activation(object: View<'_>, name: &'static str) -> Result<Activation, Error> {
    Ok(match object.attribute(name)?.text()? {
        "identity" => Activation::Identity,
        "logistic" => Activation::Logistic,
        "tanh" => Activation::Tanh,
        "relu" => Activation::Relu,
        "softmax" => Activation::Softmax,
        other => return Err(unsupported(object, format!("the activation `{other}`"))),
    })
}
