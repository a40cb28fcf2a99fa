//! What a line of the text log says besides its time and level, without what would end the line, colour a terminal or turn the
//! order of its characters: names of files come from others, and must not pass for lines of the log.

use std::fmt::{self, Debug, Write};

use propenso_lifecycle::plain_text::is_more_than_a_character;
use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{FormatFields, Writer};

/// Writes a message and its fields as text.
#[derive(Debug)]
pub(super) struct PlainFields;

impl<'w> FormatFields<'w> for PlainFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut visitor = Visitor {
            writer,
            is_first: true,
            written: Ok(()),
        };
        fields.record(&mut visitor);
        visitor.written
    }
}

struct Visitor<'w> {
    writer: Writer<'w>,
    is_first: bool,
    written: fmt::Result,
}

impl Visitor<'_> {
    fn write(&mut self, field: &Field, value: &dyn Debug) -> fmt::Result {
        if !std::mem::take(&mut self.is_first) {
            self.writer.write_char(' ')?;
        }
        match (field.name(), self.writer.has_ansi_escapes()) {
            ("message", _) => {}
            (name, false) => write!(self.writer, "{name}=")?,
            // The name in italics, its sign dim.
            (name, true) => write!(self.writer, "\x1b[3m{name}\x1b[0m\x1b[2m=\x1b[0m")?,
        }
        write!(Escaped(&mut self.writer), "{value:?}")
    }
}

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Fields of this kind were told already, as those of another log.
        if self.written.is_ok() && !field.name().starts_with("log.") {
            self.written = self.write(field, value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.record_debug(field, &format_args!("{value}")),
            _ => self.record_debug(field, &value),
        }
    }
}

/// Passes texts on without what is more than a character of a line.
struct Escaped<'w, W>(&'w mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_more_than_a_character) {
            let (plain, other) = rest.split_at(at);
            self.0.write_str(plain)?;
            let mut characters = other.chars();
            if let Some(character) = characters.next() {
                write!(self.0, "{}", character.escape_default())?;
            }
            rest = characters.as_str();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_texts_stay_in_their_line() {
        let escaped = |text: &str| {
            let mut written = String::new();
            Escaped(&mut written).write_str(text).unwrap();
            written
        };
        for plain in ["", "modelo «ñ» 2.pkl", r"C:\entrada\m.pkl", "日本"] {
            assert_eq!(escaped(plain), plain);
        }
        assert_eq!(escaped("a\nb\r\t"), r"a\nb\r\t");
        assert_eq!(escaped("\u{1b}[31mrojo\u{9b}"), r"\u{1b}[31mrojo\u{9b}");
        assert_eq!(
            escaped("a\u{2028}\u{202e}lkp\u{2066}.exe"),
            r"a\u{2028}\u{202e}lkp\u{2066}.exe"
        );
    }
}
