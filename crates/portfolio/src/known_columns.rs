//! What is known of a file's columns before it is read.

/// Tells a row with columns' names from a row with a client: the separator, the sheet and the row that name most columns
/// are the right ones.
pub trait KnownColumns {
    /// Counts the known columns that a row of cells names.
    fn count(&self, cells: &[String]) -> usize;

    /// Lists the columns of a header whose numbers tell what the file has before its decimals.
    fn number_columns(&self, header: &[String]) -> Vec<usize>;
}
