//! The clients of a request as a table, in any of the forms that scoring protocols send one in: a row a client, a list a
//! column, CSV, or a table that has types.
//!
//! Nothing is copied of a JSON body: it is known where its rows and cells are, and each is read when its client's turn comes.

mod columns;
mod csv_table;
mod list;
mod rows;

use propenso_scoring::Contract;

use super::batch::{Client, Clients};
use super::problem::{FieldProblem, Problem};
use super::problem_kind::ProblemKind;
use super::typed_clients::TypedClients;
pub(super) use columns::Columns;
pub(super) use csv_table::CsvTable;
pub(super) use list::List;
pub(super) use rows::{RowForm, Rows};

/// The clients of a request.
#[derive(Debug)]
pub(super) enum Frame<'b> {
    /// One after the other.
    Rows(Rows<'b>),
    /// One column after the other.
    Columns(Columns<'b>),
    /// Lines of text.
    Csv(CsvTable),
    /// A table that has types.
    Typed(TypedClients),
}

impl Clients for Frame<'_> {
    fn count(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.count(),
            Self::Columns(columns) => columns.count(),
            Self::Csv(table) => table.count(),
            Self::Typed(table) => table.count(),
        }
    }

    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>> {
        match self {
            Self::Rows(rows) => rows.client(place, contract),
            Self::Columns(columns) => columns.client(place, contract),
            Self::Csv(table) => table.client(place, contract),
            Self::Typed(table) => table.client(place, contract),
        }
    }

    fn unreadable(&self, place: usize, contract: &Contract) -> FieldProblem {
        match self {
            Self::Rows(rows) => rows.unreadable(place, contract),
            Self::Columns(_) | Self::Csv(_) | Self::Typed(_) => FieldProblem::not_an_object(place),
        }
    }
}

/// Says what is wrong with the shape of a body: 400, as the servers say whose protocols these are.
pub(super) fn misshapen(sentence: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InvalidRequest, sentence)
}
