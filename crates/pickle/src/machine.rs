//! The pickle machine: a loop over opcodes that makes nodes and never calls anything.
//!
//! - `program`: one running program's stack, marks and memo
//! - `execute`: what each opcode does
//! - `text`: the opcodes of protocols 0 and 1
//! - `call`: names, calls and state, and the arrays that follow a joblib wrapper

mod call;
mod execute;
mod program;
mod text;

use crate::arena::{Arena, Node, NodeId};
use crate::construct::Construct;
use crate::container::Container;
use crate::document::{After, Document, Globals, Store};
use crate::error::{Error, ErrorKind};
use crate::limits::{Limit, Limits};
use crate::opcode::Opcode;
use crate::shared_bytes::SharedBytes;
use crate::source::Source;
use program::{Level, Program};

/// Reads a whole file; see [`crate::read`].
pub(crate) fn read(
    file: SharedBytes,
    limits: &Limits,
    container: Option<Container>,
) -> Result<Document, Error> {
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
        is_headless: false,
        opcode_offset: 0,
        opcode: None,
    };
    machine
        .document()
        .map_err(|kind| Error::new(kind, machine.opcode_offset, machine.opcode))
        .map(|(root, protocol, after)| Document {
            container: container.unwrap_or_else(|| machine.source.container()),
            store: Store {
                arena: machine.arena,
                globals: machine.globals,
                source: machine.source.into_buffer(),
                owned: machine.owned,
            },
            root,
            protocol,
            after,
            opcodes: machine.opcodes,
            decode_steps: limits.decode_steps,
        })
}

/// Opcodes after which a file that began like a pickle without a header is one, if a broken one.
const MIN_OPCODES: u64 = 3;

/// Objects behind the first that are looked at: nobody needs to know of more.
const MAX_FOLLOWING: usize = 8;

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
    /// Whether the running program has no header: protocols 0 and 1.
    is_headless: bool,
    /// Place of the opcode being executed, for errors.
    opcode_offset: usize,
    opcode: Option<Opcode>,
}

impl Machine<'_> {
    fn document(&mut self) -> Result<(NodeId, u8, After), ErrorKind> {
        let (root, protocol) = self.run(Level::Outer).map_err(|error| {
            // A text that begins like a pickle of protocol 0 soon ceases to be one.
            match error {
                ErrorKind::LimitExceeded { limit, .. }
                    if !matches!(limit, Limit::IntegerBytes | Limit::NameBytes) =>
                {
                    error
                }
                _ if self.is_headless && self.opcodes <= MIN_OPCODES => ErrorKind::NotAPickle,
                _ => error,
            }
        })?;
        self.opcode = None;
        let after = if self.source.has_trailing_bytes()? {
            self.following()
        } else {
            After::default()
        };
        Ok((root, protocol, after))
    }

    /// What stands behind the end: whoever calls `pickle.dump` twice on one file leaves two programs.
    /// They run on what the first left of its budgets, and as far as the first that cannot be read:
    /// nothing here is an error, and a bomb behind `STOP` stops at its first byte that is no opcode.
    fn following(&mut self) -> After {
        let mut after = After {
            has_bytes: true,
            ..After::default()
        };
        while after.objects.len() < MAX_FOLLOWING {
            let begins = self.source.peek() == Ok(Opcode::PROTO as u8);
            match self.run(Level::Outer) {
                Ok((root, _)) => after.objects.push(root),
                Err(_) => {
                    after.has_unreadable_program = begins;
                    break;
                }
            }
            if !matches!(self.source.has_trailing_bytes(), Ok(true)) {
                break;
            }
        }
        after
    }

    /// Runs one program from `PROTO` to `STOP`. Nests once at most: a nested program cannot start
    /// another.
    fn run(&mut self, level: Level) -> Result<(NodeId, u8), ErrorKind> {
        self.opcode = None;
        self.opcode_offset = self.source.position();
        let header = self.read_header(level)?;
        self.is_headless = header.is_none();
        let mut protocol = header.unwrap_or(0);
        let mut program = Program::new(level);
        loop {
            self.opcode = None;
            self.opcode_offset = self.source.position();
            let byte = self.source.take_opcode()?;
            let opcode = Opcode::from_byte(byte).ok_or(ErrorKind::UnknownOpcode(byte))?;
            self.opcode = Some(opcode);
            if header.is_none() {
                protocol = protocol.max(opcode.protocol());
                if protocol > 1 {
                    return Err(ErrorKind::NotAPickle);
                }
            }
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

    /// The protocol that the program's header states; `None` for protocols 0 and 1, which have no
    /// header. Only a whole file may be one of those.
    fn read_header(&mut self, level: Level) -> Result<Option<u8>, ErrorKind> {
        let short = |error| match error {
            ErrorKind::Truncated { .. } => ErrorKind::NotAPickle,
            other => other,
        };
        let first = self.source.peek().map_err(short)?;
        let first = Opcode::from_byte(first).ok_or(ErrorKind::NotAPickle)?;
        if level == Level::Outer && first.begins_headless() {
            return Ok(None);
        }
        if first != Opcode::PROTO {
            return Err(ErrorKind::NotAPickle);
        }
        match self.source.take_array::<2>().map_err(short)? {
            [_, protocol @ 2..=5] => Ok(Some(protocol)),
            [_, other] => Err(ErrorKind::Protocol(other)),
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
