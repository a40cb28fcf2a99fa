//! The cells of a workbook as text.

use calamine::{CellErrorType, DataRef, ExcelDateTime, Style};
use jiff::civil::{Date, Time};

use super::look::digits;
use crate::batch::{CellKind, boolean};
use crate::day;
use crate::sink::text::shortest;

/// The digits that a style's numbers are filled up to with zeros; 0 where they are not.
pub(super) fn digits_of(style: &Style) -> usize {
    let format = style.number_format.as_ref();
    digits(format.map_or("", |format| format.format_code.as_str()))
}

/// Gives a cell's text, and what it was. A whole number that Excel shows with zeros before it is a text with those zeros:
/// an id, or a postal code.
pub(super) fn text_of(value: &DataRef<'_>, n_digits: usize) -> (String, CellKind) {
    match value {
        DataRef::Int(number) if n_digits > 0 && *number >= 0 => {
            (format!("{number:0>n_digits$}"), CellKind::Text)
        }
        DataRef::Float(number) if n_digits > 0 && *number >= 0.0 && number.fract() == 0.0 => {
            let digits = shortest(*number, &mut zmij::Buffer::new()).to_owned();
            (format!("{digits:0>n_digits$}"), CellKind::Text)
        }
        DataRef::Empty => (String::new(), CellKind::Text),
        DataRef::String(text) => (text.clone(), CellKind::Text),
        DataRef::SharedString(text) => ((*text).to_owned(), CellKind::Text),
        DataRef::Int(number) => (number.to_string(), CellKind::Number),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(is_true) => (boolean(*is_true).to_owned(), CellKind::Boolean),
        DataRef::DateTime(at) => day_of(at),
        DataRef::DateTimeIso(text) => match text.parse() {
            Ok(at) => (day::text(at), CellKind::Date),
            Err(_) => (text.clone(), CellKind::Text),
        },
        DataRef::DurationIso(text) => (text.clone(), CellKind::Text),
        DataRef::Error(error) => (error_text(error).to_owned(), CellKind::Text),
    }
}

/// Gives a number's text.
pub(super) fn number_text(number: f64) -> (String, CellKind) {
    let text = shortest(number, &mut zmij::Buffer::new()).to_owned();
    (text, CellKind::Number)
}

/// Reads a day. A number that is only formatted as a time or a length of time stays a number.
fn day_of(at: &ExcelDateTime) -> (String, CellKind) {
    if at.is_duration() || at.as_f64() < 1.0 {
        return number_text(at.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let part = |number: u8| i8::try_from(number).unwrap_or(0);
    let day = i16::try_from(year)
        .ok()
        .and_then(|year| Date::new(year, part(month), part(day)).ok());
    let time = Time::new(
        part(hour),
        part(minute),
        part(second),
        i32::from(milli) * 1_000_000,
    );
    match (day, time) {
        (Some(day), Ok(time)) => (day::text(day.to_datetime(time)), CellKind::Date),
        _ => number_text(at.as_f64()),
    }
}

/// Gives the word that a Spanish Excel shows.
pub(super) fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#¡DIV/0!",
        CellErrorType::NA | CellErrorType::GettingData => "#N/D",
        CellErrorType::Name => "#¿NOMBRE?",
        CellErrorType::Null => "#¡NULO!",
        CellErrorType::Num => "#¡NUM!",
        CellErrorType::Ref => "#¡REF!",
        CellErrorType::Value => "#¡VALOR!",
    }
}
