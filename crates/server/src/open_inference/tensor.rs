//! What was sent of one name: elements of one type, and their shape. Nothing is rounded before the contract has seen it.

use std::borrow::Cow;

use propenso_scoring::Raw;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::datatype::{Datatype, Width, half};
use crate::json_cell;

/// What was sent of one name.
#[derive(Debug)]
pub struct Tensor<'a> {
    /// The name.
    pub name: Cow<'a, str>,
    /// What its elements are.
    pub datatype: Datatype,
    /// Its dimensions.
    pub shape: Vec<i64>,
    /// Its elements, the last dimension first.
    pub cells: Cells<'a>,
}

/// Elements, as they came.
#[derive(Debug)]
pub enum Cells<'a> {
    /// Of one size each, the lowest byte first.
    Fixed(Cow<'a, [u8]>),
    /// Bytes.
    Texts(Vec<&'a [u8]>),
    /// Values of JSON.
    Json(Vec<&'a RawValue>),
}

/// What is wrong with a tensor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TensorError {
    /// Its name of a type is none.
    #[error("there is no datatype `{0}`")]
    Datatype(String),
    /// Its shape has something else than sizes, or its product is beyond all memory.
    #[error("the shape {0:?} is none: it has sizes of 0 or more")]
    Shape(Vec<i64>),
    /// It has other elements than its shape says.
    #[error("the shape {shape:?} has {expected} elements, and there are {}", if found > expected { "more".to_owned() } else { found.to_string() })]
    Count {
        /// The shape.
        shape: Vec<i64>,
        /// The elements that it has.
        expected: usize,
        /// Those that there are.
        found: usize,
    },
    /// It has other bytes than its shape and type say.
    #[error("the shape {shape:?} of {datatype} takes {expected} bytes, and there are {found}")]
    Size {
        /// The shape.
        shape: Vec<i64>,
        /// The type.
        datatype: Datatype,
        /// The bytes that it takes.
        expected: usize,
        /// Those that there are.
        found: usize,
    },
    /// Elements of bytes do not end where their bytes end.
    #[error(
        "the shape {shape:?} of BYTES does not go with its bytes: each element is its length in 4 bytes, the lowest first, and so \
         many bytes"
    )]
    Lengths {
        /// The shape.
        shape: Vec<i64>,
    },
    /// It is no list.
    #[error("`data` is no list of values")]
    NoList,
}

/// How many elements a shape has.
///
/// # Errors
///
/// [`TensorError::Shape`].
pub fn elements(shape: &[i64]) -> Result<usize, TensorError> {
    let mut sizes = shape.iter().map(|size| usize::try_from(*size).ok());
    let product = sizes.try_fold(1_usize, |all, size| all.checked_mul(size?));
    product.ok_or_else(|| TensorError::Shape(shape.to_owned()))
}

impl<'a> Cells<'a> {
    /// Reads elements that came as bytes.
    ///
    /// # Errors
    ///
    /// [`TensorError`] where there are more or fewer than the shape says.
    pub fn of_bytes(
        datatype: Datatype,
        shape: &[i64],
        bytes: &'a [u8],
    ) -> Result<Self, TensorError> {
        match datatype {
            Datatype::Bytes => {
                let texts = texts(elements(shape)?, bytes);
                let shape = shape.to_owned();
                texts.map(Self::Texts).ok_or(TensorError::Lengths { shape })
            }
            datatype => Self::fixed(datatype, shape, Cow::Borrowed(bytes)),
        }
    }

    /// Reads elements that came as values of a type of a fixed size, whose bytes these are.
    ///
    /// # Errors
    ///
    /// [`TensorError`] where there are more or fewer than the shape says.
    pub fn of_values(
        datatype: Datatype,
        shape: &[i64],
        bytes: Vec<u8>,
    ) -> Result<Self, TensorError> {
        let n = bytes.len() / datatype.size().unwrap_or(1);
        Self::check_count(shape, n)?;
        Self::fixed(datatype, shape, Cow::Owned(bytes))
    }

    /// Reads elements that came as bytes, each by itself.
    ///
    /// # Errors
    ///
    /// [`TensorError`] where there are more or fewer than the shape says.
    pub fn of_texts(shape: &[i64], texts: Vec<&'a [u8]>) -> Result<Self, TensorError> {
        Self::check_count(shape, texts.len())?;
        Ok(Self::Texts(texts))
    }

    fn check_count(shape: &[i64], found: usize) -> Result<(), TensorError> {
        match elements(shape)? {
            expected if expected == found => Ok(()),
            expected => Err(TensorError::Count {
                shape: shape.to_owned(),
                expected,
                found,
            }),
        }
    }

    fn fixed(datatype: Datatype, shape: &[i64], bytes: Cow<'a, [u8]>) -> Result<Self, TensorError> {
        let expected = elements(shape)?.checked_mul(datatype.size().unwrap_or(1));
        match expected {
            Some(expected) if expected == bytes.len() => Ok(Self::Fixed(bytes)),
            expected => Err(TensorError::Size {
                shape: shape.to_owned(),
                datatype,
                expected: expected.unwrap_or(usize::MAX),
                found: bytes.len(),
            }),
        }
    }

    /// Reads elements that came as JSON: one list, or lists of lists.
    ///
    /// # Errors
    ///
    /// [`TensorError`] where it is no list, or has more or fewer values than the shape says.
    pub fn of_json(shape: &[i64], json: &'a RawValue) -> Result<Self, TensorError> {
        let expected = elements(shape)?;
        let mut values = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(json.get());
        let flat = Flat {
            values: &mut values,
            most: expected,
        };
        flat.deserialize(&mut reader)
            .map_err(|_| TensorError::NoList)?;
        Self::check_count(shape, values.len())?;
        Ok(Self::Json(values))
    }
}

/// Takes lists of lists apart, as deep as the text's nesting may be, and keeps no more than one value too many: a text of millions
/// of `1,` would take many times its size.
struct Flat<'v, 'a> {
    values: &'v mut Vec<&'a RawValue>,
    most: usize,
}

impl<'a> DeserializeSeed<'a> for Flat<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for Flat<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of values")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<&'a RawValue>()? {
            match value.get().as_bytes().first() {
                Some(b'[') => {
                    let mut inner = serde_json::Deserializer::from_str(value.get());
                    let flat = Flat {
                        values: &mut *self.values,
                        most: self.most,
                    };
                    let flat = flat.deserialize(&mut inner);
                    flat.map_err(serde::de::Error::custom)?;
                }
                _ if self.values.len() > self.most => {}
                _ => self.values.push(value),
            }
        }
        Ok(())
    }
}

/// Takes so many elements of bytes apart; `None` where they do not end where the bytes do.
fn texts(n: usize, mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    // Each takes four bytes: no more room than there can be elements.
    let mut texts = Vec::with_capacity(n.min(bytes.len() / 4));
    for _ in 0..n {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (text, rest) = rest.split_at_checked(length)?;
        texts.push(text);
        bytes = rest;
    }
    bytes.is_empty().then_some(texts)
}

impl Tensor<'_> {
    /// What a client sent: the element in this place.
    #[must_use]
    pub fn cell(&self, place: usize) -> Raw<'_> {
        match &self.cells {
            Cells::Fixed(bytes) => {
                let size = self.datatype.size().unwrap_or(1);
                let begin = place.saturating_mul(size);
                let cell = bytes.get(begin..begin.saturating_add(size));
                cell.map_or(Raw::Missing, |cell| fixed(self.datatype, cell))
            }
            Cells::Texts(texts) => match texts.get(place).map(|text| std::str::from_utf8(text)) {
                Some(Ok(text)) => Raw::text(text),
                Some(Err(_)) => Raw::Other("bytes that are no UTF-8 text"),
                None => Raw::Missing,
            },
            Cells::Json(values) => {
                let value = values.get(place);
                value.map_or(Raw::Missing, |value| json(self.datatype, value.get()))
            }
        }
    }
}

/// An element of a fixed size.
fn fixed(datatype: Datatype, cell: &[u8]) -> Raw<'static> {
    let mut bytes = [0; 8];
    let room = bytes.iter_mut().zip(cell);
    room.for_each(|(to, from)| *to = *from);
    let bits = u64::from_le_bytes(bytes);
    match datatype {
        Datatype::Bool => Raw::Boolean(bits != 0),
        Datatype::Uint(_) => Raw::whole(bits),
        Datatype::Int(width) => Raw::whole(signed(bits, width)),
        Datatype::Fp16 => Raw::double(half(bits as u16)),
        Datatype::Bf16 => Raw::double(f64::from(f32::from_bits((bits as u32) << 16))),
        Datatype::Fp32 => Raw::double(f64::from(f32::from_bits(bits as u32))),
        Datatype::Fp64 => Raw::double(f64::from_bits(bits)),
        Datatype::Bytes => Raw::Missing,
    }
}

/// The number of these bits, the highest of which says that it is negative.
fn signed(bits: u64, width: Width) -> i64 {
    match width {
        Width::One => i64::from(bits as u8 as i8),
        Width::Two => i64::from(bits as u16 as i16),
        Width::Four => i64::from(bits as u32 as i32),
        Width::Eight => bits as i64,
    }
}

/// A value of JSON. A number that is none may come as a text: JSON has no other way to say it.
fn json(datatype: Datatype, json: &str) -> Raw<'_> {
    match json_cell::raw(json) {
        Raw::Text(text) if datatype.is_float() && text.eq_ignore_ascii_case("nan") => Raw::Missing,
        cell => cell,
    }
}
