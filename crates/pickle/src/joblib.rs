//! joblib's array payloads: after the `BUILD` of a `NumpyArrayWrapper` the pickle stream pauses
//! and the array's data follows, raw or as a nested pickle.
//!
//! Format: `joblib/numpy_pickle.py`, `NumpyArrayWrapper.read_array`, joblib 0.10 to 1.6.

use std::sync::Arc;

use crate::arena::{Node, NodeId};
use crate::construct::Construct;
use crate::error::ErrorKind;
use crate::numpy::array::{Array, Order, byte_length, shape_of};
use crate::numpy::dtype::Dtype;
use crate::source::Source;

/// What a wrapper says about the data that follows it.
pub(crate) struct Payload {
    dtype: Arc<Dtype>,
    shape: Vec<usize>,
    order: Order,
    /// Whether a length byte and that many filler bytes precede the data (joblib 1.2 and newer).
    aligned: bool,
}

impl Payload {
    /// Reads a wrapper's state dictionary.
    pub(crate) fn from_state(construct: &Construct<'_>, state: NodeId) -> Result<Self, ErrorKind> {
        let Node::Dict(entries) = construct.node(state) else {
            return Err(construct.wrong_type("the wrapper's attributes", state));
        };
        if entries.len() > 16 {
            return Err(ErrorKind::InvalidArray(
                "the wrapper has too many attributes",
            ));
        }
        let find = |name: &str| {
            let mut found = entries
                .iter()
                .filter(|(key, _)| construct.text_or_ascii(*key).is_ok_and(|key| key == name));
            match (found.next(), found.next()) {
                (Some((_, value)), None) => Ok(Some(*value)),
                (None, _) => Ok(None),
                (Some(_), Some(_)) => Err(ErrorKind::InvalidArray(
                    "a wrapper attribute is given twice",
                )),
            }
        };
        let need = |name: &str| {
            find(name)?.ok_or(ErrorKind::InvalidArray("a wrapper attribute is missing"))
        };
        let order = match construct.text_or_ascii(need("order")?)? {
            "C" => Order::C,
            "F" => Order::Fortran,
            _ => return Err(ErrorKind::InvalidArray("unknown memory order")),
        };
        let aligned =
            find("numpy_array_alignment_bytes")?.is_some_and(|value| !construct.is_none(value));
        Ok(Self {
            dtype: construct.dtype(need("dtype")?)?,
            shape: shape_of(construct, need("shape")?)?,
            order,
            aligned,
        })
    }

    /// Whether the data is a nested pickle of the whole array.
    pub(crate) fn is_nested_pickle(&self) -> bool {
        self.dtype.has_object()
    }

    /// Whether a nested pickle gave the array that was announced.
    pub(crate) fn matches(&self, node: &Node) -> bool {
        matches!(node, Node::Array(array) if array.has_object() && array.shape() == self.shape)
    }

    /// Reads raw data from the stream.
    pub(crate) fn read_raw(self, source: &mut Source) -> Result<Array, ErrorKind> {
        if self.aligned {
            let [filler] = source.take_array::<1>()?;
            // Writers align to 16 bytes, with 1 to 16 bytes of filler.
            if filler > 16 {
                return Err(ErrorKind::InvalidArray(
                    "more filler than the alignment needs",
                ));
            }
            source.take(usize::from(filler))?;
        }
        let data = source.take(byte_length(&self.dtype, &self.shape)?)?;
        Array::raw(self.dtype, self.shape, self.order, data)
    }
}
