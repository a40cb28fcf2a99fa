//! Feed-forward networks: `MLPClassifier`, `MLPRegressor` and Keras `Sequential` models.

use crate::forest::Precision;

/// What a layer does to each of its values, or to all of them together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// Nothing.
    Identity,
    /// `max(x, 0)`.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-x))`.
    Logistic,
    /// `x` above 0, else `alpha * (exp(x) - 1)`.
    Elu {
        /// The factor below 0.
        alpha: f64,
    },
    /// The self-normalising elu of Klambauer et al. (2017).
    Selu,
    /// `exp(x)` of each, divided by their sum.
    Softmax,
}

/// One step of a network.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// Weights times inputs plus biases.
    Dense(Dense),
    /// An activation.
    Activation(Activation),
    /// `x * scale + offset`, value by value: batch normalisation as it is at inference.
    Affine(Affine),
    /// Each value rounded to f32: what Keras makes of its input before anything else.
    Round,
}

/// A fully connected layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    weights: Vec<f64>,
    biases: Vec<f64>,
    n_inputs: usize,
}

/// A scale and an offset per value.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    scale: Vec<f64>,
    offset: Vec<f64>,
}

impl Dense {
    /// Weights in C order, (inputs, outputs), and a bias per output. `None` unless the counts agree
    /// and every number is finite.
    #[must_use]
    pub fn new(weights: Vec<f64>, biases: Vec<f64>, n_inputs: usize) -> Option<Self> {
        let expected = biases.len().checked_mul(n_inputs)?;
        let is_sound = !biases.is_empty()
            && weights.len() == expected
            && weights.iter().chain(&biases).all(|x| x.is_finite());
        is_sound.then_some(Self {
            weights,
            biases,
            n_inputs,
        })
    }

    /// Number of inputs.
    #[must_use]
    pub fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    fn apply(&self, row: &[f64]) -> Vec<f64> {
        let n_outputs = self.biases.len();
        let mut sums = vec![0.0; n_outputs];
        for (x, weights) in row.iter().zip(self.weights.chunks_exact(n_outputs)) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += x * weight;
            }
        }
        for (sum, bias) in sums.iter_mut().zip(&self.biases) {
            *sum += bias;
        }
        sums
    }
}

impl Affine {
    /// A scale and an offset per value; `None` unless there are as many of each and all are finite.
    #[must_use]
    pub fn new(scale: Vec<f64>, offset: Vec<f64>) -> Option<Self> {
        let is_sound =
            scale.len() == offset.len() && scale.iter().chain(&offset).all(|x| x.is_finite());
        is_sound.then_some(Self { scale, offset })
    }
}

/// Layers whose sizes fit together. Everything is computed in f64, whatever the original used: the
/// answers of float32 networks agree within their rounding. Of an `MLP*` on float32 rows each layer's values are rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    layers: Vec<Layer>,
    n_inputs: usize,
    n_outputs: usize,
    precision: Precision,
}

impl Network {
    /// Checks that each layer takes what the one before gives; `None` when it does not, or there is
    /// no dense layer.
    #[must_use]
    pub fn new(layers: Vec<Layer>, n_inputs: usize) -> Option<Self> {
        let mut width = n_inputs;
        for layer in &layers {
            match layer {
                Layer::Dense(dense) if dense.n_inputs == width => width = dense.biases.len(),
                Layer::Affine(affine) if affine.scale.len() == width => {}
                Layer::Activation(_) | Layer::Round => {}
                Layer::Dense(_) | Layer::Affine(_) => return None,
            }
        }
        let has_dense = layers.iter().any(|layer| matches!(layer, Layer::Dense(_)));
        has_dense.then_some(Self {
            layers,
            n_inputs,
            n_outputs: width,
            precision: Precision::Double,
        })
    }

    /// The same network whose layers' values are held in this precision.
    #[must_use]
    pub fn rounded(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// What its layers' values are held in.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Number of features of a row.
    #[must_use]
    pub fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    /// Number of outputs.
    #[must_use]
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// The layers, in order.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The outputs for a row.
    #[must_use]
    pub fn scores(&self, row: &[f64]) -> Vec<f64> {
        let mut values = row.to_vec();
        for layer in &self.layers {
            match layer {
                Layer::Dense(dense) => values = dense.apply(&values),
                Layer::Activation(activation) => activation.apply(&mut values),
                Layer::Round => {
                    for value in &mut values {
                        *value = f64::from(*value as f32);
                    }
                }
                Layer::Affine(affine) => {
                    let factors = affine.scale.iter().zip(&affine.offset);
                    for (value, (scale, offset)) in values.iter_mut().zip(factors) {
                        *value = *value * scale + offset;
                    }
                }
            }
            for value in &mut values {
                *value = self.precision.round(*value);
            }
        }
        values
    }
}

impl Activation {
    /// Applies the activation in place.
    pub fn apply(self, values: &mut [f64]) {
        /// Constants of Klambauer et al., as `keras/src/activations/activations.py` has them.
        const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
        const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
        let elu = |x: f64, alpha: f64| if x > 0.0 { x } else { alpha * x.exp_m1() };
        match self {
            Self::Identity => {}
            Self::Softmax => softmax(values),
            _ => {
                for value in values {
                    *value = match self {
                        Self::Relu => value.max(0.0),
                        Self::Tanh => value.tanh(),
                        Self::Logistic => logistic(*value),
                        Self::Elu { alpha } => elu(*value, alpha),
                        Self::Selu => SELU_SCALE * elu(*value, SELU_ALPHA),
                        Self::Identity | Self::Softmax => *value,
                    }
                }
            }
        }
    }
}

/// `1 / (1 + exp(-x))`, as `scipy.special.expit` computes it.
#[must_use]
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `exp(x - max)` of each, divided by their sum (`sklearn/utils/extmath.py`, `softmax`).
pub fn softmax(values: &mut [f64]) {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for value in values.iter_mut() {
        *value = (*value - largest).exp();
        sum += *value;
    }
    for value in values {
        *value /= sum;
    }
}
