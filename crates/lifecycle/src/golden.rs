//! Golden rows: inputs and what the original answered, as a table in any form; [`comparison`] is what came
//! of a row, [`report`] of all of them.

mod columns;
pub mod comparison;
mod error;
mod place;
pub mod report;

use std::path::Path;

use propenso_engine::Signature;
use propenso_model::Label;
use propenso_portfolio::{Decimal, Frame, OddRow, Table};
use propenso_scoring::number::{self, Notation};
use propenso_scoring::{Language, Scorer, Workspace};

use columns::{Columns, ExpectedColumns};
use comparison::{Comparer, Comparison};
pub use error::GoldenError;
pub use place::Place;

/// A file of golden rows, in memory.
#[derive(Debug)]
pub struct Golden {
    table: Table,
}

impl Golden {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`GoldenError::NoTable`] for what is no table.
    pub fn open(path: &Path) -> Result<Self, GoldenError> {
        let table = Table::open_by(path, &ExpectedColumns).map_err(GoldenError::NoTable)?;
        Ok(Self { table })
    }

    /// Reads a file that is in memory.
    ///
    /// # Errors
    ///
    /// [`GoldenError::NoTable`] for what is no table.
    pub fn read(bytes: &[u8]) -> Result<Self, GoldenError> {
        let table = Table::read_by(bytes, &ExpectedColumns).map_err(GoldenError::NoTable)?;
        Ok(Self { table })
    }

    /// Takes rows that a program has, what is expected in columns beside the inputs.
    ///
    /// # Errors
    ///
    /// [`GoldenError::NoTable`] for a row that is longer than any client's.
    pub fn of_frame(frame: &Frame) -> Result<Self, GoldenError> {
        let table = Table::of_frame(frame, &ExpectedColumns).map_err(GoldenError::NoTable)?;
        Ok(Self { table })
    }

    /// Tells whether the file has a column for each one the model looks at; for a model that knows its columns by
    /// position only, whether it has as many.
    #[must_use]
    pub fn has_columns_of(&self, signature: &Signature) -> bool {
        columns::are_of(self.table.header(), signature)
    }

    /// Compares every row with what a scorer answers, and tells of each with its place, in a language.
    ///
    /// # Errors
    ///
    /// [`GoldenError`] where the columns are not what they should be, or a row has more or fewer cells than they are.
    pub fn compare(
        &self,
        scorer: &Scorer,
        language: Language,
        mut tell: impl FnMut(Place, Comparison),
    ) -> Result<(), GoldenError> {
        let judge = Comparer { scorer, language };
        let columns = Columns::of(self.table.header(), scorer)?;
        let lines = self.table.lines();
        let mut workspace = Workspace::default();
        for at in 0..self.table.n_rows() {
            let place = match &lines {
                Some(lines) => Place::Line(lines[at]),
                None => Place::Row(self.table.row_number(at)),
            };
            let row = self.table.row(at, columns.inputs(), scorer.contract());
            let row = row.map_err(|OddRow { n_cells }| GoldenError::UnequalLengths {
                place,
                fields: n_cells,
                header: self.table.header().len(),
            })?;
            let answer = scorer.predict(&row, &mut workspace, &mut Vec::new());
            let expected = columns.expectation(&self.table, at);
            tell(place, judge.compare(&expected, answer));
        }
        Ok(())
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
    /// `None` where the text is no number.
    value: Option<f64>,
}

impl Expectation<'_> {
    /// Tells whether the original refuses the row: nothing is expected of it, or NaN, which is no answer either.
    fn is_refusal(&self) -> bool {
        let is_nan = |number: &ExpectedNumber<'_>| number.value.is_some_and(f64::is_nan);
        (self.class.is_none() && self.numbers.is_empty()) || self.numbers.iter().any(is_nan)
    }
}

/// Reads a number as programs write it, or else as people do: `0,5`, and `1.000` where decimals are known to be behind
/// commas.
fn read_number(text: &str, decimal: Option<Decimal>) -> Option<f64> {
    let text = match decimal {
        Some(decimal) => number::without_thousands(text, decimal),
        None => text.into(),
    };
    let as_people_write = || {
        let text = text.trim_matches(number::is_outer_blank);
        number::parse(text, Notation::Money).ok()
    };
    let as_programs_write = text.parse::<f64>().ok();
    as_programs_write.or_else(|| as_people_write().map(|number| number.value))
}

/// Tells whether a text is how a table writes a label: `1`, `1.0`, `True`, or the text itself.
fn is_label(label: &Label, text: &str) -> bool {
    let number = || read_number(text, None);
    match label {
        Label::Text(label) => label == text,
        Label::Int(label) => number() == Some(*label as f64),
        Label::Float(label) => number() == Some(*label),
        Label::Bool(label) => {
            number::boolean(text) == Some(*label) || number() == Some(f64::from(u8::from(*label)))
        }
    }
}
