//! Text with a separator between cells, as the input had it or as a Spanish Excel opens it.

use std::borrow::Cow;
use std::ops::Range;

use propenso_scoring::number::{self, Notation};

use crate::batch::Batch;
use crate::finished::{FinishedRows, OutputColumns, Value};
use crate::request::{Decimal, Encoding, Separator};
use crate::sink::LineStyle;

/// The way a text file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) separator: Separator,
    pub(crate) decimal: Decimal,
    pub(crate) encoding: Encoding,
    pub(crate) crlf: bool,
}

impl Dialect {
    /// The dialect that a Spanish Excel opens with a double click.
    pub(crate) const SPANISH_EXCEL: Self = Self {
        separator: Separator::Semicolon,
        decimal: Decimal::Comma,
        encoding: Encoding::Utf8Bom,
        crlf: true,
    };

    /// Gives what a file of this encoding begins with.
    fn mark(self) -> &'static str {
        match self.encoding {
            Encoding::Utf8 | Encoding::Windows1252 => "",
            Encoding::Utf8Bom | Encoding::Utf16Le | Encoding::Utf16Be => "\u{feff}",
        }
    }

    fn line_end(self) -> &'static str {
        if self.crlf { "\r\n" } else { "\n" }
    }
}

/// Writes rows as text.
#[derive(Debug)]
pub(crate) struct TextStyle {
    dialect: Dialect,
    columns: OutputColumns,
    /// What the input had between its cells: its rows may come back as they lay.
    input_separator: Option<u8>,
}

impl TextStyle {
    pub(crate) fn new(dialect: Dialect, columns: OutputColumns, input: Option<Separator>) -> Self {
        Self {
            dialect,
            columns,
            input_separator: input.map(Separator::byte),
        }
    }

    fn push_cells(&self, rows: &Batch, row: usize, text: &mut String) {
        for column in 0..rows.n_columns() {
            if column > 0 {
                text.push(char::from(self.separator()));
            }
            push_cell(rows.cell(row, column), self.separator(), text);
        }
    }

    fn separator(&self) -> u8 {
        self.dialect.separator.byte()
    }

    fn push_value(&self, value: Value<'_>, text: &mut String) {
        match value {
            Value::Empty => {}
            Value::Text(value) => push_cell(value, self.separator(), text),
            Value::Count(count) => text.push_str(itoa::Buffer::new().format(count)),
            Value::Number(number) => {
                let mut buffer = zmij::Buffer::new();
                let digits = shortest(number, &mut buffer);
                if self.dialect.decimal == Decimal::Point {
                    text.push_str(digits);
                } else {
                    text.extend(digits.chars().map(|c| if c == '.' { ',' } else { c }));
                }
            }
        }
    }
}

impl LineStyle for TextStyle {
    fn write_header(&self, out: &mut Vec<u8>) {
        let mut text = self.dialect.mark().to_owned();
        for (at, slot) in self.columns.slots().into_iter().enumerate() {
            if at > 0 {
                text.push(char::from(self.separator()));
            }
            push_cell(self.columns.name(slot), self.separator(), &mut text);
        }
        text.push_str(self.dialect.line_end());
        encode(text, self.dialect.encoding, out);
    }

    /// Gives what stands beside the added cells of each row, in one cell: written while the rows are at hand anyway.
    fn keep(&self, rows: &mut Batch) -> Batch {
        let mut beginnings = Batch::new(1);
        // A line break within a cell that has no quotes: only one that is no line end of this file.
        let has_returns = rows.has_byte(b'\r');
        let as_it_lies = self.input_separator == Some(self.separator()) && !has_returns;
        for row in 0..rows.n_rows() {
            beginnings.push_with(|text| match rows.line(row).filter(|_| as_it_lies) {
                Some(line) if !(0..rows.n_columns()).any(|at| is_formula(rows.cell(row, at))) => {
                    text.push_str(line);
                }
                _ => self.push_cells(rows, row, text),
            });
            beginnings.end_row(rows.number(row));
        }
        beginnings
    }

    fn n_kept(&self, _: usize) -> usize {
        1
    }

    fn write_rows(&self, rows: &dyn FinishedRows, some: Range<usize>, out: &mut Vec<u8>) {
        let cells = rows.cells();
        let separator = char::from(self.separator());
        let n_rows = cells.n_rows().max(1);
        let mut text = String::with_capacity(cells.n_bytes() / n_rows * some.len() * 2);
        for row in some {
            if self.columns.added_first {
                for column in 0..self.columns.added.len() {
                    self.push_value(rows.added(row, column), &mut text);
                    text.push(separator);
                }
                text.push_str(cells.cell(row, 0));
            } else {
                text.push_str(cells.cell(row, 0));
                for column in 0..self.columns.added.len() {
                    text.push(separator);
                    self.push_value(rows.added(row, column), &mut text);
                }
            }
            text.push_str(self.dialect.line_end());
        }
        encode(text, self.dialect.encoding, out);
    }
}

/// A table of texts, written row by row.
#[derive(Debug)]
pub(crate) struct TextTable {
    dialect: Dialect,
    text: String,
}

impl TextTable {
    /// Begins a file, with the columns' names.
    pub(crate) fn new(dialect: Dialect, header: &[&str]) -> Self {
        let mut table = Self::plain(dialect);
        table.text.push_str(dialect.mark());
        table.push_row(header);
        table
    }

    /// Makes a piece from the file's middle.
    pub(crate) fn plain(dialect: Dialect) -> Self {
        let text = String::new();
        Self { dialect, text }
    }

    pub(crate) fn push_row(&mut self, cells: &[&str]) {
        let separator = self.dialect.separator.byte();
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.text.push(char::from(separator));
            }
            push_cell(cell, separator, &mut self.text);
        }
        self.text.push_str(self.dialect.line_end());
    }

    /// Takes the bytes written so far.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        encode(
            std::mem::take(&mut self.text),
            self.dialect.encoding,
            &mut out,
        );
        out
    }
}

/// The shortest text that reads back as the same double; whole numbers without decimals.
pub(crate) fn shortest(number: f64, buffer: &mut zmij::Buffer) -> &str {
    let digits = buffer.format(number);
    digits.strip_suffix(".0").unwrap_or(digits)
}

/// Writes a cell, in quotes where it needs them, and so that no program takes it for a formula.
fn push_cell(cell: &str, separator: u8, text: &mut String) {
    let guard = guard(cell);
    let needs_quotes = cell
        .bytes()
        .any(|byte| byte == separator || matches!(byte, b'"' | b'\n' | b'\r'));
    if needs_quotes {
        text.push('"');
        text.push_str(guard);
        let cell = if cell.contains('"') {
            Cow::Owned(cell.replace('"', "\"\""))
        } else {
            Cow::Borrowed(cell)
        };
        text.push_str(&cell);
        text.push('"');
    } else {
        text.push_str(guard);
        text.push_str(cell);
    }
}

/// Gives what stands before a cell so that no spreadsheet calculates it: nothing, or an apostrophe.
#[must_use]
pub fn guard(cell: &str) -> &'static str {
    if is_formula(cell) { "'" } else { "" }
}

/// Tells whether a spreadsheet would calculate the cell. Such a cell begins like a formula, behind whatever a program may
/// drop at a cell's beginning, and is neither a number nor a lone dash.
#[inline]
fn is_formula(cell: &str) -> bool {
    match cell.as_bytes().first() {
        // What nearly every cell begins with.
        None | Some(b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') => false,
        Some(_) => is_formula_behind_blanks(cell),
    }
}

fn is_formula_behind_blanks(cell: &str) -> bool {
    let seen = cell.trim_start_matches(is_dropped);
    let is_begun = match seen.chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫') => {
            true
        }
        // A tab or a line end puts what follows into a cell of its own, where the cell is pasted.
        Some(_) => cell.starts_with(['\t', '\r', '\n']),
        None => false,
    };
    is_begun && seen.trim_end() != "-" && number::parse(seen.trim_end(), Notation::Money).is_err()
}

/// Tells whether a program may drop the character at a cell's beginning: blanks of any kind, control characters, and what
/// has no width.
fn is_dropped(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        )
}

/// Appends a text's bytes in an encoding. A character that Windows-1252 does not have becomes a question mark.
fn encode(text: String, encoding: Encoding, out: &mut Vec<u8>) {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom if out.is_empty() => *out = text.into_bytes(),
        Encoding::Utf8 | Encoding::Utf8Bom => out.extend_from_slice(text.as_bytes()),
        Encoding::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        Encoding::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
        Encoding::Windows1252 => encode_windows_1252(&text, out),
    }
}

fn encode_windows_1252(text: &str, out: &mut Vec<u8>) {
    let mut encoder = encoding_rs::WINDOWS_1252.new_encoder();
    let mut rest = text;
    let mut buffer = [0; 1 << 13];
    while !rest.is_empty() {
        let (result, read, written) =
            encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        out.extend_from_slice(&buffer[..written]);
        rest = &rest[read..];
        if let encoding_rs::EncoderResult::Unmappable(_) = result {
            out.push(b'?');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_not_calculated_and_numbers_stay_numbers() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+1+1", "'+1+1"),
            ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
            ("=a;b", "\"'=a;b\""),
            ("-12,50", "-12,50"),
            ("-1.234,5 €", "-1.234,5 €"),
            ("+34600111222", "+34600111222"),
            ("-", "-"),
            ("a\"b", "\"a\"\"b\""),
            (" con blancos ", " con blancos "),
            ("dos\nlíneas", "\"dos\nlíneas\""),
            ("", ""),
            // Behind what a program may drop.
            (" =1+1", "' =1+1"),
            ("\t=1+1", "'\t=1+1"),
            ("\n=1+1", "\"'\n=1+1\""),
            ("\r=1+1", "\"'\r=1+1\""),
            ("\r\n \t@SUM(1)", "\"'\r\n \t@SUM(1)\""),
            ("\u{a0}=1+1", "'\u{a0}=1+1"),
            ("\u{feff}=1+1", "'\u{feff}=1+1"),
            ("\u{200b}\u{2060}=1+1", "'\u{200b}\u{2060}=1+1"),
            ("\0=1+1", "'\0=1+1"),
            ("\u{3000}-1+1", "'\u{3000}-1+1"),
            // Full-width forms, which some programs take for the others.
            ("＝1+1", "'＝1+1"),
            ("＋1+1", "'＋1+1"),
            ("－1+1", "'－1+1"),
            (" ＠SUM(1)", "' ＠SUM(1)"),
            ("﹦1+1", "'﹦1+1"),
            ("\ttexto", "'\ttexto"),
            ("\t", "\t"),
            ("\ntexto", "\"'\ntexto\""),
            // Numbers and dashes, with blanks around them.
            (" -5", " -5"),
            ("-5 ", "-5 "),
            ("+3,5", "+3,5"),
            ("\u{a0}-1.000,5", "\u{a0}-1.000,5"),
            ("-5e3", "-5e3"),
            (" - ", " - "),
            ("-inf", "'-inf"),
            ("-0x10", "'-0x10"),
            // No formula begins with these.
            (" 'x", " 'x"),
            ("«=1»", "«=1»"),
            ("é=1", "é=1"),
            ("−1+1", "−1+1"),
        ] {
            let mut text = String::new();
            push_cell(cell, b';', &mut text);
            assert_eq!(text, written, "{cell:?}");
        }
    }

    #[test]
    fn every_encoding() {
        let encoded = |encoding| {
            let mut out = vec![b'>'];
            encode("ñ€→".to_owned(), encoding, &mut out);
            out
        };
        assert_eq!(encoded(Encoding::Windows1252), b">\xf1\x80?");
        assert_eq!(encoded(Encoding::Utf8Bom), ">ñ€→".as_bytes());
        assert_eq!(encoded(Encoding::Utf16Le), b">\xf1\x00\xac\x20\x92\x21");
        assert_eq!(encoded(Encoding::Utf16Be), b">\x00\xf1\x20\xac\x21\x92");
        let long = "ñ".repeat(20_000);
        let mut out = Vec::new();
        encode(long, Encoding::Windows1252, &mut out);
        assert_eq!(out, vec![0xf1; 20_000]);
    }
}
