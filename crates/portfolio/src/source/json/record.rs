//! One record: its keys and its cells.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use serde::Deserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::batch::{CellKind, boolean};
use crate::error::PortfolioError;

/// A record of simple values.
pub(super) struct Record<'r> {
    pub(super) cells: Vec<(Cow<'r, str>, Cell<'r>)>,
}

/// A value as text, and what it was.
pub(super) struct Cell<'r> {
    pub(super) text: Cow<'r, str>,
    pub(super) kind: CellKind,
}

/// Why a record cannot be read. Its text would be a client's, so it is never told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordFault {
    Syntax,
    /// A value is an object or a list.
    Nested,
    /// A key is there twice.
    Twice,
}

impl<'r> Record<'r> {
    pub(super) fn read(object: &'r [u8]) -> Result<Self, RecordFault> {
        let mut json = serde_json::Deserializer::from_slice(object);
        let pairs = json
            .deserialize_map(Pairs)
            .map_err(|_| RecordFault::Syntax)?;
        let mut cells: Vec<(Cow<'r, str>, Cell<'r>)> = Vec::with_capacity(pairs.len());
        let mut keys = HashSet::with_capacity(pairs.len());
        for (key, value) in pairs {
            let key = text(key)?;
            if !keys.insert(key.clone()) {
                return Err(RecordFault::Twice);
            }
            cells.push((key, Cell::read(value)?));
        }
        Ok(Self { cells })
    }
}

impl<'r> Cell<'r> {
    fn read(value: &'r RawValue) -> Result<Self, RecordFault> {
        let raw = value.get();
        let (text, kind) = match raw.as_bytes().first() {
            Some(b'"') => (text(value)?, CellKind::Text),
            Some(b'n') => (Cow::Borrowed(""), CellKind::Text),
            Some(b't') => (Cow::Borrowed(boolean(true)), CellKind::Boolean),
            Some(b'f') => (Cow::Borrowed(boolean(false)), CellKind::Boolean),
            // As it is written: an id of twenty digits keeps them.
            Some(b'-' | b'0'..=b'9') => (Cow::Borrowed(raw), CellKind::Number),
            _ => return Err(RecordFault::Nested),
        };
        Ok(Self { text, kind })
    }
}

/// The text of a JSON string.
fn text(value: &RawValue) -> Result<Cow<'_, str>, RecordFault> {
    let inner = value
        .get()
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => Ok(Cow::Borrowed(inner)),
        _ => serde_json::from_str(value.get())
            .map(Cow::Owned)
            .map_err(|_| RecordFault::Syntax),
    }
}

impl RecordFault {
    pub(super) fn at(self, path: &Path, number: u64) -> PortfolioError {
        let (spanish, english) = match self {
            Self::Syntax => (
                "no se puede leer (NaN e Infinity no son JSON: escriba null)",
                "cannot be read (NaN and Infinity are no JSON: write null)",
            ),
            Self::Nested => (
                "tiene una lista o un objeto como valor; cada valor ha de ser un texto, un número, true, false o null",
                "has a list or an object for a value; each value is a text, a number, true, false or null",
            ),
            Self::Twice => ("tiene dos veces la misma clave", "has the same key twice"),
        };
        PortfolioError::unreadable(
            path,
            (
                format!("su registro {number} {spanish}"),
                format!("its record {number} {english}"),
            ),
        )
    }
}

/// Reads an object's keys and values as they are written.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry().map_err(A::Error::custom)? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_cells() {
        let record = Record::read(br#"{"a": "x\"\u00f1", "b": 12345678901234567890123, "c": null, "d": true, "e": "", "\u00e1": -1.5e3}"#);
        let cells: Vec<_> = record
            .unwrap()
            .cells
            .into_iter()
            .map(|(key, cell)| (key.into_owned(), cell.text.into_owned(), cell.kind))
            .collect();
        let expected = [
            ("a", "x\"ñ", CellKind::Text),
            ("b", "12345678901234567890123", CellKind::Number),
            ("c", "", CellKind::Text),
            ("d", "VERDADERO", CellKind::Boolean),
            ("e", "", CellKind::Text),
            ("á", "-1.5e3", CellKind::Number),
        ];
        assert_eq!(
            cells,
            expected.map(|(key, text, kind)| (key.to_owned(), text.to_owned(), kind))
        );
        for (object, fault) in [
            (&br#"{"a": NaN}"#[..], RecordFault::Syntax),
            (br#"{"a": [1]}"#, RecordFault::Nested),
            (br#"{"a": {"b": 1}}"#, RecordFault::Nested),
            (br#"{"a": 1, "\u0061": 2}"#, RecordFault::Twice),
            (br#"{"a" 1}"#, RecordFault::Syntax),
        ] {
            assert_eq!(Record::read(object).err(), Some(fault));
        }
    }
}
