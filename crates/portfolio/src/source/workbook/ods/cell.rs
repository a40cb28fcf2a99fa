//! The cells of an OpenDocument table.
//!
//! A cell has its value in attributes, and what LibreOffice shows as paragraphs (OpenDocument 1.3, part 3, 9.1.4 and 19.385).

use jiff::civil::DateTime;
use quick_xml::events::BytesStart;

use super::super::book::SheetError;
use super::super::cell::{error_text, number_text};
use super::xml::{Node, Xml, attributes};
use crate::batch::{CellKind, boolean};
use crate::day;

/// What a cell's tag says.
#[derive(Debug, Default)]
pub(super) struct CellTag {
    kind: String,
    value: Option<String>,
    has_formula: bool,
    is_error: bool,
    /// The columns it stands for.
    pub(super) n_columns: u32,
}

impl CellTag {
    pub(super) fn of(start: &BytesStart<'_>) -> Self {
        let mut tag = Self {
            n_columns: 1,
            ..Self::default()
        };
        for (name, value) in attributes(start) {
            match name {
                "office:value-type" => tag.kind = value.into_owned(),
                "office:value"
                | "office:date-value"
                | "office:time-value"
                | "office:boolean-value"
                | "office:string-value" => {
                    tag.value = Some(value.into_owned());
                }
                "table:formula" => tag.has_formula = true,
                "calcext:value-type" => tag.is_error = value == "error",
                "table:number-columns-repeated" => tag.n_columns = repeats(&value),
                _ => {}
            }
        }
        tag
    }

    /// Tells whether it is a formula that was never calculated.
    pub(super) fn is_uncalculated(&self, shown: &str) -> bool {
        let is_text = self.kind == "string";
        self.has_formula && self.value.is_none() && shown.is_empty() && !is_text
    }

    /// Gives the cell's text, and what it was. A number that is shown with zeros before it is a text with those zeros.
    pub(super) fn text(&self, shown: String) -> (String, CellKind) {
        let as_shown = |shown: String| (shown, CellKind::Text);
        if self.is_error {
            return as_shown(spanish_error(shown));
        }
        let Some(value) = self.value.as_deref() else {
            return as_shown(shown);
        };
        match self.kind.as_str() {
            "float" | "currency" | "percentage" => match value.parse::<f64>() {
                Ok(number) if !number.is_finite() || has_zeros(&shown, number) => as_shown(shown),
                Ok(number) => match truth(&shown, number) {
                    Some(is_true) => (boolean(is_true).to_owned(), CellKind::Boolean),
                    None => number_text(number),
                },
                Err(_) => as_shown(shown),
            },
            "date" => match value.parse::<DateTime>() {
                Ok(at) => (day::text(at), CellKind::Date),
                Err(_) => as_shown(shown),
            },
            "time" => part_of_day(value).map_or_else(|| as_shown(shown), number_text),
            "boolean" => (boolean(value == "true").to_owned(), CellKind::Boolean),
            "string" if shown.is_empty() => as_shown(value.to_owned()),
            _ => as_shown(shown),
        }
    }
}

/// Reads how many times something is repeated.
pub(super) fn repeats(text: &str) -> u32 {
    match text.trim().parse::<u64>() {
        Ok(number) => u32::try_from(number).unwrap_or(u32::MAX).max(1),
        // More than there can be.
        Err(_) if text.trim().len() > 19 => u32::MAX,
        Err(_) => 1,
    }
}

/// Tells whether a number is shown as itself with zeros before it.
fn has_zeros(shown: &str, number: f64) -> bool {
    shown.len() > 1
        && shown.starts_with('0')
        && shown.bytes().all(|byte| byte.is_ascii_digit())
        && shown.parse() == Ok(number)
}

/// Tells whether a number is shown as a boolean: LibreOffice makes formulas of those that Excel wrote.
fn truth(shown: &str, number: f64) -> Option<bool> {
    match shown {
        "TRUE" | "VERDADERO" if number == 1.0 => Some(true),
        "FALSE" | "FALSO" if number == 0.0 => Some(false),
        _ => None,
    }
}

/// Reads a time such as `PT14H05M09S` as Excel does: as a part of a day.
fn part_of_day(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, length) in [('H', 3_600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, behind)) = rest.split_once(unit) {
            seconds += number
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())?
                * length;
            rest = behind;
        }
    }
    rest.is_empty().then_some(seconds / 86_400.0)
}

/// Gives an error's word as a Spanish Excel shows it.
fn spanish_error(shown: String) -> String {
    use calamine::CellErrorType::{Div0, NA, Name, Null, Num, Ref, Value};
    let error = match shown.as_str() {
        "#DIV/0!" => Div0,
        "#N/A" => NA,
        "#NAME?" => Name,
        "#NULL!" => Null,
        "#NUM!" => Num,
        "#REF!" => Ref,
        "#VALUE!" => Value,
        _ => return shown,
    };
    error_text(&error).to_owned()
}

/// Reads what a cell shows, to the cell's end: its paragraphs, one a line. Notes and drawings are none of it.
pub(super) fn shown(xml: &mut Xml, most: usize) -> Result<Option<String>, SheetError> {
    let of_cell = xml.depth();
    let mut shown = Shown::default();
    loop {
        let (within, node) = (xml.depth(), xml.next()?);
        match node {
            Node::Begin(start) => match (start.name().as_ref(), within == of_cell) {
                ("text:p" | "text:h", true) => shown.begin(),
                ("text:s", false) => {
                    let count = attributes(&start).find(|(name, _)| *name == "text:c");
                    let count = count.map_or(1, |(_, count)| repeats(&count) as usize);
                    let room = (most + 1).saturating_sub(shown.text.len());
                    shown.push_blanks(count.min(room));
                }
                ("text:tab", false) => shown.push('\t'),
                ("text:line-break", false) => shown.push('\n'),
                (name, false) if !is_aside(name) => {}
                _ => xml.skip(within + 1)?,
            },
            Node::Text(text) if within > of_cell => shown.push_text(&text),
            Node::Text(_) => {}
            Node::End if within == of_cell => return Ok(Some(shown.text)),
            Node::End if within == of_cell + 1 => shown.end(),
            Node::End => {}
            Node::Over => return Err(SheetError::damaged("its XML ends too early")),
        }
        if shown.text.len() > most {
            return Ok(None);
        }
    }
}

/// Whether an element within a paragraph is none of its text.
fn is_aside(name: &str) -> bool {
    name.starts_with("office:annotation") || name.starts_with("draw:") || name == "text:note"
}

/// A text as it is put together. Blanks side by side are one, and none where a paragraph begins (6.1.2).
#[derive(Debug, Default)]
struct Shown {
    text: String,
    n_paragraphs: usize,
    /// Whether a blank was read and is not yet part of the text.
    has_blank: bool,
    /// Whether the paragraph has something by now.
    has_begun: bool,
}

impl Shown {
    fn begin(&mut self) {
        if self.n_paragraphs > 0 {
            self.text.push('\n');
        }
        self.n_paragraphs += 1;
        self.has_begun = false;
    }

    /// LibreOffice writes a last blank as it is, and reads it again.
    fn end(&mut self) {
        if std::mem::take(&mut self.has_blank) {
            self.text.push(' ');
        }
    }

    fn push(&mut self, letter: char) {
        if std::mem::take(&mut self.has_blank) {
            self.text.push(' ');
        }
        self.text.push(letter);
        self.has_begun = true;
    }

    fn push_blanks(&mut self, count: usize) {
        if count > 0 {
            self.push(' ');
            self.text.extend(std::iter::repeat_n(' ', count - 1));
        }
    }

    fn push_text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                ' ' | '\t' | '\r' | '\n' => self.has_blank = self.has_begun,
                _ => self.push(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: &str, value: Option<&str>, shown: &str) -> (String, CellKind) {
        let tag = CellTag {
            kind: kind.to_owned(),
            value: value.map(str::to_owned),
            ..CellTag::default()
        };
        tag.text(shown.to_owned())
    }

    #[test]
    fn values_are_what_excel_would_have() {
        for (kind, value, shown, expected) in [
            ("float", Some("101"), "0000101", ("0000101", CellKind::Text)),
            ("float", Some("101"), "0000102", ("101", CellKind::Number)),
            ("float", Some("0"), "0", ("0", CellKind::Number)),
            (
                "float",
                Some("1250.5"),
                "1.250,50 €",
                ("1250.5", CellKind::Number),
            ),
            ("percentage", Some("0.05"), "5%", ("0.05", CellKind::Number)),
            ("float", Some("NaN"), "", ("", CellKind::Text)),
            (
                "date",
                Some("2023-12-31"),
                "31/12/23",
                ("31/12/2023", CellKind::Date),
            ),
            (
                "date",
                Some("2023-12-31T14:05:09"),
                "",
                ("31/12/2023 14:05:09", CellKind::Date),
            ),
            ("date", Some("ayer"), "ayer", ("ayer", CellKind::Text)),
            (
                "time",
                Some("PT06H00M00S"),
                "06:00",
                ("0.25", CellKind::Number),
            ),
            ("time", Some("P1D"), "24:00", ("24:00", CellKind::Text)),
            (
                "boolean",
                Some("true"),
                "TRUE",
                ("VERDADERO", CellKind::Boolean),
            ),
            ("float", Some("0"), "FALSE", ("FALSO", CellKind::Boolean)),
            ("float", Some("2"), "TRUE", ("2", CellKind::Number)),
            ("string", Some("x"), "", ("x", CellKind::Text)),
            ("", None, "sin tipo", ("sin tipo", CellKind::Text)),
        ] {
            let (found, found_kind) = text(kind, value, shown);
            assert_eq!((found.as_str(), found_kind), expected, "{kind} {value:?}");
        }
    }

    #[test]
    fn repeats_never_wrap_round() {
        for (text, number) in [
            ("3", 3),
            ("0", 1),
            ("x", 1),
            ("-1", 1),
            ("4000000000", 4_000_000_000),
            ("99999999999", u32::MAX),
            ("99999999999999999999999", u32::MAX),
        ] {
            assert_eq!(repeats(text), number, "{text}");
        }
    }
}
