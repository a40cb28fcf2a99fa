//! Clients whose decisions stay, because somebody may have to answer for them before a court.

use jiff::Timestamp;

use crate::decision::Pseudonym;

/// Who does something, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
}

/// A client that is held, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The client.
    pub client: Pseudonym,
    /// Since when, by whom and why.
    pub since: Act,
    /// When it was released, by whom and why.
    pub released: Option<Act>,
}
