//! numpy dtypes: scalar kinds, byte order, structured records.

use std::collections::HashMap;
use std::sync::Arc;

use crate::arena::{Node, NodeId};
use crate::construct::Construct;
use crate::error::ErrorKind;
use crate::limits::Limit;

/// What an item of an array is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is numpy's kind of that name")]
pub enum Kind {
    Bool,
    Int,
    UInt,
    Float,
    Complex,
    /// UTF-32 text of fixed length (`U`).
    Text,
    /// Bytes of fixed length (`S`).
    Bytes,
    /// A record, or raw bytes (`V`).
    Void,
    /// References to Python objects (`O`).
    Object,
    /// `datetime64` (`M`) and `timedelta64` (`m`).
    DateTime,
}

/// One named part of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Byte offset in the record; offset + size is at most the record's size.
    pub offset: usize,
    /// Its own dtype; never [`Kind::Object`].
    pub dtype: Arc<Dtype>,
}

/// A numpy dtype, complete with its byte order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dtype {
    kind: Kind,
    itemsize: usize,
    big_endian: bool,
    fields: Vec<Field>,
    /// 1 for a scalar, one more than its deepest field for a record.
    depth: usize,
}

impl Dtype {
    /// The kind of item.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Bytes per item.
    #[must_use]
    pub fn itemsize(&self) -> usize {
        self.itemsize
    }

    /// Whether items are stored most significant byte first.
    #[must_use]
    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// The parts of a record, in order; empty for everything else.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Memory this value takes beyond its node, for the budget of derived bytes.
    pub(crate) fn derived_bytes(&self) -> usize {
        let fields = self
            .fields
            .iter()
            .map(|field| field.name.len().saturating_add(64));
        fields.fold(size_of::<Self>(), usize::saturating_add)
    }

    /// Whether items are Python objects, stored as a nested pickle.
    pub(crate) fn has_object(&self) -> bool {
        self.kind == Kind::Object
    }

    /// The dtype of `text` as `numpy.dtype(text)` reads it, in the given byte order.
    pub(crate) fn from_text(text: &str, big_endian: bool) -> Result<Self, ErrorKind> {
        let mut chars = text.chars();
        let kind = chars
            .next()
            .ok_or(ErrorKind::InvalidDtype("the type text is empty"))?;
        let rest = chars.as_str();
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let digits = rest.get(..digits).unwrap_or_default();
        let size = match digits {
            "" => None,
            digits => Some(
                digits
                    .parse::<usize>()
                    .map_err(|_| ErrorKind::InvalidDtype("size too large"))?,
            ),
        };
        let (kind, itemsize) = match (kind, size) {
            ('b', Some(1)) => (Kind::Bool, 1),
            ('i', Some(n @ (1 | 2 | 4 | 8))) => (Kind::Int, n),
            ('u', Some(n @ (1 | 2 | 4 | 8))) => (Kind::UInt, n),
            ('f', Some(n @ (2 | 4 | 8))) => (Kind::Float, n),
            ('c', Some(n @ (8 | 16))) => (Kind::Complex, n),
            ('S' | 'a', n) => (Kind::Bytes, n.unwrap_or(0)),
            ('V', n) => (Kind::Void, n.unwrap_or(0)),
            ('U', n) => {
                let size = n.unwrap_or(0).checked_mul(4);
                (
                    Kind::Text,
                    size.ok_or(ErrorKind::InvalidDtype("size too large"))?,
                )
            }
            ('O', None | Some(4 | 8)) => (Kind::Object, 8),
            ('M' | 'm', None | Some(8)) => (Kind::DateTime, 8),
            _ => return Err(ErrorKind::InvalidDtype("this type is not supported")),
        };
        Ok(Self {
            kind,
            itemsize,
            big_endian,
            fields: Vec::new(),
            depth: 1,
        })
    }

    /// Completes a dtype with the state that `BUILD` brings: version 3
    /// `(3, byteorder, subarray, names, fields, elsize, alignment, flags)`, or 4 with metadata.
    pub(crate) fn from_state(
        construct: &Construct<'_>,
        text: &str,
        state: NodeId,
    ) -> Result<Self, ErrorKind> {
        let state = construct.tuple(state)?;
        let (version, order, subarray, names, fields, elsize) = match state {
            [version, order, subarray, names, fields, elsize, _, _]
            | [version, order, subarray, names, fields, elsize, _, _, _] => {
                (*version, *order, *subarray, *names, *fields, *elsize)
            }
            _ => return Err(ErrorKind::InvalidDtype("the state has the wrong length")),
        };
        if !matches!(construct.integer(version)?, 3 | 4) {
            return Err(ErrorKind::InvalidDtype(
                "only state versions 3 and 4 are supported",
            ));
        }
        let big_endian = match construct.text_or_ascii(order)? {
            "<" | "|" | "=" => false,
            ">" => true,
            _ => return Err(ErrorKind::InvalidDtype("unknown byte order")),
        };
        if !construct.is_none(subarray) {
            return Err(ErrorKind::InvalidDtype("sub-array types are not supported"));
        }
        let mut dtype = Self::from_text(text, big_endian)?;
        let elsize = construct.integer(elsize)?;
        if elsize != -1 && usize::try_from(elsize) != Ok(dtype.itemsize) {
            return Err(ErrorKind::InvalidDtype("two different item sizes"));
        }
        match (construct.is_none(names), construct.is_none(fields)) {
            (true, true) => {}
            (false, false) if dtype.kind == Kind::Void => {
                dtype.read_fields(construct, names, fields)?;
            }
            _ => {
                return Err(ErrorKind::InvalidDtype(
                    "names and fields do not go together",
                ));
            }
        }
        Ok(dtype)
    }

    fn read_fields(
        &mut self,
        construct: &Construct<'_>,
        names: NodeId,
        fields: NodeId,
    ) -> Result<(), ErrorKind> {
        let names = construct.tuple(names)?;
        let Node::Dict(entries) = construct.node(fields) else {
            return Err(construct.wrong_type("a dict of fields", fields));
        };
        // Honest records have some ten fields.
        if names.len() > 256 || entries.len() != names.len() {
            return Err(ErrorKind::InvalidDtype(
                "names and fields do not go together",
            ));
        }
        let mut by_name = HashMap::with_capacity(entries.len());
        for (key, value) in entries {
            by_name.insert(construct.text_or_ascii(*key)?, *value);
        }
        for name in names {
            let name = construct.text_or_ascii(*name)?;
            if name.len() > construct.limits.name_bytes {
                return Err(ErrorKind::limit(
                    Limit::NameBytes,
                    construct.limits.name_bytes,
                ));
            }
            // Removing makes a name that comes twice an error.
            let Some(value) = by_name.remove(name) else {
                return Err(ErrorKind::InvalidDtype(
                    "a name without its field, or twice",
                ));
            };
            let field = self.read_field(construct, name, value)?;
            self.depth = self.depth.max(field.dtype.depth.saturating_add(1));
            self.fields.push(field);
        }
        let allowed = construct.limits.dtype_depth;
        if self.depth > allowed {
            return Err(ErrorKind::limit(Limit::DtypeDepth, allowed));
        }
        Ok(())
    }

    fn read_field(
        &self,
        construct: &Construct<'_>,
        name: &str,
        value: NodeId,
    ) -> Result<Field, ErrorKind> {
        let [dtype, offset, ..] = construct.tuple(value)? else {
            return Err(ErrorKind::InvalidDtype("a field is (dtype, offset)"));
        };
        let dtype = construct.dtype(*dtype)?;
        let offset = usize::try_from(construct.integer(*offset)?)
            .map_err(|_| ErrorKind::InvalidDtype("a negative field offset"))?;
        if dtype.has_object() {
            return Err(ErrorKind::InvalidDtype(
                "records of objects are not supported",
            ));
        }
        let fits = offset
            .checked_add(dtype.itemsize)
            .is_some_and(|end| end <= self.itemsize);
        if !fits {
            return Err(ErrorKind::InvalidDtype("a field reaches beyond its record"));
        }
        Ok(Field {
            name: name.to_owned(),
            offset,
            dtype,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_texts() {
        let of = |text| Dtype::from_text(text, false).map(|d| (d.kind, d.itemsize));
        assert_eq!(of("f8"), Ok((Kind::Float, 8)));
        assert_eq!(of("i4"), Ok((Kind::Int, 4)));
        assert_eq!(of("b1"), Ok((Kind::Bool, 1)));
        assert_eq!(of("U12"), Ok((Kind::Text, 48)));
        assert_eq!(of("V64"), Ok((Kind::Void, 64)));
        assert_eq!(of("O8"), Ok((Kind::Object, 8)));
        assert_eq!(of("M8[ns]"), Ok((Kind::DateTime, 8)));
        for bad in ["", "f3", "i16", "x8", "U99999999999999999999", "é"] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
