//! How much a table of clients in memory may ask for, and why it cannot be read.

/// How much a table may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypedLimits {
    /// Rows.
    pub rows: usize,
    /// Columns, those that nobody asks for too.
    pub columns: usize,
    /// Bytes, once all is uncompressed, and each row has its own texts.
    pub bytes: usize,
}

/// Why a table cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypedTableError {
    /// It is of another form, or damaged.
    #[error("{0}")]
    Unreadable(String),
    /// A column has what no input is read from.
    #[error(
        "the column `{name}` is of the type {found}, which no input is read from; cast it to text, a number, a boolean, a date or a timestamp"
    )]
    Type {
        /// Its name.
        name: String,
        /// Its type.
        found: String,
    },
    /// It has more rows than a request may have.
    #[error("there are more than {0} rows; send fewer at a time, or a portfolio to /v1/portfolios")]
    TooManyRows(usize),
    /// It has more columns than anybody has inputs.
    #[error("there are more than {0} columns; send those of the contract")]
    TooManyColumns(usize),
    /// It becomes too large.
    #[error("its rows take more than {0} bytes once they are unpacked; send fewer at a time")]
    TooLarge(usize),
}
