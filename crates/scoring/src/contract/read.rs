//! From the text of a contract file to its tables, with everything that the grammar does not have.
//!
//! serde stops at the first thing that is wrong. Here that thing is taken out of the file, and what is left is read again,
//! until nothing is wrong any more: whoever wrote the file gets to see all of it at once. Time is bounded by
//! [`MAX_PROBLEMS`] readings.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::error::Problem;
use super::lines::Lines;
use super::toml_text;

/// More than this nobody reads.
const MAX_PROBLEMS: usize = 50;

/// What stands for a key that is missing, so that the rest of its table can be read.
const STAND_INS: &str = r#"
name = "x"
description = "x"
parameter = "x"
kind = "number"
decision = { positive_class = 1, labels = { positive = "a", negative = "b" } }
positive_class = 1
labels = { positive = "a", negative = "b" }
positive = "a"
negative = "b"
feature = "x"
accept = ["x"]
from = 0
to = 0
es = "x"
"#;

/// A contract file as far as it could be read.
pub(super) struct Readable<T> {
    /// `None` where it is no TOML, or too much of it is wrong.
    pub(super) file: Option<T>,
    /// What the grammar does not have.
    pub(super) problems: Vec<Problem>,
    /// The inputs, by position, that are not as they were written.
    pub(super) damaged: BTreeSet<usize>,
    pub(super) lines: Lines,
}

/// Reads a contract file of one kind.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Readable<T> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut readable = Readable {
        file: None,
        problems: Vec::new(),
        damaged: BTreeSet::new(),
        lines: Lines::of(text, document.get_ref()),
    };
    // What is left of a text that is no TOML would be called wrong for what it is not.
    if !errors.is_empty() {
        for error in errors.iter().take(MAX_PROBLEMS) {
            let line = error.span().map(|span| readable.lines.at(span.start));
            let problem = Problem::new("contract", toml_text::told(error.message()));
            readable.problems.push(problem.at_line(line));
        }
        return readable;
    }
    Reader {
        document,
        taken_out: BTreeSet::new(),
        readable: &mut readable,
    }
    .read();
    readable
}

/// A document that what is wrong is taken out of.
struct Reader<'r, 't, T> {
    document: Spanned<DeTable<'t>>,
    /// Keys, each with the start of the table that it was in.
    taken_out: BTreeSet<(usize, String)>,
    readable: &'r mut Readable<T>,
}

impl<T: DeserializeOwned> Reader<'_, '_, T> {
    fn read(mut self) {
        // Each turn takes out one thing or puts in one.
        for _ in 0..2 * MAX_PROBLEMS {
            let deserializer = toml::Deserializer::from(self.document.clone());
            let error = match T::deserialize(deserializer) {
                Ok(file) => {
                    self.readable.file = Some(file);
                    return;
                }
                Err(error) => error,
            };
            let span = error.span().unwrap_or(0..0);
            let message = error.message().trim_end();
            let is_mended = match missing_field(message) {
                Some(key) => self.put_in(key, &span, message),
                None => self.take_out(&span, message),
            };
            if !is_mended || self.readable.problems.len() >= MAX_PROBLEMS {
                return;
            }
        }
    }

    fn problem(&mut self, place: &Place, start: usize, message: &str) {
        let line = self.readable.lines.at(start);
        let text = toml_text::told(message);
        let problem = Problem::new(place.name.clone(), text).at_line(Some(line));
        self.readable.problems.push(problem);
        self.readable.damaged.extend(place.input);
    }

    /// Puts something in the place of a key that is missing. One that has been taken out is not missed.
    fn put_in(&mut self, key: &str, span: &Range<usize>, message: &str) -> bool {
        let place = Place::of(self.document.get_ref(), span);
        if !self.taken_out.contains(&(span.start, key.to_owned())) {
            self.problem(&place, span.start, message);
        }
        let Ok(stand_ins) = DeTable::parse(STAND_INS) else {
            return false;
        };
        let entry = stand_ins.get_ref().get_key_value(key);
        let Some((name, value)) = entry.map(|(name, value)| (name.clone(), value.clone())) else {
            return false;
        };
        let own = self.document.span() == *span;
        match table_at(self.document.get_mut(), span, own) {
            Some(table) => table.insert(name, value).is_none(),
            None => false,
        }
    }

    fn take_out(&mut self, span: &Range<usize>, message: &str) -> bool {
        let place = Place::of(self.document.get_ref(), span);
        // A step whose only key has been taken out has been told about.
        let mut taken_out = self.taken_out.iter();
        let is_told = message.starts_with("wanted exactly 1 element, found 0")
            && taken_out.any(|(start, _)| *start == span.start);
        if !is_told {
            self.problem(&place, span.start, message);
        }
        let start = self.document.span().start;
        match take_out(self.document.get_mut(), start, span) {
            Some(key) => {
                self.taken_out.insert(key);
                true
            }
            None => false,
        }
    }
}

fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// The part of a contract that a problem is in.
struct Place {
    name: String,
    input: Option<usize>,
}

impl Place {
    fn of(document: &DeTable<'_>, span: &Range<usize>) -> Self {
        let inputs = document
            .get("input")
            .and_then(|value| value.get_ref().as_array());
        let tables = inputs
            .into_iter()
            .flat_map(|inputs| inputs.iter().enumerate());
        for (at, table) in tables {
            let mut spans = Vec::new();
            all_spans(table, &mut spans);
            if spans.contains(span) {
                let name = table
                    .get_ref()
                    .as_table()
                    .and_then(|table| table.get("name"));
                let name = name.and_then(|name| name.get_ref().as_str());
                return Self {
                    name: name.map_or_else(
                        || format!("input {}", at + 1),
                        |name| format!("input {name}"),
                    ),
                    input: Some(at),
                };
            }
        }
        let is_in = |key: &str| {
            let mut spans = Vec::new();
            if let Some(value) = document.get(key) {
                all_spans(value, &mut spans);
            }
            spans.contains(span)
        };
        let name = ["decision", "portfolio"].into_iter().find(|key| is_in(key));
        Self {
            name: name.unwrap_or("contract").to_owned(),
            input: None,
        }
    }
}

/// The places of a value and of all within it.
fn all_spans(value: &Spanned<DeValue<'_>>, spans: &mut Vec<Range<usize>>) {
    spans.push(value.span());
    match value.get_ref() {
        DeValue::Array(array) => array.iter().for_each(|value| all_spans(value, spans)),
        DeValue::Table(table) => {
            for (key, value) in table.iter() {
                spans.push(key.span());
                all_spans(value, spans);
            }
        }
        _ => {}
    }
}

/// The table at a place.
fn table_at<'d, 't>(
    table: &'d mut DeTable<'t>,
    span: &Range<usize>,
    is_it: bool,
) -> Option<&'d mut DeTable<'t>> {
    if is_it {
        return Some(table);
    }
    table
        .iter_mut()
        .find_map(|(_, value)| table_in(value, span))
}

fn table_in<'d, 't>(
    value: &'d mut Spanned<DeValue<'t>>,
    span: &Range<usize>,
) -> Option<&'d mut DeTable<'t>> {
    let is_it = value.span() == *span;
    match value.get_mut() {
        DeValue::Table(table) => table_at(table, span, is_it),
        DeValue::Array(array) => array.iter_mut().find_map(|value| table_in(value, span)),
        _ => None,
    }
}

/// Takes out what is at a place, and gives the start of the table that it was in, and its key.
fn take_out(table: &mut DeTable<'_>, start: usize, span: &Range<usize>) -> Option<(usize, String)> {
    let is_here = |key: &Range<usize>, value: &Range<usize>| key == span || value == span;
    let found = table
        .iter()
        .find(|(key, value)| is_here(&key.span(), &value.span()))
        .map(|(key, _)| key.get_ref().to_string());
    if let Some(key) = found {
        table.remove(key.as_str());
        return Some((start, key));
    }
    table
        .iter_mut()
        .find_map(|(_, value)| take_out_of(value, span))
}

fn take_out_of(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<(usize, String)> {
    let start = value.span().start;
    match value.get_mut() {
        DeValue::Table(table) => take_out(table, start, span),
        DeValue::Array(array) => {
            let within = array.iter_mut().find_map(|value| take_out_of(value, span));
            if within.is_some() {
                return within;
            }
            let at = array.iter().position(|value| value.span() == *span)?;
            let kept = std::mem::replace(array, DeArray::new())
                .into_iter()
                .enumerate();
            *array = kept
                .filter(|(i, _)| *i != at)
                .map(|(_, value)| value)
                .collect();
            Some((start, format!("{at}")))
        }
        _ => None,
    }
}
