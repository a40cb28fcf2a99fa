//! Numbers and texts as bytes: whole numbers in groups of seven bits, the lowest first (LEB128); texts after their length.

use super::error::DecisionError;

/// Appends a whole number.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends bytes after their length.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends the 64 bits of a number, the lowest byte first.
pub(crate) fn put_float(out: &mut Vec<u8>, number: f64) {
    out.extend_from_slice(&number.to_bits().to_le_bytes());
}

/// Bytes that are read from their beginning on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_at_end(self) -> bool {
        self.0.is_empty()
    }

    /// The bytes that are left.
    pub(crate) fn rest(self) -> &'b [u8] {
        self.0
    }

    pub(crate) fn byte(&mut self) -> Result<u8, DecisionError> {
        let (first, rest) = self.0.split_first().ok_or(DecisionError::Cut)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn take(&mut self, n: usize) -> Result<&'b [u8], DecisionError> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or(DecisionError::Cut)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecisionError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(DecisionError::Cut)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn number(&mut self) -> Result<u64, DecisionError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return Err(DecisionError::Unknown("a number that is too large"));
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DecisionError::Unknown("a number that does not end"))
    }

    /// A number of things of which each takes a byte at least: never more than there can be.
    pub(crate) fn count(&mut self) -> Result<usize, DecisionError> {
        let count = self.size()?;
        match count <= self.0.len() {
            true => Ok(count),
            false => Err(DecisionError::Cut),
        }
    }

    pub(crate) fn size(&mut self) -> Result<usize, DecisionError> {
        usize::try_from(self.number()?).map_err(|_| DecisionError::Cut)
    }

    pub(crate) fn float(&mut self) -> Result<f64, DecisionError> {
        Ok(f64::from_bits(u64::from_le_bytes(self.array()?)))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], DecisionError> {
        let size = self.size()?;
        self.take(size)
    }

    pub(crate) fn text(&mut self) -> Result<String, DecisionError> {
        let bytes = self.bytes()?.to_vec();
        String::from_utf8(bytes).map_err(|_| DecisionError::Unknown("a text that is no UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_read(number: u64, float: f64, text in ".{0,20}") {
            let mut out = Vec::new();
            put_number(&mut out, number);
            put_float(&mut out, float);
            put_bytes(&mut out, text.as_bytes());
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.number().unwrap(), number);
            prop_assert_eq!(reader.float().unwrap().to_bits(), float.to_bits());
            prop_assert_eq!(reader.text().unwrap(), text);
            prop_assert!(reader.is_at_end());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while !reader.is_at_end() {
                if reader.number().is_err() || reader.text().is_err() {
                    break;
                }
            }
        }
    }
}
