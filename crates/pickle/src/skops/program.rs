//! The pickle an archive is rewritten as, opcode by opcode (protocol 4, without frames).

use std::collections::HashMap;

use super::npy::{DtypeText, NpyArray};

/// A pickle under construction.
pub(super) struct Program {
    bytes: Vec<u8>,
    /// The memo slot of each node that was written, by the archive's number.
    slots: HashMap<u64, u32>,
}

impl Program {
    pub(super) fn new() -> Self {
        Self {
            bytes: b"\x80\x04".to_vec(),
            slots: HashMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(b'.');
        self.bytes
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Puts a node that was written before; false when it was not.
    pub(super) fn recall(&mut self, id: u64) -> bool {
        let Some(slot) = self.slots.get(&id).copied() else {
            return false;
        };
        self.push(b"j");
        self.push(&slot.to_le_bytes());
        true
    }

    /// Remembers the node just written. Beyond u32 there is no slot, nor a file that large.
    pub(super) fn memoize(&mut self, id: u64) {
        let Ok(slot) = u32::try_from(self.slots.len()) else {
            return;
        };
        self.slots.insert(id, slot);
        self.push(b"r");
        self.push(&slot.to_le_bytes());
    }

    pub(super) fn none(&mut self) {
        self.push(b"N");
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.push(if value { b"\x88" } else { b"\x89" });
    }

    pub(super) fn integer(&mut self, value: i64) {
        self.push(b"\x8a\x08");
        self.push(&value.to_le_bytes());
    }

    pub(super) fn float(&mut self, value: f64) {
        self.push(b"G");
        self.push(&value.to_be_bytes());
    }

    pub(super) fn text(&mut self, value: &str) {
        self.push(b"\x8d");
        self.push(&length(value.len()));
        self.push(value.as_bytes());
    }

    fn binary(&mut self, value: &[u8]) {
        self.push(b"\x8e");
        self.push(&length(value.len()));
        self.push(value);
    }

    pub(super) fn global(&mut self, module: &str, name: &str) {
        self.push(b"c");
        self.push(module.as_bytes());
        self.push(b"\n");
        self.push(name.as_bytes());
        self.push(b"\n");
    }

    pub(super) fn mark(&mut self) {
        self.push(b"(");
    }

    pub(super) fn tuple(&mut self) {
        self.push(b"t");
    }

    pub(super) fn list(&mut self) {
        self.push(b"l");
    }

    pub(super) fn set(&mut self) {
        self.push(b"\x91");
    }

    pub(super) fn dict(&mut self) {
        self.push(b"d");
    }

    pub(super) fn new_object(&mut self) {
        self.push(b")\x81");
    }

    pub(super) fn reduce(&mut self) {
        self.push(b"R");
    }

    pub(super) fn build(&mut self) {
        self.push(b"b");
    }

    /// `_reconstruct(ndarray, (0,), b'b')` and the beginning of its state.
    pub(super) fn begin_array(&mut self) {
        self.global("numpy.core.multiarray", "_reconstruct");
        self.mark();
        self.global("numpy", "ndarray");
        self.integer(0);
        self.push(b"\x85");
        self.binary(b"b");
        self.tuple();
        self.reduce();
        self.mark();
        self.integer(1);
    }

    /// The end of an array's state.
    pub(super) fn end_array(&mut self) {
        self.tuple();
        self.build();
    }

    pub(super) fn object_dtype(&mut self) {
        self.plain_dtype("O8", "|", 63);
    }

    pub(super) fn array(&mut self, array: &NpyArray<'_>) {
        self.begin_array();
        self.mark();
        for length in &array.shape {
            self.integer(i64::try_from(*length).unwrap_or(i64::MAX));
        }
        self.tuple();
        self.dtype(&array.dtype);
        self.boolean(array.is_fortran);
        self.binary(array.data);
        self.end_array();
    }

    pub(super) fn scalar(&mut self, array: &NpyArray<'_>) {
        self.global("numpy.core.multiarray", "scalar");
        self.mark();
        self.dtype(&array.dtype);
        self.binary(array.data);
        self.tuple();
        self.reduce();
    }

    fn dtype(&mut self, dtype: &DtypeText) {
        match dtype {
            DtypeText::Plain(descr) => {
                let (order, rest) = byte_order(descr);
                match rest.strip_prefix('U') {
                    Some(n_chars) => self.text_dtype(rest, order, n_chars),
                    None => self.plain_dtype(rest, order, 0),
                }
            }
            DtypeText::Record { fields, itemsize } => self.record_dtype(fields, *itemsize),
        }
    }

    fn begin_dtype(&mut self, text: &str, order: &str) {
        self.global("numpy", "dtype");
        self.mark();
        self.text(text);
        self.boolean(false);
        self.boolean(true);
        self.tuple();
        self.reduce();
        self.mark();
        self.integer(3);
        self.text(order);
    }

    fn plain_dtype(&mut self, text: &str, order: &str, flags: i64) {
        self.begin_dtype(text, order);
        for _ in 0..3 {
            self.none();
        }
        self.integer(-1);
        self.integer(-1);
        self.integer(flags);
        self.end_array();
    }

    fn text_dtype(&mut self, text: &str, order: &str, n_chars: &str) {
        let n_chars: i64 = n_chars.parse().unwrap_or(-1);
        self.begin_dtype(text, order);
        for _ in 0..3 {
            self.none();
        }
        self.integer(n_chars.saturating_mul(4));
        self.integer(4);
        self.integer(8);
        self.end_array();
    }

    fn record_dtype(&mut self, fields: &[(String, String, usize)], itemsize: usize) {
        let integer = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        self.begin_dtype(&format!("V{itemsize}"), "|");
        self.none();
        self.mark();
        for (name, _, _) in fields {
            self.text(name);
        }
        self.tuple();
        self.mark();
        for (name, descr, offset) in fields {
            self.text(name);
            self.mark();
            let (order, rest) = byte_order(descr);
            self.plain_dtype(rest, order, 0);
            self.integer(integer(*offset));
            self.tuple();
        }
        self.dict();
        self.integer(integer(itemsize));
        self.integer(1);
        self.integer(16);
        self.end_array();
    }
}

/// `<f8` as `<` and `f8`.
fn byte_order(descr: &str) -> (&str, &str) {
    for order in ["<", ">", "|"] {
        if let Some(rest) = descr.strip_prefix(order) {
            return (order, rest);
        }
    }
    ("|", descr)
}

fn length(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes()
}
