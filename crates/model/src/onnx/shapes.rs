//! The operators that lay values out: they compute nothing.

use super::chain::{Chain, Role};
use super::node::Node;
use super::proto::Values;
use crate::error::Error;

impl<'a> Chain<'a> {
    /// Reshaping is understood where it keeps one row a row.
    pub(super) fn reshape(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let shape = match (node.operator, &node.inputs[..]) {
            ("Flatten", [_]) if node.int("axis", 1)? == 1 => &[-1, -1],
            ("Reshape", [_, shape]) => match &self.constant(node, shape)?.values {
                Values::Ints(shape) => &shape[..],
                _ => return Err(node.malformed("the shape is not made of integers")),
            },
            _ => return Err(node.unsupported("this use of the operator")),
        };
        let width = match self.role(node, node.inputs[0])? {
            Role::Row(_) => self.width as i64,
            Role::Label | Role::Position | Role::Value => 1,
            _ => return Err(node.unsupported("this operator in this place")),
        };
        match shape {
            [-1] if width == 1 => self.pass(node),
            [-1 | 0, last] if *last == width || (*last == -1 && node.operator == "Flatten") => {
                self.pass(node)
            }
            _ => Err(node.unsupported("this shape")),
        }
    }

    /// Several columns become a row, or a probability and its complement a pair.
    pub(super) fn concat(&mut self, node: &Node<'a>) -> Result<(), Error> {
        if ![1, -1].contains(&node.int("axis", 0)?) {
            return Err(node.unsupported("putting rows together"));
        }
        let roles = node.inputs.iter().map(|name| self.role(node, name));
        let roles = roles.collect::<Result<Vec<_>, _>>()?;
        if let [Role::Complement, Role::Row(_)] = roles[..] {
            self.has_pair = true;
            return self.pass_pair(node);
        }
        self.put_together(node, &roles)
    }

    /// skl2onnx's way to put inputs of one column each together.
    pub(super) fn feature_vectorizer(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let sizes = node.ints("inputdimensions")?;
        if sizes.len() != node.inputs.len() || sizes.iter().any(|size| *size != 1) {
            return Err(node.unsupported("inputs of more than one column"));
        }
        let roles = node.inputs.iter().map(|name| self.role(node, name));
        let roles = roles.collect::<Result<Vec<_>, _>>()?;
        self.put_together(node, &roles)
    }

    fn put_together(&mut self, node: &Node<'a>, roles: &[Role]) -> Result<(), Error> {
        let column = |role: &Role| match role {
            Role::Column(column) => Some(*column),
            _ => None,
        };
        let columns: Option<Vec<_>> = roles.iter().map(column).collect();
        match columns {
            Some(columns) if self.columns.is_none() && !columns.is_empty() => {
                self.width = columns.len();
                self.columns = Some(columns);
                self.advance(node, node.output()?)
            }
            _ => Err(node.unsupported("putting computed values together")),
        }
    }

    fn pass_pair(&mut self, node: &Node<'a>) -> Result<(), Error> {
        let role = self.role(node, node.inputs[1])?;
        // The probability alone may not be used any more.
        self.roles.retain(|_, known| *known != role);
        self.name(node, node.output()?, role)
    }
}
