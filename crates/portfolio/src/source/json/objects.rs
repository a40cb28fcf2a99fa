//! The objects of a file, one after the other, whatever stands between them.

use super::super::encoding::Text;
use crate::error::PortfolioError;
use crate::request::Limits;

/// Bytes that are read at once.
const PIECE: usize = 1 << 18;

/// Reads a file of objects: an array of them, or one behind the other.
pub(super) struct Objects {
    text: Text,
    limits: Limits,
    pending: Vec<u8>,
    /// Where the next object is looked for.
    at: usize,
    has_more: bool,
}

impl Objects {
    pub(super) fn new(text: Text, limits: Limits) -> Self {
        Self {
            text,
            limits,
            pending: Vec::new(),
            at: 0,
            has_more: true,
        }
    }

    /// Bytes of the file read so far, and how many it has.
    pub(super) fn position(&self) -> (u64, Option<u64>) {
        self.text.bytes().position()
    }

    /// The next object's bytes; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, PortfolioError> {
        loop {
            let gap = self.pending[self.at..]
                .iter()
                .position(|byte| !is_between(*byte));
            match gap {
                Some(gap) => {
                    self.at += gap;
                    break;
                }
                None => {
                    self.pending.clear();
                    self.at = 0;
                    if !self.read()? {
                        return Ok(None);
                    }
                }
            }
        }
        if self.pending[self.at] != b'{' {
            return Err(self.unreadable(NO_RECORDS));
        }
        let mut scan = Scan::default();
        let mut seen = 0;
        let length = loop {
            if let Some(end) = scan.end(&self.pending[self.at + seen..]) {
                break seen + end;
            }
            seen = self.pending.len() - self.at;
            if seen > self.limits.row_bytes {
                return Err(self.unreadable(TOO_LONG));
            }
            self.pending.drain(..self.at);
            self.at = 0;
            if !self.read()? {
                return Err(self.unreadable(CUT));
            }
        };
        let start = self.at;
        self.at += length;
        Ok(Some(&self.pending[start..start + length]))
    }

    /// Reads on. Tells whether there was anything.
    fn read(&mut self) -> Result<bool, PortfolioError> {
        let before = self.pending.len();
        while self.has_more && self.pending.len() == before {
            self.has_more = self.text.read(PIECE, &mut self.pending)?;
        }
        Ok(self.pending.len() > before)
    }

    fn unreadable(&self, problem: (&str, &str)) -> PortfolioError {
        PortfolioError::unreadable(&self.text.bytes().path, problem)
    }
}

const NO_RECORDS: (&str, &str) = (
    "es JSON, pero no una lista de registros; se leen [{\"COLUMNA\": valor, …}, …] o un objeto por línea (en pandas, to_json(orient=\"records\"))",
    "it is JSON, but no list of records; [{\"COLUMN\": value, …}, …] or an object a line is read (in pandas, to_json(orient=\"records\"))",
);

const TOO_LONG: (&str, &str) = (
    "tiene un registro más largo que ninguno de una cartera; si los clientes están dentro de otro objeto, envíe solo la lista",
    "it has a record longer than any of a portfolio; if the clients are within another object, send the list alone",
);

const CUT: (&str, &str) = (
    "se acaba en mitad de un registro; pídalo otra vez",
    "it ends in the middle of a record; send it again",
);

/// Whether a byte may stand between records.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'[' | b']' | b',')
}

/// Looks for an object's end.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
}

impl Scan {
    /// Goes on through some bytes. Gives how many of them belong to the object, if it ends in them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.in_text => self.is_escaped = true,
                b'"' => self.in_text = !self.in_text,
                b'{' if !self.in_text => self.depth += 1,
                b'}' if !self.in_text => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}
