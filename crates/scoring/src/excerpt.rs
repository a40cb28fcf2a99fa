//! What a client sent, cut to a length that is safe to send back.

/// More than this of a value teaches nobody anything, and an answer must not be inflatable.
const MAX_CHARS: usize = 64;

/// The first 64 characters of `value`, with an ellipsis where something was left out.
pub(crate) fn excerpt(value: &str) -> String {
    match value.char_indices().nth(MAX_CHARS) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn cuts_on_characters_not_bytes() {
        assert_eq!(excerpt("ñ"), "ñ");
        assert_eq!(excerpt(&"ñ".repeat(64)), "ñ".repeat(64));
        assert_eq!(excerpt(&"ñ".repeat(65)), format!("{}…", "ñ".repeat(64)));
    }
}
