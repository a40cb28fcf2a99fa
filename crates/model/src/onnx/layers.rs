//! The operators that make networks, and the arithmetic around them.

use super::chain::{Chain, Model, Role, Sketch};
use super::node::Node;
use crate::error::Error;
use crate::head::ValueLink;
use crate::network::Activation;
use crate::single::SingleStep;

impl<'a> Chain<'a> {
    pub(super) fn mat_mul(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [input, weights] = node.inputs()?;
        self.expect_row(node, input)?;
        let n_outputs = match self.constant(node, weights)?.shape[..] {
            [n_inputs] if n_inputs == self.width as i64 => 1,
            [n_inputs, n_outputs] if n_inputs == self.width as i64 => n_outputs as usize,
            _ => return Err(node.malformed("the weights do not fit the row")),
        };
        let weights = self.copied(node, weights)?;
        self.dense(node, weights, vec![0.0; n_outputs])
    }

    /// `alpha * A * B + beta * C`, A being the row.
    pub(super) fn gemm(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let (input, weights, bias) = match node.inputs[..] {
            [input, weights] => (input, weights, None),
            [input, weights, ""] => (input, weights, None),
            [input, weights, bias] => (input, weights, Some(bias)),
            _ => return Err(node.malformed("it has not two or three inputs")),
        };
        self.expect_row(node, input)?;
        let is_plain = node.int("transA", 0)? == 0 && node.float("alpha", 1.0)? == 1.0;
        if !is_plain || node.float("beta", 1.0)? != 1.0 {
            return Err(node.unsupported("transA, alpha or beta"));
        }
        let is_transposed = node.int("transB", 0)? != 0;
        let [first, second] = self.constant(node, weights)?.shape[..] else {
            return Err(node.malformed("the weights are no matrix"));
        };
        let (n_inputs, n_outputs) = if is_transposed {
            (second, first)
        } else {
            (first, second)
        };
        if n_inputs != self.width as i64 {
            return Err(node.malformed("the weights do not fit the row"));
        }
        let n_outputs = n_outputs as usize;
        let mut weights = self.copied(node, weights)?;
        if is_transposed {
            weights = transposed(&weights, n_outputs);
        }
        self.dense(node, weights, vec![0.0; n_outputs])?;
        bias.map_or(Ok(()), |bias| self.add_bias(node, bias))
    }

    /// A constant's floats, wide.
    fn copied(&self, node: &Node<'a>, name: &str) -> Result<Vec<f64>, Error> {
        let floats = self.floats(node, name)?;
        self.charge(node, floats.len())?;
        Ok(floats.iter().copied().map(f64::from).collect())
    }

    fn dense(&mut self, node: &Node<'a>, weights: Vec<f64>, biases: Vec<f64>) -> Result<(), Error> {
        self.width = biases.len();
        self.layers.push(Sketch::Dense(weights, biases));
        self.advance(node, node.output()?)
    }

    fn add_bias(&mut self, node: &Node<'a>, name: &str) -> Result<(), Error> {
        let addends = self.floats_per_value(node, name)?;
        if let Some(Sketch::Dense(_, biases)) = self.layers.last_mut() {
            for (bias, addend) in biases.iter_mut().zip(addends) {
                *bias += f64::from(addend);
            }
        }
        Ok(())
    }

    /// `Add`, `Sub`, `Mul` and `Div` with a constant.
    pub(super) fn arithmetic(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [left, right] = node.inputs()?;
        let is_turned = self.constants.contains_key(left);
        let (input, number) = if is_turned {
            (right, left)
        } else {
            (left, right)
        };
        self.expect_row(node, input)?;
        if is_turned && node.operator == "Sub" {
            return self.complement(node, number);
        }
        if node.operator == "Add" && matches!(self.layers.last(), Some(Sketch::Dense(..))) {
            self.add_bias(node, number)?;
            return self.advance(node, node.output()?);
        }
        let numbers = self.floats_per_value(node, number)?;
        if self.layers.is_empty() {
            self.transforms.push(match node.operator {
                "Add" => SingleStep::Add(numbers),
                "Sub" => SingleStep::Add(numbers.into_iter().map(|number| -number).collect()),
                "Mul" => SingleStep::Multiply(numbers),
                "Div" if !is_turned => SingleStep::Divide(numbers),
                _ => return Err(node.unsupported("dividing by the row")),
            });
        } else {
            let wide = numbers.into_iter().map(f64::from);
            let (ones, zeros) = (vec![1.0; self.width], vec![0.0; self.width]);
            self.layers.push(match node.operator {
                "Add" => Sketch::Affine(ones, wide.collect()),
                "Sub" => Sketch::Affine(ones, wide.map(|number| -number).collect()),
                "Mul" => Sketch::Affine(wide.collect(), zeros),
                "Div" if !is_turned => Sketch::Affine(wide.map(|x| 1.0 / x).collect(), zeros),
                _ => return Err(node.unsupported("dividing by the row")),
            });
        }
        self.advance(node, node.output()?)
    }

    /// `1 - p`: the first of two classes.
    fn complement(&mut self, node: &Node<'a>, one: &str) -> Result<(), Error> {
        let ends_in_sigmoid = self.last_activation() == Some(Activation::Logistic);
        if self.width == 1 && ends_in_sigmoid && self.floats(node, one)? == [1.0] {
            return self.name(node, node.output()?, Role::Complement);
        }
        Err(node.unsupported("subtracting the row"))
    }

    pub(super) fn activate(
        &mut self,
        node: &Node<'a>,
        activation: Activation,
    ) -> Result<(), Error> {
        let [input] = node.inputs()?;
        let axis = node.int("axis", -1)?;
        match self.role(node, input)? {
            Role::Value if activation == Activation::Logistic => {
                return self.link(node, input, ValueLink::Logistic);
            }
            Role::Row(_) if !self.layers.is_empty() && [1, -1].contains(&axis) => {}
            _ => return Err(node.unsupported("this operator in this place")),
        }
        self.expect_row(node, input)?;
        self.layers.push(Sketch::Activation(activation));
        self.advance(node, node.output()?)
    }

    /// The inverse of a logarithmic link, at the end of a regressor.
    pub(super) fn exp(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let [input] = node.inputs()?;
        if let Role::Row(_) = self.role(node, input)? {
            self.expect_row(node, input)?;
            if self.layers.is_empty() || self.width != 1 {
                return Err(node.unsupported("this operator in this place"));
            }
            let regressor = Model::Regressor(self.network(node)?, ValueLink::Identity);
            self.model = Some(("Network".to_owned(), regressor));
            return self.link(node, input, ValueLink::Exp);
        }
        match self.role(node, input)? {
            Role::Value => self.link(node, input, ValueLink::Exp),
            _ => Err(node.unsupported("this operator in this place")),
        }
    }

    /// Puts a link behind a regressor.
    fn link(&mut self, node: &Node<'a>, input: &str, new: ValueLink) -> Result<(), Error> {
        match &mut self.model {
            Some((_, Model::Regressor(_, link @ ValueLink::Identity))) => *link = new,
            _ => return Err(node.unsupported("one link after another")),
        }
        // What came before the link may not be the answer any more.
        self.roles.retain(|_, role| *role != Role::Value);
        self.roles.remove(input);
        self.name(node, node.output()?, Role::Value)
    }
}

/// (outputs, inputs) in C order as (inputs, outputs).
pub(super) fn transposed(weights: &[f64], n_rows: usize) -> Vec<f64> {
    let n_columns = weights.len().checked_div(n_rows).unwrap_or(0);
    let at = |index: usize| weights[index % n_rows * n_columns + index / n_rows];
    (0..n_rows * n_columns).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing() {
        assert_eq!(
            transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2),
            [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
        );
        assert!(transposed(&[], 0).is_empty());
    }
}
