//! Golden rows: inputs and what the original answered, as CSV; [`comparison`] is what came of them.

mod columns;
pub mod comparison;
mod error;
mod lines;

use std::io::{BufRead, BufReader, Read};

use csv::StringRecord;
use propenso_engine::Signature;
use propenso_model::Label;
use propenso_scoring::{Language, Raw, Row, Scorer};

use columns::Columns;
use comparison::{Comparer, Comparison};
pub use error::GoldenError;
use lines::Lines;

/// A file of golden rows, read row by row.
pub struct Golden<R> {
    reader: csv::Reader<Lines<BufReader<R>>>,
    header: Vec<String>,
}

/// A row of the file.
#[derive(Debug)]
struct Line {
    record: StringRecord,
    /// Number of the line in the file where it begins, from 1; the header is line 1.
    number: u64,
}

impl<R: Read> Golden<R> {
    /// Reads a file's header.
    pub fn open(file: R) -> Result<Self, GoldenError> {
        let mut reader = BufReader::new(file);
        let start = reader.fill_buf().map_err(GoldenError::Unreadable)?;
        let separator = separator(start);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .from_reader(Lines::new(reader));
        let header = reader.headers().map_err(|error| problem(error, 1))?;
        let header: Vec<String> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        Ok(Self { reader, header })
    }

    /// Whether the file has a column for each one the model looks at; for a model that knows its
    /// columns by position only, whether it has as many.
    pub fn has_columns_of(&self, signature: &Signature) -> bool {
        columns::are_of(&self.header, signature)
    }

    /// Compares every row with what a scorer answers, and tells of each with its line, in a language.
    pub fn compare(
        &mut self,
        scorer: &Scorer,
        language: Language,
        mut tell: impl FnMut(u64, Comparison),
    ) -> Result<(), GoldenError> {
        let judge = Comparer { scorer, language };
        let columns = Columns::of(&self.header, scorer)?;
        let mut workspace = propenso_scoring::Workspace::default();
        while let Some(line) = self.next_line()? {
            let mut row = Row::new(scorer.contract());
            for (name, value) in columns.inputs(&line) {
                let value = match value {
                    "" => Raw::Missing,
                    text => Raw::text(text),
                };
                row.set(scorer.contract(), name, value);
            }
            let answer = scorer.predict(&row, &mut workspace, &mut Vec::new());
            let expected = columns.expectation(&line);
            tell(line.number, judge.compare(&expected, answer));
        }
        Ok(())
    }

    /// The next row; `None` at the end.
    fn next_line(&mut self) -> Result<Option<Line>, GoldenError> {
        let mut record = StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(true) => {
                let place = record.position().map_or(0, csv::Position::byte);
                let number = self.reader.get_mut().number_at(place);
                Ok(Some(Line { record, number }))
            }
            Ok(false) => Ok(None),
            Err(error) => {
                let place = error.position().map_or(0, csv::Position::byte);
                Err(problem(error, self.reader.get_mut().number_at(place)))
            }
        }
    }
}

/// The separator that the first line has most of.
fn separator(text: &[u8]) -> u8 {
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| first_line.iter().filter(|byte| **byte == separator).count();
    [b',', b';', b'\t', b'|']
        .into_iter()
        .max_by_key(|separator| (count(*separator), *separator == b','))
        .unwrap_or(b',')
}

fn problem(error: csv::Error, line: u64) -> GoldenError {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => GoldenError::NotUtf8 { line },
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => GoldenError::UnequalLengths {
            line,
            fields: *len,
            header: *expected_len,
        },
        _ => GoldenError::NotCsv(error),
    }
}

/// What is expected of a row.
#[derive(Debug)]
struct Expectation<'l> {
    class: Option<&'l str>,
    numbers: Vec<ExpectedNumber<'l>>,
}

/// A number expected of a row.
#[derive(Debug)]
struct ExpectedNumber<'l> {
    column: &'l str,
    position: usize,
    text: &'l str,
}

impl Expectation<'_> {
    /// A row of which nothing is expected is one the original refuses. NaN is no answer either.
    fn is_refusal(&self) -> bool {
        let is_nan =
            |number: &ExpectedNumber<'_>| number.text.parse::<f64>().is_ok_and(f64::is_nan);
        (self.class.is_none() && self.numbers.is_empty()) || self.numbers.iter().any(is_nan)
    }
}

/// Whether a text is how a CSV file writes a label: `1`, `1.0`, `True`, or the text itself.
fn is_label(label: &Label, text: &str) -> bool {
    let number = || text.parse::<f64>().ok();
    match label {
        Label::Text(label) => label == text,
        Label::Int(label) => number() == Some(*label as f64),
        Label::Float(label) => number() == Some(*label),
        Label::Bool(label) => {
            text.eq_ignore_ascii_case(if *label { "true" } else { "false" })
                || number() == Some(f64::from(u8::from(*label)))
        }
    }
}
