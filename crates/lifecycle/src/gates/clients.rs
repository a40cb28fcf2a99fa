//! Clients that a model and the champion are compared on.

use std::path::Path;

use propenso_portfolio::{PortfolioError, Table};
use propenso_scoring::{Contract, Scorer};

use crate::opinion::Opinion;

/// A table of clients to compare on, labelled or not.
#[derive(Debug)]
pub struct Clients<'p> {
    /// The file's name.
    pub name: String,
    /// Where its rows are.
    pub rows: ClientRows<'p>,
}

/// Where the rows are, in any form that portfolios come in.
#[derive(Debug)]
pub enum ClientRows<'p> {
    /// In a file of this machine.
    File(&'p Path),
    /// In memory, as they were sent.
    Sent(&'p [u8]),
}

impl Clients<'_> {
    /// Reads it. The contract's inputs tell where its header is.
    pub(super) fn table(&self, contract: &Contract) -> Result<Table, PortfolioError> {
        match &self.rows {
            ClientRows::File(path) => Table::open(path, contract),
            ClientRows::Sent(bytes) => Table::read(bytes, contract),
        }
    }
}

/// Gives what a scorer says of each client; `None` of those it cannot score.
///
/// # Errors
///
/// [`PortfolioError::MissingColumns`] when the table lacks columns.
pub fn opinions(scorer: &Scorer, table: &Table) -> Result<Vec<Option<Opinion>>, PortfolioError> {
    let outcomes = table.outcomes(scorer)?;
    let opinion = |outcome: &Option<_>| outcome.as_ref().map(Opinion::from);
    Ok(outcomes.iter().map(opinion).collect())
}
