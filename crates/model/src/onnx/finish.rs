//! The end of a chain: what the graph's outputs are, and the estimator that gives them.

use super::chain::{Chain, Model, Role, Sketch};
use super::layers::transposed;
use super::node::{Node, malformed, quoted, unsupported};
use crate::error::Error;
use crate::estimator::Output;
use crate::forest::Precision;
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::label::Label;
use crate::linear::Linear;
use crate::network::{Activation, Affine, Dense, Layer, Network};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::{Accepts, Magnitude};
use crate::single::SingleStep;
use crate::transform::Transform;

/// What a chain comes to.
pub(super) struct Finished {
    pub(super) class: String,
    pub(super) output: Output,
    pub(super) pipeline: Pipeline,
}

/// A predictor before it has its transforms.
struct Predictor {
    class: String,
    scoring: Scoring,
    head: Head,
    labels: Option<Vec<Label>>,
}

impl Chain<'_> {
    /// The estimator whose answers the graph's outputs are.
    pub(super) fn finish(mut self, outputs: &[&str]) -> Result<Finished, Error> {
        let is_classifier = self.check_outputs(outputs)?;
        let predictor = match self.model.take() {
            Some((class, Model::Classifier(model))) => Predictor {
                class,
                head: model.head(),
                scoring: model.scoring,
                labels: Some(model.labels),
            },
            Some((class, Model::Regressor(scoring, link))) => Predictor {
                class,
                scoring,
                head: Head::Value(link),
                labels: None,
            },
            None if is_classifier => self.network_classifier()?,
            None => self.network_regressor()?,
        };
        let has_probabilities = predictor.head.has_values();
        let output = predictor
            .labels
            .map_or(Output::Value, |labels| Output::Classes {
                labels,
                has_probabilities,
            });
        let is_forest = matches!(predictor.scoring, Scoring::Forest(_));
        Ok(Finished {
            class: predictor.class,
            output,
            pipeline: Pipeline {
                transforms: self.transforms(is_forest),
                accepts: if is_forest {
                    Accepts::ANYTHING
                } else {
                    FINITE_SINGLE
                },
                scoring: predictor.scoring,
                head: predictor.head,
            },
        })
    }

    /// Whether the outputs are a classifier's; they must be the last that was computed.
    fn check_outputs(&self, outputs: &[&str]) -> Result<bool, Error> {
        let role = |name: &&str| self.roles.get(name).copied();
        let unknown = outputs.iter().find(|name| role(name).is_none());
        if let Some(name) = unknown {
            let place = format!("output {}", quoted(name));
            return Err(malformed(place, "no operator gives it"));
        }
        let roles: Vec<_> = outputs.iter().filter_map(role).collect();
        let last_row = Role::Row(self.state().0);
        match roles[..] {
            [Role::Value] => Ok(false),
            [row] if row == last_row && self.labels.is_none() && !self.has_pair => Ok(false),
            [] => Err(malformed("the graph", "it has no outputs")),
            _ if roles.iter().all(|role| {
                matches!(role, Role::Label | Role::Scores | Role::Maps) || *role == last_row
            }) =>
            {
                Ok(true)
            }
            _ => Err(unsupported(
                "the graph",
                "outputs other than a label and its probabilities",
            )),
        }
    }

    fn transforms(&mut self, is_forest: bool) -> Vec<Transform> {
        let mut transforms = Vec::new();
        if let Some(columns) = &self.columns {
            transforms.push(Transform::Select(columns.clone()));
        }
        // A forest rounds its features itself, and every step rounds what it takes.
        if self.transforms.is_empty() && !is_forest {
            transforms.push(Transform::Single(SingleStep::Round));
        }
        transforms.extend(self.transforms.drain(..).map(Transform::Single));
        transforms
    }

    fn network_regressor(&mut self) -> Result<Predictor, Error> {
        if self.width != 1 {
            return Err(unsupported(
                "the graph",
                "more than one output and no class labels",
            ));
        }
        let link = match self.last_activation() {
            Some(Activation::Logistic) => {
                self.layers.pop();
                ValueLink::Logistic
            }
            _ => ValueLink::Identity,
        };
        self.predictor(Head::Value(link), None)
    }

    fn network_classifier(&mut self) -> Result<Predictor, Error> {
        let refuse = |what: &str| Err(unsupported("the graph", what));
        let Some(labels) = self.labels.take() else {
            return refuse("a network with several outputs and no class labels");
        };
        if self.decided_on.is_some_and(|state| state != self.state()) {
            return refuse("a class that is not decided by the probabilities");
        }
        let n_classes = if self.has_pair { 2 } else { self.width };
        if labels.len() < 2 || labels.len() != n_classes {
            return refuse("another number of class labels than probabilities");
        }
        let (link, decide) = match (self.has_pair, self.last_activation()) {
            // The first class wins a draw, as `ArgMax` has it.
            (true, _) => (ClassLink::Logistic { factor: 1.0 }, Decide::Half),
            (false, Some(Activation::Softmax)) => (ClassLink::Softmax, Decide::Probability),
            (false, None) => (ClassLink::None, Decide::Score),
            (false, Some(_)) => return refuse("a classifier that ends in this activation"),
        };
        if link != ClassLink::None {
            self.layers.pop();
        }
        let head = Head::Classes(ClassHead {
            link,
            decide,
            has_decision: link == ClassLink::None,
            precision: Precision::Double,
            divisor: 1.0,
        });
        self.predictor(head, Some(labels))
    }

    fn predictor(&mut self, head: Head, labels: Option<Vec<Label>>) -> Result<Predictor, Error> {
        let scoring = self.scoring().ok_or_else(|| {
            malformed(
                "the graph",
                "the layers do not fit together, or are not finite",
            )
        })?;
        let class = match scoring {
            Scoring::Linear(_) => "Linear",
            _ => "Network",
        };
        Ok(Predictor {
            class: class.to_owned(),
            scoring,
            head,
            labels,
        })
    }

    /// The layers so far as scores.
    pub(super) fn network(&mut self, node: &Node<'_>) -> Result<Scoring, Error> {
        self.scoring()
            .ok_or_else(|| node.malformed("the layers do not fit together, or are not finite"))
    }

    /// A single dense layer is a linear model. `None` when sizes contradict each other.
    fn scoring(&mut self) -> Option<Scoring> {
        let layers = std::mem::take(&mut self.layers);
        let n_inputs = match layers.first()? {
            Sketch::Dense(weights, biases) => weights.len().checked_div(biases.len())?,
            _ => return None,
        };
        if let [Sketch::Dense(weights, biases)] = &layers[..] {
            let coefficients = transposed(weights, n_inputs);
            return Linear::new(coefficients, biases.clone(), n_inputs).map(Scoring::Linear);
        }
        let mut width = n_inputs;
        let mut checked = |sketch| {
            Some(match sketch {
                Sketch::Dense(weights, biases) => {
                    let n_outputs = biases.len();
                    let dense = Dense::new(weights, biases, width)?;
                    width = n_outputs;
                    Layer::Dense(dense)
                }
                Sketch::Affine(scale, offset) => Layer::Affine(Affine::new(scale, offset)?),
                Sketch::Activation(activation) => Layer::Activation(activation),
            })
        };
        let layers = layers
            .into_iter()
            .map(&mut checked)
            .collect::<Option<_>>()?;
        Network::new(layers, n_inputs).map(Scoring::Network)
    }
}

/// What stays finite as f32, nothing missing: ONNX Runtime would answer NaN for the rest.
const FINITE_SINGLE: Accepts = Accepts {
    missing: false,
    magnitude: Magnitude::Float32,
};
