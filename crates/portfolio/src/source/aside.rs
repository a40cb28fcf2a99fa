//! The rows of a file that hold no client.

/// Rows around the clients'. With the header's row they make up the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Aside {
    /// Rows with the columns' names.
    pub(crate) headers: u64,
    /// Rows above the header's that say something.
    pub(crate) titles: u64,
    /// Rows that say nothing.
    pub(crate) empty: u64,
}
