//! The pickle instruction set, protocols 0 to 5 (68 opcodes).
//!
//! Source: `pickletools.py` of CPython 3.13.

use std::fmt;

macro_rules! opcodes {
    ($($name:ident = $byte:literal),* $(,)?) => {
        /// One pickle opcode, named as in Python's `pickletools`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names are those of `pickletools`, which documents them")]
        #[allow(clippy::upper_case_acronyms)]
        #[allow(non_camel_case_types)]
        #[repr(u8)]
        pub enum Opcode { $($name = $byte),* }

        impl Opcode {
            /// The opcode a byte stands for.
            #[must_use]
            pub fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name used by `pickletools`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }
    };
}

opcodes! {
    // Protocol 0: text arguments.
    MARK = b'(', STOP = b'.', POP = b'0', DUP = b'2', FLOAT = b'F', INT = b'I', LONG = b'L',
    NONE = b'N', PERSID = b'P', REDUCE = b'R', STRING = b'S', UNICODE = b'V', APPEND = b'a',
    BUILD = b'b', GLOBAL = b'c', DICT = b'd', GET = b'g', INST = b'i', LIST = b'l', PUT = b'p',
    SETITEM = b's', TUPLE = b't',
    // Protocol 1.
    POP_MARK = b'1', BINFLOAT = b'G', BININT = b'J', BININT1 = b'K', BININT2 = b'M',
    BINPERSID = b'Q', BINSTRING = b'T', SHORT_BINSTRING = b'U', BINUNICODE = b'X', APPENDS = b'e',
    BINGET = b'h', LONG_BINGET = b'j', EMPTY_LIST = b']', OBJ = b'o', BINPUT = b'q',
    LONG_BINPUT = b'r', SETITEMS = b'u', EMPTY_DICT = b'}', EMPTY_TUPLE = b')',
    // Protocol 2.
    PROTO = 0x80, NEWOBJ = 0x81, EXT1 = 0x82, EXT2 = 0x83, EXT4 = 0x84, TUPLE1 = 0x85,
    TUPLE2 = 0x86, TUPLE3 = 0x87, NEWTRUE = 0x88, NEWFALSE = 0x89, LONG1 = 0x8a, LONG4 = 0x8b,
    // Protocol 3.
    BINBYTES = b'B', SHORT_BINBYTES = b'C',
    // Protocol 4.
    SHORT_BINUNICODE = 0x8c, BINUNICODE8 = 0x8d, BINBYTES8 = 0x8e, EMPTY_SET = 0x8f,
    ADDITEMS = 0x90, FROZENSET = 0x91, NEWOBJ_EX = 0x92, STACK_GLOBAL = 0x93, MEMOIZE = 0x94,
    FRAME = 0x95,
    // Protocol 5.
    BYTEARRAY8 = 0x96, NEXT_BUFFER = 0x97, READONLY_BUFFER = 0x98,
}

impl Opcode {
    /// The protocol that introduced it.
    pub(crate) fn protocol(self) -> u8 {
        match self as u8 {
            // Protocol 5 and 4 lie above all others, and protocol 2 begins at PROTO.
            0x96.. => 5,
            0x8c.. => 4,
            0x80.. => 2,
            b'B' | b'C' => 3,
            b'1' | b'G' | b'J' | b'K' | b'M' | b'Q' | b'T' | b'U' | b'X' | b'e' | b'h' | b'j'
            | b']' | b'o' | b'q' | b'r' | b'u' | b'}' | b')' => 1,
            _ => 0,
        }
    }

    /// Whether an honest pickle without a header begins with it: with a value, or with the mark or
    /// the name that an object is made of.
    pub(crate) fn begins_headless(self) -> bool {
        matches!(
            self,
            Self::MARK
                | Self::GLOBAL
                | Self::NONE
                | Self::INT
                | Self::LONG
                | Self::FLOAT
                | Self::STRING
                | Self::UNICODE
                | Self::BININT
                | Self::BININT1
                | Self::BININT2
                | Self::BINFLOAT
                | Self::BINSTRING
                | Self::SHORT_BINSTRING
                | Self::BINUNICODE
                | Self::EMPTY_LIST
                | Self::EMPTY_DICT
                | Self::EMPTY_TUPLE
        )
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
