//! Rows of a typed table as cells: text that reads back as the same value, beside what it was. A table of a file and one in memory come
//! to the same.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use crate::batch::{Batch, CellKind};
use crate::request::Limits;
use crate::typed_column::TypedColumn;

/// Makes a batch of decoded rows, from one of them on, and tells where the next one begins. `None` for a row that is longer
/// than any.
pub(crate) fn batch(
    rows: &RecordBatch,
    from: usize,
    first_number: u64,
    limits: Limits,
) -> Result<Option<(Batch, usize)>, ArrowError> {
    let columns = rows.columns().iter().map(TypedColumn::of);
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut batch = Batch::new(columns.len());
    let mut text = String::new();
    for (row, number) in (from..rows.num_rows()).zip(first_number..) {
        let before = batch.n_bytes();
        for column in &columns {
            text.clear();
            let kind = column.write(row, limits.row_bytes, &mut text)?;
            if batch.n_bytes() - before + text.len() > limits.row_bytes + columns.len() {
                return Ok(None);
            }
            let kind = if text.is_empty() {
                CellKind::Text
            } else {
                kind
            };
            batch.push(&text, kind);
        }
        batch.end_row(number);
        if batch.n_bytes() > limits.batch {
            return Ok(Some((batch, row + 1)));
        }
    }
    Ok(Some((batch, rows.num_rows())))
}
