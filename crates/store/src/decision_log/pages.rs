//! The pages of what is looked for, one after the other to the last.

use super::{DecisionLog, Place, Query};
use crate::decision::Entry;
use crate::error::StoreError;

/// Goes through a log a page at a time: no more of it is in memory at once. It ends behind the last page, and behind an error.
#[derive(Debug)]
pub struct Pages<'l> {
    log: &'l dyn DecisionLog,
    query: &'l Query,
    most: usize,
    /// Where the next page is; nothing behind the last.
    next: Option<Begin>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy)]
enum Begin {
    First,
    Behind(Place),
}

impl<'l> Pages<'l> {
    /// Goes through what a query finds, at most so many entries a page.
    #[must_use]
    pub fn of(log: &'l dyn DecisionLog, query: &'l Query, most: usize) -> Self {
        Self {
            log,
            query,
            most,
            next: Some(Begin::First),
        }
    }

    /// Begins behind a place, where one is given.
    #[must_use]
    pub fn behind(self, place: Option<Place>) -> Self {
        Self {
            next: Some(place.map_or(Begin::First, Begin::Behind)),
            ..self
        }
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Vec<Entry>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let after = match self.next.take()? {
            Begin::First => None,
            Begin::Behind(place) => Some(place),
        };
        let page = self.log.page(self.query, after, self.most);
        Some(page.map(|page| {
            self.next = page.next.map(Begin::Behind);
            page.entries
        }))
    }
}
