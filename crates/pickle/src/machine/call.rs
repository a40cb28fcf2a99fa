//! Names, calls and state: recorded, never carried out. And the arrays that follow a joblib wrapper.

use std::sync::Arc;

use crate::arena::{Node, NodeId, Span};
use crate::construct::{self, Constructor, Made};
use crate::error::ErrorKind;
use crate::joblib::Payload;
use crate::limits::Limit;
use crate::numpy::array::Array;
use crate::numpy::dtype::Dtype;
use crate::opcode::Opcode;

use super::Machine;
use super::program::{Level, Program};

impl Machine<'_> {
    pub(super) fn name_span(&self, id: NodeId) -> Result<Span, ErrorKind> {
        match self.arena.node(id) {
            Node::Text(span) if span.len > self.limits.name_bytes => {
                Err(ErrorKind::limit(Limit::NameBytes, self.limits.name_bytes))
            }
            Node::Text(span) if !span.owned => Ok(*span),
            _ => Err(self
                .construct()
                .wrong_type("the name of a class or function", id)),
        }
    }

    pub(super) fn global(
        &mut self,
        program: &mut Program,
        module: Span,
        name: Span,
    ) -> Result<(), ErrorKind> {
        let text = |span: Span| {
            std::str::from_utf8(self.source.bytes(span.start, span.len)).map_err(|_| {
                ErrorKind::WrongType {
                    expected: "the name of a class or function",
                    found: "bytes",
                }
            })
        };
        let id = self
            .globals
            .intern(text(module)?, text(name)?, self.opcode_offset)?;
        self.push(program, Node::Global(id))
    }

    pub(super) fn call(
        &mut self,
        program: &mut Program,
        opcode: Opcode,
        class: NodeId,
        args: NodeId,
    ) -> Result<(), ErrorKind> {
        let construct = self.construct();
        if program.level == Level::Nested
            && construct.constructor(class) == Some(Constructor::JoblibWrapper)
        {
            return Err(ErrorKind::WrapperNested);
        }
        let made = if opcode == Opcode::NEWOBJ {
            construct.tuple(args)?;
            match construct.constructor(class) {
                Some(Constructor::LegacyJoblibWrapper) => return Err(ErrorKind::LegacyJoblib),
                _ => Made::Node(construct.opaque(class, args)),
            }
        } else {
            construct::call(&construct, class, args)?
        };
        if let Node::Global(global) = self.arena.node(class) {
            let is_understood = !matches!(&made, Made::Node(Node::Object(_)));
            self.globals.note_call(*global, is_understood);
        }
        match made {
            Made::Node(node) => self.push(program, node),
            Made::Same(id) => {
                program.stack.push(id);
                Ok(())
            }
            Made::Text(text) => {
                let span = self.own(text.as_bytes())?;
                self.push(program, Node::Text(span))
            }
            Made::Bytes(bytes) => {
                let span = self.own(&bytes)?;
                self.push(program, Node::Bytes(span))
            }
            Made::Name { module, name } => {
                let id = self.globals.intern(&module, &name, self.opcode_offset)?;
                self.push(program, Node::Global(id))
            }
        }
    }

    /// Keeps bytes that are not in the file as such.
    pub(super) fn own(&mut self, bytes: &[u8]) -> Result<Span, ErrorKind> {
        let start = self.owned.len();
        self.owned.extend_from_slice(bytes);
        self.charge_derived(0)?;
        Ok(Span {
            start,
            len: bytes.len(),
            owned: true,
        })
    }

    pub(super) fn build(&mut self, program: &mut Program, state: NodeId) -> Result<(), ErrorKind> {
        let target = program.top()?;
        let construct = self.construct();
        match construct.node(target) {
            Node::PendingDtype(text) => {
                let text = construct.pending_text(*text);
                let dtype = Dtype::from_state(&construct, text, state)?;
                self.charge_derived(dtype.derived_bytes())?;
                self.arena.replace(target, Node::Dtype(Arc::new(dtype)));
            }
            Node::PendingArray => {
                let array = Array::from_state(&construct, state)?;
                self.charge_derived(array.derived_bytes())?;
                self.arena.replace(target, Node::Array(Box::new(array)));
            }
            Node::Dtype(_) => return Err(ErrorKind::SecondBuild("numpy dtype")),
            Node::Array(_) => return Err(ErrorKind::SecondBuild("numpy array")),
            Node::Object(object) if object.state.is_some() => {
                return Err(ErrorKind::SecondBuild("object"));
            }
            Node::Object(object)
                if construct.constructor(object.class) == Some(Constructor::JoblibWrapper) =>
            {
                // However the wrapper was made: only this keeps programs from nesting deeper.
                if program.level == Level::Nested {
                    return Err(ErrorKind::WrapperNested);
                }
                let payload = Payload::from_state(&construct, state)?;
                let array = self.read_payload(payload)?;
                self.arena.replace(target, Node::SpentWrapper);
                program.pop()?;
                program.stack.push(array);
            }
            Node::Object(_) => {
                if let Some(Node::Object(object)) = self.arena.node_mut(target) {
                    object.state = Some(state);
                }
            }
            _ => return Err(construct.wrong_type("an object that can have state", target)),
        }
        Ok(())
    }

    pub(super) fn read_payload(&mut self, payload: Payload) -> Result<NodeId, ErrorKind> {
        self.source.close_frame(ErrorKind::PayloadInFrame)?;
        if !payload.is_nested_pickle() {
            let array = payload.read_raw(&mut self.source)?;
            return self.new_node(Node::Array(Box::new(array)));
        }
        let (root, _) = self.run(Level::Nested)?;
        if payload.matches(self.arena.node(root)) {
            Ok(root)
        } else {
            Err(ErrorKind::InvalidArray(
                "the nested pickle is not the array announced",
            ))
        }
    }
}
