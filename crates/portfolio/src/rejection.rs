//! Rows that cannot be scored, and why.

use propenso_scoring::{Contract, Fault, FieldError, Language};

use crate::money::Money;
use crate::sink::text::TextTable;
use crate::source::RowNames;

/// A row that cannot be scored.
#[derive(Debug)]
pub(crate) struct Rejection {
    /// Row of the file as a spreadsheet counts.
    pub(crate) number: u64,
    pub(crate) id: Option<String>,
    pub(crate) debt: Money,
    /// Everything that is wrong with it.
    pub(crate) problems: Vec<Problem>,
}

/// One thing that is wrong with a row.
#[derive(Debug)]
pub(crate) enum Problem {
    /// An input that cannot be used, by its index in the contract.
    Field { input: usize, error: FieldError },
    /// Another number of cells than the header: which cell is which is not known.
    Cells { found: u32, expected: usize },
    /// The model does not take the row, and does not say because of which input.
    Model,
}

impl Problem {
    pub(crate) fn field(
        contract: &Contract,
        index: usize,
        sent: Option<&str>,
        fault: Fault,
    ) -> Self {
        match contract.inputs().get(index) {
            None => Self::Model,
            Some(input) => Self::Field {
                input: index,
                error: FieldError::of_text(input, sent, fault),
            },
        }
    }

    /// The input's long name; empty where the whole row is wrong.
    pub(crate) fn input(&self) -> &str {
        match self {
            Self::Field { error, .. } => &error.input,
            Self::Cells { .. } | Self::Model => "",
        }
    }

    /// Says what is wrong, alike for all rows that have the same wrong with them.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Field { error, .. } => error.message(Language::Spanish),
            Self::Cells { .. } => "no tiene tantas celdas como la cabecera".to_owned(),
            Self::Model => "el modelo no admite esta fila".to_owned(),
        }
    }

    fn cells(&self) -> [String; 4] {
        let accepted = match self {
            Self::Field { error, .. } => error.accepted(Language::Spanish),
            Self::Cells { expected, .. } => format!("{expected} celdas"),
            Self::Model => String::new(),
        };
        let value = match self {
            Self::Field { error, .. } => error.value.clone().unwrap_or_default(),
            Self::Cells { found, .. } => format!("{found} celdas"),
            Self::Model => String::new(),
        };
        [self.input().to_owned(), value, self.kind(), accepted]
    }
}

impl Rejection {
    /// The columns of the file of rejected rows.
    pub(crate) const COLUMNS: [&str; 6] = ["fila", "id", "campo", "valor", "motivo", "se_admite"];

    /// Writes a line for each thing that is wrong.
    pub(crate) fn write(&self, rows: &RowNames, table: &mut TextTable) {
        let number = rows.name(self.number);
        let id = self.id.as_deref().unwrap_or_default();
        for problem in &self.problems {
            let [input, value, reason, accepted] = problem.cells();
            table.push_row(&[&number, id, &input, &value, &reason, &accepted]);
        }
    }
}
