//! Why golden rows cannot be used.

use propenso_portfolio::PortfolioError;
use propenso_scoring::Language;

use super::Place;
use super::columns::{CLASS, PROBABILITY, VALUE};

/// Why golden rows cannot be used.
#[derive(Debug)]
pub enum GoldenError {
    /// The file cannot be read, or is no table.
    NoTable(PortfolioError),
    /// A row has more or fewer fields than the header.
    UnequalLengths {
        /// Where it is.
        place: Place,
        /// Its fields.
        fields: usize,
        /// The header's.
        header: usize,
    },
    /// No column says what is expected.
    NothingExpected,
    /// A class is expected of a regressor.
    NoClasses {
        /// The column.
        column: String,
    },
    /// A value is expected of a classifier.
    NoValue {
        /// The column.
        column: String,
        /// The model's classes.
        classes: String,
    },
    /// A class is expected that the model does not have.
    UnknownClass {
        /// The column.
        column: String,
        /// The model's classes.
        classes: String,
    },
    /// More than one column could be an input.
    Ambiguous {
        /// The input.
        input: String,
        /// The columns.
        columns: String,
    },
    /// Inputs have no column.
    Missing {
        /// The contract.
        contract: String,
        /// The inputs.
        inputs: String,
    },
}

impl GoldenError {
    /// Says what is wrong, as a sentence without its full stop.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Spanish => self.spanish(),
            Language::English => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NoTable(error) => error.problem(Language::English),
            Self::UnequalLengths {
                place,
                fields,
                header,
            } => {
                let place = place.name(Language::English);
                format!("{place} has {fields} fields and the header {header}")
            }
            Self::NothingExpected => format!(
                "nothing is expected of any row; add a column {CLASS}, {VALUE} or {PROBABILITY}<class>"
            ),
            Self::NoClasses { column } => format!(
                "column {column}: the model is a regressor and has no classes; it is {VALUE} that is expected of one"
            ),
            Self::NoValue { column, classes } => format!(
                "column {column}: the model is a classifier and answers {classes}; what is expected of one is {CLASS} \
                 and {PROBABILITY}<class>"
            ),
            Self::UnknownClass { column, classes } => {
                format!("column {column}: the model's classes are {classes}")
            }
            Self::Ambiguous { input, columns } => format!(
                "more than one column could be {input}: {columns}; keep the one the model was trained on"
            ),
            Self::Missing { contract, inputs } => {
                format!("columns are missing for contract {contract}: {inputs}")
            }
        }
    }

    fn spanish(&self) -> String {
        match self {
            Self::NoTable(error) => error.problem(Language::Spanish),
            Self::UnequalLengths {
                place,
                fields,
                header,
            } => {
                let place = place.name(Language::Spanish);
                format!("la {place} tiene {fields} campos y la cabecera {header}")
            }
            Self::NothingExpected => format!(
                "no dice qué se espera de ninguna fila; falta una columna {CLASS}, {VALUE} o {PROBABILITY}<clase>"
            ),
            Self::NoClasses { column } => format!(
                "columna {column}: el modelo es un regresor y no tiene clases; de uno así se espera {VALUE}"
            ),
            Self::NoValue { column, classes } => format!(
                "columna {column}: el modelo es un clasificador y contesta {classes}; de uno así se espera {CLASS} y \
                 {PROBABILITY}<clase>"
            ),
            Self::UnknownClass { column, classes } => {
                format!("columna {column}: las clases del modelo son {classes}")
            }
            Self::Ambiguous { input, columns } => format!(
                "más de una columna podría ser {input}: {columns}; deje la que se usó para entrenar el modelo"
            ),
            Self::Missing { contract, inputs } => {
                format!("faltan columnas del contrato {contract}: {inputs}")
            }
        }
    }
}
