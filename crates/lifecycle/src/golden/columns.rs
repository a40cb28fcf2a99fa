//! What the columns of a golden file are.

use propenso_engine::Signature;
use propenso_model::{InputKind, Library};
use propenso_portfolio::{KnownColumns, Table, TableColumns};
use propenso_scoring::{Input, Scorer};

use super::{Expectation, ExpectedNumber, GoldenError, is_label, read_number};

/// What the names of the columns begin with that are no inputs.
const EXPECTED: &str = "expected_";
pub(super) const CLASS: &str = "expected_class";
pub(super) const VALUE: &str = "expected_value";
pub(super) const PROBABILITY: &str = "expected_proba_";

/// What a file of golden rows is known by: the columns in which something is expected.
pub(super) struct ExpectedColumns;

impl KnownColumns for ExpectedColumns {
    fn count(&self, cells: &[String]) -> usize {
        let expected = cells.iter().filter(|cell| cell.starts_with(EXPECTED));
        expected.count()
    }

    /// Lists all columns but the class: which inputs are numbers, only a contract knows.
    fn number_columns(&self, header: &[String]) -> Vec<usize> {
        let columns = header.iter().enumerate();
        let numbers = columns.filter(|(_, name)| *name != CLASS);
        numbers.map(|(position, _)| position).collect()
    }
}

/// What the columns of a file are.
#[derive(Debug)]
pub(super) struct Columns {
    inputs: TableColumns,
    class: Option<usize>,
    numbers: Vec<NumberColumn>,
}

/// A column of expected numbers.
#[derive(Debug)]
struct NumberColumn {
    at: usize,
    name: String,
    /// Which of the answer's values it is about.
    position: usize,
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
        let mut columns = Self {
            inputs: TableColumns::new(Vec::new()),
            class: None,
            numbers: Vec::new(),
        };
        for (position, name) in header.iter().enumerate() {
            columns.note_expected(position, name, scorer)?;
        }
        if columns.class.is_none() && columns.numbers.is_empty() {
            return Err(GoldenError::NothingExpected);
        }
        let inputs = match by_position(header, scorer) {
            Some(inputs) => inputs,
            None => by_name(header, scorer)?,
        };
        columns.inputs = TableColumns::new(inputs);
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
            self.note_number(at, column, 0);
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
            self.note_number(at, column, class);
        }
        Ok(())
    }

    fn note_number(&mut self, at: usize, name: String, position: usize) {
        self.numbers.push(NumberColumn { at, name, position });
    }

    /// The columns of the inputs.
    pub(super) fn inputs(&self) -> &TableColumns {
        &self.inputs
    }

    /// What is expected of a row.
    pub(super) fn expectation<'l>(&'l self, table: &'l Table, row: usize) -> Expectation<'l> {
        let cell = |column: usize| Some(table.cell(row, column)).filter(|text| !text.is_empty());
        let number = |column: &'l NumberColumn| {
            let text = cell(column.at)?;
            Some(ExpectedNumber {
                column: &column.name,
                position: column.position,
                text,
                value: read_number(text, table.decimal(column.at)),
            })
        };
        Expectation {
            class: self.class.and_then(cell),
            numbers: self.numbers.iter().filter_map(number).collect(),
        }
    }
}

fn known(scorer: &Scorer) -> String {
    let classes: Vec<String> = scorer.classes().iter().map(ToString::to_string).collect();
    classes.join(", ")
}

/// For a model that knows its columns by position only, and a file that calls them otherwise: the file's columns, in
/// order.
fn by_position(header: &[String], scorer: &Scorer) -> Option<Vec<Option<usize>>> {
    let signature = scorer.predictor().signature();
    let inputs = scorer.contract().inputs();
    let is_there = |name: &str| header.iter().any(|column| column == name);
    let applies = scorer.contract().is_models_own()
        && !signature.is_named
        && !inputs.iter().all(|input| is_there(input.name()))
        && input_positions(header).count() == inputs.len();
    applies.then(|| input_positions(header).map(Some).collect())
}

/// The column of each input that the contract knows. One that two columns could be is refused, rather
/// than read from the wrong one.
fn by_name(header: &[String], scorer: &Scorer) -> Result<Vec<Option<usize>>, GoldenError> {
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
        if columns.is_empty() && input.is_used() {
            missing.push(Input::name(input));
        }
        match columns[..] {
            [] => found.push(None),
            [position] => found.push(Some(position)),
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
