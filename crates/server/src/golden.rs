//! Golden rows: inputs and what the original answered, as CSV; [`comparison`] is what came of them.

pub mod comparison;

use std::io::{BufRead, BufReader, Read};

use csv::StringRecord;
use propenso_engine::Signature;
use propenso_model::{InputKind, Label};
use propenso_scoring::{Raw, Row, Scorer};

use crate::table;
use comparison::Comparison;

/// What the names of the other columns begin with.
const EXPECTED: &str = "expected_";
const CLASS: &str = "expected_class";
const VALUE: &str = "expected_value";
const PROBABILITY: &str = "expected_proba_";

/// A file of golden rows, read row by row.
pub(crate) struct Golden<R> {
    reader: csv::Reader<BufReader<R>>,
    header: Vec<String>,
}

/// A row of the file.
pub(crate) struct Line {
    record: StringRecord,
}

impl Line {
    /// Number of the line in the file, from 1; the header is line 1.
    pub(crate) fn number(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }
}

impl<R: Read> Golden<R> {
    /// Reads a file's header.
    pub(crate) fn open(file: R) -> Result<Self, String> {
        let mut reader = BufReader::new(file);
        let start = reader.fill_buf().map_err(|error| error.to_string())?;
        let separator = table::separator(start);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .from_reader(reader);
        let header = reader.headers().map_err(|error| problem(&error))?;
        let header: Vec<String> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        Ok(Self { reader, header })
    }

    /// Whether the file has a column for each one the model looks at; for a model that knows its
    /// columns by position only, whether it has as many.
    pub(crate) fn has_columns_of(&self, signature: &Signature) -> bool {
        let by_name = signature
            .inputs
            .iter()
            .all(|input| input.kind == InputKind::Unused || self.header.contains(&input.name));
        by_name || (!signature.is_named && self.input_positions().count() == signature.n_inputs())
    }

    /// Positions of the columns that expect nothing.
    fn input_positions(&self) -> impl Iterator<Item = usize> {
        let columns = self.header.iter().enumerate();
        columns
            .filter(|(_, name)| !name.starts_with(EXPECTED))
            .map(|(position, _)| position)
    }

    /// For a model that knows its columns by position only, and a file that calls them otherwise:
    /// the model's names for the file's columns, in order.
    fn by_position(&self, scorer: &Scorer) -> Option<Vec<(usize, String)>> {
        let signature = scorer.predictor().signature();
        let inputs = scorer.contract().inputs();
        let is_there = |name: &str| self.header.iter().any(|column| column == name);
        let applies = scorer.contract().is_models_own()
            && !signature.is_named
            && !inputs.iter().all(|input| is_there(input.name()))
            && self.input_positions().count() == inputs.len();
        let names = inputs.iter().map(|input| input.name().to_owned());
        applies.then(|| self.input_positions().zip(names).collect())
    }

    /// What each column is for a scorer.
    fn columns(&self, scorer: &Scorer) -> Result<Columns, String> {
        let contract = scorer.contract();
        let mut columns = Columns::default();
        for (position, name) in self.header.iter().enumerate() {
            if name == CLASS {
                columns.class = Some(position);
            } else if name == VALUE {
                columns.numbers.push((position, name.clone(), 0));
            } else if let Some(label) = name.strip_prefix(PROBABILITY) {
                let class = scorer
                    .classes()
                    .iter()
                    .position(|known| is_label(known, label));
                let class = class.ok_or_else(|| {
                    let known: Vec<String> =
                        scorer.classes().iter().map(ToString::to_string).collect();
                    format!(
                        "column {name}: the model's classes are {}",
                        known.join(", ")
                    )
                })?;
                columns.numbers.push((position, name.clone(), class));
            } else if contract.input_index(name).is_some() {
                columns.inputs.push((position, name.clone()));
            }
        }
        if columns.class.is_none() && columns.numbers.is_empty() {
            return Err(format!(
                "nothing is expected of any row; add a column {CLASS}, {VALUE} or {PROBABILITY}<class>"
            ));
        }
        if let Some(inputs) = self.by_position(scorer) {
            columns.inputs = inputs;
            return Ok(columns);
        }
        let missing: Vec<&str> = contract
            .inputs()
            .iter()
            .filter(|input| input.is_used())
            .filter(|input| {
                let has = |name: &str| self.header.iter().any(|column| column == name);
                !has(input.name()) && !has(input.parameter())
            })
            .map(propenso_scoring::Input::name)
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "columns are missing for contract {}: {}",
                contract.name(),
                missing.join(", ")
            ));
        }
        Ok(columns)
    }

    /// Compares every row with what a scorer answers, and tells of each with its line.
    pub(crate) fn compare(
        &mut self,
        scorer: &Scorer,
        mut tell: impl FnMut(u64, Comparison),
    ) -> Result<(), String> {
        let columns = self.columns(scorer)?;
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
            let answer = scorer.answer(&row, &mut workspace, &mut Vec::new());
            let expected = columns.expectation(&line);
            tell(line.number(), Comparison::of(scorer, &expected, answer));
        }
        Ok(())
    }

    /// The next row; `None` at the end.
    fn next_line(&mut self) -> Result<Option<Line>, String> {
        let mut record = StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(true) => Ok(Some(Line { record })),
            Ok(false) => Ok(None),
            Err(error) => Err(problem(&error)),
        }
    }
}

fn problem(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} is not UTF-8; save the file as UTF-8")
        }
        _ => error.to_string(),
    }
}

/// What the columns of a file are.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    inputs: Vec<(usize, String)>,
    class: Option<usize>,
    /// Column, its name, and which of the answer's values it is about.
    numbers: Vec<(usize, String, usize)>,
}

/// What is expected of a row.
#[derive(Debug)]
pub(crate) struct Expectation<'l> {
    pub(crate) class: Option<&'l str>,
    pub(crate) numbers: Vec<ExpectedNumber<'l>>,
}

/// A number expected of a row.
#[derive(Debug)]
pub(crate) struct ExpectedNumber<'l> {
    pub(crate) column: &'l str,
    pub(crate) position: usize,
    pub(crate) text: &'l str,
}

impl Expectation<'_> {
    /// A row of which nothing is expected is one the original refuses. NaN is no answer either.
    pub(crate) fn is_refusal(&self) -> bool {
        let is_nan =
            |number: &ExpectedNumber<'_>| number.text.parse::<f64>().is_ok_and(f64::is_nan);
        (self.class.is_none() && self.numbers.is_empty()) || self.numbers.iter().any(is_nan)
    }
}

impl Columns {
    /// The inputs of a row, by name.
    pub(crate) fn inputs<'l>(&'l self, line: &'l Line) -> impl Iterator<Item = (&'l str, &'l str)> {
        self.inputs
            .iter()
            .map(|(position, name)| (name.as_str(), line.record.get(*position).unwrap_or("")))
    }

    /// What is expected of a row.
    pub(crate) fn expectation<'l>(&'l self, line: &'l Line) -> Expectation<'l> {
        let cell = |position: usize| line.record.get(position).filter(|text| !text.is_empty());
        Expectation {
            class: self.class.and_then(cell),
            numbers: self
                .numbers
                .iter()
                .filter_map(|(position, column, class)| {
                    Some(ExpectedNumber {
                        column,
                        position: *class,
                        text: cell(*position)?,
                    })
                })
                .collect(),
        }
    }
}

/// Whether a text is how a CSV file writes a label: `1`, `1.0`, `True`, or the text itself.
pub(crate) fn is_label(label: &Label, text: &str) -> bool {
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
