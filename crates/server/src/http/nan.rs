//! `NaN` in what is nearly JSON: Python's `json.dumps` writes it for a missing number, and MLflow's own client sends that.

/// What stands for a missing value, of the same length as [`MISSING`] is in JSON but for one letter.
const NAN: &[u8] = b"NaN";

const MISSING: &[u8] = b"null";

/// Writes null for each `NaN` outside of texts; `None` where there is none.
pub(super) fn as_null(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut mended = Vec::new();
    let mut copied = 0;
    let mut is_text = false;
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let taken = match byte {
            b'"' => {
                is_text = !is_text;
                1
            }
            b'\\' if is_text => 2,
            b'N' if !is_text && is_nan(bytes, place) => {
                mended.extend_from_slice(&bytes[copied..place]);
                mended.extend_from_slice(MISSING);
                copied = place + NAN.len();
                NAN.len()
            }
            _ => 1,
        };
        place += taken;
    }
    if copied == 0 {
        return None;
    }
    mended.extend_from_slice(&bytes[copied..]);
    Some(mended)
}

/// Tells whether a whole word `NaN` stands here: not a part of a longer one, and no `-NaN`.
fn is_nan(bytes: &[u8], place: usize) -> bool {
    let is_value = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_free = |byte: Option<&u8>| byte.is_none_or(|byte| !is_value(*byte));
    let before = place.checked_sub(1).and_then(|before| bytes.get(before));
    bytes[place..].starts_with(NAN) && is_free(before) && is_free(bytes.get(place + NAN.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_are_changed() {
        let mended =
            |text: &str| as_null(text.as_bytes()).map(|text| String::from_utf8(text).unwrap());
        for (text, expected) in [
            ("[NaN]", "[null]"),
            ("[1,NaN , NaN,\"NaN\"]", "[1,null , null,\"NaN\"]"),
            ("{\"a\\\"NaN\":NaN}", "{\"a\\\"NaN\":null}"),
            ("NaN", "null"),
        ] {
            assert_eq!(mended(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "", "[-NaN]", "[NaNs]", "[xNaN]", "\"NaN", "[nan]", "\"\\", "[1]",
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
