//! Texts of others, as names of files, where a line must stay one.

/// Tells whether a character controls a terminal, ends a line, or turns the order of those beside it.
#[must_use]
pub fn is_more_than_a_character(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes a text with a mark in place of each character that is more than one.
#[must_use]
pub fn in_one_line(text: &str) -> String {
    let marked = |character| match is_more_than_a_character(character) {
        true => char::REPLACEMENT_CHARACTER,
        false => character,
    };
    text.chars().map(marked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_texts_are_one_line() {
        for plain in ["", "modelo «ñ» 2.pkl", "日本.pkl"] {
            assert_eq!(in_one_line(plain), plain);
        }
        assert_eq!(in_one_line("a\n\u{1b}[31m\u{202e}b\u{2028}"), "a��[31m�b�");
    }
}
