//! XML that is read with a bound on what is in memory of it.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::book::SheetError;

/// Elements within each other; spreadsheets have ten.
const DEEPEST: usize = 200;

/// Bytes of an element's name.
const LONGEST_NAME: usize = 256;

/// Bytes that are read ahead.
const AHEAD: usize = 1 << 16;

/// What comes next in a text of XML. Empty elements begin and end.
#[derive(Debug)]
pub(super) enum Node<'x> {
    Begin(BytesStart<'x>),
    End,
    Text(Cow<'x, str>),
    /// The text itself is over.
    Over,
}

/// XML, node by node.
pub(super) struct Xml {
    reader: Reader<BufReader<Metered>>,
    buffer: Vec<u8>,
    left: Rc<Cell<usize>>,
    longest: usize,
    from: u64,
    /// Elements that are open.
    depth: usize,
}

impl Xml {
    /// Reads a file from a byte on, where an element begins. No node is longer than so many bytes.
    pub(super) fn from(file: &File, from: u64, longest: usize) -> Result<Self, SheetError> {
        // Readers of one file share their place in it: one reads after the other.
        let mut file = file.try_clone()?;
        file.seek(SeekFrom::Start(from))?;
        let left = Rc::new(Cell::new(0));
        let metered = Metered {
            file,
            left: Rc::clone(&left),
        };
        let mut reader = Reader::from_reader(BufReader::with_capacity(AHEAD, metered));
        reader.config_mut().expand_empty_elements = true;
        Ok(Self {
            reader,
            buffer: Vec::new(),
            left,
            longest,
            from,
            depth: 0,
        })
    }

    /// The elements that are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The byte of the file that the next node begins at.
    pub(super) fn position(&self) -> u64 {
        self.from + self.reader.buffer_position()
    }

    pub(super) fn next(&mut self) -> Result<Node<'_>, SheetError> {
        self.buffer.clear();
        self.left.set(self.longest + AHEAD);
        let at = self.from + self.reader.buffer_position();
        let malformed = || SheetError::damaged(format!("its XML is malformed at byte {at}"));
        let left = &self.left;
        // The error's own text has what is in the file.
        let event = self.reader.read_event_into(&mut self.buffer);
        let event = event.map_err(|_| match left.get() {
            0 => SheetError::damaged("a part of its XML is longer than any of a portfolio"),
            _ => malformed(),
        });
        Ok(match event? {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth > DEEPEST || start.name().as_ref().len() > LONGEST_NAME {
                    return Err(SheetError::damaged("its elements are far too deep"));
                }
                Node::Begin(start)
            }
            Event::End(_) => {
                self.depth = self.depth.checked_sub(1).ok_or_else(malformed)?;
                Node::End
            }
            Event::Text(text) => Node::Text(text.into_inner()),
            Event::CData(text) => Node::Text(text.into_inner()),
            Event::GeneralRef(entity) => Node::Text(character(&entity).ok_or_else(malformed)?),
            Event::Eof => Node::Over,
            // What is no element and no text says nothing.
            _ => Node::Text(Cow::Borrowed("")),
        })
    }

    /// Reads to the end of an element that has begun: until one fewer is open than so many.
    pub(super) fn skip(&mut self, depth: usize) -> Result<(), SheetError> {
        while self.depth >= depth {
            if matches!(self.next()?, Node::Over) {
                return Err(SheetError::damaged("its XML ends too early"));
            }
        }
        Ok(())
    }
}

/// The character that an entity stands for. Those that a document defines itself are none.
fn character(entity: &BytesRef<'_>) -> Option<Cow<'static, str>> {
    match entity.resolve_char_ref() {
        Ok(Some(character)) => Some(Cow::Owned(character.to_string())),
        Ok(None) => quick_xml::escape::resolve_predefined_entity(entity).map(Cow::Borrowed),
        Err(_) => None,
    }
}

/// Goes through an element's attributes: names as they are written, and values.
pub(super) fn attributes<'x>(
    start: &'x BytesStart<'x>,
) -> impl Iterator<Item = (&'x str, Cow<'x, str>)> {
    // Looking for names that come twice takes the square of their number.
    let mut all = start.attributes();
    all.with_checks(false);
    all.flatten().filter_map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some((attribute.key.into_inner(), value))
    })
}

/// A file that gives up where a node has no end.
struct Metered {
    file: File,
    left: Rc<Cell<usize>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other("a part of it is too long"));
        }
        let n_bytes = self.file.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(n_bytes));
        Ok(n_bytes)
    }
}
