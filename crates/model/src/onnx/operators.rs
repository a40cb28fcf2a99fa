//! The operators, one by one: what each does to the chain.
//!
//! Sources: `onnx/docs/Operators.md` and `onnx/docs/Operators-ml.md`. An operator, or a use of one,
//! that is not listed here is refused by name.

use super::chain::{Chain, Model, Role};
use super::models;
use super::node::{ML, Node, text_labels};
use super::proto::{Values, data_type};
use crate::error::Error;
use crate::head::ValueLink;
use crate::label::Label;
use crate::network::Activation;
use crate::single::SingleStep;

impl<'a> Chain<'a> {
    /// Takes the next node.
    pub(super) fn take(&mut self, node: &Node<'a>) -> Result<(), Error> {
        match (node.domain, node.operator) {
            (ML, "TreeEnsembleClassifier") => self.classify(node, models::tree_classifier),
            (ML, "LinearClassifier") => self.classify(node, models::linear_classifier),
            (ML, "TreeEnsembleRegressor") => self.regress(node, models::tree_regressor),
            (ML, "LinearRegressor") => self.regress(node, models::linear_regressor),
            (ML, "Scaler") => self.scaler(node),
            (ML, "Imputer") => self.imputer(node),
            (ML, "Normalizer") => self.normalizer(node),
            (ML, "ZipMap") => self.zip_map(node),
            (ML, "ArrayFeatureExtractor") => self.extract(node),
            ("", "Identity") => self.pass(node),
            ("", "Cast") => self.cast(node),
            ("", "Reshape" | "Flatten") => self.reshape(node),
            ("", "Concat") => self.concat(node),
            (ML, "FeatureVectorizer") => self.feature_vectorizer(node),
            ("", "Constant") => self.constant_node(node),
            ("", "ArgMax") => self.arg_max(node),
            ("", "MatMul") => self.mat_mul(node),
            ("", "Gemm") => self.gemm(node),
            ("", "Add" | "Sub" | "Mul" | "Div") => self.arithmetic(node),
            ("", "Exp") => self.exp(node),
            ("", "Relu") => self.activate(node, Activation::Relu),
            ("", "Tanh") => self.activate(node, Activation::Tanh),
            ("", "Sigmoid") => self.activate(node, Activation::Logistic),
            ("", "Softmax") => self.activate(node, Activation::Softmax),
            _ => Err(node.unsupported_operator()),
        }
    }

    /// Where a predicting operator may stand: behind transforms, not behind layers.
    fn expect_features(&self, node: &Node<'a>) -> Result<(), Error> {
        let [input] = node.inputs()?;
        self.expect_row(node, input)?;
        if self.layers.is_empty() {
            return Ok(());
        }
        Err(node.unsupported("this operator behind a layer"))
    }

    fn classify(
        &mut self,
        node: &Node<'a>,
        read: fn(&Node<'_>, usize) -> Result<models::Classifier, Error>,
    ) -> Result<(), Error> {
        self.expect_features(node)?;
        let classifier = read(node, self.width)?;
        let [label, scores] = node.outputs[..] else {
            return Err(node.malformed("it has not two outputs"));
        };
        self.model = Some((node.operator.to_owned(), Model::Classifier(classifier)));
        self.name(node, label, Role::Label)?;
        self.name(node, scores, Role::Scores)
    }

    fn regress(
        &mut self,
        node: &Node<'a>,
        read: fn(&Node<'_>, usize) -> Result<crate::Scoring, Error>,
    ) -> Result<(), Error> {
        self.expect_features(node)?;
        let regressor = Model::Regressor(read(node, self.width)?, ValueLink::Identity);
        self.model = Some((node.operator.to_owned(), regressor));
        self.name(node, node.output()?, Role::Value)
    }

    fn scaler(&mut self, node: &Node<'a>) -> Result<(), Error> {
        self.expect_features(node)?;
        let [offset, scale] = ["offset", "scale"].map(|name| self.per_value(node, name));
        let (offset, scale) = (offset?, scale?);
        self.transforms.push(SingleStep::Scale { offset, scale });
        self.advance(node, node.output()?)
    }

    /// An attribute's floats, one per value of the row; a single one is meant for all.
    fn per_value(&self, node: &Node<'a>, name: &str) -> Result<Vec<f32>, Error> {
        self.charge(node, self.width)?;
        match node.floats(name)? {
            floats if floats.len() == self.width => Ok(floats),
            floats if floats.len() == 1 => Ok(vec![floats[0]; self.width]),
            _ => Err(node.malformed(format!("{name} does not fit the row"))),
        }
    }

    fn imputer(&mut self, node: &Node<'a>) -> Result<(), Error> {
        self.expect_features(node)?;
        node.refuse(&["imputed_value_int64s", "replaced_value_int64"])?;
        if !node.float("replaced_value_float", 0.0)?.is_nan() {
            return Err(node.unsupported("replacing anything but NaN"));
        }
        let values = self.per_value(node, "imputed_value_floats")?;
        self.transforms.push(SingleStep::Impute(values));
        self.advance(node, node.output()?)
    }

    fn normalizer(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [input] = node.inputs()?;
        let is_l1 = node.text("norm", "MAX")? == "L1";
        let normalised = match (self.role(node, input)?, &mut self.model) {
            (Role::Scores, Some((_, Model::Classifier(classifier)))) if is_l1 => {
                classifier.normalise()
            }
            _ => None,
        };
        normalised.ok_or_else(|| node.unsupported("this norm in this place"))?;
        // What came before the normalisation may not be used any more.
        self.roles.remove(input);
        self.name(node, node.output()?, Role::Scores)
    }

    fn zip_map(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [input] = node.inputs()?;
        let labels = node.labels("classlabels_int64s", "classlabels_strings")?;
        match self.role(node, input)? {
            Role::Scores => {}
            Role::Row(_) if self.width == labels.len() || self.has_pair => {}
            _ => return Err(node.unsupported("this operator in this place")),
        }
        self.agree_on_labels(node, labels)?;
        self.name(node, node.output()?, Role::Maps)
    }

    fn known_labels(&self) -> Option<&Vec<Label>> {
        match &self.model {
            Some((_, Model::Classifier(classifier))) => Some(&classifier.labels),
            _ => self.labels.as_ref(),
        }
    }

    fn has_text_labels(&self) -> bool {
        let labels = self.known_labels();
        labels.is_some_and(|labels| labels.iter().all(|label| matches!(label, Label::Text(_))))
    }

    /// Labels may be stated more than once, but not differently.
    fn agree_on_labels(&mut self, node: &Node<'a>, labels: Vec<Label>) -> Result<(), Error> {
        let known = self.known_labels();
        match known {
            Some(known) if *known != labels => Err(node.malformed("the class labels disagree")),
            Some(_) => Ok(()),
            None => {
                self.labels = Some(labels);
                Ok(())
            }
        }
    }

    fn extract(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [data, index] = node.inputs()?;
        if self.roles.get(index) == Some(&Role::Position) {
            let values = &self.constant(node, data)?.values;
            self.charge(node, values.len())?;
            let labels = match values {
                Values::Ints(ints) => ints.iter().copied().map(Label::Int).collect(),
                Values::Texts(texts) => {
                    text_labels(texts).ok_or_else(|| node.malformed("a label is not UTF-8"))?
                }
                _ => return Err(node.unsupported("class labels of this type")),
            };
            self.agree_on_labels(node, labels)?;
            return self.name(node, node.output()?, Role::Label);
        }
        // skl2onnx answers with the second class's score where that is the decision function.
        let is_second = self.constant(node, index)?.values == Values::Ints(vec![1]);
        let is_decision = match &self.model {
            Some((_, Model::Classifier(model))) => model.has_decision() && model.labels.len() == 2,
            _ => false,
        };
        match self.role(node, data)? {
            Role::Scores if is_second && is_decision => {
                self.name(node, node.output()?, Role::Scores)
            }
            _ => Err(node.unsupported("taking some of the values")),
        }
    }

    /// An operator that changes nothing: its output plays the part of its input.
    pub(super) fn pass(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let role = self.role(node, node.inputs.first().copied().unwrap_or(""))?;
        self.name(node, node.output()?, role)
    }

    fn cast(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [input] = node.inputs()?;
        let to = node.int("to", 0)?;
        let is_same = match self.role(node, input)? {
            Role::Position => [data_type::INT64, data_type::INT32].contains(&to),
            Role::Label if self.has_text_labels() => to == data_type::TEXT,
            Role::Label => [data_type::INT64, data_type::INT32].contains(&to),
            Role::Row(_) | Role::Column(_) | Role::Scores | Role::Value => to == data_type::FLOAT,
            Role::Complement | Role::Maps => false,
        };
        if is_same {
            return self.pass(node);
        }
        Err(node.unsupported("this type to cast to"))
    }

    fn constant_node(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let tensor = node.tensor("value")?;
        let tensor = tensor.ok_or_else(|| node.unsupported("a constant that is no tensor"))?;
        let output = node.output()?;
        if self.roles.contains_key(output) || self.constants.insert(output, tensor).is_some() {
            return Err(node.malformed("its output's name is given twice"));
        }
        Ok(())
    }

    fn arg_max(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [input] = node.inputs()?;
        let axis = node.int("axis", 0)?;
        if ![1, -1].contains(&axis) || node.int("select_last_index", 0)? != 0 {
            return Err(node.unsupported("this axis, or the last of the largest"));
        }
        match self.role(node, input)? {
            // Of a network's row it is known at the end whether these are probabilities.
            Role::Row(_) if !self.layers.is_empty() => {
                self.decided_on = Some(self.state());
                self.name(node, node.output()?, Role::Position)
            }
            _ => Err(node.unsupported("this operator in this place")),
        }
    }
}
