//! What a request of tensors takes in memory when it is read. A reader of messages makes of each tensor of two bytes one of hundreds:
//! what is sent is weighed first, without keeping anything of it.

use prost::bytes::Buf;
use prost::encoding::{WireType, decode_key, decode_varint};

/// What a request may take, in bytes: some times what its message may be long.
const MOST: usize = 96 << 20;

/// An input or an output with nothing in it, and what is allocated for it.
const TENSOR: usize = 512;

/// A parameter, in its map.
const PARAMETER: usize = 256;

/// An element of bytes, which are shared with the message.
const BYTES: usize = 40;

/// Tells whether a request of tensors may be read. What is no message is the reader's to say.
///
/// # Errors
///
/// What to send instead.
pub(super) fn weigh(message: &[u8]) -> Result<(), String> {
    let mut left = MOST;
    let weighed = request(message, &mut left);
    match weighed {
        Some(Full) => Err(
            "the message has too many tensors, parameters or elements for one request; send fewer clients in each"
                .to_owned(),
        ),
        None => Ok(()),
    }
}

/// There is no room for more.
struct Full;

/// A field of a message.
enum Field<'a> {
    /// Bytes: a text, a message, or a list of numbers.
    Bytes(&'a [u8]),
    /// A number alone.
    Number,
}

/// Goes through the fields of a message until it ends, or is none any more.
fn fields<'a>(mut message: &'a [u8]) -> impl Iterator<Item = (u32, Field<'a>)> {
    std::iter::from_fn(move || {
        let (tag, kind) = decode_key(&mut message).ok()?;
        let skip = match kind {
            WireType::Varint => {
                decode_varint(&mut message).ok()?;
                0
            }
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut message).ok()?).ok()?;
                let (own, rest) = message.split_at_checked(length)?;
                message = rest;
                return Some((tag, Field::Bytes(own)));
            }
            // Old: whoever reads the message refuses what does not end, and keeps nothing of it.
            WireType::StartGroup | WireType::EndGroup => 0,
        };
        (message.remaining() >= skip).then(|| message.advance(skip))?;
        Some((tag, Field::Number))
    })
}

fn take(left: &mut usize, weight: usize) -> Option<Full> {
    match left.checked_sub(weight) {
        Some(rest) => {
            *left = rest;
            None
        }
        None => Some(Full),
    }
}

/// A `ModelInferRequest`.
fn request(message: &[u8], left: &mut usize) -> Option<Full> {
    fields(message).find_map(|(tag, field)| match (tag, field) {
        (4, _) => take(left, PARAMETER),
        (5, Field::Bytes(own)) => take(left, TENSOR).or_else(|| input(own, left)),
        (6, Field::Bytes(own)) => take(left, TENSOR).or_else(|| {
            let mut parameters = fields(own).filter(|(tag, _)| *tag == 2);
            parameters.find_map(|_| take(left, PARAMETER))
        }),
        (7, _) => take(left, BYTES),
        _ => None,
    })
}

/// An `InferInputTensor`.
fn input(message: &[u8], left: &mut usize) -> Option<Full> {
    fields(message).find_map(|(tag, field)| match (tag, field) {
        (3, Field::Bytes(sizes)) => take(left, 8 * sizes.len()),
        (3, Field::Number) => take(left, 8),
        (4, _) => take(left, PARAMETER),
        (5, Field::Bytes(own)) => contents(own, left),
        _ => None,
    })
}

/// An `InferTensorContents`: a number may be as short as a byte.
fn contents(message: &[u8], left: &mut usize) -> Option<Full> {
    fields(message).find_map(|(tag, field)| match (tag, field) {
        (8, _) => take(left, BYTES),
        (1, Field::Bytes(list)) => take(left, list.len()),
        (2 | 4, Field::Bytes(list)) => take(left, 4 * list.len()),
        (3 | 5, Field::Bytes(list)) => take(left, 8 * list.len()),
        (6 | 7, Field::Bytes(list)) => take(left, list.len()),
        (_, Field::Number) => take(left, 8),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message;

    use super::super::generated::inference::model_infer_request::InferInputTensor;
    use super::super::generated::inference::{InferTensorContents, ModelInferRequest};
    use super::*;

    #[test]
    fn what_is_small_on_the_wire_and_large_in_memory_is_refused_unread() {
        let empty_tensors = [0x2a, 0].repeat(1 << 20);
        let empty_elements = [0x42, 0].repeat(4 << 20);
        let message = ModelInferRequest {
            inputs: vec![InferInputTensor::default()],
            ..ModelInferRequest::default()
        };
        assert_eq!(weigh(&message.encode_to_vec()), Ok(()));
        assert!(weigh(&empty_tensors).is_err());
        let inside = |list: &[u8]| {
            let mut contents = Vec::new();
            prost::encoding::encode_key(5, WireType::LengthDelimited, &mut contents);
            prost::encoding::encode_varint(list.len() as u64, &mut contents);
            contents.extend_from_slice(list);
            let mut message = Vec::new();
            prost::encoding::encode_key(5, WireType::LengthDelimited, &mut message);
            prost::encoding::encode_varint(contents.len() as u64, &mut message);
            message.extend_from_slice(&contents);
            message
        };
        assert!(weigh(&inside(&empty_elements)).is_err());
        let contents = InferTensorContents {
            int64_contents: vec![1; 16 << 20],
            ..InferTensorContents::default()
        };
        assert!(weigh(&inside(&contents.encode_to_vec())).is_err());
    }

    #[test]
    fn as_many_clients_as_a_request_may_have_are_let_through() {
        let column = |name: &str| InferInputTensor {
            name: name.to_owned(),
            contents: Some(InferTensorContents {
                bytes_contents: vec!["S".into(); 100_000],
                ..InferTensorContents::default()
            }),
            ..InferInputTensor::default()
        };
        let message = ModelInferRequest {
            inputs: ["a"; 20].map(column).to_vec(),
            ..ModelInferRequest::default()
        };
        assert_eq!(weigh(&message.encode_to_vec()), Ok(()));
    }

    proptest! {
        /// Whatever is sent is let through or refused, and what is read afterwards is read or refused.
        #[test]
        fn any_bytes_are_weighed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let weighed = weigh(&bytes);
            prop_assert!(weighed.is_ok());
            let _ = ModelInferRequest::decode(&*bytes);
        }
    }
}
