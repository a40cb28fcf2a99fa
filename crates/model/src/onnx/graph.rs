//! An ONNX graph, followed node by node from its input to its outputs.

use std::collections::HashMap;

use super::message::{Model, Node, Tensor};
use super::{malformed, trees, unsupported};
use crate::error::Error;
use crate::forest::Precision;
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::label::Label;
use crate::linear::Linear;
use crate::network::{Activation, Dense, Layer, Network};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;
use crate::transform::Transform;

/// As many inputs as any model here may have.
const MAX_INPUTS: i64 = 65_536;

/// What a graph computes.
pub(super) struct Outcome {
    /// The operator that predicts.
    pub(super) class: String,
    pub(super) pipeline: Pipeline,
    pub(super) labels: Option<Vec<Label>>,
    pub(super) n_inputs: usize,
}

/// What a tensor of the graph holds.
#[derive(Clone)]
enum State {
    /// The row, after some transforms.
    Row(Vec<Transform>),
    /// A row times a matrix, whose biases are still to be added.
    Product(Perceptron, Matrix),
    /// What comes out of some layers.
    Hidden(Perceptron),
    /// One less what comes out of some layers.
    Complement(Perceptron),
    /// Probabilities, or a value.
    Answer(Answer),
    /// The predicted class; with its labels where the graph looks them up.
    Class(Option<Vec<Label>>),
}

#[derive(Clone)]
struct Perceptron {
    transforms: Vec<Transform>,
    layers: Vec<Layer>,
    width: usize,
}

#[derive(Clone)]
struct Matrix {
    weights: Vec<f64>,
    n_columns: usize,
}

#[derive(Clone)]
struct Answer {
    class: String,
    pipeline: Pipeline,
    labels: Option<Vec<Label>>,
}

/// Follows a graph.
pub(super) fn follow(model: &Model<'_>) -> Result<Outcome, Error> {
    let n_inputs = n_inputs(model)?;
    let mut follower = Follower {
        initializers: &model.initializers,
        n_inputs,
        states: HashMap::from([(model.inputs[0].name, State::Row(Vec::new()))]),
    };
    for node in &model.nodes {
        follower.step(node)?;
    }
    follower.outcome(model)
}

/// The length of a row: the graph has one input, of f32, (rows, columns).
fn n_inputs(model: &Model<'_>) -> Result<usize, Error> {
    let [input] = &model.inputs[..] else {
        return Err(unsupported(
            "the graph's inputs",
            format!(
                "a graph of {} inputs; convert with one FloatTensorType: it",
                model.inputs.len()
            ),
        ));
    };
    match (input.element, &input.shape[..]) {
        (1, [_, Some(length @ 1..=MAX_INPUTS)]) => Ok(*length as usize),
        _ => Err(unsupported(
            format!("input {:?}", input.name),
            "a graph whose input is not a matrix of f32 with a known number of columns",
        )),
    }
}

struct Follower<'m, 'a> {
    initializers: &'m HashMap<&'a str, Tensor<'a>>,
    n_inputs: usize,
    states: HashMap<&'a str, State>,
}

impl<'a> Follower<'_, 'a> {
    fn step(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let refuse = || {
            let domain = if node.domain.is_empty() {
                "ai.onnx"
            } else {
                node.domain
            };
            unsupported(
                node.place(),
                format!("Onnx operator {} of {domain} at this place", node.operator),
            )
        };
        let first = node.inputs.first().copied().unwrap_or("");
        let state = self.states.get(first).cloned();
        let next = match (node.domain, node.operator, state) {
            ("" | "ai.onnx", "Identity" | "Cast", Some(state)) => state,
            ("" | "ai.onnx", "Reshape", Some(state @ (State::Class(_) | State::Hidden(_)))) => {
                state
            }
            ("ai.onnx.ml", "ZipMap", Some(state @ State::Answer(_))) => state,
            ("ai.onnx.ml", "Normalizer", Some(State::Answer(answer))) => normalised(node, answer)?,
            ("ai.onnx.ml", "Scaler", Some(State::Row(transforms))) => {
                self.scaler(node, transforms)?
            }
            ("ai.onnx.ml", "TreeEnsembleClassifier", Some(State::Row(transforms))) => {
                return self.classifier(node, transforms, tree_classifier);
            }
            ("ai.onnx.ml", "LinearClassifier", Some(State::Row(transforms))) => {
                return self.classifier(node, transforms, linear_classifier);
            }
            ("ai.onnx.ml", "TreeEnsembleRegressor", Some(State::Row(transforms))) => {
                tree_regressor(node, transforms, self.n_inputs)?
            }
            ("ai.onnx.ml", "LinearRegressor", Some(State::Row(transforms))) => {
                linear_regressor(node, transforms, self.n_inputs)?
            }
            ("ai.onnx.ml", "ArrayFeatureExtractor", None) => self.label_lookup(node)?,
            ("" | "ai.onnx", "ArgMax", Some(State::Answer(_))) => State::Class(None),
            ("" | "ai.onnx", "MatMul", Some(state)) => {
                let (perceptron, matrix) = self.product(node, state)?;
                State::Product(perceptron, matrix)
            }
            ("" | "ai.onnx", "Gemm", Some(state)) => self.gemm(node, state)?,
            ("" | "ai.onnx", "Add", Some(State::Product(perceptron, matrix))) => {
                let biases = self.tensor(node, 1)?.floats()?;
                State::Hidden(dense(node, perceptron, matrix, &biases)?)
            }
            ("" | "ai.onnx", "Sub", None) => self.complement(node).ok_or_else(refuse)?,
            ("" | "ai.onnx", "Concat", Some(State::Complement(_))) => {
                self.pair(node).ok_or_else(refuse)?
            }
            ("" | "ai.onnx", operator, Some(State::Hidden(mut perceptron))) => {
                let activation = activation(node, operator)?.ok_or_else(refuse)?;
                perceptron.layers.push(Layer::Activation(activation));
                State::Hidden(perceptron)
            }
            _ => return Err(refuse()),
        };
        // A softmax over the layers is where a classifier's probabilities begin.
        let next = match next {
            State::Hidden(perceptron) if node.operator == "Softmax" => {
                State::Answer(perceptron.answer(node, Head::Probabilities)?)
            }
            other => other,
        };
        self.set(node, 0, next)
    }

    fn set(&mut self, node: &Node<'a>, output: usize, state: State) -> Result<(), Error> {
        let name = node.outputs.get(output).copied();
        let name = name.ok_or_else(|| malformed(node.place(), "it has no output"))?;
        if self.states.insert(name, state).is_some() {
            return Err(malformed(node.place(), "a tensor is computed twice"));
        }
        Ok(())
    }

    fn tensor(&self, node: &Node<'a>, input: usize) -> Result<&Tensor<'a>, Error> {
        node.inputs
            .get(input)
            .and_then(|name| self.initializers.get(name))
            .ok_or_else(|| {
                unsupported(
                    node.place(),
                    format!("{} without a constant", node.operator),
                )
            })
    }

    fn scaler(&self, node: &Node<'a>, mut transforms: Vec<Transform>) -> Result<State, Error> {
        let widen = |mut list: Vec<f32>| {
            if let [one] = list[..] {
                list = vec![one; self.n_inputs];
            }
            list
        };
        let offset = widen(node.floats("offset")?);
        let scale = widen(node.floats("scale")?);
        if offset.len() != self.n_inputs || scale.len() != self.n_inputs {
            return Err(malformed(
                node.place(),
                "an offset and a scale per column are expected",
            ));
        }
        transforms.push(Transform::ScaleSingle { offset, scale });
        Ok(State::Row(transforms))
    }

    fn classifier(
        &mut self,
        node: &Node<'a>,
        transforms: Vec<Transform>,
        import: fn(&Node<'_>, usize, usize) -> Result<Pipeline, Error>,
    ) -> Result<(), Error> {
        let labels = labels(node)?;
        let pipeline = import(node, self.n_inputs, labels.len())?;
        let answer = Answer {
            class: node.operator.to_owned(),
            pipeline: Pipeline {
                transforms,
                ..pipeline
            },
            labels: Some(labels),
        };
        self.set(node, 0, State::Class(None))?;
        self.set(node, 1, State::Answer(answer))
    }

    /// The labels that `ArrayFeatureExtractor` picks the predicted one of.
    fn label_lookup(&self, node: &Node<'a>) -> Result<State, Error> {
        let picks_class = node
            .inputs
            .get(1)
            .is_some_and(|name| matches!(self.states.get(name), Some(State::Class(_))));
        if !picks_class {
            return Err(unsupported(
                node.place(),
                "Onnx operator ArrayFeatureExtractor here",
            ));
        }
        let tensor = self.tensor(node, 0)?;
        let labels = match tensor.texts()? {
            Some(texts) => texts
                .into_iter()
                .map(|text| Label::Text(text.to_owned()))
                .collect(),
            None => tensor.integers()?.into_iter().map(Label::Int).collect(),
        };
        Ok(State::Class(Some(labels)))
    }

    fn perceptron(&self, node: &Node<'a>, state: State) -> Result<Perceptron, Error> {
        match state {
            State::Row(transforms) => Ok(Perceptron {
                transforms,
                layers: Vec::new(),
                width: self.n_inputs,
            }),
            State::Hidden(perceptron) => Ok(perceptron),
            _ => Err(unsupported(node.place(), format!("{} here", node.operator))),
        }
    }

    fn product(&self, node: &Node<'a>, state: State) -> Result<(Perceptron, Matrix), Error> {
        let perceptron = self.perceptron(node, state)?;
        let tensor = self.tensor(node, 1)?;
        let &[rows, columns] = &tensor.shape[..] else {
            return Err(malformed(node.place(), "its weights are not a matrix"));
        };
        if usize::try_from(rows) != Ok(perceptron.width) {
            return Err(malformed(node.place(), "its weights do not fit the row"));
        }
        let n_columns = usize::try_from(columns)
            .map_err(|_| malformed(node.place(), "its weights are not a matrix"))?;
        let weights = tensor.floats()?.into_iter().map(f64::from).collect();
        Ok((perceptron, Matrix { weights, n_columns }))
    }

    fn gemm(&self, node: &Node<'a>, state: State) -> Result<State, Error> {
        let is_plain = node.float("alpha", 1.0)? == 1.0
            && node.float("beta", 1.0)? == 1.0
            && node.integer("transA", 0)? == 0
            && node.integer("transB", 0)? == 0;
        if !is_plain {
            return Err(unsupported(
                node.place(),
                "Gemm with factors or transposed weights",
            ));
        }
        let (perceptron, matrix) = self.product(node, state)?;
        let biases = self.tensor(node, 2)?.floats()?;
        Ok(State::Hidden(dense(node, perceptron, matrix, &biases)?))
    }

    /// `1 - p`
    fn complement(&self, node: &Node<'a>) -> Option<State> {
        let one = self.initializers.get(node.inputs.first()?)?.floats().ok()?;
        match self.states.get(node.inputs.get(1)?)? {
            State::Hidden(perceptron) if one == [1.0] => {
                Some(State::Complement(perceptron.clone()))
            }
            _ => None,
        }
    }

    /// `(1 - p, p)`, the probabilities of two classes.
    fn pair(&self, node: &Node<'a>) -> Option<State> {
        let [first, second] = node.inputs[..] else {
            return None;
        };
        match (self.states.get(first)?, self.states.get(second)?) {
            (State::Complement(left), State::Hidden(right)) if left.layers == right.layers => {
                let is_probability =
                    right.layers.last() == Some(&Layer::Activation(Activation::Logistic));
                let answer = right.clone().answer(node, Head::ProbabilityOfSecond).ok()?;
                is_probability.then_some(State::Answer(answer))
            }
            _ => None,
        }
    }

    fn outcome(self, model: &Model<'_>) -> Result<Outcome, Error> {
        let mut answer = None;
        let mut labels = None;
        for output in &model.outputs {
            match self.states.get(output.name) {
                Some(State::Answer(found)) => answer = Some(found.clone()),
                Some(State::Class(found)) => labels = labels.or(found.clone()),
                Some(State::Hidden(perceptron)) => {
                    let head = Head::Value(ValueLink::Identity);
                    answer = Some(perceptron.clone().answer_at("the output", head)?);
                }
                _ => {
                    return Err(unsupported(
                        format!("output {:?}", output.name),
                        "this output",
                    ));
                }
            }
        }
        let answer = answer.ok_or_else(|| {
            unsupported("the graph's outputs", "a classifier without probabilities")
        })?;
        let labels = answer.labels.or(labels);
        let is_classifier = !matches!(answer.pipeline.head, Head::Value(_));
        if is_classifier != labels.is_some() {
            return Err(unsupported(
                "the graph's outputs",
                "a classifier without labels",
            ));
        }
        let n_scores = match &answer.pipeline.scoring {
            Scoring::Network(network) => network.n_outputs(),
            _ => 0,
        };
        let fits = match (&labels, answer.pipeline.head) {
            (Some(labels), Head::ProbabilityOfSecond) => labels.len() == 2 && n_scores <= 1,
            (Some(labels), Head::Probabilities) if n_scores > 0 => labels.len() == n_scores,
            (None, _) => n_scores <= 1,
            _ => true,
        };
        if !fits {
            return Err(malformed(
                "the graph's outputs",
                "labels and probabilities differ",
            ));
        }
        Ok(Outcome {
            class: answer.class,
            pipeline: answer.pipeline,
            labels,
            n_inputs: self.n_inputs,
        })
    }
}

impl Perceptron {
    fn answer(self, node: &Node<'_>, head: Head) -> Result<Answer, Error> {
        self.answer_at(&node.place(), head)
    }

    fn answer_at(self, place: &str, head: Head) -> Result<Answer, Error> {
        let n_inputs = self.layers.first().map_or(0, |_| self.n_inputs());
        let network = Network::new(self.layers, n_inputs)
            .ok_or_else(|| malformed(place, "the layers do not fit each other"))?;
        let pipeline = Pipeline::bare(Accepts::FINITE, Scoring::Network(network), head);
        Ok(Answer {
            class: "Network".to_owned(),
            pipeline: Pipeline {
                transforms: self.transforms,
                ..pipeline
            },
            labels: None,
        })
    }

    fn n_inputs(&self) -> usize {
        self.layers
            .iter()
            .find_map(|layer| match layer {
                Layer::Dense(dense) => Some(dense.n_inputs()),
                _ => None,
            })
            .unwrap_or(0)
    }
}

fn dense(
    node: &Node<'_>,
    mut perceptron: Perceptron,
    matrix: Matrix,
    biases: &[f32],
) -> Result<Perceptron, Error> {
    let biases: Vec<f64> = match biases {
        [one] => vec![f64::from(*one); matrix.n_columns.min(matrix.weights.len())],
        _ => biases.iter().copied().map(f64::from).collect(),
    };
    let width = biases.len();
    let dense = Dense::new(matrix.weights, biases, perceptron.width)
        .filter(|_| width == matrix.n_columns)
        .ok_or_else(|| malformed(node.place(), "weights and biases do not fit"))?;
    perceptron.layers.push(Layer::Dense(dense));
    perceptron.width = width;
    Ok(perceptron)
}

fn activation(node: &Node<'_>, operator: &str) -> Result<Option<Activation>, Error> {
    Ok(Some(match operator {
        "Relu" => Activation::Relu,
        "Tanh" => Activation::Tanh,
        "Sigmoid" => Activation::Logistic,
        "Softmax" => Activation::Softmax,
        "Elu" => Activation::Elu {
            alpha: f64::from(node.float("alpha", 1.0)?),
        },
        _ => return Ok(None),
    }))
}

fn labels(node: &Node<'_>) -> Result<Vec<Label>, Error> {
    let texts = node.texts("classlabels_strings")?;
    if !texts.is_empty() {
        return Ok(texts
            .into_iter()
            .map(|text| Label::Text(text.to_owned()))
            .collect());
    }
    // The two operators call them differently.
    let mut numbers = node.integers("classlabels_int64s")?;
    numbers.extend(node.integers("classlabels_ints")?);
    if numbers.len() < 2 {
        return Err(unsupported(
            node.place(),
            "a classifier of fewer than two classes",
        ));
    }
    Ok(numbers.into_iter().map(Label::Int).collect())
}

fn class_head(link: ClassLink, decide: Decide) -> Head {
    Head::Classes(ClassHead {
        link,
        decide,
        has_decision: false,
        precision: Precision::Single,
        divisor: 1.0,
    })
}

/// Two classes may have one score, for the second: where all votes are positive it is its
/// probability, otherwise a margin (`TreeAggregatorClassifier`).
fn tree_classifier(
    node: &Node<'_>,
    n_features: usize,
    n_classes: usize,
) -> Result<Pipeline, Error> {
    let voted: Vec<i64> = node.integers("class_ids")?;
    let is_single = n_classes == 2 && voted.windows(2).all(|pair| pair[0] == pair[1]);
    let post_transform = node.text("post_transform", "NONE")?;
    let all_positive = node
        .floats("class_weights")?
        .iter()
        .all(|weight| *weight >= 0.0);
    let head = match (is_single, post_transform, all_positive) {
        (true, "NONE", true) => Head::ProbabilityOfSecond,
        (true, "LOGISTIC", false) => class_head(ClassLink::Logistic { factor: 1.0 }, Decide::Score),
        (false, "NONE", _) => Head::Probabilities,
        (false, "SOFTMAX", _) => class_head(ClassLink::Softmax, Decide::Score),
        (false, "LOGISTIC", _) => {
            class_head(ClassLink::LogisticEach { factor: 1.0 }, Decide::Score)
        }
        _ => {
            return Err(unsupported(
                node.place(),
                format!(
                    "a TreeEnsembleClassifier with post_transform {post_transform} and such votes"
                ),
            ));
        }
    };
    let n_scores = if is_single { 1 } else { n_classes };
    if is_single && voted.iter().any(|class| *class != 0) {
        return Err(unsupported(node.place(), "votes for the second class only"));
    }
    let forest = trees::forest(node, "class", n_features, n_scores)?;
    Ok(Pipeline::bare(
        Accepts::ANYTHING,
        Scoring::Forest(forest),
        head,
    ))
}

fn tree_regressor(
    node: &Node<'_>,
    transforms: Vec<Transform>,
    n_features: usize,
) -> Result<State, Error> {
    if node.integer("n_targets", 1)? != 1 || node.text("post_transform", "NONE")? != "NONE" {
        return Err(unsupported(
            node.place(),
            "several targets, or a post_transform",
        ));
    }
    let forest = trees::forest(node, "target", n_features, 1)?;
    Ok(value(
        node,
        transforms,
        Accepts::ANYTHING,
        Scoring::Forest(forest),
    ))
}

fn value(node: &Node<'_>, transforms: Vec<Transform>, accepts: Accepts, scoring: Scoring) -> State {
    let pipeline = Pipeline::bare(accepts, scoring, Head::Value(ValueLink::Identity));
    State::Answer(Answer {
        class: node.operator.to_owned(),
        pipeline: Pipeline {
            transforms,
            ..pipeline
        },
        labels: None,
    })
}

fn linear(node: &Node<'_>, n_features: usize, n_scores: usize) -> Result<Linear, Error> {
    let coefficients = node
        .floats("coefficients")?
        .into_iter()
        .map(f64::from)
        .collect();
    let mut intercepts: Vec<f64> = node
        .floats("intercepts")?
        .into_iter()
        .map(f64::from)
        .collect();
    if intercepts.is_empty() {
        intercepts = vec![0.0; n_scores];
    }
    Linear::new(coefficients, intercepts, n_features)
        .filter(|linear| linear.n_scores() == n_scores)
        .ok_or_else(|| malformed(node.place(), "coefficients and intercepts do not fit"))
}

fn linear_classifier(
    node: &Node<'_>,
    n_features: usize,
    n_classes: usize,
) -> Result<Pipeline, Error> {
    let linear = linear(node, n_features, n_classes)?;
    let link = match node.text("post_transform", "NONE")? {
        "NONE" => ClassLink::None,
        "SOFTMAX" => ClassLink::Softmax,
        "LOGISTIC" => ClassLink::LogisticEach { factor: 1.0 },
        other => {
            return Err(unsupported(
                node.place(),
                format!("the post_transform {other}"),
            ));
        }
    };
    let head = class_head(link, Decide::Score);
    Ok(Pipeline::bare(
        Accepts::FINITE,
        Scoring::Linear(linear),
        head,
    ))
}

fn linear_regressor(
    node: &Node<'_>,
    transforms: Vec<Transform>,
    n_features: usize,
) -> Result<State, Error> {
    if node.integer("targets", 1)? != 1 || node.text("post_transform", "NONE")? != "NONE" {
        return Err(unsupported(
            node.place(),
            "several targets, or a post_transform",
        ));
    }
    let linear = linear(node, n_features, 1)?;
    Ok(value(
        node,
        transforms,
        Accepts::FINITE,
        Scoring::Linear(linear),
    ))
}

/// `Normalizer` by the sum, after probabilities: those of a softmax have that sum already.
fn normalised(node: &Node<'_>, mut answer: Answer) -> Result<State, Error> {
    let norm = node.text("norm", "MAX")?;
    match (norm, &mut answer.pipeline.head) {
        ("L1", Head::Classes(head)) if head.link == ClassLink::Softmax => {}
        ("L1", Head::Classes(head)) if head.link == (ClassLink::LogisticEach { factor: 1.0 }) => {
            head.link = ClassLink::Logistic { factor: 1.0 };
        }
        _ => {
            return Err(unsupported(
                node.place(),
                format!("Normalizer by {norm} here"),
            ));
        }
    }
    Ok(State::Answer(answer))
}
