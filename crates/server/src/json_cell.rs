//! One value of a JSON body as a contract takes it, without rounding anything.

use std::borrow::Cow;

use propenso_scoring::Raw;
use serde::Deserialize;

/// Text that borrows from the JSON where it has no escapes.
#[derive(Debug, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// Takes a JSON value by its first character; the JSON is known to be well-formed.
#[must_use]
pub fn raw(json: &str) -> Raw<'_> {
    match json.as_bytes().first() {
        Some(b'n') => Raw::Missing,
        Some(b't') => Raw::Boolean(true),
        Some(b'f') => Raw::Boolean(false),
        Some(b'[') => Raw::Other("array"),
        Some(b'{') => Raw::Other("object"),
        Some(b'"') => match serde_json::from_str::<Text<'_>>(json) {
            Ok(Text(text)) => Raw::Text(text),
            // Half of a surrogate pair: well-formed JSON that is no text.
            Err(_) => Raw::Other("text"),
        },
        _ => Raw::number(json),
    }
}
