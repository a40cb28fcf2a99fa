//! What the columns of a golden file are.

use propenso_engine::Signature;
use propenso_model::{InputKind, Library};
use propenso_scoring::{Input, Scorer};

use super::{Expectation, ExpectedNumber, GoldenError, Line, is_label};

/// What the names of the columns begin with that are no inputs.
const EXPECTED: &str = "expected_";
pub(super) const CLASS: &str = "expected_class";
pub(super) const VALUE: &str = "expected_value";
pub(super) const PROBABILITY: &str = "expected_proba_";

/// What the columns of a file are.
#[derive(Debug, Default)]
pub(super) struct Columns {
    inputs: Vec<(usize, String)>,
    class: Option<usize>,
    /// Column, its name, and which of the answer's values it is about.
    numbers: Vec<(usize, String, usize)>,
}

/// Whether a file has a column for each one the model looks at; for a model that knows its columns by
/// position only, whether it has as many.
pub(super) fn are_of(header: &[String], signature: &Signature) -> bool {
    let names = Names::of(signature);
    let is_there = |name: &str| header.iter().any(|column| names.are_same(column, name));
    let mut used = signature.inputs.iter();
    let by_name = used.all(|input| input.kind == InputKind::Unused || is_there(&input.name));
    by_name || (!signature.is_named && input_positions(header).count() == signature.n_inputs())
}

/// Positions of the columns that expect nothing.
fn input_positions(header: &[String]) -> impl Iterator<Item = usize> {
    let columns = header.iter().enumerate();
    columns
        .filter(|(_, name)| !name.starts_with(EXPECTED))
        .map(|(position, _)| position)
}

/// How a model's names stand for those of the table that it was trained on.
#[derive(Debug, Clone, Copy)]
struct Names {
    /// LightGBM keeps underscores in place of blanks (`Dataset::set_feature_names` of
    /// `include/LightGBM/dataset.h`).
    without_blanks: bool,
}

impl Names {
    fn of(signature: &Signature) -> Self {
        Self {
            without_blanks: signature.writer.library == Library::LightGbm,
        }
    }

    /// Whether a column of the file is called as the model calls one of its own.
    fn are_same(self, column: &str, models: &str) -> bool {
        column == models || (self.without_blanks && column.replace(' ', "_") == models)
    }
}

impl Columns {
    /// What each column is for a scorer.
    pub(super) fn of(header: &[String], scorer: &Scorer) -> Result<Self, GoldenError> {
        let mut columns = Self::default();
        for (position, name) in header.iter().enumerate() {
            columns.note_expected(position, name, scorer)?;
        }
        if columns.class.is_none() && columns.numbers.is_empty() {
            return Err(GoldenError::NothingExpected);
        }
        columns.inputs = match by_position(header, scorer) {
            Some(inputs) => inputs,
            None => by_name(header, scorer)?,
        };
        Ok(columns)
    }

    /// Notes a column, if something is expected in it.
    fn note_expected(&mut self, at: usize, name: &str, scorer: &Scorer) -> Result<(), GoldenError> {
        let column = name.to_owned();
        if name == CLASS {
            if scorer.classes().is_empty() {
                return Err(GoldenError::NoClasses { column });
            }
            self.class = Some(at);
        } else if name == VALUE {
            if !scorer.classes().is_empty() {
                let classes = known(scorer);
                return Err(GoldenError::NoValue { column, classes });
            }
            self.numbers.push((at, column, 0));
        } else if let Some(label) = name.strip_prefix(PROBABILITY) {
            let class = scorer
                .classes()
                .iter()
                .position(|known| is_label(known, label));
            let Some(class) = class else {
                return Err(match scorer.classes() {
                    [] => GoldenError::NoClasses { column },
                    _ => GoldenError::UnknownClass {
                        column,
                        classes: known(scorer),
                    },
                });
            };
            self.numbers.push((at, column, class));
        }
        Ok(())
    }

    /// The inputs of a row, by name.
    pub(super) fn inputs<'l>(&'l self, line: &'l Line) -> impl Iterator<Item = (&'l str, &'l str)> {
        self.inputs
            .iter()
            .map(|(position, name)| (name.as_str(), line.record.get(*position).unwrap_or("")))
    }

    /// What is expected of a row.
    pub(super) fn expectation<'l>(&'l self, line: &'l Line) -> Expectation<'l> {
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

fn known(scorer: &Scorer) -> String {
    let classes: Vec<String> = scorer.classes().iter().map(ToString::to_string).collect();
    classes.join(", ")
}

/// For a model that knows its columns by position only, and a file that calls them otherwise: the
/// model's names for the file's columns, in order.
fn by_position(header: &[String], scorer: &Scorer) -> Option<Vec<(usize, String)>> {
    let signature = scorer.predictor().signature();
    let inputs = scorer.contract().inputs();
    let is_there = |name: &str| header.iter().any(|column| column == name);
    let applies = scorer.contract().is_models_own()
        && !signature.is_named
        && !inputs.iter().all(|input| is_there(input.name()))
        && input_positions(header).count() == inputs.len();
    let names = inputs.iter().map(|input| input.name().to_owned());
    applies.then(|| input_positions(header).zip(names).collect())
}

/// The column of each input that the contract knows. One that two columns could be is refused, rather
/// than read from the wrong one.
fn by_name(header: &[String], scorer: &Scorer) -> Result<Vec<(usize, String)>, GoldenError> {
    let contract = scorer.contract();
    let names = match contract.is_models_own() {
        true => Names::of(scorer.predictor().signature()),
        false => Names {
            without_blanks: false,
        },
    };
    let is_an_inputs_own = |column: &str| contract.input_index(column).is_some();
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for input in contract.inputs() {
        let is_called = |column: &str| {
            column == input.name()
                || column == input.parameter()
                || (names.are_same(column, input.name()) && !is_an_inputs_own(column))
        };
        let columns: Vec<usize> = input_positions(header)
            .filter(|position| is_called(&header[*position]))
            .collect();
        match columns[..] {
            [] if input.is_used() => missing.push(Input::name(input)),
            [] => {}
            [position] => found.push((position, input.name().to_owned())),
            _ => {
                let columns: Vec<&str> = columns.iter().map(|at| header[*at].as_str()).collect();
                return Err(GoldenError::Ambiguous {
                    input: input.name().to_owned(),
                    columns: columns.join(", "),
                });
            }
        }
    }
    if missing.is_empty() {
        Ok(found)
    } else {
        Err(GoldenError::Missing {
            contract: contract.name().to_owned(),
            inputs: missing.join(", "),
        })
    }
}
