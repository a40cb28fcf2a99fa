//! HTML that is written piece by piece. Markup is what stands in this program: any other text is escaped.

/// A page while it is written.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Appends markup.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends a text.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(' '),
                hidden if is_hidden(hidden) => self.0.push(char::REPLACEMENT_CHARACTER),
                character => self.0.push(character),
            }
        }
        self
    }

    /// Appends a text between two pieces of markup.
    pub(super) fn element(
        &mut self,
        open: &'static str,
        text: &str,
        close: &'static str,
    ) -> &mut Self {
        self.raw(open).text(text).raw(close)
    }

    /// Appends a text of several lines.
    pub(super) fn lines(&mut self, text: &str) -> &mut Self {
        for (at, line) in text.trim().lines().enumerate() {
            if at > 0 {
                self.raw("<br>");
            }
            self.text(line.trim_end());
        }
        self
    }

    /// Appends what is to be filled in before the letter is sent.
    pub(super) fn gap(&mut self, text: &str) -> &mut Self {
        self.element("<mark>[", text, "]</mark>")
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Tells whether a character is none that a person sees: one that controls, or turns the direction of what follows.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup() {
        let mut page = Page::default();
        page.element(
            "<p>",
            "<script>alert(\"1\" & '2')</script>\u{202e}\0",
            "</p>",
        );
        page.lines("a\r\n <b>\n");
        assert_eq!(
            page.into_text(),
            "<p>&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;\u{fffd}\u{fffd}</p>a<br> &lt;b&gt;"
        );
    }
}
