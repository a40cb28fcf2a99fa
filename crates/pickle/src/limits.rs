//! Every budget of the reader, as one value.

use std::fmt;

/// How much a file may ask for. Each budget is checked before the thing it counts is made.
///
/// The defaults are far above honest files (a forest of 200 trees needs 26,000 opcodes, 5,000 memo
/// entries and 3 MB) and low enough that the worst file costs bounded memory and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the decompressed stream. Default 1 GiB.
    pub output_bytes: usize,
    /// Opcodes executed, nested pickles included. Default 50,000,000.
    pub opcodes: u64,
    /// Nodes made, nested pickles included. Default 4,000,000 (40 bytes each, an object 120).
    pub nodes: usize,
    /// Memo entries, nested pickles included. Default 4,000,000.
    pub memo_entries: usize,
    /// Values on the stack plus open marks. Default 1,000,000.
    pub stack_depth: usize,
    /// Distinct globals (class and function names). Default 65,536.
    pub globals: usize,
    /// Bytes of a module or attribute name. Default 256.
    pub name_bytes: usize,
    /// Bytes of one integer. Default 1,024 (honest files stay below 20).
    pub integer_bytes: usize,
    /// Bytes made rather than read: binary data that protocol 2 writes as text, and the shapes and
    /// fields of arrays and dtypes. Default 256 MiB.
    pub owned_bytes: usize,
    /// Dimensions of an array. Default 32, numpy 1's own limit.
    pub array_dimensions: usize,
    /// Nesting of structured dtypes. Default 4.
    pub dtype_depth: usize,
    /// Memory an xz or lzma header may ask for its dictionary, in bytes. Default 256 MiB.
    pub dictionary_bytes: usize,
    /// Steps a decoder may take over the document: nodes visited, dictionary entries compared,
    /// array items copied. Default 500,000,000. It is what stops a small file whose nodes refer to
    /// each other from being expanded.
    pub decode_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            output_bytes: 1 << 30,
            opcodes: 50_000_000,
            nodes: 4_000_000,
            memo_entries: 4_000_000,
            stack_depth: 1_000_000,
            globals: 65_536,
            name_bytes: 256,
            integer_bytes: 1_024,
            owned_bytes: 256 << 20,
            array_dimensions: 32,
            dtype_depth: 4,
            dictionary_bytes: 256 << 20,
            decode_steps: 500_000_000,
        }
    }
}

/// Names one of the [`Limits`], for errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each variant is the field of `Limits` of the same name"
)]
pub enum Limit {
    OutputBytes,
    Opcodes,
    Nodes,
    MemoEntries,
    StackDepth,
    Globals,
    NameBytes,
    IntegerBytes,
    OwnedBytes,
    ArrayDimensions,
    DtypeDepth,
    DecodeSteps,
    /// Bytes copied out of arrays; the budget is twice the document's size.
    DecodeBytes,
}

impl Limit {
    /// The stable short name used in error codes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OutputBytes => "limit-output",
            Self::Opcodes => "limit-opcodes",
            Self::Nodes => "limit-nodes",
            Self::MemoEntries => "limit-memo",
            Self::StackDepth => "limit-stack",
            Self::Globals => "limit-globals",
            Self::NameBytes => "limit-name",
            Self::IntegerBytes => "limit-integer",
            Self::OwnedBytes => "limit-owned",
            Self::ArrayDimensions => "limit-dimensions",
            Self::DtypeDepth => "limit-dtype-depth",
            Self::DecodeSteps => "limit-decode-steps",
            Self::DecodeBytes => "limit-decode-bytes",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutputBytes => "decompressed bytes",
            Self::Opcodes => "opcodes",
            Self::Nodes => "values",
            Self::MemoEntries => "memo entries",
            Self::StackDepth => "stack entries",
            Self::Globals => "distinct class and function names",
            Self::NameBytes => "bytes in a class or function name",
            Self::IntegerBytes => "bytes in an integer",
            Self::OwnedBytes => "bytes of derived data",
            Self::ArrayDimensions => "array dimensions",
            Self::DtypeDepth => "levels of nested dtypes",
            Self::DecodeSteps => "decoding steps",
            Self::DecodeBytes => "bytes copied out of its arrays",
        })
    }
}
