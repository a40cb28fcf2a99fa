//! An Arrow stream (`application/vnd.apache.arrow.stream`) that is in memory, and how much it may ask for.
//!
//! The library decodes what messages say. What they say is added up first: buffers of a message may lie over each other, a buffer may
//! become a thousand times its size, and a dictionary is checked again with each message that refers to it.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::{Message, MessageHeader, root_as_message_with_opts};
use arrow_schema::{ArrowError, SchemaRef};
use bytes::Bytes;
use flatbuffers::VerifierOptions;

use crate::source::guarded;
use crate::typed_limits::{TypedLimits, TypedTableError};

/// Before a message's length, since Arrow 0.15.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// What an Arrow file, which is no stream, begins with.
const FILE_MAGIC: &[u8] = b"ARROW1";

/// Tables of a message's head, and how deep they are: a schema takes about ten a column.
const MAX_TABLES: usize = 1 << 17;
const MAX_DEPTH: usize = 32;

/// Bytes of dictionaries that are looked at again, all messages together.
const MAX_AGAIN: usize = 1 << 30;

/// What to send, for those who sent another thing.
const ADVICE: &str =
    "send what pyarrow.ipc.new_stream or polars' write_ipc_stream writes, to its end";

/// An Arrow stream.
pub(crate) struct ArrowStream {
    decoder: StreamDecoder,
    left: Buffer,
    /// Rows that were decoded before anybody asked for them.
    first: Option<RecordBatch>,
}

impl ArrowStream {
    /// Opens a stream, once all that it says of itself is within limits.
    pub(crate) fn open(bytes: Bytes, limits: TypedLimits) -> Result<Self, TypedTableError> {
        if bytes.starts_with(FILE_MAGIC) {
            return Err(unreadable(
                "it is an Arrow file (Feather), which is no stream",
            ));
        }
        Sums::default().add_all(&bytes, limits)?;
        Ok(Self {
            decoder: StreamDecoder::new(),
            left: Buffer::from(bytes),
            first: None,
        })
    }

    /// Its columns.
    pub(crate) fn schema(&mut self) -> Result<SchemaRef, TypedTableError> {
        if self.decoder.schema().is_none() {
            self.first = self.decode()?;
        }
        let schema = self.decoder.schema();
        schema.ok_or_else(|| unreadable("it has no schema"))
    }

    /// The next rows; none behind the last.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBatch>, TypedTableError> {
        match self.first.take() {
            Some(rows) => Ok(Some(rows)),
            None => self.decode(),
        }
    }

    fn decode(&mut self) -> Result<Option<RecordBatch>, TypedTableError> {
        let decoded = guarded(|| match self.decoder.decode(&mut self.left)? {
            Some(rows) => Ok(Some(rows)),
            None => self.decoder.finish().map(|()| None),
        });
        match decoded {
            Some(Ok(rows)) => Ok(rows),
            Some(Err(error)) => Err(unreadable(&told(&error))),
            None => Err(unreadable("its messages contradict each other")),
        }
    }
}

/// What an error says, without the library's name for it.
fn told(error: &ArrowError) -> String {
    let text = error.to_string();
    let (_, text) = text.split_once(": ").unwrap_or(("", &text));
    text.to_owned()
}

fn unreadable(detail: &str) -> TypedTableError {
    TypedTableError::Unreadable(format!(
        "the body is no Arrow stream that can be read ({detail}); {ADVICE}"
    ))
}

/// What the messages of a stream ask for together.
#[derive(Debug, Default)]
struct Sums {
    rows: usize,
    /// Bytes of buffers, uncompressed.
    bytes: usize,
    /// Bytes of each dictionary that there is.
    dictionaries: HashMap<i64, usize>,
    /// Bytes of dictionaries that are looked at again.
    again: usize,
}

impl Sums {
    /// Adds up all messages. A stream that ends within one is the decoder's to tell.
    fn add_all(mut self, mut bytes: &[u8], limits: TypedLimits) -> Result<(), TypedTableError> {
        let options = VerifierOptions {
            max_depth: MAX_DEPTH,
            max_tables: MAX_TABLES,
            max_apparent_size: limits.bytes,
            ..VerifierOptions::default()
        };
        while let Some((head, rest)) = take_head(bytes) {
            let message = root_as_message_with_opts(&options, head);
            let message = message.map_err(|_| unreadable("a message's head is damaged"))?;
            let length = usize::try_from(message.bodyLength());
            let length = length.map_err(|_| unreadable("a message has a negative length"))?;
            let Some((body, rest)) = rest.split_at_checked(length) else {
                return Ok(());
            };
            self.add(&message, body, limits)?;
            bytes = rest;
        }
        Ok(())
    }

    fn add(
        &mut self,
        message: &Message<'_>,
        body: &[u8],
        limits: TypedLimits,
    ) -> Result<(), TypedTableError> {
        let batch = match message.header_type() {
            MessageHeader::RecordBatch => message.header_as_record_batch(),
            MessageHeader::DictionaryBatch => {
                let Some(dictionary) = message.header_as_dictionary_batch() else {
                    return Err(unreadable("a dictionary has nothing in it"));
                };
                if dictionary.isDelta() {
                    return Err(unreadable(
                        "it adds to a dictionary, which is not taken: write each dictionary as a whole",
                    ));
                }
                let data = dictionary.data();
                let bytes = data.map_or(Ok(0), |data| unpacked(&data, body))?;
                self.dictionaries.insert(dictionary.id(), bytes);
                self.room_for(bytes, limits)?;
                return Ok(());
            }
            _ => return Ok(()),
        };
        let batch = batch.ok_or_else(|| unreadable("a message has nothing in it"))?;
        let rows = usize::try_from(batch.length());
        self.rows = self.rows.saturating_add(rows.unwrap_or(usize::MAX));
        if self.rows > limits.rows {
            return Err(TypedTableError::TooManyRows(limits.rows));
        }
        let n_columns = batch.nodes().map_or(0, |nodes| nodes.len());
        if !self.dictionaries.is_empty() {
            // Columns may share one, and each looks at all of it.
            let largest = self.dictionaries.values().max().copied().unwrap_or(0);
            self.again = self.again.saturating_add(largest.saturating_mul(n_columns));
            if self.again > MAX_AGAIN {
                return Err(unreadable(
                    "its dictionaries are used by too many small batches: write all rows as one batch",
                ));
            }
        }
        self.room_for(unpacked(&batch, body)?, limits)
    }

    fn room_for(&mut self, bytes: usize, limits: TypedLimits) -> Result<(), TypedTableError> {
        self.bytes = self.bytes.saturating_add(bytes);
        match self.bytes > limits.bytes {
            true => Err(TypedTableError::TooLarge(limits.bytes)),
            false => Ok(()),
        }
    }
}

/// Takes a message's head off; none where the stream ends, by its mark or by itself.
fn take_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = match *first == CONTINUATION {
        true => rest.split_first_chunk::<4>()?,
        false => (first, rest),
    };
    match usize::try_from(u32::from_le_bytes(*length)).ok()? {
        0 => None,
        length => rest.split_at_checked(length),
    }
}

/// Bytes that the buffers of a message take, uncompressed.
fn unpacked(batch: &arrow_ipc::RecordBatch<'_>, body: &[u8]) -> Result<usize, TypedTableError> {
    let is_compressed = batch.compression().is_some();
    let mut stored = 0_usize;
    let mut unpacked = 0_usize;
    for buffer in batch.buffers().into_iter().flatten() {
        let length = usize::try_from(buffer.length());
        let length = length.map_err(|_| unreadable("a buffer has a negative length"))?;
        stored = stored.saturating_add(length);
        let size = match is_compressed && length >= 8 {
            true => said_size(buffer.offset(), body)?.unwrap_or(length),
            false => length,
        };
        unpacked = unpacked.saturating_add(size);
    }
    // Otherwise they lie over each other, and each is a copy.
    match stored > body.len() {
        true => Err(unreadable(
            "a message has more in its buffers than it is long",
        )),
        false => Ok(unpacked),
    }
}

/// What a compressed buffer says that it becomes; none where it is not compressed after all.
fn said_size(offset: i64, body: &[u8]) -> Result<Option<usize>, TypedTableError> {
    let begins = usize::try_from(offset).ok();
    let said = begins.and_then(|begin| body.get(begin..)?.first_chunk::<8>());
    let said = said.ok_or_else(|| unreadable("a buffer is outside of its message"))?;
    match i64::from_le_bytes(*said) {
        -1 => Ok(None),
        size => usize::try_from(size)
            .map(Some)
            .map_err(|_| unreadable("a buffer has a negative length")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, DictionaryArray, Float64Array, Int32Array, StringArray};
    use arrow_ipc::writer::{DictionaryHandling, IpcWriteOptions, StreamWriter};
    use arrow_schema::{Field, Schema};

    use super::*;
    use crate::typed_table::TypedTable;

    const LIMITS: TypedLimits = TypedLimits {
        rows: 10_000,
        columns: 10,
        bytes: 4 << 20,
    };

    fn write(columns: &[ArrayRef], handling: DictionaryHandling) -> Vec<u8> {
        let schema = Schema::new(vec![Field::new("a", columns[0].data_type().clone(), true)]);
        let options = IpcWriteOptions::default().with_dictionary_handling(handling);
        let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
        let schema = Arc::new(schema);
        for column in columns {
            let rows = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::clone(column)]);
            writer.write(&rows.unwrap()).unwrap();
        }
        writer.finish().unwrap();
        writer.into_inner().unwrap()
    }

    fn read(bytes: Vec<u8>) -> Result<usize, TypedTableError> {
        let table = TypedTable::of_stream(bytes.into(), &|_| true, LIMITS)?;
        Ok(table.n_rows())
    }

    fn shared(keys: Vec<i32>, values: &Arc<StringArray>) -> ArrayRef {
        Arc::new(DictionaryArray::new(
            Int32Array::from(keys),
            Arc::clone(values) as ArrayRef,
        ))
    }

    #[test]
    fn buffers_that_lie_over_each_other_are_refused() {
        let column = Arc::new(Float64Array::from(vec![1.5; 100])) as ArrayRef;
        let whole = write(&[column], DictionaryHandling::Resend);
        assert_eq!(read(whole.clone()), Ok(100));
        // The length of the values' buffer, as the message's head has it.
        let length = 800_i64.to_le_bytes();
        let place = whole
            .windows(8)
            .position(|window| window == length)
            .unwrap();
        let mut longer = whole.clone();
        longer[place..place + 8].copy_from_slice(&100_000_i64.to_le_bytes());
        let said = read(longer).unwrap_err().to_string();
        assert!(
            said.contains("more in its buffers than it is long"),
            "{said}"
        );
        let mut negative = whole;
        negative[place..place + 8].copy_from_slice(&(-800_i64).to_le_bytes());
        let said = read(negative).unwrap_err().to_string();
        assert!(said.contains("negative length"), "{said}");
    }

    #[test]
    fn dictionaries_are_whole_and_not_looked_at_without_end() {
        let few = Arc::new(StringArray::from(vec!["x", "y"]));
        let more = Arc::new(StringArray::from(vec!["x", "y", "z"]));
        let columns = [shared(vec![0, 1], &few), shared(vec![2], &more)];
        assert_eq!(read(write(&columns, DictionaryHandling::Resend)), Ok(3));
        let said = read(write(&columns, DictionaryHandling::Delta)).unwrap_err();
        assert!(
            said.to_string()
                .contains("write each dictionary as a whole"),
            "{said}"
        );
        let long = Arc::new(StringArray::from(vec!["x".repeat(1 << 20)]));
        let columns = vec![shared(vec![], &long); 1_100];
        let said = read(write(&columns, DictionaryHandling::Resend)).unwrap_err();
        assert!(
            said.to_string().contains("write all rows as one batch"),
            "{said}"
        );
    }

    #[test]
    fn streams_that_end_early() {
        let column = Arc::new(StringArray::from(vec!["a"; 10])) as ArrayRef;
        let whole = write(&[Arc::clone(&column), column], DictionaryHandling::Resend);
        assert_eq!(read(whole.clone()), Ok(20));
        // Without the mark of its end it is whole all the same: DuckDB's extension writes none.
        assert_eq!(read(whole[..whole.len() - 8].to_vec()), Ok(20));
        assert!(read(whole[..whole.len() - 9].to_vec()).is_err());
        assert!(read([whole, vec![0; 8]].concat()).is_err());
    }
}
