//! The clients of a table that has types: an Arrow stream, or a Parquet file.

use axum::body::Bytes;
use propenso_portfolio::{TypedLimits, TypedTable, TypedTableError};
use propenso_scoring::reserved::CLIENT;
use propenso_scoring::{Contract, Raw, Row, Slot};

use super::batch::{Client, Clients};
use super::predict_request::MAX_INSTANCES;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use crate::settings::HttpSettings;

/// Most columns: contracts have tens, and exports of everything hundreds.
const MAX_COLUMNS: usize = 4_096;

/// What a table may become, in bodies of the largest size: columns of texts that many clients share are sent once each.
const EXPANSION: usize = 4;

/// Columns without an input that are told of: as many as of any row.
const MAX_UNKNOWN: usize = 32;

/// Reads a table of one form.
pub(super) type ReadTable =
    fn(Bytes, &dyn Fn(&str) -> bool, TypedLimits) -> Result<TypedTable, TypedTableError>;

/// The clients of a table.
#[derive(Debug)]
pub(super) struct TypedClients {
    table: TypedTable,
    /// Of each input of the contract, its column.
    inputs: Vec<Option<usize>>,
    /// The column of the clients' references.
    reference: Option<usize>,
    /// Columns that are no input.
    unknown: Vec<String>,
}

/// How much a table may ask for.
pub(super) fn limits(settings: &HttpSettings) -> TypedLimits {
    TypedLimits {
        rows: MAX_INSTANCES,
        columns: MAX_COLUMNS,
        bytes: settings.max_body_bytes.saturating_mul(EXPANSION),
    }
}

impl TypedClients {
    /// Reads a table, and finds a contract's inputs among its columns.
    ///
    /// # Errors
    ///
    /// 400 for what is no such table, 413 and 422 for one that is too large, 422 for columns that are missing, there twice, or of
    /// a type that no input is read from.
    pub(super) fn read(
        bytes: Bytes,
        read: ReadTable,
        contract: &Contract,
        limits: TypedLimits,
    ) -> Result<Self, Problem> {
        let is_reference = |name: &str| name == CLIENT && contract.input_index(CLIENT).is_none();
        let wanted = |name: &str| is_reference(name) || contract.input_index(name).is_some();
        let table = read(bytes, &wanted, limits).map_err(|error| problem(&error))?;
        let mut inputs = vec![None; contract.inputs().len()];
        let mut reference = None;
        let mut unknown = Vec::new();
        for (column, name) in table.names().iter().enumerate() {
            let place = match contract.input_index(name) {
                Some(index) => inputs.get_mut(index),
                None if is_reference(name) => Some(&mut reference),
                None => None,
            };
            match place {
                Some(place) if place.is_some() => return Err(twice(name)),
                Some(place) => *place = Some(column),
                None if unknown.len() < MAX_UNKNOWN && !unknown.contains(name) => {
                    unknown.push(name.clone());
                }
                None => {}
            }
        }
        let clients = Self {
            table,
            inputs,
            reference,
            unknown,
        };
        clients.check(contract)?;
        Ok(clients)
    }

    /// Refuses a table without a column that every client must have.
    fn check(&self, contract: &Contract) -> Result<(), Problem> {
        let inputs = contract.inputs().iter().zip(&self.inputs);
        let missing = inputs.filter(|(input, column)| column.is_none() && input.must_be_sent());
        let missing: Vec<String> = missing
            .map(|(input, _)| format!("`{}` (or `{}`)", input.name(), input.parameter()))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let found: Vec<_> = self
            .unknown
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let unknown = match found.is_empty() {
            true => String::new(),
            false => format!("; these are no inputs: {}", found.join(", ")),
        };
        Err(wrong(format!(
            "the table has no column {}; add it, with nulls where nothing is known{unknown}",
            missing.join(", ")
        )))
    }
}

impl Clients for TypedClients {
    fn count(&self) -> usize {
        self.table.n_rows()
    }

    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>> {
        let row = self.table.row(place)?;
        let inputs = contract.inputs().iter().zip(&self.inputs);
        let slots = inputs.map(|(input, column)| match column {
            None => Slot::Absent,
            Some(column) => Slot::Given(row.raw(*column, Some(input))),
        });
        let reference = self.reference.map(|column| row.raw(column, None));
        Some(Client {
            row: Row::of_slots(contract, slots.collect(), self.unknown.clone()),
            reference: reference.and_then(Raw::into_text),
        })
    }
}

fn wrong(sentence: String) -> Problem {
    Problem::new(ProblemKind::WrongBody, sentence)
}

fn twice(name: &str) -> Problem {
    wrong(format!(
        "the input of the column `{name}` is there twice, by one of its names or by both; send it once"
    ))
}

fn problem(error: &TypedTableError) -> Problem {
    let kind = match error {
        TypedTableError::Unreadable(_) => ProblemKind::InvalidRequest,
        TypedTableError::Type { .. } | TypedTableError::TooManyColumns(_) => ProblemKind::WrongBody,
        TypedTableError::TooManyRows(_) => ProblemKind::TooManyInstances,
        TypedTableError::TooLarge(_) => ProblemKind::BodyTooLarge,
    };
    Problem::new(kind, error.to_string())
}
