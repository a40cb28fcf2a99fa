//! A database as it is, for whoever looks after it.

/// What a database is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its layout.
    pub layout: usize,
    /// The layout that this program writes there.
    pub known: usize,
    /// What is damaged, as the database says itself; empty where nothing is.
    pub damage: Vec<String>,
    /// When something happened last to a version or a key.
    pub last_event: Option<String>,
}
