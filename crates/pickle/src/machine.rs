//! The pickle machine: a loop over opcodes that makes nodes and never calls anything.

use std::collections::HashMap;
use std::sync::Arc;

use crate::arena::{Arena, Node, NodeId, Span};
use crate::construct::{self, Construct, Constructor, Made};
use crate::document::{Document, Globals, Store};
use crate::error::{Error, ErrorKind};
use crate::joblib::Payload;
use crate::limits::{Limit, Limits};
use crate::numpy::array::Array;
use crate::numpy::dtype::Dtype;
use crate::opcode::Opcode;
use crate::source::Source;

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

/// Where a program stands in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The file's own program: joblib payloads may interrupt it.
    Outer,
    /// The pickle of an object array: a plain pickle, in which no payload can follow.
    Nested,
}

/// The state of one running pickle program. What it makes, and the budgets, are the machine's.
struct Program {
    level: Level,
    stack: Vec<NodeId>,
    /// Stack heights at which marks stand.
    marks: Vec<usize>,
    memo: HashMap<u32, NodeId>,
}

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
        let mut program = Program {
            level,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        };
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

    #[allow(
        clippy::too_many_lines,
        reason = "a flat table: one line or two per opcode"
    )]
    fn execute(&mut self, program: &mut Program, opcode: Opcode) -> Result<(), ErrorKind> {
        match opcode {
            // Framing.
            Opcode::FRAME => {
                let nested = self.source.in_frame();
                let length = u64::from_le_bytes(self.source.take_array()?);
                if nested {
                    return Err(ErrorKind::FrameNested);
                }
                self.source.open_frame(length)?;
            }

            // Plain values.
            Opcode::NONE => program.stack.push(Arena::NONE),
            Opcode::NEWTRUE => program.stack.push(Arena::boolean(true)),
            Opcode::NEWFALSE => program.stack.push(Arena::boolean(false)),
            Opcode::BININT => {
                let value = i32::from_le_bytes(self.source.take_array()?);
                self.push(program, Node::Int(i64::from(value)))?;
            }
            Opcode::BININT1 => {
                let [value] = self.source.take_array()?;
                self.push(program, Node::Int(i64::from(value)))?;
            }
            Opcode::BININT2 => {
                let value = u16::from_le_bytes(self.source.take_array()?);
                self.push(program, Node::Int(i64::from(value)))?;
            }
            Opcode::LONG1 | Opcode::LONG4 => {
                let length = self.length(opcode)?;
                let node = self.integer(length)?;
                self.push(program, node)?;
            }
            Opcode::BINFLOAT => {
                let value = f64::from_be_bytes(self.source.take_array()?);
                self.push(program, Node::Float(value))?;
            }
            Opcode::SHORT_BINUNICODE | Opcode::BINUNICODE | Opcode::BINUNICODE8 => {
                let length = self.length(opcode)?;
                let span = self.source.take_announced(length)?;
                let node = match std::str::from_utf8(self.source.bytes(span.start, span.len)) {
                    Ok(_) => Node::Text(span),
                    // Lone surrogates: kept, but nothing that needs text will take it.
                    Err(_) => Node::Bytes(span),
                };
                self.push(program, node)?;
            }
            Opcode::SHORT_BINBYTES
            | Opcode::BINBYTES
            | Opcode::BINBYTES8
            | Opcode::BYTEARRAY8
            | Opcode::SHORT_BINSTRING
            | Opcode::BINSTRING => {
                let length = self.length(opcode)?;
                let span = self.source.take_announced(length)?;
                self.push(program, Node::Bytes(span))?;
            }

            // Containers.
            Opcode::EMPTY_LIST => self.push(program, Node::List(Vec::new()))?,
            Opcode::EMPTY_DICT => self.push(program, Node::Dict(Vec::new()))?,
            Opcode::EMPTY_SET => self.push(program, Node::Set(Vec::new()))?,
            Opcode::EMPTY_TUPLE => self.push(program, Node::Tuple(Box::default()))?,
            Opcode::TUPLE1 => self.tuple(program, 1)?,
            Opcode::TUPLE2 => self.tuple(program, 2)?,
            Opcode::TUPLE3 => self.tuple(program, 3)?,
            Opcode::TUPLE => {
                let items = program.pop_mark()?;
                self.push(program, Node::Tuple(items.into()))?;
            }
            Opcode::LIST => {
                let items = program.pop_mark()?;
                self.push(program, Node::List(items))?;
            }
            Opcode::FROZENSET => {
                let items = program.pop_mark()?;
                self.push(program, Node::Set(items))?;
            }
            Opcode::DICT => {
                let entries = pairs(&program.pop_mark()?)?;
                self.push(program, Node::Dict(entries))?;
            }
            Opcode::APPEND => {
                let item = program.pop()?;
                self.append(program.top()?, &[item])?;
            }
            Opcode::APPENDS => {
                let items = program.pop_mark()?;
                self.append(program.top()?, &items)?;
            }
            Opcode::ADDITEMS => {
                let items = program.pop_mark()?;
                self.add(program.top()?, &items)?;
            }
            Opcode::SETITEM => {
                let value = program.pop()?;
                let key = program.pop()?;
                self.set(program.top()?, &[(key, value)])?;
            }
            Opcode::SETITEMS => {
                let entries = pairs(&program.pop_mark()?)?;
                self.set(program.top()?, &entries)?;
            }

            // Stack and memo.
            Opcode::MARK => program.marks.push(program.stack.len()),
            Opcode::POP => {
                program.pop()?;
            }
            Opcode::POP_MARK => {
                program.pop_mark()?;
            }
            Opcode::DUP => {
                let top = program.top()?;
                program.stack.push(top);
            }
            Opcode::BINPUT => {
                let [slot] = self.source.take_array()?;
                self.memoize(program, u32::from(slot))?;
            }
            Opcode::LONG_BINPUT => {
                let slot = u32::from_le_bytes(self.source.take_array()?);
                self.memoize(program, slot)?;
            }
            Opcode::MEMOIZE => {
                let slot = u32::try_from(program.memo.len())
                    .map_err(|_| ErrorKind::limit(Limit::MemoEntries, self.limits.memo_entries))?;
                self.memoize(program, slot)?;
            }
            Opcode::BINGET => {
                let [slot] = self.source.take_array()?;
                self.recall(program, u32::from(slot))?;
            }
            Opcode::LONG_BINGET => {
                let slot = u32::from_le_bytes(self.source.take_array()?);
                self.recall(program, slot)?;
            }

            // Names, calls and state: recorded, never carried out.
            Opcode::GLOBAL => {
                let module = self.source.take_line(self.limits.name_bytes)?;
                let name = self.source.take_line(self.limits.name_bytes)?;
                self.global(program, module, name)?;
            }
            Opcode::STACK_GLOBAL => {
                let name = self.name_span(program.pop()?)?;
                let module = self.name_span(program.pop()?)?;
                self.global(program, module, name)?;
            }
            Opcode::REDUCE | Opcode::NEWOBJ => {
                let args = program.pop()?;
                let class = program.pop()?;
                self.call(program, opcode, class, args)?;
            }
            Opcode::NEWOBJ_EX => {
                let kwargs = program.pop()?;
                let args = program.pop()?;
                let class = program.pop()?;
                let mut node = self.construct().opaque(class, args);
                if let Node::Object(object) = &mut node {
                    object.kwargs = Some(kwargs);
                }
                self.push(program, node)?;
            }
            Opcode::BUILD => {
                let state = program.pop()?;
                self.build(program, state)?;
            }

            Opcode::PROTO => return Err(ErrorKind::RefusedOpcode("a second protocol header")),
            Opcode::PERSID | Opcode::BINPERSID => {
                return Err(ErrorKind::RefusedOpcode(
                    "it refers to an object outside the file",
                ));
            }
            Opcode::EXT1 | Opcode::EXT2 | Opcode::EXT4 => {
                return Err(ErrorKind::RefusedOpcode(
                    "it refers to a registry outside the file",
                ));
            }
            Opcode::NEXT_BUFFER | Opcode::READONLY_BUFFER => {
                return Err(ErrorKind::RefusedOpcode(
                    "it refers to a buffer outside the file",
                ));
            }
            Opcode::INT
            | Opcode::LONG
            | Opcode::FLOAT
            | Opcode::STRING
            | Opcode::UNICODE
            | Opcode::GET
            | Opcode::PUT
            | Opcode::INST
            | Opcode::OBJ => {
                return Err(ErrorKind::RefusedOpcode(
                    "it belongs to pickle protocols 0 and 1; save the model with protocol 2 to 5",
                ));
            }
            // The loop in `run` ends there.
            Opcode::STOP => {}
        }
        Ok(())
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

    /// The length argument of an opcode: one, four or eight bytes, as its name says.
    fn length(&mut self, opcode: Opcode) -> Result<u64, ErrorKind> {
        Ok(match opcode {
            Opcode::LONG1
            | Opcode::SHORT_BINUNICODE
            | Opcode::SHORT_BINBYTES
            | Opcode::SHORT_BINSTRING => {
                let [length] = self.source.take_array()?;
                u64::from(length)
            }
            Opcode::BINUNICODE8 | Opcode::BINBYTES8 | Opcode::BYTEARRAY8 => {
                u64::from_le_bytes(self.source.take_array()?)
            }
            // Python reads the lengths of LONG4 and BINSTRING as signed and refuses negative ones,
            // which are beyond any file's size when read as unsigned.
            _ => u64::from(u32::from_le_bytes(self.source.take_array()?)),
        })
    }

    fn integer(&mut self, length: u64) -> Result<Node, ErrorKind> {
        let allowed = self.limits.integer_bytes;
        if usize::try_from(length).map_or(true, |length| length > allowed) {
            return Err(ErrorKind::limit(Limit::IntegerBytes, allowed));
        }
        let span = self.source.take_announced(length)?;
        let bytes = self.source.bytes(span.start, span.len);
        // Sign extension: all bytes beyond the last repeat its top bit.
        let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
        let mut extended = [if negative { 0xff } else { 0 }; 8];
        Ok(match extended.get_mut(..bytes.len()) {
            Some(low) => {
                low.copy_from_slice(bytes);
                Node::Int(i64::from_le_bytes(extended))
            }
            None => Node::BigInt,
        })
    }

    fn tuple(&mut self, program: &mut Program, n: usize) -> Result<(), ErrorKind> {
        let items = program.pop_n(n)?;
        self.push(program, Node::Tuple(items.into()))
    }

    fn append(&mut self, target: NodeId, items: &[NodeId]) -> Result<(), ErrorKind> {
        match self.arena.node_mut(target) {
            Some(Node::List(list)) => list.extend_from_slice(items),
            Some(Node::Object(object)) => object.elements.extend_from_slice(items),
            _ => return Err(self.construct().wrong_type("a list", target)),
        }
        Ok(())
    }

    fn add(&mut self, target: NodeId, items: &[NodeId]) -> Result<(), ErrorKind> {
        match self.arena.node_mut(target) {
            Some(Node::Set(set)) => set.extend_from_slice(items),
            Some(Node::Object(object)) => object.elements.extend_from_slice(items),
            _ => return Err(self.construct().wrong_type("a set", target)),
        }
        Ok(())
    }

    fn set(&mut self, target: NodeId, entries: &[(NodeId, NodeId)]) -> Result<(), ErrorKind> {
        match self.arena.node_mut(target) {
            Some(Node::Dict(dict)) => dict.extend_from_slice(entries),
            Some(Node::Object(object)) => object.entries.extend_from_slice(entries),
            _ => return Err(self.construct().wrong_type("a dict", target)),
        }
        Ok(())
    }

    fn memoize(&mut self, program: &mut Program, slot: u32) -> Result<(), ErrorKind> {
        if self.memo_entries >= self.limits.memo_entries {
            return Err(ErrorKind::limit(
                Limit::MemoEntries,
                self.limits.memo_entries,
            ));
        }
        self.memo_entries = self.memo_entries.saturating_add(1);
        match program.memo.insert(slot, program.top()?) {
            None => Ok(()),
            Some(_) => Err(ErrorKind::MemoRedefined(slot)),
        }
    }

    fn recall(&mut self, program: &mut Program, slot: u32) -> Result<(), ErrorKind> {
        let id = *program
            .memo
            .get(&slot)
            .ok_or(ErrorKind::MemoMissing(slot))?;
        if matches!(self.arena.node(id), Node::SpentWrapper) {
            return Err(ErrorKind::WrapperReused);
        }
        program.stack.push(id);
        Ok(())
    }

    fn name_span(&self, id: NodeId) -> Result<Span, ErrorKind> {
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

    fn global(&mut self, program: &mut Program, module: Span, name: Span) -> Result<(), ErrorKind> {
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

    fn call(
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
        }
    }

    /// Keeps bytes that are not in the file as such.
    fn own(&mut self, bytes: &[u8]) -> Result<Span, ErrorKind> {
        let start = self.owned.len();
        self.owned.extend_from_slice(bytes);
        self.charge_derived(0)?;
        Ok(Span {
            start,
            len: bytes.len(),
            owned: true,
        })
    }

    fn build(&mut self, program: &mut Program, state: NodeId) -> Result<(), ErrorKind> {
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

    fn read_payload(&mut self, payload: Payload) -> Result<NodeId, ErrorKind> {
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

impl Program {
    /// Height of the stack that the current mark protects.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<NodeId, ErrorKind> {
        if self.stack.len() <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.stack.pop().ok_or(ErrorKind::StackUnderflow)
    }

    fn pop_n(&mut self, n: usize) -> Result<Vec<NodeId>, ErrorKind> {
        let start = self
            .stack
            .len()
            .checked_sub(n)
            .filter(|start| *start >= self.floor());
        Ok(self
            .stack
            .split_off(start.ok_or(ErrorKind::StackUnderflow)?))
    }

    fn pop_mark(&mut self) -> Result<Vec<NodeId>, ErrorKind> {
        let mark = self.marks.pop().ok_or(ErrorKind::MarkMissing)?;
        if mark > self.stack.len() {
            return Err(ErrorKind::StackUnderflow);
        }
        Ok(self.stack.split_off(mark))
    }

    fn top(&self) -> Result<NodeId, ErrorKind> {
        if self.stack.len() <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.stack.last().copied().ok_or(ErrorKind::StackUnderflow)
    }
}

/// Keys and values, which alternate on the stack.
fn pairs(items: &[NodeId]) -> Result<Vec<(NodeId, NodeId)>, ErrorKind> {
    let (pairs, rest) = items.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
    } else {
        Err(ErrorKind::OddItems)
    }
}
