//! What is not there any more: clients that were forgotten, months whose time was over.

use jiff::Timestamp;
use jiff::civil::Date;

use super::hold::{Act, Hold};
use crate::decision::Pseudonym;

/// A client that is being forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Forgetting(pub(crate) u64);

/// Whether a client may be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It may, and it is written down.
    Yes(Forgetting),
    /// It is held.
    Held(Box<Hold>),
}

/// A client that was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// The client.
    pub client: Pseudonym,
    /// When, by whom and why.
    pub act: Act,
    /// How many decisions; `None` where it was begun and not ended: it has to be asked again.
    pub decisions: Option<u64>,
}

/// A month that was let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetGo {
    /// Its first day.
    pub month: Date,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Decisions that are gone.
    pub decisions: u64,
    /// Decisions of clients that are held, which stayed.
    pub held: u64,
}
