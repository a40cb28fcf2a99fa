//! The opcodes of protocols 0 and 1, whose arguments are lines of text. Python accepts more spellings
//! of them than it writes; only those it writes are read.

use crate::arena::{Node, NodeId, Span};
use crate::error::ErrorKind;
use crate::limits::Limit;
use crate::opcode::Opcode;

use super::Machine;
use super::program::Program;

impl Machine<'_> {
    /// `INT`, `LONG`, `FLOAT`, `STRING` and `UNICODE`.
    pub(super) fn text_value(
        &mut self,
        program: &mut Program,
        opcode: Opcode,
    ) -> Result<(), ErrorKind> {
        let line = match opcode {
            Opcode::STRING | Opcode::UNICODE => self.line(Limit::OwnedBytes)?,
            _ => self.line(Limit::IntegerBytes)?,
        };
        let node = match opcode {
            Opcode::INT => match line.as_slice() {
                b"00" => Node::Bool(false),
                b"01" => Node::Bool(true),
                digits => integer(digits)?,
            },
            Opcode::LONG => integer(line.strip_suffix(b"L").ok_or(BAD_NUMBER)?)?,
            Opcode::FLOAT => Node::Float(float(&line)?),
            Opcode::STRING => {
                let bytes = unquote(&line).ok_or(ErrorKind::InvalidText("a string"))?;
                Node::Bytes(self.own(&bytes)?)
            }
            _ => self.unicode(&line)?,
        };
        self.push(program, node)
    }

    /// The memo slot that `GET` and `PUT` name.
    pub(super) fn line_slot(&mut self) -> Result<u32, ErrorKind> {
        let line = self.line(Limit::IntegerBytes)?;
        match integer(&line)? {
            Node::Int(slot) => u32::try_from(slot).map_err(|_| BAD_NUMBER),
            _ => Err(BAD_NUMBER),
        }
    }

    /// An object of protocol 0: a class, called with arguments, which it never is.
    pub(super) fn instance(
        &mut self,
        program: &mut Program,
        class: NodeId,
        args: Vec<NodeId>,
    ) -> Result<(), ErrorKind> {
        let args = self.new_node(Node::Tuple(args.into()))?;
        self.call(program, Opcode::NEWOBJ, class, args)
    }

    /// The rest of the line.
    fn line(&mut self, limit: Limit) -> Result<Vec<u8>, ErrorKind> {
        let allowed = match limit {
            Limit::OwnedBytes => self.limits.owned_bytes,
            _ => self.limits.integer_bytes,
        };
        let Span { start, len, .. } = self.source.take_line(allowed, limit)?;
        Ok(self.source.bytes(start, len).to_vec())
    }

    fn unicode(&mut self, line: &[u8]) -> Result<Node, ErrorKind> {
        let text = unescape(line).ok_or(ErrorKind::InvalidText("a text"))?;
        Ok(match text {
            Some(text) => Node::Text(self.own(text.as_bytes())?),
            // Lone surrogates: kept, but nothing that needs text will take it.
            None => Node::Bytes(self.own(line)?),
        })
    }
}

const BAD_NUMBER: ErrorKind = ErrorKind::InvalidText("a number");

/// A minus sign perhaps, and digits. A leading zero is refused: one of Python's readers takes it for
/// an octal number and the other does not.
fn integer(text: &[u8]) -> Result<Node, ErrorKind> {
    let text = std::str::from_utf8(text).map_err(|_| BAD_NUMBER)?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_odd = text == "-0" || (digits.len() > 1 && digits.starts_with('0'));
    if digits.is_empty() || is_odd || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BAD_NUMBER);
    }
    Ok(text.parse().map_or(Node::BigInt, Node::Int))
}

/// What Python's `repr` writes of a float.
fn float(text: &[u8]) -> Result<f64, ErrorKind> {
    let text = std::str::from_utf8(text).map_err(|_| BAD_NUMBER)?;
    match text {
        "inf" => return Ok(f64::INFINITY),
        "-inf" => return Ok(f64::NEG_INFINITY),
        "nan" => return Ok(f64::NAN),
        _ => {}
    }
    let is_plain = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte));
    is_plain
        .then(|| text.parse().ok())
        .flatten()
        .filter(|value: &f64| value.is_finite())
        .ok_or(BAD_NUMBER)
}

/// The bytes of a Python string literal. `None` when it is none.
fn unquote(line: &[u8]) -> Option<Vec<u8>> {
    let (quote, rest) = line.split_first()?;
    let (end, inner) = rest.split_last()?;
    if quote != end || !b"'\"".contains(quote) {
        return None;
    }
    let mut bytes = Vec::new();
    let mut rest = inner;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if byte == quote {
            return None;
        }
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let (escape, after) = rest.split_first()?;
        rest = after;
        bytes.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'\\' | b'\'' | b'"' => *escape,
            b'x' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                u8::try_from(hexadecimal(digits)?).ok()?
            }
            _ => return None,
        });
    }
    Some(bytes)
}

/// The text that Python's `raw-unicode-escape` stands for: bytes are characters, `\uXXXX` and
/// `\UXXXXXXXX` others. `None` when an escape is cut off, `Some(None)` when one is no character.
fn unescape(line: &[u8]) -> Option<Option<String>> {
    let mut text = Some(String::new());
    let mut rest = line;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let n_digits = match (*byte, rest.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => 0,
        };
        let mut unit = u32::from(*byte);
        if n_digits > 0 {
            let (_, after) = rest.split_first()?;
            let (digits, after) = after.split_at_checked(n_digits)?;
            rest = after;
            unit = hexadecimal(digits).filter(|unit| *unit <= 0x10_ffff)?;
        }
        text = text.zip(char::from_u32(unit)).map(|(mut text, character)| {
            text.push(character);
            text
        });
    }
    Some(text)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_plain.then(|| u32::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_python_writes_them() {
        assert!(matches!(integer(b"-12"), Ok(Node::Int(-12))));
        assert!(matches!(integer(b"99999999999999999999"), Ok(Node::BigInt)));
        for bad in [
            &b""[..],
            b"-",
            b"+1",
            b" 1",
            b"0x1",
            b"010",
            b"1_000",
            b"1L",
        ] {
            assert!(integer(bad).is_err(), "{bad:?}");
        }
        assert_eq!(float(b"-1.5e-07").unwrap(), -1.5e-7);
        assert!(float(b"nan").unwrap().is_nan());
        for bad in [&b""[..], b"+1.0", b"infinity", b"1e", b"0x1p3", b" 1"] {
            assert!(float(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn strings_as_python_writes_them() {
        assert_eq!(unquote(br"'a\x00\n\'\\'").unwrap(), b"a\x00\n'\\");
        assert_eq!(unquote(b"\"it's\"").unwrap(), b"it's");
        for bad in [
            &b"'"[..],
            b"",
            b"'a",
            b"a'",
            b"'a\"",
            br"'\x0'",
            br"'\'",
            br"'\q'",
        ] {
            assert_eq!(unquote(bad), None, "{bad:?}");
        }
        let text = |line| unescape(line).unwrap();
        assert_eq!(text(b"\xf1\\u20ac\\n").unwrap(), "ñ€\\n");
        assert_eq!(text(b"\\U0001f600").unwrap(), "😀");
        assert_eq!(text(b"\\ud83d"), None);
        assert_eq!(unescape(b"\\u12"), None);
    }
}
