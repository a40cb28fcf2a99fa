//! Answers as an Arrow stream: one record batch of columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, StructArray,
};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Field, Schema};

/// The cells of a column, one a row.
#[derive(Debug)]
pub enum AnswerColumn<'c> {
    /// Texts.
    Text(Vec<Option<Cow<'c, str>>>),
    /// Numbers, with all their bits.
    Number(Vec<Option<f64>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
    /// Columns in one, each with a name.
    Columns(Vec<(String, AnswerColumn<'c>)>),
}

impl AnswerColumn<'_> {
    fn array(self) -> ArrayRef {
        match self {
            Self::Text(cells) => Arc::new(cells.into_iter().collect::<StringArray>()),
            Self::Number(cells) => Arc::new(Float64Array::from(cells)),
            Self::Whole(cells) => Arc::new(Int64Array::from(cells)),
            Self::Flag(cells) => Arc::new(BooleanArray::from(cells)),
            Self::Columns(columns) => {
                let (fields, arrays): (Vec<_>, Vec<_>) = arrays(columns).into_iter().unzip();
                Arc::new(StructArray::new(fields.into(), arrays, None))
            }
        }
    }
}

fn arrays(columns: Vec<(String, AnswerColumn<'_>)>) -> Vec<(Field, ArrayRef)> {
    let columns = columns.into_iter().map(|(name, column)| {
        let array = column.array();
        (Field::new(name, array.data_type().clone(), true), array)
    });
    columns.collect()
}

/// Writes columns of one length as a stream, with what is said of all of them.
///
/// # Errors
///
/// Where they cannot be written, as a sentence: which would be our bug.
pub fn write_stream(
    columns: Vec<(String, AnswerColumn<'_>)>,
    metadata: HashMap<String, String>,
) -> Result<Vec<u8>, String> {
    let write = || -> Result<Vec<u8>, ArrowError> {
        let (fields, arrays): (Vec<_>, Vec<_>) = arrays(columns).into_iter().unzip();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let rows = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
        let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
        writer.write(&rows)?;
        writer.finish()?;
        writer.into_inner()
    };
    write().map_err(|error| error.to_string())
}
