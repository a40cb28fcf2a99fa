//! numpy scalars: `scalar(dtype, bytes)` becomes a plain value.

use crate::arena::{Node, NodeId};
use crate::construct::Construct;
use crate::error::ErrorKind;
use crate::numpy::dtype::{Dtype, Kind};

/// What a scalar turned into.
pub(crate) enum Scalar {
    /// A value of its own.
    Value(Node),
    /// Text, still to be stored.
    Text(String),
    /// The object itself (`scalar` of an object dtype).
    Same(NodeId),
    /// A kind that has no plain value: keep the call as an opaque object.
    Opaque,
}

impl Scalar {
    pub(crate) fn read(
        construct: &Construct<'_>,
        dtype: &Dtype,
        data: NodeId,
    ) -> Result<Self, ErrorKind> {
        if dtype.has_object() {
            return Ok(Self::Same(data));
        }
        let bytes = construct.bytes(data)?;
        if bytes.len() != dtype.itemsize() {
            return Err(ErrorKind::InvalidArray(
                "a scalar's bytes do not fill its type",
            ));
        }
        Ok(match dtype.kind() {
            Kind::Bool => Self::Value(Node::Bool(bytes.first().is_some_and(|b| *b != 0))),
            Kind::Int | Kind::UInt | Kind::Float => {
                number(dtype, bytes).map_or(Self::Opaque, Self::Value)
            }
            Kind::Text => {
                decode_utf32(bytes, dtype.is_big_endian()).map_or(Self::Opaque, Self::Text)
            }
            _ => Self::Opaque,
        })
    }
}

fn number(dtype: &Dtype, bytes: &[u8]) -> Option<Node> {
    if dtype.kind() == Kind::Float {
        return read_f64(bytes, dtype.is_big_endian()).map(Node::Float);
    }
    read_i64(bytes, dtype).map(Node::Int)
}

/// A float of 2, 4 or 8 bytes, widened without loss.
pub(crate) fn read_f64(bytes: &[u8], big_endian: bool) -> Option<f64> {
    Some(match bytes.len() {
        2 => half(u16::from_le_bytes(ordered(bytes, big_endian)?)),
        4 => f64::from(f32::from_le_bytes(ordered(bytes, big_endian)?)),
        8 => f64::from_le_bytes(ordered(bytes, big_endian)?),
        _ => return None,
    })
}

/// An integer of 1, 2, 4 or 8 bytes; `None` for an unsigned one beyond `i64`.
pub(crate) fn read_i64(bytes: &[u8], dtype: &Dtype) -> Option<i64> {
    let big = dtype.is_big_endian();
    Some(match (dtype.kind(), bytes.len()) {
        (Kind::Int, 1) => i64::from(i8::from_le_bytes(ordered(bytes, big)?)),
        (Kind::Int, 2) => i64::from(i16::from_le_bytes(ordered(bytes, big)?)),
        (Kind::Int, 4) => i64::from(i32::from_le_bytes(ordered(bytes, big)?)),
        (Kind::Int, 8) => i64::from_le_bytes(ordered(bytes, big)?),
        (Kind::UInt | Kind::Bool, 1) => i64::from(*bytes.first()?),
        (Kind::UInt, 2) => i64::from(u16::from_le_bytes(ordered(bytes, big)?)),
        (Kind::UInt, 4) => i64::from(u32::from_le_bytes(ordered(bytes, big)?)),
        (Kind::UInt, 8) => i64::try_from(u64::from_le_bytes(ordered(bytes, big)?)).ok()?,
        _ => return None,
    })
}

/// The text of a `U` item: UTF-32, padded with NUL at the end. `None` if it is no valid text.
pub(crate) fn decode_utf32(bytes: &[u8], big_endian: bool) -> Option<String> {
    let mut text = String::new();
    for unit in bytes.chunks_exact(4) {
        text.push(char::from_u32(u32::from_le_bytes(ordered(
            unit, big_endian,
        )?))?);
    }
    text.truncate(text.trim_end_matches('\0').len());
    Some(text)
}

/// The bytes of a number, least significant first.
fn ordered<const N: usize>(bytes: &[u8], big_endian: bool) -> Option<[u8; N]> {
    let mut array: [u8; N] = bytes.try_into().ok()?;
    if big_endian {
        array.reverse();
    }
    Some(array)
}

/// IEEE 754 binary16, exactly as a double.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2_f64.powi(exponent.saturating_sub(25)),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        assert_eq!(half(0x3c00).to_bits(), 1.0_f64.to_bits());
        assert_eq!(half(0xc000).to_bits(), (-2.0_f64).to_bits());
        assert_eq!(half(0x0001).to_bits(), 2_f64.powi(-24).to_bits());
        assert_eq!(half(0x7c00), f64::INFINITY);
        assert!(half(0x7e00).is_nan());
        assert_eq!(half(0x8000).to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn text_is_trimmed_of_padding() {
        let bytes: Vec<u8> = "SÍ"
            .chars()
            .chain(['\0', '\0'])
            .flat_map(|c| (c as u32).to_le_bytes())
            .collect();
        assert_eq!(decode_utf32(&bytes, false).as_deref(), Some("SÍ"));
        assert_eq!(decode_utf32(&0xd800_u32.to_le_bytes(), false), None);
    }
}
