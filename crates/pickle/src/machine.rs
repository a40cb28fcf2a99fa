//! The pickle machine: a loop over opcodes that makes nodes and never calls anything.
//!
//! - `program`: one running program's stack, marks and memo
//! - `execute`: what each opcode does
//! - `call`: names, calls and state, and the arrays that follow a joblib wrapper

mod call;
mod execute;
mod program;

use crate::arena::{Arena, Node, NodeId};
use crate::construct::Construct;
use crate::document::{Document, Globals, Store};
use crate::error::{Error, ErrorKind};
use crate::limits::{Limit, Limits};
use crate::opcode::Opcode;
use crate::source::Source;
use program::{Level, Program};

/// Reads a whole file; see [`crate::read`].
pub(crate) fn read(file: Vec<u8>, limits: &Limits) -> Result<Document, Error> {
    let source = Source::open(file, limits).map_err(|kind| Error::new(kind, 0, None))?;
    let mut machine = Machine {
        source,
        arena: Arena::new(limits),
        globals: Globals::new(limits),
        owned: Vec::new(),
        derived_bytes: 0,
        limits,
        opcodes: 0,
        memo_entries: 0,
        opcode_offset: 0,
        opcode: None,
    };
    machine
        .document()
        .map_err(|kind| Error::new(kind, machine.opcode_offset, machine.opcode))
        .map(|(root, protocol, trailing_bytes)| Document {
            container: machine.source.container(),
            store: Store {
                arena: machine.arena,
                globals: machine.globals,
                source: machine.source.into_buffer(),
                owned: machine.owned,
            },
            root,
            protocol,
            trailing_bytes,
            opcodes: machine.opcodes,
            decode_steps: limits.decode_steps,
        })
}

/// What all programs of a file share: the bytes, the values made, the budgets.
struct Machine<'l> {
    source: Source,
    arena: Arena,
    globals: Globals,
    owned: Vec<u8>,
    /// What arrays and dtypes take beyond their nodes; with `owned` it makes the derived bytes.
    derived_bytes: usize,
    limits: &'l Limits,
    opcodes: u64,
    memo_entries: usize,
    /// Place of the opcode being executed, for errors.
    opcode_offset: usize,
    opcode: Option<Opcode>,
}

impl Machine<'_> {
    fn document(&mut self) -> Result<(NodeId, u8, bool), ErrorKind> {
        let (root, protocol) = self.run(Level::Outer)?;
        self.opcode = None;
        let trailing = self.source.has_trailing_bytes()?;
        Ok((root, protocol, trailing))
    }

    /// Runs one program from `PROTO` to `STOP`. Nests once at most: a nested program cannot start
    /// another.
    fn run(&mut self, level: Level) -> Result<(NodeId, u8), ErrorKind> {
        self.opcode = None;
        self.opcode_offset = self.source.position();
        let protocol = self.read_header()?;
        let mut program = Program::new(level);
        loop {
            self.opcode = None;
            self.opcode_offset = self.source.position();
            let byte = self.source.take_opcode()?;
            let opcode = Opcode::from_byte(byte).ok_or(ErrorKind::UnknownOpcode(byte))?;
            self.opcode = Some(opcode);
            self.opcodes = self.opcodes.saturating_add(1);
            if self.opcodes > self.limits.opcodes {
                return Err(ErrorKind::limit(Limit::Opcodes, self.limits.opcodes));
            }
            if opcode == Opcode::STOP {
                return Ok((self.stop(&program)?, protocol));
            }
            self.execute(&mut program, opcode)?;
            let depth = program.stack.len().saturating_add(program.marks.len());
            if depth > self.limits.stack_depth {
                return Err(ErrorKind::limit(Limit::StackDepth, self.limits.stack_depth));
            }
        }
    }

    fn read_header(&mut self) -> Result<u8, ErrorKind> {
        let [proto, protocol] = self.source.take_array::<2>().map_err(|error| match error {
            ErrorKind::Truncated { .. } => ErrorKind::NotAPickle,
            other => other,
        })?;
        if Opcode::from_byte(proto) != Some(Opcode::PROTO) {
            return Err(ErrorKind::NotAPickle);
        }
        match protocol {
            2..=5 => Ok(protocol),
            other => Err(ErrorKind::Protocol(other)),
        }
    }

    fn stop(&mut self, program: &Program) -> Result<NodeId, ErrorKind> {
        self.source.close_frame(ErrorKind::FrameUnfinished)?;
        match (program.stack.as_slice(), program.marks.len()) {
            ([root], 0) => Ok(*root),
            (values, marks) => Err(ErrorKind::Leftovers {
                values: values.len(),
                marks,
            }),
        }
    }

    fn construct(&self) -> Construct<'_> {
        Construct {
            arena: &self.arena,
            globals: &self.globals,
            source: &self.source,
            owned: &self.owned,
            limits: self.limits,
        }
    }

    fn new_node(&mut self, node: Node) -> Result<NodeId, ErrorKind> {
        if let Node::Array(array) = &node {
            let bytes = array.derived_bytes();
            self.charge_derived(bytes)?;
        }
        self.arena.push(node, self.opcode_offset)
    }

    fn charge_derived(&mut self, bytes: usize) -> Result<(), ErrorKind> {
        self.derived_bytes = self.derived_bytes.saturating_add(bytes);
        if self.derived_bytes.saturating_add(self.owned.len()) > self.limits.owned_bytes {
            return Err(ErrorKind::limit(Limit::OwnedBytes, self.limits.owned_bytes));
        }
        Ok(())
    }

    fn push(&mut self, program: &mut Program, node: Node) -> Result<(), ErrorKind> {
        let id = self.new_node(node)?;
        program.stack.push(id);
        Ok(())
    }
}
