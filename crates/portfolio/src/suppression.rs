//! Clients that must not be called: those who asked not to be, dispute the debt, or have died.
//!
//! A list that does not match calls them all the same, and nobody notices: spreadsheets take the zeros off ids and put `.0`
//! behind them. So every id of the list is accounted for.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use propenso_scoring::{Ambiguity, Language};

use crate::batch::Batch;
use crate::columns::ColumnMatcher;
use crate::error::PortfolioError;
use crate::request::Reading;
use crate::row_encoder::shown;
use crate::source::{self, Source};
use crate::summary::SuppressionCount;

/// The ids of a suppression list, and what a portfolio has of them.
#[derive(Debug, Default)]
pub(crate) struct Suppression {
    listed: Vec<Listed>,
    /// The listed ids that are alike, by what they have in common.
    alike: HashMap<Box<str>, Vec<u32>>,
    /// What the reader of the summary should know of how the list was read. Each is a sentence in Spanish.
    pub(crate) remarks: Vec<String>,
}

/// An id of the list.
#[derive(Debug)]
struct Listed {
    id: Box<str>,
    is_found: AtomicBool,
    /// How the portfolio writes it, where not as the list does.
    otherwise: OnceLock<Box<str>>,
}

/// An id of the list that the portfolio does not have, or has otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unmatched<'s> {
    pub(crate) listed: &'s str,
    pub(crate) otherwise: Option<&'s str>,
}

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
        let mut list = Self::default();
        let named = id_column(source.header())?;
        if named.is_none() {
            list.extend(source.header().first().map(String::as_str));
        }
        let column = named.unwrap_or(0);
        let mut batch = Batch::default();
        while let Some(piece) = source.next()? {
            piece.read(&mut batch);
            list.extend((0..batch.n_rows()).map(|row| batch.cell(row, column)));
        }
        list.remarks = source.remarks();
        if list.listed.is_empty() {
            return Err(PortfolioError::unreadable(
                path,
                ("la lista no tiene identificadores", "the list has no ids"),
            ));
        }
        Ok(list)
    }

    fn extend<'i>(&mut self, ids: impl IntoIterator<Item = &'i str>) {
        for id in ids {
            let id = shown(id).trim();
            let place = self.listed.len() as u32;
            let alike = self.alike.entry(likeness(id).into()).or_default();
            let is_new = alike.iter().all(|at| &*self.listed[*at as usize].id != id);
            if !id.is_empty() && is_new {
                alike.push(place);
                self.listed.push(Listed {
                    id: id.into(),
                    is_found: AtomicBool::new(false),
                    otherwise: OnceLock::new(),
                });
            }
        }
    }

    /// Tells whether a client is on the list, and remembers it. Ids are compared as texts, without blanks around them.
    pub(crate) fn has(&self, id: &str) -> bool {
        let id = shown(id).trim();
        let Some(alike) = self.alike.get(likeness(id).as_str()) else {
            return false;
        };
        let mut alike = alike.iter().map(|at| &self.listed[*at as usize]);
        if let Some(listed) = alike.clone().find(|listed| &*listed.id == id) {
            listed.is_found.store(true, Ordering::Relaxed);
            return true;
        }
        if let Some(listed) = alike.next() {
            listed.otherwise.get_or_init(|| id.into());
        }
        false
    }

    /// Lists the ids that the portfolio does not have as the list writes them.
    pub(crate) fn unmatched(&self) -> impl Iterator<Item = Unmatched<'_>> {
        let unmatched = self.listed.iter().filter(|listed| {
            !listed.is_found.load(Ordering::Relaxed) || listed.otherwise.get().is_some()
        });
        unmatched.map(|listed| Unmatched {
            listed: &listed.id,
            otherwise: listed.otherwise.get().map(|id| &**id),
        })
    }

    /// Counts the list's ids.
    pub(crate) fn count(&self) -> SuppressionCount {
        let count =
            |is: fn(&Listed) -> bool| self.listed.iter().filter(|one| is(one)).count() as u64;
        SuppressionCount {
            listed: self.listed.len() as u64,
            found: count(|listed| listed.is_found.load(Ordering::Relaxed)),
            written_otherwise: count(|listed| listed.otherwise.get().is_some()),
        }
    }
}

/// The part of an id that spreadsheets and people leave alone: not its case, blanks, points and dashes, zeros before it, or
/// a `.0` behind it.
fn likeness(id: &str) -> String {
    let id = id
        .strip_suffix(".0")
        .or(id.strip_suffix(",0"))
        .unwrap_or(id);
    let told = id
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '_' | '/' | '\''));
    let told: String = told.flat_map(char::to_lowercase).collect();
    let without_zeros = told.trim_start_matches('0');
    match without_zeros.is_empty() {
        // An id of zeros.
        true => told,
        false => without_zeros.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(ids: &[&str]) -> Suppression {
        let mut list = Suppression::default();
        list.extend(ids.iter().copied());
        list
    }

    #[test]
    fn ids_are_exact_and_their_likes_are_told() {
        let list = list(&[
            "0000101", "103", " 104 ", "x-1", "7.0", "", "=\"009\"", "103",
        ]);
        assert_eq!(list.count().listed, 6);
        for (id, is_listed) in [
            ("0000101", true),
            ("104", true),
            ("0000103", false),
            ("X1", false),
            ("7", false),
            ("009", true),
            ("8", false),
        ] {
            assert_eq!(list.has(id), is_listed, "{id}");
        }
        let count = SuppressionCount {
            listed: 6,
            found: 3,
            written_otherwise: 3,
        };
        assert_eq!(list.count(), count);
        let unmatched: Vec<_> = list
            .unmatched()
            .map(|one| (one.listed, one.otherwise))
            .collect();
        assert_eq!(
            unmatched,
            [
                ("103", Some("0000103")),
                ("x-1", Some("X1")),
                ("7.0", Some("7"))
            ]
        );
    }

    #[test]
    fn ids_of_zeros_are_ids() {
        assert_eq!(
            (likeness("000"), likeness("0"), likeness("")),
            ("000".into(), "0".into(), String::new())
        );
    }
}
