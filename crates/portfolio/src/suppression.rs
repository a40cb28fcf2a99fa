//! Clients that must not be called: those who asked not to be, dispute the debt, or have died.

use std::collections::HashSet;
use std::path::Path;

use crate::batch::Batch;
use crate::error::PortfolioError;
use crate::source::Source;

/// The ids of a suppression list.
#[derive(Debug, Default)]
pub(crate) struct Suppression(HashSet<Box<str>>);

impl Suppression {
    /// Reads a list from a table in any form: its column with the id's name, or else its first column, whose name is then
    /// taken for an id too.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] when the list cannot be read or is empty.
    pub(crate) fn read(
        path: &Path,
        source: &mut dyn Source,
        id_column: impl Fn(&[String]) -> Result<Option<usize>, PortfolioError>,
    ) -> Result<Self, PortfolioError> {
        let mut ids = HashSet::new();
        let named = id_column(source.header())?;
        if named.is_none() {
            ids.extend(source.header().first().map(|id| id.trim().into()));
        }
        let column = named.unwrap_or(0);
        let mut batch = Batch::default();
        while let Some(piece) = source.next()? {
            piece.read(&mut batch);
            ids.extend((0..batch.n_rows()).map(|row| Box::from(batch.cell(row, column).trim())));
        }
        ids.remove("");
        if ids.is_empty() {
            return Err(PortfolioError::unreadable(
                path,
                ("la lista no tiene identificadores", "the list has no ids"),
            ));
        }
        Ok(Self(ids))
    }

    /// Whether a client is on the list. Ids are compared as texts, without blanks around them.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.contains(id.trim())
    }
}
