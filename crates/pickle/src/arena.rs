//! The inert values of a pickle, in one flat store.
//!
//! Nodes refer to each other by [`NodeId`], so `DUP` and `GET` cost nothing, cycles are harmless,
//! and dropping a document of a million nested lists is a loop over a vector.

use std::sync::Arc;

use crate::error::ErrorKind;
use crate::limits::{Limit, Limits};
use crate::numpy::array::Array;
use crate::numpy::dtype::Dtype;

/// A handle on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(u32);

/// A handle on a row of the table of globals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GlobalId(pub(crate) usize);

/// A run of bytes: in the decompressed stream, or among the bytes made while reading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) owned: bool,
}

impl Span {
    pub(crate) fn source(start: usize, len: usize) -> Self {
        Self {
            start,
            len,
            owned: false,
        }
    }
}

/// One inert value. 32 bytes; with its offset an entry of the arena is 40.
#[derive(Debug)]
pub(crate) enum Node {
    None,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits. Nothing that predicts needs its value.
    BigInt,
    Float(f64),
    /// Valid UTF-8.
    Text(Span),
    /// `bytes`, `bytearray`, Python 2 strings, and text that is not valid UTF-8.
    Bytes(Span),
    List(Vec<NodeId>),
    Tuple(Box<[NodeId]>),
    Dict(Vec<(NodeId, NodeId)>),
    /// `EMPTY_SET` and `FROZENSET`. Sets of protocols 2 and 3 are opaque objects.
    Set(Vec<NodeId>),
    Global(GlobalId),
    Object(Box<Object>),
    /// A dtype whose state has not come yet: the text it was constructed from.
    PendingDtype(Span),
    Dtype(Arc<Dtype>),
    /// `_reconstruct(ndarray, …)` whose state has not come yet.
    PendingArray,
    Array(Box<Array>),
    /// A joblib wrapper whose array has taken its place on the stack.
    SpentWrapper,
}

/// A call or construction that was asked for and never made.
#[derive(Debug)]
pub(crate) struct Object {
    /// What was to be called: usually a global.
    pub(crate) class: NodeId,
    pub(crate) args: NodeId,
    pub(crate) kwargs: Option<NodeId>,
    /// The argument of `BUILD`: usually the attribute dictionary.
    pub(crate) state: Option<NodeId>,
    /// What `APPEND(S)` and `ADDITEMS` added: the items of a list subclass.
    pub(crate) elements: Vec<NodeId>,
    /// What `SETITEM(S)` added: the items of a dict subclass.
    pub(crate) entries: Vec<(NodeId, NodeId)>,
}

impl Node {
    /// What a value is called in messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::BigInt => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dict(_) => "a dict",
            Self::Set(_) => "a set",
            Self::Global(_) => "a class or function",
            Self::Object(_) => "an object",
            Self::PendingDtype(_) | Self::Dtype(_) => "a numpy dtype",
            Self::PendingArray | Self::Array(_) => "a numpy array",
            Self::SpentWrapper => "a joblib array wrapper",
        }
    }
}

struct Entry {
    node: Node,
    offset: usize,
}

/// All nodes, with the offset of the opcode that made each.
pub(crate) struct Arena {
    entries: Vec<Entry>,
    limit: usize,
}

impl Arena {
    pub(crate) const NONE: NodeId = NodeId(0);
    const FALSE: NodeId = NodeId(1);
    const TRUE: NodeId = NodeId(2);

    /// An arena that holds the singletons.
    pub(crate) fn new(limits: &Limits) -> Self {
        let entries = [Node::None, Node::Bool(false), Node::Bool(true)]
            .map(|node| Entry { node, offset: 0 })
            .into();
        Self {
            entries,
            limit: limits.nodes.min(u32::MAX as usize),
        }
    }

    pub(crate) fn boolean(value: bool) -> NodeId {
        if value { Self::TRUE } else { Self::FALSE }
    }

    pub(crate) fn push(&mut self, node: Node, offset: usize) -> Result<NodeId, ErrorKind> {
        if self.entries.len() >= self.limit {
            return Err(ErrorKind::limit(Limit::Nodes, self.limit));
        }
        let id = u32::try_from(self.entries.len())
            .map_err(|_| ErrorKind::limit(Limit::Nodes, self.limit))?;
        self.entries.push(Entry { node, offset });
        Ok(NodeId(id))
    }

    /// The node behind a handle. Handles are only made by [`Self::push`], so the node is there;
    /// were it not, `None` would be the answer, never a panic.
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        self.entries
            .get(id.0 as usize)
            .map_or(&Node::None, |entry| &entry.node)
    }

    pub(crate) fn offset(&self, id: NodeId) -> usize {
        self.entries
            .get(id.0 as usize)
            .map_or(0, |entry| entry.offset)
    }

    /// The node behind a handle, to be changed. The singletons cannot be.
    pub(crate) fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        if id.0 <= Self::TRUE.0 {
            return None;
        }
        self.entries
            .get_mut(id.0 as usize)
            .map(|entry| &mut entry.node)
    }

    pub(crate) fn replace(&mut self, id: NodeId, node: Node) {
        if let Some(place) = self.node_mut(id) {
            *place = node;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_forty_bytes() {
        assert_eq!(size_of::<Node>(), 32);
        assert_eq!(size_of::<Entry>(), 40);
    }
}
