//! Python pickles and joblib files, read into an inert arena of nodes.
//!
//! A pickle is a program for a small stack machine whose instructions can name any Python callable
//! and ask for it to be called. This crate runs that machine **without ever calling, importing or
//! opening anything**: a `REDUCE` of `os.system` becomes a node that says "a call of `os.system`
//! was asked for", and stays one. About a dozen constructors of numpy and the standard library,
//! whose meaning is plain data (arrays, dtypes, byte strings, sets), are understood; everything
//! else is an opaque object with its class name, arguments and state.
//!
//! # Promise
//!
//! For any input, [`read`] returns a [`Document`] or an [`Error`]; it does not panic, does not
//! recurse on the input's depth (neither does dropping the result), and allocates no more than a
//! small constant times the bytes actually present plus what [`Limits`] allows. Lengths written in
//! the file are compared with what is left of it before anything is allocated for them.
//!
//! # Map, in reading order
//!
//! - [`limits`]: every budget, as one value
//! - [`error`]: what can be wrong, with byte offset and opcode
//! - `container`: raw, zlib, gzip, bz2, lzma, xz or lz4, told by content
//! - [`archive`]: a zip archive that a model file was packed into
//! - `shared_bytes`: a file that several hold; `source`: the decompressed bytes, pulled on demand; frame boundaries
//! - `opcode`: the instruction set
//! - `arena`: nodes and handles
//! - `machine`: the loop over opcodes; `construct`: what REDUCE, NEWOBJ and BUILD make
//! - `joblib`: array payloads that interrupt the pickle stream
//! - `skops`: archives of skops, rewritten as the pickles they stand for
//! - [`numpy`]: dtypes, arrays, scalars
//! - [`document`]: the result; [`view`]: how decoders walk it, on the budget of a [`meter`]; what
//!   they say of a value they cannot use is a [`view_error`]

// The wall this crate is: nothing in it may panic or wrap on hostile input.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

pub mod archive;
pub mod error;
pub mod limits;

mod arena;
mod construct;
mod container;
mod joblib;
mod machine;
mod opcode;
mod shared_bytes;
mod skops;
mod source;

pub mod document;
pub mod meter;
pub mod numpy;
pub mod view;
pub mod view_error;

pub use archive::{ArchiveProblem, Packed};
pub use container::Container;
pub use document::{Calls, Document, GlobalUse};
pub use error::{Error, ErrorKind};
pub use limits::{Limit, Limits};
pub use meter::Meter;
pub use numpy::array_view::ArrayView;
pub use numpy::dtype::{Dtype, Kind};
pub use opcode::Opcode;
pub use shared_bytes::SharedBytes;
pub use view::{ClassName, View};
pub use view_error::ViewError;

/// Whether a file may be one that [`read`] reads, by its first bytes: compressed, a skops archive, or
/// what a pickle begins with.
#[must_use]
pub fn may_be_read(head: &[u8]) -> bool {
    let begins = head.first().and_then(|byte| Opcode::from_byte(*byte));
    let is_pickle =
        begins.is_some_and(|opcode| opcode == Opcode::PROTO || opcode.begins_headless());
    is_pickle || Container::detect(head) != Container::Raw || skops::looks_like_archive(head)
}

/// Whether a zip archive is one that [`read`] reads, a skops file.
#[must_use]
pub fn is_skops(file: &[u8]) -> bool {
    skops::is_skops(file)
}

/// Reads a whole model file: detects the container by content, decompresses, runs the pickle
/// machine and attaches array payloads.
///
/// # Errors
///
/// Any defect of the file, or any exceeded budget, with the offset in the decompressed stream and
/// the opcode at which it was found.
pub fn read(file: impl Into<SharedBytes>, limits: &Limits) -> Result<Document, Error> {
    let file = file.into();
    if !skops::looks_like_archive(&file) {
        return machine::read(file, limits, None);
    }
    // The archive's bytes are let go before the pickle is run.
    let pickle = skops::to_pickle(&file, limits).map_err(|kind| Error::new(kind, 0, None))?;
    drop(file);
    machine::read(pickle.into(), limits, Some(Container::Skops))
}
