//! What can be wrong with a file, where, and at which opcode.

use std::fmt;

use crate::archive::ArchiveProblem;
use crate::limits::Limit;
use crate::opcode::Opcode;

/// A file that could not be read, with the place where reading stopped.
///
/// Offsets count bytes of the **decompressed** stream, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
    opcode: Option<Opcode>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, offset: usize, opcode: Option<Opcode>) -> Self {
        Self {
            kind,
            offset,
            opcode,
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Offset, in the decompressed stream, of the opcode at which it was found.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The opcode being executed, when there was one.
    #[must_use]
    pub fn opcode(&self) -> Option<Opcode> {
        self.opcode
    }

    /// A stable short name of the kind, for tests and machine-readable reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An archive is looked at as a whole.
        if let ErrorKind::Archive(problem) = &self.kind {
            return write!(f, "{problem}");
        }
        write!(f, "byte {}", self.offset)?;
        if let Some(opcode) = self.opcode {
            write!(f, " ({opcode})")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for Error {}

/// What can be wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The stream ends inside an opcode, its argument, or an array.
    #[error(
        "the file ends here but {needed} more bytes were announced; it was probably cut short, copy it again"
    )]
    Truncated {
        /// Bytes that were to follow.
        needed: u64,
    },
    /// Not a pickle: the first bytes are neither a known container nor what a pickle begins with.
    #[error(
        "this is not a pickle or joblib file; expected what `joblib.dump` or `pickle.dump` writes (protocols 0 to 5)"
    )]
    NotAPickle,
    /// A byte that is no opcode.
    #[error("0x{0:02x} is not a pickle opcode; the file is damaged or not a pickle")]
    UnknownOpcode(u8),
    /// An opcode that refers outside the file.
    #[error("this opcode is refused: {0}")]
    RefusedOpcode(&'static str),
    /// A protocol this reader does not know.
    #[error("pickle protocol {0} is not supported; save the model again with a protocol up to 5")]
    Protocol(u8),
    /// An opcode or argument crosses the end of its frame.
    #[error("an opcode crosses the end of its frame")]
    FrameStraddled,
    /// A frame inside a frame.
    #[error("a frame opens inside another frame")]
    FrameNested,
    /// A frame longer than the file.
    #[error("a frame of {0} bytes is longer than what is left of the file")]
    FrameTooLong(u64),
    /// `STOP` before the end of the frame it stands in.
    #[error("the program stops while {0} bytes of the frame are unread")]
    FrameUnfinished(usize),
    /// An opcode needs more values than the stack holds above the last mark.
    #[error("the stack has too few values")]
    StackUnderflow,
    /// An opcode needs a mark and there is none.
    #[error("there is no mark on the stack")]
    MarkMissing,
    /// `STOP` with other than one value on the stack.
    #[error(
        "the program stops with {values} values and {marks} marks on the stack instead of one value"
    )]
    Leftovers {
        /// Values on the stack.
        values: usize,
        /// Marks on the stack.
        marks: usize,
    },
    /// A memo slot that was never set.
    #[error("memo slot {0} was never set")]
    MemoMissing(u32),
    /// A memo slot set twice; honest writers never do it.
    #[error("memo slot {0} is set twice")]
    MemoRedefined(u32),
    /// A budget of [`crate::Limits`] is used up.
    #[error("the file asks for more than {allowed} {limit}; honest model files stay far below")]
    LimitExceeded {
        /// Which budget.
        limit: Limit,
        /// Its size.
        allowed: u64,
    },
    /// An opcode was given a value of the wrong type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What the opcode needs.
        expected: &'static str,
        /// What it got.
        found: &'static str,
    },
    /// Keys and values that do not pair up.
    #[error("an odd number of dictionary items")]
    OddItems,
    /// An object whose state is set twice; honest writers never do it.
    #[error("the state of this {0} is set twice")]
    SecondBuild(&'static str),
    /// A numpy dtype that is malformed or not supported.
    #[error("numpy dtype: {0}")]
    InvalidDtype(&'static str),
    /// A zip archive that is no sound skops file.
    #[error("this zip archive is no skops file that can be read: {0}")]
    Skops(&'static str),
    /// A zip archive that does not stand for one model file.
    #[error("{0}")]
    Archive(ArchiveProblem),
    /// A number or text of protocols 0 and 1 that is not as Python writes it.
    #[error("{0} is not spelled as Python writes it")]
    InvalidText(&'static str),
    /// A numpy array that is malformed.
    #[error("numpy array: {0}")]
    InvalidArray(&'static str),
    /// A joblib array wrapper that was replaced by its array is referred to again.
    #[error("a joblib array wrapper is used twice")]
    WrapperReused,
    /// A joblib array wrapper where arrays cannot follow.
    #[error("a joblib array wrapper inside the nested pickle of an object array")]
    WrapperNested,
    /// An array payload begins inside a frame.
    #[error("array data begins while {0} bytes of the frame are unread")]
    PayloadInFrame(usize),
    /// joblib's format before 0.10, which keeps arrays in other files.
    #[error(
        "this file was written by joblib 0.9 or older and keeps its arrays in other files; load it in Python and save it again with joblib 0.10 or newer"
    )]
    LegacyJoblib,
    /// The compressed stream is damaged.
    #[error("the {container} stream is damaged: {message}")]
    Decompression {
        /// Which container.
        container: &'static str,
        /// What the decompressor said.
        message: String,
    },
    /// A compressed stream inside a compressed stream.
    #[error("the file is compressed twice; decompress it once and try again")]
    TwoLayers,
}

impl ErrorKind {
    /// A stable short name, for tests and machine-readable reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::NotAPickle => "not-a-pickle",
            Self::UnknownOpcode(_) => "unknown-opcode",
            Self::RefusedOpcode(_) => "refused-opcode",
            Self::Protocol(_) => "protocol",
            Self::FrameStraddled => "frame-straddled",
            Self::FrameNested => "frame-nested",
            Self::FrameTooLong(_) => "frame-too-long",
            Self::FrameUnfinished(_) => "frame-unfinished",
            Self::StackUnderflow => "stack-underflow",
            Self::MarkMissing => "mark-missing",
            Self::Leftovers { .. } => "leftovers",
            Self::MemoMissing(_) => "memo-missing",
            Self::MemoRedefined(_) => "memo-redefined",
            Self::LimitExceeded { limit, .. } => limit.code(),
            Self::WrongType { .. } => "wrong-type",
            Self::OddItems => "odd-items",
            Self::SecondBuild(_) => "second-build",
            Self::InvalidDtype(_) => "invalid-dtype",
            Self::Skops(_) => "skops",
            Self::Archive(problem) => problem.code(),
            Self::InvalidText(_) => "invalid-text",
            Self::InvalidArray(_) => "invalid-array",
            Self::WrapperReused => "wrapper-reused",
            Self::WrapperNested => "wrapper-nested",
            Self::PayloadInFrame(_) => "payload-in-frame",
            Self::LegacyJoblib => "legacy-joblib",
            Self::Decompression { .. } => "decompression",
            Self::TwoLayers => "two-layers",
        }
    }

    /// The error of a budget that is used up.
    pub(crate) fn limit(limit: Limit, allowed: impl TryInto<u64>) -> Self {
        Self::LimitExceeded {
            limit,
            allowed: allowed.try_into().unwrap_or(u64::MAX),
        }
    }
}
