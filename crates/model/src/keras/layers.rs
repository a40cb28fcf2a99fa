//! The configuration of a Keras model, layer by layer, into a network.

use std::collections::HashMap;

use serde_json::Value;

use super::weights::{Array, Weights};
use super::{malformed, unsupported};
use crate::error::Error;
use crate::network::{Activation, Affine, Dense, Layer, Network};

/// Layers that do nothing once training is over (Flatten: to a row).
const INERT: [&str; 8] = [
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "AlphaDropout",
    "SpatialDropout1D",
    "ActivityRegularization",
    "Flatten",
    "InputLayer",
];

/// The most inputs that any model here may have.
const MAX_INPUTS: usize = 65_536;

/// The network of a configuration.
pub(super) fn network(config: &Value, weights: &Weights) -> Result<Network, Error> {
    let class = text(config, "class_name").unwrap_or("something");
    if class != "Sequential" {
        return Err(unsupported(
            "class_name",
            format!("a Keras model of class {class}"),
        ));
    }
    let inner = config.get("config").unwrap_or(&Value::Null);
    // Keras 1 and early 2 wrote the list itself.
    let layers = inner.get("layers").unwrap_or(inner);
    let layers = layers
        .as_array()
        .ok_or_else(|| malformed("the configuration", "it has no list of layers"))?;
    let n_inputs = n_inputs(config, layers)?;
    let mut builder = Builder {
        weights,
        layers: vec![Layer::Round],
        width: n_inputs,
        seen: HashMap::new(),
    };
    for layer in layers {
        builder.add(layer)?;
    }
    Network::new(builder.layers, n_inputs)
        .ok_or_else(|| malformed("the layers", "they do not fit each other"))
}

/// The length of a row, from wherever the version at hand keeps it.
fn n_inputs(config: &Value, layers: &[Value]) -> Result<usize, Error> {
    let first = layers.first().unwrap_or(&Value::Null);
    let shapes = [
        first.pointer("/config/batch_shape"),
        first.pointer("/config/batch_input_shape"),
        config.pointer("/build_config/input_shape"),
        first.pointer("/build_config/input_shape"),
        config.pointer("/config/build_input_shape"),
    ];
    let shape = shapes.into_iter().flatten().find_map(Value::as_array);
    let length = match shape.map(Vec::as_slice) {
        // The length of a batch is none of a row's: unknown, or that of the first batch of training.
        Some([Value::Null | Value::Number(_), length]) => length.as_u64(),
        Some(_) => {
            return Err(unsupported(
                "the input",
                "a row that is not one list of numbers",
            ));
        }
        None => None,
    };
    length
        .and_then(|length| usize::try_from(length).ok())
        .filter(|length| (1..=MAX_INPUTS).contains(length))
        .ok_or_else(|| malformed("the input", "the length of a row is not stated"))
}

struct Builder<'w> {
    weights: &'w Weights,
    layers: Vec<Layer>,
    /// Values that come out of the layers so far.
    width: usize,
    /// How many layers of each class there were.
    seen: HashMap<String, usize>,
}

impl Builder<'_> {
    fn add(&mut self, layer: &Value) -> Result<(), Error> {
        let class = text(layer, "class_name").unwrap_or("");
        let config = layer.get("config").unwrap_or(&Value::Null);
        let name = text(config, "name").unwrap_or(class);
        if text(layer, "registered_name").is_some_and(|name| name.contains('>')) {
            return Err(unsupported(
                name,
                format!("a layer of the class {class} of one's own"),
            ));
        }
        let nth = *self
            .seen
            .entry(class.to_owned())
            .and_modify(|seen| *seen += 1)
            .or_insert(0);
        match class {
            "Dense" => self.dense(config, name, nth),
            "BatchNormalization" => self.batch_normalization(config, name, nth),
            "Activation" => self.activation(config.get("activation"), name),
            "ReLU" if is_plain_relu(config) => self.push_activation(Activation::Relu),
            "Softmax" => self.push_activation(Activation::Softmax),
            "ELU" => {
                let alpha = config.get("alpha").and_then(Value::as_f64).unwrap_or(1.0);
                self.push_activation(Activation::Elu { alpha })
            }
            _ if INERT.contains(&class) => Ok(()),
            _ => Err(unsupported(name, format!("a layer of the class {class}"))),
        }
    }

    fn push_activation(&mut self, activation: Activation) -> Result<(), Error> {
        self.layers.push(Layer::Activation(activation));
        Ok(())
    }

    fn dense(&mut self, config: &Value, name: &str, nth: usize) -> Result<(), Error> {
        let arrays = self.weights.of_layer(name, "Dense", nth)?;
        let uses_bias = config
            .get("use_bias")
            .and_then(Value::as_bool)
            .unwrap_or(true);
        let (kernel, bias) = match (arrays.as_slice(), uses_bias) {
            ([kernel, bias], true) => (kernel, bias.values.clone()),
            ([kernel], false) => {
                let n_outputs = kernel.shape.last().copied().unwrap_or(0);
                (kernel, vec![0.0; n_outputs.min(kernel.values.len())])
            }
            _ => return Err(malformed(name, "a kernel and a bias are expected")),
        };
        let units = config.get("units").and_then(Value::as_u64);
        let [n_rows, n_columns] = kernel.shape[..] else {
            return Err(malformed(name, "its kernel is not a matrix"));
        };
        if n_rows != self.width || Some(n_columns as u64) != units {
            return Err(malformed(
                name,
                format!("its kernel is {n_rows} by {n_columns}, which does not fit"),
            ));
        }
        let dense = Dense::new(kernel.values.clone(), bias, self.width)
            .ok_or_else(|| malformed(name, "its weights are not finite or not complete"))?;
        self.layers.push(Layer::Dense(dense));
        self.width = n_columns;
        self.activation(config.get("activation"), name)
    }

    /// `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, as one multiplication and addition.
    fn batch_normalization(&mut self, config: &Value, name: &str, nth: usize) -> Result<(), Error> {
        let flag = |key: &str| config.get(key).and_then(Value::as_bool).unwrap_or(true);
        let mut arrays = self
            .weights
            .of_layer(name, "BatchNormalization", nth)?
            .into_iter();
        let width = self.width;
        let mut next = |is_there: bool, otherwise: f64| -> Result<Vec<f64>, Error> {
            if !is_there {
                return Ok(vec![otherwise; width]);
            }
            let fits = |array: &Array| array.values.len() == width;
            let array = arrays.next().filter(fits);
            array
                .map(|array| array.values)
                .ok_or_else(|| malformed(name, "an array is missing, or does not fit"))
        };
        let gamma = next(flag("scale"), 1.0)?;
        let beta = next(flag("center"), 0.0)?;
        let mean = next(true, 0.0)?;
        let variance = next(true, 1.0)?;
        let epsilon = config
            .get("epsilon")
            .and_then(Value::as_f64)
            .unwrap_or(1e-3);
        let scale: Vec<f64> = gamma
            .iter()
            .zip(&variance)
            .map(|(gamma, variance)| gamma / (variance + epsilon).sqrt())
            .collect();
        let offset = beta
            .iter()
            .zip(&mean)
            .zip(&scale)
            .map(|((beta, mean), scale)| beta - mean * scale)
            .collect();
        let affine = Affine::new(scale, offset)
            .ok_or_else(|| malformed(name, "its statistics are not finite"))?;
        self.layers.push(Layer::Affine(affine));
        Ok(())
    }

    /// An activation by name; nothing for `linear`.
    fn activation(&mut self, activation: Option<&Value>, name: &str) -> Result<(), Error> {
        let kind = match activation {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::String(kind)) => kind.as_str(),
            Some(object) => text(object, "class_name")
                .or_else(|| object.get("config").and_then(Value::as_str))
                .unwrap_or("of another form"),
        };
        let activation = match kind {
            "linear" => return Ok(()),
            "relu" => Activation::Relu,
            "tanh" => Activation::Tanh,
            "sigmoid" => Activation::Logistic,
            "softmax" => Activation::Softmax,
            "elu" => Activation::Elu { alpha: 1.0 },
            "selu" => Activation::Selu,
            other => return Err(unsupported(name, format!("the activation {other}"))),
        };
        self.push_activation(activation)
    }
}

/// A ReLU layer without an upper bound, a slope or a threshold.
fn is_plain_relu(config: &Value) -> bool {
    let is_zero = |key: &str| {
        config
            .get(key)
            .is_none_or(|value| value.is_null() || value.as_f64() == Some(0.0))
    };
    config.get("max_value").is_none_or(Value::is_null)
        && is_zero("negative_slope")
        && is_zero("threshold")
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}
