//! The header of a `.npy` file: a Python dict literal of three keys.
//!
//! Format: `numpy/lib/format.py`, versions 1 to 3.

use crate::error::ErrorKind;

/// An array file, taken apart.
pub(super) struct NpyArray<'f> {
    pub(super) dtype: DtypeText,
    pub(super) is_fortran: bool,
    pub(super) shape: Vec<usize>,
    pub(super) data: &'f [u8],
}

/// A dtype as the header spells it.
pub(super) enum DtypeText {
    /// `<f8`
    Plain(String),
    /// Name, dtype and offset of each field; fields without a name are padding.
    Record {
        fields: Vec<(String, String, usize)>,
        itemsize: usize,
    },
}

/// Fields of a record, and axes of an array, that are read.
const MAX_ITEMS: usize = 64;

fn wrong() -> ErrorKind {
    ErrorKind::Skops("an array file's header is not as numpy writes it")
}

/// Takes an array file apart.
pub(super) fn parse(file: &[u8]) -> Result<NpyArray<'_>, ErrorKind> {
    let rest = file.strip_prefix(b"\x93NUMPY").ok_or_else(wrong)?;
    let (header, data) = match rest {
        [1, _, a, b, rest @ ..] => split(rest, u32::from(u16::from_le_bytes([*a, *b])))?,
        [2 | 3, _, a, b, c, d, rest @ ..] => split(rest, u32::from_le_bytes([*a, *b, *c, *d]))?,
        _ => return Err(wrong()),
    };
    let header = std::str::from_utf8(header).map_err(|_| wrong())?;
    let mut literal = Literal { rest: header };
    let (mut dtype, mut is_fortran, mut shape) = (None, None, None);
    literal.expect("{")?;
    for _ in 0..3 {
        let key = literal.text()?;
        literal.expect(":")?;
        match key {
            "descr" => dtype = Some(literal.dtype()?),
            "fortran_order" => is_fortran = Some(literal.boolean()?),
            "shape" => shape = Some(literal.shape()?),
            _ => return Err(wrong()),
        }
        let _ = literal.expect(",");
    }
    literal.expect("}")?;
    match (dtype, is_fortran, shape) {
        (Some(dtype), Some(is_fortran), Some(shape)) => Ok(NpyArray {
            dtype,
            is_fortran,
            shape,
            data,
        }),
        _ => Err(wrong()),
    }
}

fn split(rest: &[u8], length: u32) -> Result<(&[u8], &[u8]), ErrorKind> {
    let length = usize::try_from(length).map_err(|_| wrong())?;
    rest.split_at_checked(length).ok_or_else(wrong)
}

/// The rest of a Python literal.
struct Literal<'t> {
    rest: &'t str,
}

impl<'t> Literal<'t> {
    fn expect(&mut self, token: &str) -> Result<(), ErrorKind> {
        self.rest = self
            .rest
            .trim_start()
            .strip_prefix(token)
            .ok_or_else(wrong)?;
        Ok(())
    }

    fn text(&mut self) -> Result<&'t str, ErrorKind> {
        self.expect("'")?;
        let (text, rest) = self.rest.split_once('\'').ok_or_else(wrong)?;
        if text.contains('\\') {
            return Err(wrong());
        }
        self.rest = rest;
        Ok(text)
    }

    fn boolean(&mut self) -> Result<bool, ErrorKind> {
        if self.expect("True").is_ok() {
            return Ok(true);
        }
        self.expect("False").map(|()| false)
    }

    fn shape(&mut self) -> Result<Vec<usize>, ErrorKind> {
        let mut shape = Vec::new();
        self.expect("(")?;
        while self.expect(")").is_err() {
            let digits = self.rest.trim_start();
            let end = digits
                .find(|c: char| !c.is_ascii_digit())
                .ok_or_else(wrong)?;
            let (digits, rest) = digits.split_at_checked(end).ok_or_else(wrong)?;
            shape.push(digits.parse().map_err(|_| wrong())?);
            self.rest = rest;
            if shape.len() > MAX_ITEMS {
                return Err(wrong());
            }
            let _ = self.expect(",");
        }
        Ok(shape)
    }

    fn dtype(&mut self) -> Result<DtypeText, ErrorKind> {
        if self.expect("[").is_err() {
            return self.text().map(|text| DtypeText::Plain(text.to_owned()));
        }
        let mut fields = Vec::new();
        let mut offset: usize = 0;
        while self.expect("]").is_err() {
            self.expect("(")?;
            let name = self.text()?.to_owned();
            self.expect(",")?;
            let descr = self.text()?.to_owned();
            self.expect(")")?;
            let _ = self.expect(",");
            let size = item_size(&descr)?;
            if !name.is_empty() {
                fields.push((name, descr, offset));
            }
            offset = offset.checked_add(size).ok_or_else(wrong)?;
            if fields.len() > MAX_ITEMS {
                return Err(wrong());
            }
        }
        Ok(DtypeText::Record {
            fields,
            itemsize: offset,
        })
    }
}

/// Bytes of a field: the number at the end of its dtype, which texts count in characters.
fn item_size(descr: &str) -> Result<usize, ErrorKind> {
    let kind = descr.trim_start_matches(['<', '>', '|', '=']);
    let digits = kind.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let size: usize = digits.parse().map_err(|_| wrong())?;
    if kind.starts_with(['U', 'O']) || size > 1 << 20 {
        return Err(wrong());
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str) -> Vec<u8> {
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), b"data"].concat()
    }

    #[test]
    fn headers_as_numpy_writes_them() {
        let bytes = file("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }   \n");
        let array = parse(&bytes).unwrap();
        assert!(matches!(&array.dtype, DtypeText::Plain(text) if text == "<f8"));
        assert_eq!(
            (array.shape.as_slice(), array.is_fortran, array.data),
            (&[3, 4][..], false, &b"data"[..])
        );
        let bytes = file(
            "{'descr': [('a', '<i8'), ('', '|V3'), ('b', '|u1')], 'fortran_order': True, 'shape': (2,), }",
        );
        let (fields, itemsize) = match parse(&bytes).unwrap().dtype {
            DtypeText::Record { fields, itemsize } => (fields, itemsize),
            DtypeText::Plain(_) => (Vec::new(), 0),
        };
        assert_eq!(itemsize, 12);
        assert_eq!(
            fields
                .iter()
                .map(|(_, _, offset)| *offset)
                .collect::<Vec<_>>(),
            [0, 11]
        );
    }

    #[test]
    fn headers_that_are_refused() {
        for header in [
            "",
            "{}",
            "{'descr': '<f8'}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
            "{'descr': __import__('os'), 'fortran_order': False, 'shape': (), }",
            "{'descr': [('a', '<U4')], 'fortran_order': False, 'shape': (), }",
            "{'descr': '<f8', 'descr': '<f8', 'shape': (), }",
        ] {
            assert!(parse(&file(header)).is_err(), "{header}");
        }
        assert!(parse(b"\x93NUMPY\x01\0\xff\xff{").is_err());
    }
}
