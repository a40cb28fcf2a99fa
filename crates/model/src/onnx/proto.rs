//! The messages of an ONNX file (`onnx/onnx.proto`), as views of the file's bytes.

use super::wire::{Fields, Value, Wire};

/// `ModelProto`.
#[derive(Debug, Default)]
pub(super) struct Model<'a> {
    pub(super) producer: &'a str,
    pub(super) producer_version: &'a str,
    /// Domain and version of each operator set.
    pub(super) opsets: Vec<(&'a str, i64)>,
    pub(super) graph: Option<&'a [u8]>,
    pub(super) has_functions: bool,
}

/// `GraphProto`. Nodes and constants stay unread until their turn comes.
#[derive(Debug, Default)]
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<&'a [u8]>,
    pub(super) constants: Vec<&'a [u8]>,
    pub(super) inputs: Vec<Input<'a>>,
    pub(super) outputs: Vec<&'a str>,
    pub(super) has_sparse_constants: bool,
}

/// `ValueInfoProto` of a graph's input.
#[derive(Debug, Default)]
pub(super) struct Input<'a> {
    pub(super) name: &'a str,
    /// `TensorProto.DataType`; 0 when it is no tensor.
    pub(super) element: i64,
    /// Sizes; `None` where one is not fixed.
    pub(super) shape: Vec<Option<i64>>,
}

impl<'a> Model<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Wire<Self> {
        let mut model = Self::default();
        for field in Fields::of(bytes) {
            match field? {
                (2, value) => model.producer = value.text()?,
                (3, value) => model.producer_version = value.text()?,
                // A parser may merge two graphs or take the last: a file with two is no honest one.
                (7, _) if model.graph.is_some() => return Err("there are two graphs"),
                (7, value) => model.graph = Some(value.bytes()?),
                (8, value) => model.opsets.push(opset(value)?),
                (25, _) => model.has_functions = true,
                _ => {}
            }
        }
        Ok(model)
    }

    /// The version of a domain's operator set.
    pub(super) fn opset(&self, domain: &str) -> Option<i64> {
        let same = |known: &str| known == domain || (domain.is_empty() && known == "ai.onnx");
        let found = self.opsets.iter().find(|(known, _)| same(known));
        found.map(|(_, version)| *version)
    }
}

fn opset<'a>(value: Value<'a>) -> Wire<(&'a str, i64)> {
    let mut opset = ("", 0);
    for field in Fields::of(value.bytes()?) {
        match field? {
            (1, value) => opset.0 = value.text()?,
            (2, value) => opset.1 = value.int()?,
            _ => {}
        }
    }
    Ok(opset)
}

impl<'a> Graph<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Wire<Self> {
        let mut graph = Self::default();
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => graph.nodes.push(value.bytes()?),
                (5, value) => graph.constants.push(value.bytes()?),
                (11, value) => graph.inputs.push(Input::read(value)?),
                (12, value) => graph.outputs.push(Input::read(value)?.name),
                (15, _) => graph.has_sparse_constants = true,
                _ => {}
            }
        }
        Ok(graph)
    }
}

impl<'a> Input<'a> {
    fn read(value: Value<'a>) -> Wire<Self> {
        let mut input = Self::default();
        for field in Fields::of(value.bytes()?) {
            match field? {
                (1, value) => input.name = value.text()?,
                // TypeProto: 1 is a tensor, anything else a map, a sequence or the like.
                (2, value) => {
                    for field in Fields::of(value.bytes()?) {
                        if let (1, tensor) = field? {
                            input.read_tensor_type(tensor)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(input)
    }

    fn read_tensor_type(&mut self, value: Value<'a>) -> Wire<()> {
        for field in Fields::of(value.bytes()?) {
            match field? {
                (1, value) => self.element = value.int()?,
                (2, shape) => {
                    for dimension in Fields::of(shape.bytes()?) {
                        if let (1, dimension) = dimension? {
                            self.shape.push(size(dimension)?);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn size(dimension: Value<'_>) -> Wire<Option<i64>> {
    let mut size = None;
    for field in Fields::of(dimension.bytes()?) {
        if let (1, value) = field? {
            size = Some(value.int()?);
        }
    }
    // Some exporters write 0 or -1 for "any".
    Ok(size.filter(|size| *size > 0))
}

/// `TensorProto`: a constant.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tensor<'a> {
    pub(super) name: &'a str,
    pub(super) shape: Vec<i64>,
    pub(super) values: Values<'a>,
}

/// What a constant holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values<'a> {
    Floats(Vec<f32>),
    Ints(Vec<i64>),
    Texts(Vec<&'a [u8]>),
    /// A type that no supported operator takes; its `TensorProto.DataType`.
    Other(i64),
}

impl Values<'_> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Ints(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::Other(_) => 0,
        }
    }
}

impl Default for Values<'_> {
    fn default() -> Self {
        Self::Other(0)
    }
}

/// `TensorProto.DataType`.
pub(super) mod data_type {
    pub(crate) const FLOAT: i64 = 1;
    pub(crate) const INT32: i64 = 6;
    pub(crate) const INT64: i64 = 7;
    pub(crate) const TEXT: i64 = 8;
    pub(crate) const DOUBLE: i64 = 11;
}

impl<'a> Tensor<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Wire<Self> {
        let mut tensor = Self::default();
        let (mut floats, mut ints, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        let (mut raw, mut element) = (None, 0);
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => value.add_ints(&mut tensor.shape)?,
                (2, value) => element = value.int()?,
                (4, value) => value.add_floats(&mut floats)?,
                (5 | 7, value) => value.add_ints(&mut ints)?,
                (6, value) => texts.push(value.bytes()?),
                (8, value) => tensor.name = value.text()?,
                (9, value) => raw = Some(value.bytes()?),
                (13, _) => return Err("a constant is kept in another file"),
                (14, value) if value.int()? != 0 => {
                    return Err("a constant is kept in another file");
                }
                _ => {}
            }
        }
        tensor.values = match (element, raw) {
            (data_type::FLOAT, None) => Values::Floats(floats),
            (data_type::INT32 | data_type::INT64, None) => Values::Ints(ints),
            (data_type::TEXT, None) => Values::Texts(texts),
            (_, Some(raw)) => raw_values(element, raw)?,
            (other, None) => Values::Other(other),
        };
        tensor.check_count().map(|()| tensor)
    }

    fn check_count(&self) -> Wire<()> {
        if let Values::Other(_) = self.values {
            return Ok(());
        }
        let found = self.values.len();
        let multiply = |product: usize, size: &i64| product.checked_mul((*size).try_into().ok()?);
        match self.shape.iter().try_fold(1, multiply) {
            Some(expected) if expected == found => Ok(()),
            _ => Err("a constant has not as many values as its shape says"),
        }
    }
}

fn raw_values<'a>(element: i64, raw: &[u8]) -> Wire<Values<'a>> {
    let whole = |rest: &[u8]| match rest {
        [] => Ok(()),
        _ => Err("a constant's bytes end inside a number"),
    };
    match element {
        data_type::FLOAT => {
            let (chunks, rest) = raw.as_chunks::<4>();
            let floats = chunks.iter().map(|bytes| f32::from_le_bytes(*bytes));
            whole(rest).map(|()| Values::Floats(floats.collect()))
        }
        data_type::INT32 => {
            let (chunks, rest) = raw.as_chunks::<4>();
            let ints = chunks.iter().map(|bytes| i32::from_le_bytes(*bytes).into());
            whole(rest).map(|()| Values::Ints(ints.collect()))
        }
        data_type::INT64 => {
            let (chunks, rest) = raw.as_chunks::<8>();
            let ints = chunks.iter().map(|bytes| i64::from_le_bytes(*bytes));
            whole(rest).map(|()| Values::Ints(ints.collect()))
        }
        other => Ok(Values::Other(other)),
    }
}
