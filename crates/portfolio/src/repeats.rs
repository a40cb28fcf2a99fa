//! Clients that have several rows.
//!
//! A list calls each of them once, by their best row.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::row_encoder::shown;

/// Bits of a client's hash.
const BITS: u32 = 88;

/// A client, as 88 bits of a hash: of a hundred million clients, two are alike once in ten thousand million files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client(u128);

impl Client {
    /// The client who has an id; none where it is empty, and each such row is a client of its own.
    pub(crate) fn of(id: &str) -> Option<Self> {
        let id = shown(id).trim();
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, id).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        (!id.is_empty()).then(|| Self(((half(1) << 64) | half(2)) >> (128 - BITS)))
    }
}

impl Client {
    /// The number that stands for the client.
    pub(crate) fn number(self) -> u128 {
        self.0
    }
}

/// The rows of clients who have several.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    /// Which client each row is of.
    group_of: HashMap<u64, u32>,
    n_groups: u32,
    /// Those who have a place.
    placed: HashSet<u32>,
}

impl Repeats {
    /// Adds a row of the client of another.
    pub(crate) fn add(&mut self, first: u64, row: u64) {
        let n_groups = self.n_groups;
        let group = *self.group_of.entry(first).or_insert(n_groups);
        self.n_groups += u32::from(group == n_groups);
        self.group_of.insert(row, group);
    }

    /// Tells whether a row's client has a place already. Rows are asked about in the day's order.
    pub(crate) fn has_place(&mut self, row: u64) -> bool {
        let group = self.group_of.get(&row);
        group.is_some_and(|group| !self.placed.insert(*group))
    }
}
