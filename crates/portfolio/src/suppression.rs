//! Clients that must not be called: those who asked not to be, dispute the debt, or have died.

use std::collections::HashSet;
use std::path::Path;

use propenso_scoring::{Ambiguity, Language};

use crate::batch::Batch;
use crate::columns::ColumnMatcher;
use crate::error::PortfolioError;
use crate::request::Reading;
use crate::source::{self, Source};

/// The ids of a suppression list.
#[derive(Debug, Default)]
pub(crate) struct Suppression(HashSet<Box<str>>);

impl Suppression {
    /// Opens a file and reads the list in it.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub(crate) fn open(path: &Path, matcher: &ColumnMatcher<'_>) -> Result<Self, PortfolioError> {
        let mut list = source::open(Some(path), &Reading::default(), matcher)?;
        let id_column = |header: &[String]| {
            let ambiguous = |ambiguity: Ambiguity| {
                let message = |language| ambiguity.message(language);
                let problem = (message(Language::Spanish), message(Language::English));
                PortfolioError::unreadable(path, problem)
            };
            matcher.id_column(header).map_err(ambiguous)
        };
        Self::read(path, &mut *list, id_column)
    }

    /// Reads a list from a table in any form: its column with the id's name, or else its first column, whose name is then
    /// taken for an id too.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] when the list cannot be read or is empty.
    fn read(
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

    /// Tells whether a client is on the list. Ids are compared as texts, without blanks around them.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.contains(id.trim())
    }
}
