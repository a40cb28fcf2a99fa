//! The protobuf messages of an ONNX file, read in place: nothing is copied but numbers that are
//! used, so a file costs memory in proportion to its size.
//!
//! Wire format: <https://protobuf.dev/programming-guides/encoding>. Field numbers: `onnx.proto`.

use std::collections::HashMap;

use super::{malformed, unsupported};
use crate::error::Error;

/// Nodes of a graph. Honest ones of these kinds have some dozens.
const MAX_NODES: usize = 4_096;

/// A field's value as the wire has it.
#[derive(Clone, Copy)]
enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

/// The fields of a message, one after another.
struct Fields<'a> {
    bytes: &'a [u8],
}

fn broken() -> Error {
    malformed("the protobuf", "a field is cut off or of an unknown type")
}

impl<'a> Fields<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.bytes.split_at_checked(n).ok_or_else(broken)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Error> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(broken())
    }

    fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, Error> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(array(self.take(8)?)?)),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| broken())?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(array(self.take(4)?)?)),
            _ => return Err(broken()),
        };
        Ok(Some((tag >> 3, value)))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(|_| broken())
}

/// Calls a function for each field of a message.
fn each<'a>(
    bytes: &'a [u8],
    mut field: impl FnMut(u64, Value<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut fields = Fields { bytes };
    while let Some((number, value)) = fields.next()? {
        field(number, value)?;
    }
    Ok(())
}

impl<'a> Value<'a> {
    fn bytes(self) -> Result<&'a [u8], Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(broken()),
        }
    }

    fn text(self) -> Result<&'a str, Error> {
        std::str::from_utf8(self.bytes()?)
            .map_err(|_| malformed("the protobuf", "a text is not UTF-8"))
    }

    fn integer(self) -> Result<i64, Error> {
        match self {
            Self::Varint(value) => Ok(value as i64),
            _ => Err(broken()),
        }
    }

    /// Adds one number, or a packed run of them.
    fn add_integers(self, list: &mut Vec<i64>) -> Result<(), Error> {
        match self {
            Self::Varint(value) => list.push(value as i64),
            Self::Bytes(bytes) => {
                let mut fields = Fields { bytes };
                while !fields.bytes.is_empty() {
                    list.push(fields.varint()? as i64);
                }
            }
            _ => return Err(broken()),
        }
        Ok(())
    }

    fn add_floats(self, list: &mut Vec<f32>) -> Result<(), Error> {
        match self {
            Self::Fixed32(bits) => list.push(f32::from_bits(bits)),
            Self::Bytes(bytes) => list.extend(floats(bytes)?),
            _ => return Err(broken()),
        }
        Ok(())
    }

    fn add_doubles(self, list: &mut Vec<f32>) -> Result<(), Error> {
        match self {
            Self::Fixed64(bits) => list.push(f64::from_bits(bits) as f32),
            Self::Bytes(bytes) => {
                let (items, rest) = bytes.as_chunks::<8>();
                if !rest.is_empty() {
                    return Err(broken());
                }
                list.extend(items.iter().map(|item| f64::from_le_bytes(*item) as f32));
            }
            _ => return Err(broken()),
        }
        Ok(())
    }
}

fn floats(bytes: &[u8]) -> Result<impl Iterator<Item = f32>, Error> {
    let (items, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() {
        Ok(items.iter().map(|item| f32::from_le_bytes(*item)))
    } else {
        Err(broken())
    }
}

/// `ModelProto` with its graph.
pub(super) struct Model<'a> {
    pub(super) producer_name: &'a str,
    pub(super) producer_version: &'a str,
    /// Version of the operators of the domain `ai.onnx.ml`; 0 without any.
    pub(super) ml_version: i64,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) initializers: HashMap<&'a str, Tensor<'a>>,
    pub(super) inputs: Vec<Port<'a>>,
    pub(super) outputs: Vec<Port<'a>>,
}

impl<'a> Model<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut model = Self {
            producer_name: "",
            producer_version: "",
            ml_version: 0,
            nodes: Vec::new(),
            initializers: HashMap::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let mut graph = None;
        each(bytes, |number, value| {
            match number {
                2 => model.producer_name = value.text()?,
                3 => model.producer_version = value.text()?,
                7 if graph.is_some() => return Err(malformed("the model", "it has two graphs")),
                7 => graph = Some(value.bytes()?),
                8 => model.opset(value.bytes()?)?,
                _ => {}
            }
            Ok(())
        })?;
        let graph = graph.ok_or_else(|| malformed("the model", "it has no graph"))?;
        model.graph(graph)?;
        Ok(model)
    }

    fn opset(&mut self, bytes: &'a [u8]) -> Result<(), Error> {
        let (mut domain, mut version) = ("", 0);
        each(bytes, |number, value| {
            match number {
                1 => domain = value.text()?,
                2 => version = value.integer()?,
                _ => {}
            }
            Ok(())
        })?;
        if domain == "ai.onnx.ml" {
            self.ml_version = version;
        }
        Ok(())
    }

    fn graph(&mut self, bytes: &'a [u8]) -> Result<(), Error> {
        each(bytes, |number, value| {
            match number {
                1 if self.nodes.len() >= MAX_NODES => {
                    return Err(unsupported("the graph", "a graph of this many nodes"));
                }
                1 => self.nodes.push(Node::parse(value.bytes()?)?),
                5 => {
                    let tensor = Tensor::parse(value.bytes()?)?;
                    self.initializers.insert(tensor.name, tensor);
                }
                11 => self.inputs.push(Port::parse(value.bytes()?)?),
                12 => self.outputs.push(Port::parse(value.bytes()?)?),
                _ => {}
            }
            Ok(())
        })
    }
}

/// `ValueInfoProto`: an input or output of the graph.
pub(super) struct Port<'a> {
    pub(super) name: &'a str,
    /// `TensorProto.DataType`: 1 is f32. 0 for what is no tensor.
    pub(super) element: i64,
    /// Lengths along the axes; `None` where one is left open.
    pub(super) shape: Vec<Option<i64>>,
}

impl<'a> Port<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut port = Self {
            name: "",
            element: 0,
            shape: Vec::new(),
        };
        let mut tensor = None;
        each(bytes, |number, value| {
            match number {
                1 => port.name = value.text()?,
                2 => each(value.bytes()?, |number, value| {
                    if number == 1 {
                        tensor = Some(value.bytes()?);
                    }
                    Ok(())
                })?,
                _ => {}
            }
            Ok(())
        })?;
        let Some(tensor) = tensor else {
            return Ok(port);
        };
        each(tensor, |number, value| {
            match number {
                1 => port.element = value.integer()?,
                2 => each(value.bytes()?, |number, value| {
                    if number == 1 {
                        let mut length = None;
                        each(value.bytes()?, |number, value| {
                            if number == 1 {
                                length = Some(value.integer()?);
                            }
                            Ok(())
                        })?;
                        port.shape.push(length);
                    }
                    Ok(())
                })?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(port)
    }
}

/// `NodeProto`.
pub(super) struct Node<'a> {
    pub(super) operator: &'a str,
    pub(super) domain: &'a str,
    pub(super) inputs: Vec<&'a str>,
    pub(super) outputs: Vec<&'a str>,
    attributes: HashMap<&'a str, &'a [u8]>,
    name: &'a str,
}

impl<'a> Node<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut node = Self {
            operator: "",
            domain: "",
            inputs: Vec::new(),
            outputs: Vec::new(),
            attributes: HashMap::new(),
            name: "",
        };
        each(bytes, |number, value| {
            match number {
                1 => node.inputs.push(value.text()?),
                2 => node.outputs.push(value.text()?),
                3 => node.name = value.text()?,
                4 => node.operator = value.text()?,
                5 => {
                    let bytes = value.bytes()?;
                    let mut name = "";
                    each(bytes, |number, value| {
                        if number == 1 {
                            name = value.text()?;
                        }
                        Ok(())
                    })?;
                    node.attributes.insert(name, bytes);
                }
                7 => node.domain = value.text()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(node)
    }

    /// Where it is, for messages.
    pub(super) fn place(&self) -> String {
        format!("node {:?}", self.name)
    }

    /// Whether it has an attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
    }

    fn attribute(
        &self,
        name: &str,
        mut field: impl FnMut(u64, Value<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self.attributes.get(name) {
            Some(bytes) => each(bytes, &mut field),
            None => Ok(()),
        }
    }

    /// A list of whole numbers; empty where it is not there.
    pub(super) fn integers(&self, name: &str) -> Result<Vec<i64>, Error> {
        let mut list = Vec::new();
        self.attribute(name, |number, value| match number {
            8 => value.add_integers(&mut list),
            _ => Ok(()),
        })?;
        Ok(list)
    }

    /// A list of floats; empty where it is not there.
    pub(super) fn floats(&self, name: &str) -> Result<Vec<f32>, Error> {
        let mut list = Vec::new();
        self.attribute(name, |number, value| match number {
            7 => value.add_floats(&mut list),
            _ => Ok(()),
        })?;
        Ok(list)
    }

    /// A list of texts; empty where it is not there.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&'a str>, Error> {
        let mut list = Vec::new();
        self.attribute(name, |number, value| {
            if number == 9 {
                list.push(value.text()?);
            }
            Ok(())
        })?;
        Ok(list)
    }

    /// A text, or else a default.
    pub(super) fn text(&self, name: &str, default: &'a str) -> Result<&'a str, Error> {
        let mut text = default;
        self.attribute(name, |number, value| {
            if number == 4 {
                text = value.text()?;
            }
            Ok(())
        })?;
        Ok(text)
    }

    /// A whole number, or else a default.
    pub(super) fn integer(&self, name: &str, default: i64) -> Result<i64, Error> {
        let mut integer = default;
        self.attribute(name, |number, value| {
            if number == 3 {
                integer = value.integer()?;
            }
            Ok(())
        })?;
        Ok(integer)
    }

    /// A float, or else a default.
    pub(super) fn float(&self, name: &str, default: f32) -> Result<f32, Error> {
        let mut float = default;
        self.attribute(name, |number, value| match (number, value) {
            (2, Value::Fixed32(bits)) => {
                float = f32::from_bits(bits);
                Ok(())
            }
            _ => Ok(()),
        })?;
        Ok(float)
    }
}

/// `TensorProto`.
pub(super) struct Tensor<'a> {
    name: &'a str,
    pub(super) shape: Vec<i64>,
    element: i64,
    fields: &'a [u8],
}

/// `TensorProto.DataType`.
const FLOAT: i64 = 1;
const INT32: i64 = 6;
const INT64: i64 = 7;
const STRING: i64 = 8;
const DOUBLE: i64 = 11;

impl<'a> Tensor<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut tensor = Self {
            name: "",
            shape: Vec::new(),
            element: 0,
            fields: bytes,
        };
        each(bytes, |number, value| {
            match number {
                1 => value.add_integers(&mut tensor.shape)?,
                2 => tensor.element = value.integer()?,
                8 => tensor.name = value.text()?,
                13 => {
                    return Err(unsupported(tensor.name, "data in another file"));
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(tensor)
    }

    /// The numbers of a tensor of floats; doubles are rounded.
    pub(super) fn floats(&self) -> Result<Vec<f32>, Error> {
        let mut list = Vec::new();
        let element = self.element;
        each(self.fields, |number, value| match (number, element) {
            (4, FLOAT) => value.add_floats(&mut list),
            (10, DOUBLE) => value.add_doubles(&mut list),
            (9, FLOAT) => {
                list.extend(floats(value.bytes()?)?);
                Ok(())
            }
            (9, DOUBLE) => value.add_doubles(&mut list),
            _ => Ok(()),
        })?;
        Ok(list)
    }

    /// The numbers of a tensor of integers.
    pub(super) fn integers(&self) -> Result<Vec<i64>, Error> {
        let mut list = Vec::new();
        let element = self.element;
        each(self.fields, |number, value| match (number, element) {
            (5, INT32) | (7, INT64) => value.add_integers(&mut list),
            (9, INT64) => {
                let (items, _) = value.bytes()?.as_chunks::<8>();
                list.extend(items.iter().map(|item| i64::from_le_bytes(*item)));
                Ok(())
            }
            (9, INT32) => {
                let (items, _) = value.bytes()?.as_chunks::<4>();
                list.extend(
                    items
                        .iter()
                        .map(|item| i64::from(i32::from_le_bytes(*item))),
                );
                Ok(())
            }
            _ => Ok(()),
        })?;
        Ok(list)
    }

    /// The texts of a tensor of texts; `None` for one of other things.
    pub(super) fn texts(&self) -> Result<Option<Vec<&'a str>>, Error> {
        if self.element != STRING {
            return Ok(None);
        }
        let mut list = Vec::new();
        each(self.fields, |number, value| {
            if number == 6 {
                list.push(value.text()?);
            }
            Ok(())
        })?;
        Ok(Some(list))
    }
}
