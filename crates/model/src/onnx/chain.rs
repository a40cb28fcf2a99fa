//! What a graph computes, gathered while its nodes are read in order.
//!
//! Only chains are understood: each operator takes what the last one gave. A name stands for its
//! part in the chain ([`Role`]), so that a graph that branches is refused, not misread.

use std::cell::Cell;
use std::collections::HashMap;

use super::models::Classifier;
use super::node::Node;
use super::proto::{Tensor, Values};
use crate::error::Error;
use crate::head::ValueLink;
use crate::label::Label;
use crate::network::Activation;
use crate::pipeline::Scoring;
use crate::single::SingleStep;

/// What a name of the graph stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// An input of the graph, before several are put together.
    Column(usize),
    /// The row after so many steps.
    Row(usize),
    /// One minus the last row, whose only value is a probability.
    Complement,
    /// A classifier's probabilities, or scores where it has none.
    Scores,
    /// A regressor's value.
    Value,
    /// The position of the largest probability.
    Position,
    /// The predicted label.
    Label,
    /// `ZipMap`'s lists of (label, probability).
    Maps,
}

/// What answers: nothing yet but the layers, or one of the predicting operators.
#[derive(Debug)]
pub(super) enum Model {
    Classifier(Classifier),
    Regressor(Scoring, ValueLink),
}

/// A layer of a network, before it is checked.
#[derive(Debug, Clone)]
pub(super) enum Sketch {
    /// Weights in C order, (inputs, outputs), and a bias per output.
    Dense(Vec<f64>, Vec<f64>),
    /// A scale and an offset per value.
    Affine(Vec<f64>, Vec<f64>),
    Activation(Activation),
}

/// The chain so far.
pub(super) struct Chain<'a> {
    pub(super) constants: HashMap<&'a str, Tensor<'a>>,
    pub(super) roles: HashMap<&'a str, Role>,
    /// How many operators have changed the row.
    steps: usize,
    /// Values of the row now.
    pub(super) width: usize,
    /// What is done to the row before anything else.
    pub(super) transforms: Vec<SingleStep>,
    /// The layers of a network.
    pub(super) layers: Vec<Sketch>,
    /// Whether the last layer is a sigmoid with its complement next to it: two classes.
    pub(super) has_pair: bool,
    pub(super) model: Option<(String, Model)>,
    /// The labels that a position is looked up in.
    pub(super) labels: Option<Vec<Label>>,
    /// Where the largest probability was looked for.
    pub(super) decided_on: Option<(usize, bool)>,
    /// How many more numbers may be copied out of constants: nodes may share one, and a small file
    /// must not grow by naming a large one often.
    allowance: Cell<usize>,
    /// The order of several inputs, once they are put together.
    pub(super) columns: Option<Vec<usize>>,
}

impl<'a> Chain<'a> {
    pub(super) fn new(
        constants: HashMap<&'a str, Tensor<'a>>,
        width: usize,
        n_bytes: usize,
    ) -> Self {
        Self {
            constants,
            roles: HashMap::new(),
            steps: 0,
            width,
            transforms: Vec::new(),
            layers: Vec::new(),
            has_pair: false,
            model: None,
            labels: None,
            decided_on: None,
            allowance: Cell::new((1 << 20) + n_bytes.saturating_mul(2)),
            columns: None,
        }
    }

    /// What a name stands for.
    pub(super) fn role(&self, node: &Node<'_>, name: &str) -> Result<Role, Error> {
        match self.roles.get(name) {
            Some(Role::Row(step)) if *step != self.steps || self.model.is_some() => {
                Err(node.unsupported("a graph that branches"))
            }
            Some(role) => Ok(*role),
            None if self.constants.contains_key(name) => {
                Err(node.unsupported("a constant in this place"))
            }
            None => {
                let what = format!(
                    "its input {} is not known by then",
                    super::node::quoted(name)
                );
                Err(node.malformed(what))
            }
        }
    }

    /// Checks that a name is the row as it is now.
    pub(super) fn expect_row(&self, node: &Node<'_>, name: &str) -> Result<(), Error> {
        match self.role(node, name)? {
            Role::Row(_) if !self.has_pair => Ok(()),
            _ => Err(node.unsupported("this operator in this place")),
        }
    }

    /// Gives a name its part; a name given twice breaks ONNX's rules.
    pub(super) fn name(&mut self, node: &Node<'_>, name: &'a str, role: Role) -> Result<(), Error> {
        let is_known = self.constants.contains_key(name);
        if is_known || self.roles.insert(name, role).is_some() {
            let what = format!("the name {} is given twice", super::node::quoted(name));
            return Err(node.malformed(what));
        }
        Ok(())
    }

    /// Names the row that an operator has just changed.
    pub(super) fn advance(&mut self, node: &Node<'_>, name: &'a str) -> Result<(), Error> {
        self.steps += 1;
        self.name(node, name, Role::Row(self.steps))
    }

    /// The constant of a name.
    pub(super) fn constant(&self, node: &Node<'_>, name: &str) -> Result<&Tensor<'a>, Error> {
        self.constants
            .get(name)
            .ok_or_else(|| node.unsupported("an operator between two computed values"))
    }

    /// A constant's floats.
    pub(super) fn floats(&self, node: &Node<'_>, name: &str) -> Result<&[f32], Error> {
        match &self.constant(node, name)?.values {
            Values::Floats(floats) => Ok(floats),
            _ => Err(node.unsupported("a constant that is not of float32")),
        }
    }

    /// A constant's floats, one per value of the row.
    pub(super) fn floats_per_value(&self, node: &Node<'_>, name: &str) -> Result<Vec<f32>, Error> {
        let shape = &self.constant(node, name)?.shape;
        let floats = self.floats(node, name)?;
        // (n) and (1, n) are laid along the row; (n, 1) would be laid across rows.
        let leading = &shape[..shape.len().saturating_sub(1)];
        self.charge(node, self.width)?;
        let is_one_row = leading.len() < 2 && leading.iter().all(|size| *size == 1);
        match floats {
            [float] if is_one_row => Ok(vec![*float; self.width]),
            _ if is_one_row && floats.len() == self.width => Ok(floats.to_vec()),
            _ => Err(node.unsupported("a constant of this shape")),
        }
    }

    /// What tells one state of the row from another.
    pub(super) fn state(&self) -> (usize, bool) {
        (self.steps, self.has_pair)
    }

    /// The activation at the end, if there is one.
    pub(super) fn last_activation(&self) -> Option<Activation> {
        match self.layers.last() {
            Some(Sketch::Activation(activation)) => Some(*activation),
            _ => None,
        }
    }

    /// Takes so many numbers from the allowance.
    pub(super) fn charge(&self, node: &Node<'_>, count: usize) -> Result<(), Error> {
        let rest = self.allowance.get().checked_sub(count);
        let rest = rest.ok_or_else(|| node.unsupported("using constants this often"))?;
        self.allowance.set(rest);
        Ok(())
    }
}
