//! A look at a workbook's parts before its reader takes them on trust.
//!
//! A workbook is a zip of XML. Its reader makes room for as many texts as the file says there are, and holds a cell's text
//! whole several times. So every part is read once beforehand: what is out of all proportion is refused. XML needs no
//! parser for that: a `<` is a tag's beginning wherever it stands (XML 1.0, 2.4).

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use memchr::{memchr, memmem};
use zip::ZipArchive;

use crate::error::PortfolioError;
use crate::request::Limits;
use crate::source::bytes::becomes_too_much;

/// Bytes of a tag that are looked at.
const TAG: usize = 256;

/// Bytes that the shortest text in a list of texts takes: `<si/>`.
const SHORTEST_TEXT: u64 = 5;

/// What was found of a workbook's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Parts {
    /// Cells with a formula that has no value.
    pub(super) uncalculated: u64,
}

/// Looks at all parts of a workbook. What is no zip is left to the workbook's reader to tell.
pub(super) fn check(path: &Path, limits: Limits) -> Result<Parts, PortfolioError> {
    let file = File::open(path).map_err(|error| PortfolioError::io(path, error))?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut parts = Parts::default();
    let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else {
        return Ok(parts);
    };
    // XML is hardly ever compressed forty times.
    let most = limits.expanded / 2 + limits.expansion / 4 * length;
    let mut total = 0;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index(index) else {
            continue;
        };
        let mut part = BufReader::with_capacity(1 << 16, part);
        // A sheet may have any name; pictures begin otherwise.
        if !part.fill_buf().is_ok_and(is_xml) {
            continue;
        }
        let mut scan = Scan::new(limits, most - total);
        match scan.read(&mut part) {
            Ok(()) => {}
            Err(Refusal::Huge) => return Err(becomes_too_much(path)),
            Err(Refusal::Texts) => return Err(lies(path)),
            // Its reader will say so if it needs the part.
            Err(Refusal::Damaged) => continue,
        }
        total += scan.n_bytes;
        parts.uncalculated += scan.uncalculated;
    }
    Ok(parts)
}

/// Tells by its first bytes whether a part is XML, in UTF-8 or, with a mark, in UTF-16.
fn is_xml(beginning: &[u8]) -> bool {
    let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
    let is_wide = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
    is_wide || text.trim_ascii_start().starts_with(b"<")
}

/// Why a part is not read.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Huge,
    /// It says that it has more texts than there is room for.
    Texts,
    Damaged,
}

/// One part, from its first byte to its last.
#[derive(Debug)]
struct Scan {
    limits: Limits,
    /// Bytes that it may have.
    most: u64,
    n_bytes: u64,
    /// Bytes of it that are neither a sheet's cells nor a list's texts.
    of_other: u64,
    /// Bytes since the last tag began, and since the last row, cell or text of a list did.
    of_tag: usize,
    of_item: usize,
    /// The last tag's first bytes, and what stands behind it.
    tag: Vec<u8>,
    is_table: bool,
    n_texts: u64,
    cell: Cell,
    uncalculated: u64,
}

/// The cell that is being read.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    is_text: bool,
    has_formula: bool,
    has_value: bool,
}

impl Scan {
    fn new(limits: Limits, most: u64) -> Self {
        Self {
            limits,
            most,
            n_bytes: 0,
            of_other: 0,
            of_tag: 0,
            of_item: 0,
            tag: Vec::with_capacity(TAG),
            is_table: false,
            n_texts: 0,
            cell: Cell::default(),
            uncalculated: 0,
        }
    }

    fn read(&mut self, part: &mut impl BufRead) -> Result<(), Refusal> {
        loop {
            let bytes = part.fill_buf().map_err(|_| Refusal::Damaged)?;
            let n_bytes = bytes.len();
            if n_bytes == 0 {
                break;
            }
            let mut rest = bytes;
            while let Some(at) = memchr(b'<', rest) {
                self.feed(&rest[..at])?;
                self.end_tag();
                rest = &rest[at + 1..];
            }
            self.feed(rest)?;
            part.consume(n_bytes);
            self.n_bytes += n_bytes as u64;
            if !self.is_table {
                self.of_other += n_bytes as u64;
            }
            if self.n_bytes > self.most || self.of_other > self.limits.part_bytes {
                return Err(Refusal::Huge);
            }
        }
        self.end_tag();
        match self.n_texts > self.n_bytes / SHORTEST_TEXT + 1 {
            true => Err(Refusal::Texts),
            false => Ok(()),
        }
    }

    fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let room = TAG.saturating_sub(self.tag.len()).min(bytes.len());
        self.tag.extend_from_slice(&bytes[..room]);
        self.of_tag += bytes.len();
        self.of_item += bytes.len();
        let longest = self
            .of_tag
            .max(if self.is_table { self.of_item } else { 0 });
        match longest > self.limits.row_bytes {
            true => Err(Refusal::Huge),
            false => Ok(()),
        }
    }

    /// Takes note of a tag, when the next one begins.
    fn end_tag(&mut self) {
        let end = self
            .tag
            .iter()
            .position(|byte| matches!(byte, b' ' | b'>' | b'\t' | b'\n' | b'\r'));
        let name = &self.tag[..end.unwrap_or(self.tag.len())];
        let closes = name.first() == Some(&b'/');
        let local = match memchr(b':', name) {
            Some(colon) => &name[colon + 1..],
            None if closes => &name[1..],
            None => name,
        };
        match (closes, local.strip_suffix(b"/").unwrap_or(local)) {
            (false, b"sheetData") => self.is_table = true,
            (false, b"sst") => {
                self.is_table = true;
                self.n_texts = attribute(&self.tag, b"uniqueCount=").unwrap_or(0);
            }
            (false, b"c") => {
                self.of_item = 0;
                self.cell = Cell {
                    is_text: memmem::find(&self.tag, b"t=\"str\"").is_some(),
                    ..Cell::default()
                };
            }
            (false, b"f") => self.cell.has_formula = true,
            (false, b"v") => {
                let value = memchr(b'>', &self.tag).map(|end| &self.tag[end + 1..]);
                self.cell.has_value |= value.is_some_and(|value| !value.trim_ascii().is_empty());
            }
            (true, b"c") => {
                let Cell {
                    is_text,
                    has_formula,
                    has_value,
                } = std::mem::take(&mut self.cell);
                self.uncalculated += u64::from(has_formula && !has_value && !is_text);
                self.of_item = 0;
            }
            (_, b"si" | b"row") => self.of_item = 0,
            // What comes behind the cells is bounded as other parts are.
            (true, b"sheetData" | b"sst") => self.is_table = false,
            _ => {}
        }
        self.tag.clear();
        self.of_tag = 0;
    }
}

/// The whole number that an attribute has.
fn attribute(tag: &[u8], name: &[u8]) -> Option<u64> {
    let at = memmem::find(tag, name)? + name.len() + 1;
    let digits = tag
        .get(at..)?
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let digits: Vec<u8> = digits.copied().collect();
    match str::from_utf8(&digits).ok()?.parse() {
        Ok(number) => Some(number),
        // More than there can be.
        Err(_) => (!digits.is_empty()).then_some(u64::MAX),
    }
}

fn lies(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "dice tener muchos más textos de los que caben en él; ábralo en Excel y guárdelo otra vez",
            "it says that it has many more texts than fit into it; open it in Excel and save it again",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> (Result<(), Refusal>, Scan) {
        let limits = Limits {
            row_bytes: 200,
            part_bytes: 1 << 20,
            ..Limits::default()
        };
        let mut scan = Scan::new(limits, 1 << 20);
        // Tags are cut anywhere.
        let read = scan.read(&mut BufReader::with_capacity(7, text.as_bytes()));
        (read, scan)
    }

    #[test]
    fn formulas_without_values_are_counted() {
        let cells = "<c r=\"A1\"><f>B1*2</f><v></v></c><c r=\"A2\" t=\"str\"><f>B1</f><v></v></c><c r=\"A3\"><f>B1</f><v>3</v></c>\
                     <x:c r=\"A4\"><x:f>B1</x:f><x:v/></x:c><c r=\"A5\"/><c r=\"A6\"><f>B1</f></c>";
        let (read, scan) = scan(&format!(
            "<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>"
        ));
        assert_eq!(read, Ok(()));
        assert_eq!(scan.uncalculated, 3);
    }

    #[test]
    fn what_is_out_of_proportion_is_refused() {
        let long = "x".repeat(300);
        let pieces = "<r><t>xxxxxxxx</t></r>".repeat(30);
        let rows = "<row><c><v>1</v></c></row>".repeat(1000);
        for (text, expected) in [
            (
                format!("<sst><si><t>{long}</t></si></sst>"),
                Err(Refusal::Huge),
            ),
            (format!("<sst><si>{pieces}</si></sst>"), Err(Refusal::Huge)),
            (
                "<sst uniqueCount=\"4000000000\"><si/></sst>".to_owned(),
                Err(Refusal::Texts),
            ),
            (
                "<sst uniqueCount=\"99999999999999999999999\"><si/></sst>".to_owned(),
                Err(Refusal::Texts),
            ),
            (
                "<sst uniqueCount=\"1\"><si><t>a</t></si></sst>".to_owned(),
                Ok(()),
            ),
            (
                format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
                Ok(()),
            ),
        ] {
            assert_eq!(scan(&text).0, expected, "{text:.60}");
        }
    }
}
