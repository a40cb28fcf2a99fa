//! The protobuf wire format, read in place: nothing is copied before it is asked for.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>. There is no recursion here, and a
//! length is checked against the bytes that are left before it is believed.

/// What breaks the format.
pub(super) type Wire<T> = Result<T, &'static str>;

/// A field's value, by its wire type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    /// Integers, booleans and enumerations.
    Varint(u64),
    /// `double` and its like: no field that is read here has one.
    Fixed64,
    /// Messages, texts, bytes and packed lists.
    Bytes(&'a [u8]),
    /// `float` and its like.
    Fixed32([u8; 4]),
}

/// The fields of a message, in file order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn read(&mut self) -> Wire<(u64, Value<'a>)> {
        let key = varint(&mut self.rest)?;
        let number = key >> 3;
        if number == 0 {
            return Err("a field has the number 0");
        }
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut self.rest)?),
            1 => take::<8>(&mut self.rest).map(|_| Value::Fixed64)?,
            2 => {
                let length = varint(&mut self.rest)?;
                Value::Bytes(split(&mut self.rest, length)?)
            }
            5 => Value::Fixed32(take(&mut self.rest)?),
            // 3 and 4 are proto2's groups, which ONNX does not use.
            _ => return Err("a field has an unknown wire type"),
        };
        Ok((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Wire<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

impl<'a> Value<'a> {
    /// A message, text or byte string.
    pub(super) fn bytes(self) -> Wire<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err("a field that should be a message or a text is a number"),
        }
    }

    pub(super) fn text(self) -> Wire<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "a text is not UTF-8")
    }

    pub(super) fn int(self) -> Wire<i64> {
        match self {
            // Two's complement is how protobuf writes negative int32 and int64 alike.
            Self::Varint(value) => Ok(value as i64),
            _ => Err("a field that should be an integer is not"),
        }
    }

    pub(super) fn float(self) -> Wire<f32> {
        match self {
            Self::Fixed32(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err("a field that should be a float is not"),
        }
    }

    /// Adds the integers of one occurrence of a repeated field, packed or not.
    pub(super) fn add_ints(self, ints: &mut Vec<i64>) -> Wire<()> {
        let Self::Bytes(mut packed) = self else {
            ints.push(self.int()?);
            return Ok(());
        };
        while !packed.is_empty() {
            ints.push(varint(&mut packed)? as i64);
        }
        Ok(())
    }

    /// Adds the floats of one occurrence of a repeated field, packed or not.
    pub(super) fn add_floats(self, floats: &mut Vec<f32>) -> Wire<()> {
        let Self::Bytes(packed) = self else {
            floats.push(self.float()?);
            return Ok(());
        };
        let (chunks, rest) = packed.as_chunks::<4>();
        if !rest.is_empty() {
            return Err("a list of floats ends inside one");
        }
        floats.extend(chunks.iter().map(|bytes| f32::from_le_bytes(*bytes)));
        Ok(())
    }
}

/// Seven bits a byte, lowest first, at most ten bytes.
fn varint(rest: &mut &[u8]) -> Wire<u64> {
    let mut value = 0_u64;
    for (position, byte) in rest.iter().take(10).enumerate() {
        // The tenth byte has room for one bit; what is above is dropped, as protobuf does.
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            *rest = &rest[position + 1..];
            return Ok(value);
        }
    }
    Err("an integer has no end")
}

fn split<'a>(rest: &mut &'a [u8], length: u64) -> Wire<&'a [u8]> {
    let cut = usize::try_from(length)
        .ok()
        .and_then(|length| rest.split_at_checked(length));
    let (bytes, after) = cut.ok_or("a field is longer than what is left of the file")?;
    *rest = after;
    Ok(bytes)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Wire<[u8; N]> {
    let (bytes, after) = rest
        .split_first_chunk::<N>()
        .ok_or("a field is longer than what is left of the file")?;
    *rest = after;
    Ok(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(bytes: &[u8]) -> Wire<Vec<i64>> {
        let mut ints = Vec::new();
        for field in Fields::of(bytes) {
            field?.1.add_ints(&mut ints)?;
        }
        Ok(ints)
    }

    #[test]
    fn integers_packed_and_not() {
        assert_eq!(ints(&[0x08, 0x01, 0x08, 0x96, 0x01]), Ok(vec![1, 150]));
        assert_eq!(ints(&[0x0a, 0x03, 0x01, 0x96, 0x01]), Ok(vec![1, 150]));
        let minus_one = [&[0x08][..], &[0xff; 9], &[0x01]].concat();
        assert_eq!(ints(&minus_one), Ok(vec![-1]));
    }

    #[test]
    fn what_is_refused() {
        for bytes in [
            &[0x08][..],
            &[0x08, 0x80],
            &[0x00, 0x01],
            &[0x0b],
            &[0x0a, 0x02, 0x01],
            &[0x0d, 0x00, 0x00],
            &[0x09, 0x00],
            &[0xff; 11],
            &[
                0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
            ],
        ] {
            assert!(ints(bytes).is_err(), "{bytes:?}");
        }
    }
}
