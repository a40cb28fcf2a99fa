//! What each opcode does. `STOP` alone is the loop's own.

use crate::arena::{Arena, Node, NodeId, Span};
use crate::error::ErrorKind;
use crate::limits::Limit;
use crate::opcode::Opcode;

use super::Machine;
use super::program::{Program, pairs};

impl Machine<'_> {
    #[allow(
        clippy::too_many_lines,
        reason = "a flat table: one line or two per opcode"
    )]
    pub(super) fn execute(
        &mut self,
        program: &mut Program,
        opcode: Opcode,
    ) -> Result<(), ErrorKind> {
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
                let module = self.name_line()?;
                let name = self.name_line()?;
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
            // Protocols 0 and 1: arguments as lines of text.
            Opcode::INT | Opcode::LONG | Opcode::FLOAT | Opcode::STRING | Opcode::UNICODE => {
                self.text_value(program, opcode)?;
            }
            Opcode::GET => {
                let slot = self.line_slot()?;
                self.recall(program, slot)?;
            }
            Opcode::PUT => {
                let slot = self.line_slot()?;
                self.memoize(program, slot)?;
            }
            Opcode::INST => {
                let module = self.name_line()?;
                let name = self.name_line()?;
                let args = program.pop_mark()?;
                self.global(program, module, name)?;
                let class = program.pop()?;
                self.instance(program, class, args)?;
            }
            Opcode::OBJ => {
                let mut args = program.pop_mark()?;
                if args.is_empty() {
                    return Err(ErrorKind::StackUnderflow);
                }
                let class = args.remove(0);
                self.instance(program, class, args)?;
            }
            // The loop in `run` ends there.
            Opcode::STOP => {}
        }
        Ok(())
    }

    /// Takes the line that names a module, or a class in it.
    #[inline]
    fn name_line(&mut self) -> Result<Span, ErrorKind> {
        let allowed = self.limits.name_bytes;
        self.source.take_line(allowed, Limit::NameBytes)
    }

    /// The length argument of an opcode: one, four or eight bytes, as its name says.
    pub(super) fn length(&mut self, opcode: Opcode) -> Result<u64, ErrorKind> {
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

    pub(super) fn integer(&mut self, length: u64) -> Result<Node, ErrorKind> {
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

    pub(super) fn tuple(&mut self, program: &mut Program, n: usize) -> Result<(), ErrorKind> {
        let items = program.pop_n(n)?;
        self.push(program, Node::Tuple(items.into()))
    }

    pub(super) fn append(&mut self, target: NodeId, items: &[NodeId]) -> Result<(), ErrorKind> {
        match self.arena.node_mut(target) {
            Some(Node::List(list)) => list.extend_from_slice(items),
            Some(Node::Object(object)) => object.elements.extend_from_slice(items),
            _ => return Err(self.construct().wrong_type("a list", target)),
        }
        Ok(())
    }

    pub(super) fn add(&mut self, target: NodeId, items: &[NodeId]) -> Result<(), ErrorKind> {
        match self.arena.node_mut(target) {
            Some(Node::Set(set)) => set.extend_from_slice(items),
            Some(Node::Object(object)) => object.elements.extend_from_slice(items),
            _ => return Err(self.construct().wrong_type("a set", target)),
        }
        Ok(())
    }

    pub(super) fn set(
        &mut self,
        target: NodeId,
        entries: &[(NodeId, NodeId)],
    ) -> Result<(), ErrorKind> {
        match self.arena.node_mut(target) {
            Some(Node::Dict(dict)) => dict.extend_from_slice(entries),
            Some(Node::Object(object)) => object.entries.extend_from_slice(entries),
            _ => return Err(self.construct().wrong_type("a dict", target)),
        }
        Ok(())
    }

    pub(super) fn memoize(&mut self, program: &mut Program, slot: u32) -> Result<(), ErrorKind> {
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

    pub(super) fn recall(&mut self, program: &mut Program, slot: u32) -> Result<(), ErrorKind> {
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
}
