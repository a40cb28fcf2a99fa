//! UBJSON (<https://ubjson.org>, draft 12) as a serde format, as far as XGBoost writes it: numbers
//! big-endian, containers plain, counted, or counted and typed.
//!
//! Lengths are compared with what is left before anything is made for them, nesting is bounded, and
//! typed containers of values that take no bytes are refused.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// Containers inside each other.
const MAX_DEPTH: usize = 64;

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) offset: usize,
    pub(super) what: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.what)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self {
            offset: 0,
            what: what.to_string(),
        }
    }
}

/// Reads one value that fills the bytes.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = Reader {
        bytes,
        at: 0,
        depth: 0,
    };
    let value = T::deserialize(Value {
        reader: &mut reader,
        marker: None,
    })
    .map_err(|error| Error {
        offset: if error.offset == 0 {
            reader.at
        } else {
            error.offset
        },
        ..error
    })?;
    if reader.at == bytes.len() {
        Ok(value)
    } else {
        Err(reader.error("bytes follow the model"))
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, what: &str) -> Error {
        Error {
            offset: self.at,
            what: what.to_owned(),
        }
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Error> {
        if n > self.left() {
            return Err(self.error("the file ends in the middle of a value"));
        }
        let taken = &self.bytes[self.at..self.at + n];
        self.at += n;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// The next type marker; no-ops are skipped.
    fn marker(&mut self) -> Result<u8, Error> {
        loop {
            match self.array::<1>()? {
                [b'N'] => {}
                [marker] => return Ok(marker),
            }
        }
    }

    fn integer(&mut self, marker: u8) -> Result<i64, Error> {
        Ok(match marker {
            b'i' => i64::from(i8::from_be_bytes(self.array()?)),
            b'U' => i64::from(u8::from_be_bytes(self.array()?)),
            b'I' => i64::from(i16::from_be_bytes(self.array()?)),
            b'l' => i64::from(i32::from_be_bytes(self.array()?)),
            b'L' => i64::from_be_bytes(self.array()?),
            _ => return Err(self.error("a length is not an integer")),
        })
    }

    /// A length, which can be no more than the bytes that are left.
    fn length(&mut self) -> Result<usize, Error> {
        let marker = self.marker()?;
        let length = self.integer(marker)?;
        usize::try_from(length)
            .ok()
            .filter(|length| *length <= self.left())
            .ok_or_else(|| self.error("a length is beyond the end of the file"))
    }

    fn text(&mut self) -> Result<&'a str, Error> {
        let length = self.length()?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text is not UTF-8"))
    }

    fn open(&mut self) -> Result<Container, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("containers are nested too deeply"));
        }
        let mut container = Container::default();
        if self.peek() == Some(b'$') {
            self.at += 1;
            let [marker] = self.array()?;
            if !matches!(
                marker,
                b'i' | b'U' | b'I' | b'l' | b'L' | b'd' | b'D' | b'C' | b'S' | b'[' | b'{'
            ) {
                return Err(self.error("a typed container of values that take no bytes"));
            }
            container.marker = Some(marker);
            if self.peek() != Some(b'#') {
                return Err(self.error("a typed container without a count"));
            }
        }
        if self.peek() == Some(b'#') {
            self.at += 1;
            container.left = Some(self.length()?);
        }
        Ok(container)
    }
}

/// An open container.
#[derive(Default)]
struct Container {
    /// The type of all its values, if it is stated once for all.
    marker: Option<u8>,
    /// Values left, if they are counted; otherwise an end marker follows the last.
    left: Option<usize>,
    /// Whether its end was read. A visitor may ask again after it: serde does for the fields of a
    /// struct that an array stands for.
    closed: bool,
}

impl Container {
    /// Whether another value follows; closes the container when none does.
    fn has_next(&mut self, reader: &mut Reader<'_>, end: u8) -> Result<bool, Error> {
        if self.closed {
            return Ok(false);
        }
        let has_next = match &mut self.left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => {
                while reader.peek() == Some(b'N') {
                    reader.at += 1;
                }
                match reader.peek() {
                    Some(byte) if byte == end => {
                        reader.at += 1;
                        false
                    }
                    Some(_) => true,
                    None => return Err(reader.error("the file ends in the middle of a container")),
                }
            }
        };
        if !has_next {
            reader.depth -= 1;
            self.closed = true;
        }
        Ok(has_next)
    }
}

struct Value<'r, 'a> {
    reader: &'r mut Reader<'a>,
    /// The value's type, where its container states it.
    marker: Option<u8>,
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let reader = self.reader;
        let marker = match self.marker {
            Some(marker) => marker,
            None => reader.marker()?,
        };
        match marker {
            b'Z' => visitor.visit_unit(),
            b'T' => visitor.visit_bool(true),
            b'F' => visitor.visit_bool(false),
            b'i' | b'U' | b'I' | b'l' | b'L' => visitor.visit_i64(reader.integer(marker)?),
            b'd' => visitor.visit_f32(f32::from_be_bytes(reader.array()?)),
            b'D' => visitor.visit_f64(f64::from_be_bytes(reader.array()?)),
            b'C' => {
                let [character] = reader.array()?;
                visitor.visit_char(char::from(character))
            }
            b'S' => visitor.visit_borrowed_str(reader.text()?),
            b'[' => {
                let mut items = Items::open(reader)?;
                let value = visitor.visit_seq(&mut items)?;
                items.end(b']').map(|()| value)
            }
            b'{' => {
                let mut items = Items::open(reader)?;
                let value = visitor.visit_map(&mut items)?;
                items.end(b'}').map(|()| value)
            }
            _ => Err(reader.error("an unknown type of value")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Items<'r, 'a> {
    reader: &'r mut Reader<'a>,
    container: Container,
}

impl<'r, 'a> Items<'r, 'a> {
    fn open(reader: &'r mut Reader<'a>) -> Result<Self, Error> {
        let container = reader.open()?;
        Ok(Self { reader, container })
    }

    /// The end of the container, once its visitor has what it wants.
    fn end(mut self, end: u8) -> Result<(), Error> {
        if self.container.has_next(self.reader, end)? {
            return Err(self
                .reader
                .error("a container holds more values than expected"));
        }
        Ok(())
    }
}

impl<'a> SeqAccess<'a> for Items<'_, 'a> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if !self.container.has_next(self.reader, b']')? {
            return Ok(None);
        }
        seed.deserialize(Value {
            reader: self.reader,
            marker: self.container.marker,
        })
        .map(Some)
    }
}

impl<'a> MapAccess<'a> for Items<'_, 'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if !self.container.has_next(self.reader, b'}')? {
            return Ok(None);
        }
        let key = self.reader.text()?;
        let key: serde::de::value::BorrowedStrDeserializer<'a, Error> =
            serde::de::value::BorrowedStrDeserializer::new(key);
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Value {
            reader: self.reader,
            marker: self.container.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_type() {
        let read = |bytes: &[u8]| from_slice::<serde_json::Value>(bytes).map(|v| v.to_string());
        assert_eq!(
            read(b"[i\x01U\xffI\x01\x00l\x00\x01\x00\x00]").unwrap(),
            "[1,255,256,65536]"
        );
        assert_eq!(read(b"{i\x01aZU\x01bT}").unwrap(), r#"{"a":null,"b":true}"#);
        assert_eq!(read(b"[$d#i\x01\x3f\x80\x00\x00").unwrap(), "[1.0]");
        assert_eq!(read(b"[#i\x02Si\x02hiF").unwrap(), r#"["hi",false]"#);
    }

    #[test]
    fn what_is_refused() {
        let refused = |bytes: &[u8]| from_slice::<serde_json::Value>(bytes).unwrap_err().what;
        assert!(refused(b"[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff").contains("no bytes"));
        assert!(refused(b"[$U#L\x7f\xff\xff\xff\xff\xff\xff\xff").contains("beyond"));
        assert!(refused(b"Sl\xff\xff\xff\xff").contains("beyond"));
        assert!(refused(&[b'['; 100]).contains("deeply"));
        assert!(refused(b"[").contains("ends"));
        assert!(refused(b"ZZ").contains("follow"));
        assert!(refused(b"").contains("ends"));
    }

    #[test]
    fn an_array_in_the_place_of_a_struct() {
        #[derive(Debug, serde::Deserialize)]
        struct Pair {
            #[serde(default)]
            first: u8,
            #[serde(default)]
            second: u8,
        }
        let read = |bytes: &[u8]| from_slice::<Pair>(bytes);
        let short = read(b"[#i\x01U\x07").unwrap();
        assert_eq!((short.first, short.second), (7, 0));
        assert_eq!(read(b"[]").unwrap().first, 0);
        let long = read(b"[#i\x03U\x07U\x08U\x09").unwrap_err();
        assert!(long.what.contains("more values"));
    }
}
