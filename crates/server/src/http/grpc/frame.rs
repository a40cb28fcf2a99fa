//! Messages as bytes of a body: whether one is compressed, its length in four bytes, the highest first, and itself
//! (gRPC over HTTP/2, "Length-Prefixed-Message").

use prost::Message;

use super::super::problem::Problem;
use super::compression::Compression;

/// Bytes before a message.
const HEAD: usize = 5;

/// Writes a message.
///
/// # Errors
///
/// 500 where it cannot be written, which would be our bug.
pub(super) fn write(message: &impl Message, compression: Compression) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(HEAD + message.encoded_len());
    bytes.extend_from_slice(&[0; HEAD]);
    let unwritable = |detail: &dyn std::fmt::Display| {
        Problem::internal("the answer could not be written", &detail.to_string())
    };
    message
        .encode(&mut bytes)
        .map_err(|error| unwritable(&error))?;
    let plain = bytes.get(HEAD..).unwrap_or_default();
    let compressed = compression.compress(plain);
    if let Some(compressed) = compressed.map_err(|error| unwritable(&error))? {
        bytes.truncate(HEAD);
        bytes.extend_from_slice(&compressed);
        bytes[0] = 1;
    }
    let length = u32::try_from(bytes.len() - HEAD).map_err(|error| unwritable(&error))?;
    bytes[1..HEAD].copy_from_slice(&length.to_be_bytes());
    Ok(bytes)
}
