//! The rows and cells of text with a separator.
//!
//! A quote opens a quoted cell at the cell's beginning only; in it, two quotes are one, and line ends are text. Elsewhere a
//! quote is a quote. Rows end in `\n`, and an `\r` before it belongs to the end.

use memchr::{memchr, memchr_iter, memrchr};

use crate::batch::{Batch, CellKind};

/// Finds where the whole rows of a text end, and how many there are. There are none where the first one has no end yet.
pub(crate) fn whole_rows(text: &[u8], separator: u8) -> Option<(usize, u64)> {
    if memchr(b'"', text).is_none() {
        let end = memrchr(b'\n', text)? + 1;
        return Some((end, memchr_iter(b'\n', &text[..end]).count() as u64));
    }
    let mut rows = Rows::new(text, separator);
    let (mut end, mut n_rows) = (0, 0);
    while let Some(row) = rows.next() {
        if row.is_whole {
            (end, n_rows) = (rows.at, n_rows + 1);
        }
    }
    (n_rows > 0).then_some((end, n_rows))
}

/// Counts the line ends in a text as an editor does: `\r\n`, `\n` and `\r`.
pub(crate) fn count_line_ends(text: &[u8]) -> u64 {
    let returns = memchr_iter(b'\r', text).filter(|at| text.get(at + 1) != Some(&b'\n'));
    (memchr_iter(b'\n', text).count() + returns.count()) as u64
}

/// The rows of a text, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Rows<'t> {
    text: &'t [u8],
    separator: u8,
    /// Where the next row begins.
    pub(crate) at: usize,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextRow<'t> {
    /// Without its line end.
    pub(crate) bytes: &'t [u8],
    pub(crate) has_quotes: bool,
    /// Whether it has a line end.
    pub(crate) is_whole: bool,
}

impl<'t> Rows<'t> {
    pub(crate) fn new(text: &'t [u8], separator: u8) -> Self {
        Self {
            text,
            separator,
            at: 0,
        }
    }

    /// Finds where a row that begins here ends, and whether a quote is in it.
    fn end_of_row(&self, start: usize) -> (Option<usize>, bool) {
        let text = self.text;
        let mut at = start;
        let mut has_quotes = false;
        loop {
            let end = memchr(b'\n', &text[at..]).map(|end| at + end);
            let upto = end.unwrap_or(text.len());
            let Some(quote) = memchr(b'"', &text[at..upto]).map(|quote| at + quote) else {
                return (end, has_quotes);
            };
            has_quotes = true;
            let opens = quote == start || text[quote - 1] == self.separator;
            at = match opens {
                true => match end_of_quoted(text, quote + 1) {
                    Some(behind) => behind,
                    None => return (None, true),
                },
                false => quote + 1,
            };
        }
    }
}

/// Finds the place behind the quote that ends a quoted cell.
fn end_of_quoted(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(b'"', text.get(at..)?)? + 1;
        if text.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

impl<'t> Iterator for Rows<'t> {
    type Item = TextRow<'t>;

    #[inline]
    fn next(&mut self) -> Option<TextRow<'t>> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let (end, has_quotes) = self.end_of_row(start);
        let stop = end.unwrap_or(self.text.len());
        self.at = stop + 1;
        let bytes = &self.text[start..stop];
        Some(TextRow {
            bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes),
            has_quotes,
            is_whole: end.is_some(),
        })
    }
}

/// Tells whether a row says nothing: it has blanks and separators only.
#[inline]
pub(crate) fn is_blank(row: &str, separator: u8) -> bool {
    // Most rows tell by their first byte.
    row.bytes()
        .all(|byte| byte == separator || byte == b' ' || byte == b'\t')
}

/// Takes a row apart into its cells.
pub(crate) fn cells(row: &str, separator: u8) -> Vec<String> {
    let mut cells = Vec::new();
    let mut rest = Some(row);
    while let Some(text) = rest {
        let (cell, behind) = first_cell(text, separator);
        cells.push(cell);
        rest = behind;
    }
    cells
}

/// Adds a row's cells to a batch. Empty ones behind the header's last, as Excel leaves them, are left out.
pub(crate) fn push_cells(row: &str, separator: u8, number: u64, batch: &mut Batch) {
    let mut cells = cells(row, separator);
    while cells.len() > batch.n_columns() && cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    for cell in &cells {
        batch.push(cell, CellKind::Text);
    }
    batch.end_row(number);
}

/// Takes the first cell off, and gives what is behind its separator.
fn first_cell(text: &str, separator: u8) -> (String, Option<&str>) {
    let bytes = text.as_bytes();
    let mut cell = String::new();
    let mut at = 0;
    if bytes.first() == Some(&b'"') {
        let behind = end_of_quoted(bytes, 1);
        // Without its end, the cell goes on to the text's.
        let inside = &text[1..behind.map_or(text.len(), |behind| behind - 1)];
        cell.push_str(&inside.replace("\"\"", "\""));
        at = behind.unwrap_or(text.len());
    }
    let end = memchr(separator, &bytes[at..]).map(|end| at + end);
    cell.push_str(&text[at..end.unwrap_or(text.len())]);
    (cell, end.map(|end| &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(text: &str, separator: u8) -> Vec<Vec<String>> {
        Rows::new(text.as_bytes(), separator)
            .map(|row| cells(std::str::from_utf8(row.bytes).unwrap(), separator))
            .collect()
    }

    #[test]
    fn quotes_count_at_a_cells_beginning() {
        assert_eq!(
            table(
                "a;\"b;\"\"c\"\"\nd\";e\r\nx\"y;\"z\"w;\n\n\"open;\nend",
                b';'
            ),
            [
                vec!["a", "b;\"c\"\nd", "e"],
                vec!["x\"y", "zw", ""],
                vec![""],
                vec!["open;\nend"],
            ]
        );
    }

    #[test]
    fn whole_rows_end_behind_the_last_line_end() {
        for (text, whole) in [
            ("", None),
            ("a;b", None),
            ("a\nb\nc", Some((4, 2))),
            ("a;\"\n\"\nb;\"c\n", Some((6, 1))),
            ("\"a\n", None),
            ("a\"\n", Some((3, 1))),
        ] {
            assert_eq!(whole_rows(text.as_bytes(), b';'), whole, "{text:?}");
        }
    }

    proptest! {
        /// What the csv crate writes is read back, and cut anywhere the whole rows are the same ones.
        #[test]
        fn what_is_written_is_read(
            rows in prop::collection::vec(prop::collection::vec("[a-b;,\"\n\r ñ]{0,5}", 2..4), 1..8),
            separator in prop::sample::select(vec![b';', b',', b'\t', b'|']),
            always in any::<bool>(),
            crlf in any::<bool>(),
        ) {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(separator)
                .flexible(true)
                .quote_style(if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
                .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
                .from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(table(&text, separator), rows.clone());
            let mut ends = vec![0];
            let mut all = Rows::new(text.as_bytes(), separator);
            while all.next().is_some() {
                ends.push(all.at);
            }
            for cut in 0..=text.len() {
                let expected = ends.iter().rposition(|end| *end <= cut).unwrap();
                let found = whole_rows(&text.as_bytes()[..cut], separator);
                let expected = (expected > 0).then(|| (ends[expected], expected as u64));
                // An escaped quote that is cut in two looks like the end of its cell, and a line end may follow.
                let is_cut_quote = cut > 0 && text.as_bytes()[cut - 1] == b'"';
                prop_assert!(found == expected || is_cut_quote, "{} {:?} {:?}", cut, found, expected);
            }
        }

        /// Anything is taken apart as the csv crate does it, whose rows also end in a lone `\r`.
        #[test]
        fn as_the_csv_crate_does(text in "[ab;\"\n ]{0,30}") {
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(b';')
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            let mut found = table(&text, b';');
            // It leaves out empty lines.
            found.retain(|row| row != &[""]);
            let mut expected = expected;
            expected.retain(|row| row != &[""]);
            prop_assert_eq!(found, expected);
        }
    }
}
