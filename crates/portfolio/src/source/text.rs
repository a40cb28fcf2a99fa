//! Text with a separator between cells.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use encoding_rs::WINDOWS_1252;

use super::bytes::{Bytes, EMPTY};
use super::dialect::TextDialect;
use super::encoding::Text;
use super::noticed::Noticed;
use super::rows::{Rows, Shape, count_line_ends, is_blank, push_cells, whole_rows};
use super::{Aside, Detected, Piece, Source};
use crate::batch::Batch;
use crate::decimals::Decimals;
use crate::error::PortfolioError;
use crate::known_columns::KnownColumns;
use crate::request::{Format, Limits, Reading};

/// Bytes of a piece: some two thousand rows.
const PIECE: usize = 1 << 18;

/// The problem of bytes that nobody typed.
const NO_TEXT: (&str, &str) = (
    "no es texto, ni un libro de Excel, ni Parquet, ni JSON; pida la cartera en .csv o .xlsx",
    "it is no text, workbook, Parquet or JSON; ask for the portfolio as .csv or .xlsx",
);

/// A text file.
pub(crate) struct TextSource {
    text: Text,
    header: Vec<String>,
    detected: Detected,
    decimals: Decimals,
    /// Rows above the header's that say something.
    n_titles: u64,
    shape: Shape,
    limits: Limits,
    /// Text that is not handed on yet, from a row's beginning.
    pending: Vec<u8>,
    has_more: bool,
    /// The next row's number.
    number: u64,
    first_line: u64,
    piece: usize,
    noticed: Arc<Noticed>,
}

impl TextSource {
    pub(crate) fn open(
        bytes: Bytes,
        reading: &Reading,
        known: &dyn KnownColumns,
    ) -> Result<Self, PortfolioError> {
        Self::with_pieces(bytes, reading, known, PIECE)
    }

    fn with_pieces(
        bytes: Bytes,
        reading: &Reading,
        known: &dyn KnownColumns,
        piece: usize,
    ) -> Result<Self, PortfolioError> {
        let mut text = Text::new(bytes, reading.encoding)?;
        let mut pending = Vec::new();
        let has_more = text.read(piece, &mut pending)?;
        if memchr::memchr(b'\n', &pending).is_none() {
            text.end_in_returns(&mut pending);
        }
        let path = text.bytes().path.clone();
        let dialect = TextDialect::detect(&pending, reading, known).ok_or_else(|| {
            let Some(row) = reading.header_row else {
                return PortfolioError::unreadable(&path, EMPTY);
            };
            let problem = (
                format!("su fila {row} está vacía o no existe; --header-row dice cuál tiene los nombres de las columnas"),
                format!("its row {row} is empty or not there; --header-row names the one with the columns' names"),
            );
            PortfolioError::unreadable(&path, problem)
        })?;
        let n_columns = dialect.header.len();
        if n_columns > reading.limits.columns {
            return Err(too_wide(&path, n_columns, reading.limits.columns));
        }
        let is_binary = |c: char| c.is_control() && !c.is_whitespace();
        if dialect.header.iter().any(|name| name.contains(is_binary)) {
            return Err(PortfolioError::unreadable(&path, NO_TEXT));
        }
        let first_line = 1 + count_line_ends(&pending[..dialect.body]);
        pending.drain(..dialect.body);
        Ok(Self {
            detected: Detected {
                format: Format::Csv,
                compression: text.bytes().compression,
                encoding: Some(text.encoding),
                separator: Some(dialect.separator),
                decimal: dialect.decimals.of_file(),
                crlf: Some(dialect.crlf),
                sheet: None,
                header_row: dialect.header_row,
            },
            decimals: dialect.decimals,
            n_titles: dialect.n_titles,
            shape: Shape {
                separator: dialect.separator.byte(),
                n_columns: Some(n_columns),
            },
            limits: reading.limits,
            header: dialect.header,
            number: dialect.header_row + 1,
            first_line,
            noticed: Arc::default(),
            pending,
            has_more,
            piece,
            text,
        })
    }

    /// Takes whole rows out of what is pending, or all of it when nothing follows.
    fn take_rows(&mut self) -> Option<(Vec<u8>, u64)> {
        if !self.has_more {
            let rest = std::mem::take(&mut self.pending);
            return (!rest.is_empty()).then_some((rest, 0));
        }
        let (end, n_rows) = whole_rows(&self.pending, self.shape).or_else(|| self.unclosed())?;
        let mut next = Vec::with_capacity(self.piece + self.pending.len() - end);
        next.extend_from_slice(&self.pending[end..]);
        self.pending.truncate(end);
        Some((std::mem::replace(&mut self.pending, next), n_rows))
    }
}

impl TextSource {
    /// The lines behind a quote that is not closed within the longest row: it opens nothing, and they are rows.
    fn unclosed(&self) -> Option<(usize, u64)> {
        if self.pending.len() <= self.limits.row_bytes {
            return None;
        }
        let end = memchr::memrchr(b'\n', &self.pending)? + 1;
        let n_rows = Rows::new(&self.pending[..end], self.shape).count() as u64;
        Some((end, n_rows))
    }
}

impl Source for TextSource {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn detected(&self) -> &Detected {
        &self.detected
    }

    fn next(&mut self) -> Result<Option<Piece>, PortfolioError> {
        loop {
            // A row that is longer than a piece is read in larger and larger steps.
            let wanted = self.piece.max(self.pending.len());
            if self.has_more && (self.pending.len() < self.piece || wanted > self.piece) {
                self.has_more = self.text.read(wanted, &mut self.pending)?;
            }
            let first_number = self.number;
            if let Some((text, n_rows)) = self.take_rows() {
                self.number += n_rows;
                return Ok(Some(Piece::Text(TextPiece {
                    text,
                    shape: self.shape,
                    first_number,
                    noticed: Arc::clone(&self.noticed),
                })));
            }
            if !self.has_more {
                return Ok(None);
            }
            if self.pending.len() > self.limits.row_bytes {
                return Err(PortfolioError::unreadable(
                    &self.text.bytes().path,
                    (
                        format!(
                            "su fila {first_number} es más larga que ninguna de una cartera; compruebe que es un archivo de texto con una fila por cliente"
                        ),
                        format!(
                            "its row {first_number} is longer than any of a portfolio; see that it is a text file with a row for each client"
                        ),
                    ),
                ));
            }
        }
    }

    fn remarks(&self) -> Vec<String> {
        self.noticed.remarks()
    }

    fn decimals(&self) -> Decimals {
        self.decimals.clone()
    }

    fn aside(&self) -> Aside {
        let above = self.detected.header_row - 1;
        Aside {
            headers: 1,
            titles: self.n_titles,
            empty: above - self.n_titles + self.noticed.empty_rows.load(Ordering::Relaxed),
        }
    }

    fn first_line(&self) -> Option<u64> {
        Some(self.first_line)
    }

    fn position(&self) -> (u64, Option<u64>) {
        self.text.bytes().position()
    }
}

/// Some whole rows of a text file.
#[derive(Debug)]
pub(crate) struct TextPiece {
    text: Vec<u8>,
    shape: Shape,
    first_number: u64,
    noticed: Arc<Noticed>,
}

impl TextPiece {
    /// Reads the rows, cell by cell.
    pub(crate) fn read(self, batch: &mut Batch) {
        let separator = self.shape.separator;
        batch.clear(self.shape.n_columns.unwrap_or_default());
        let text = match String::from_utf8(self.text) {
            Ok(text) => text,
            Err(error) => mended(error.as_bytes(), &self.noticed),
        };
        let mut rows = Rows::new(text.as_bytes(), self.shape);
        let mut number = self.first_number;
        loop {
            let start = rows.at;
            let Some(row) = rows.next() else {
                return;
            };
            // Rows end between characters.
            let Some(line) = text.get(start..start + row.bytes.len()) else {
                return;
            };
            if row.n_lines_apart > 0 {
                self.noticed.quote(number, row.n_lines_apart);
            }
            if is_blank(line, separator) {
                self.noticed.empty_rows.fetch_add(1, Ordering::Relaxed);
            } else {
                let is_plain = !row.has_quotes && batch.push_line(line, separator, number);
                if !is_plain {
                    push_cells(line, separator, number, batch);
                }
            }
            number += 1;
        }
    }
}

/// A table has more columns than any of clients.
pub(super) fn too_wide(path: &std::path::Path, n_columns: usize, most: usize) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!(
                "tiene {n_columns} columnas, y se leen {most} como mucho, las de una hoja de Excel; deje las que hacen falta"
            ),
            format!(
                "it has {n_columns} columns, and at most {most} are read, as many as Excel has; keep those that are needed"
            ),
        ),
    )
}

/// Reads text that should be UTF-8. Lines that are not are taken for Windows-1252, which anything is.
fn mended(text: &[u8], noticed: &Noticed) -> String {
    let mut mended = String::with_capacity(text.len() + text.len() / 8);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => mended.push_str(line),
            Err(_) => {
                noticed.odd_lines.fetch_add(1, Ordering::Relaxed);
                mended.push_str(&WINDOWS_1252.decode_without_bom_handling(line).0);
            }
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::columns::ColumnMatcher;
    use crate::request::Encoding;
    use propenso_scoring::Contract;

    /// A row's number and its cells.
    type TestRow = (u64, Vec<String>);

    fn rows(
        bytes: &[u8],
        reading: &Reading,
        piece: usize,
    ) -> (Detected, Vec<TestRow>, Vec<String>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let matcher = ColumnMatcher::of_contract(&contract);
        let bytes = Bytes::open(Some(file.path()), Limits::default()).unwrap();
        let mut source = TextSource::with_pieces(bytes, reading, &matcher, piece).unwrap();
        let mut rows = Vec::new();
        let mut batch = Batch::default();
        while let Some(piece) = source.next().unwrap() {
            piece.read(&mut batch);
            for row in 0..batch.n_rows() {
                let cells = (0..batch.n_columns()).map(|column| batch.cell(row, column).to_owned());
                rows.push((batch.number(row), cells.collect()));
            }
        }
        (source.detected().clone(), rows, source.remarks())
    }

    #[test]
    fn blank_rows_are_counted_and_extra_empty_cells_left_out() {
        let text = b"\n;;\nCUST_CODE;VPT\n1;S;;\n\n \t\n;\n\"2\n\";N\n3;S";
        for piece in [1, 4, 7, 1000] {
            let (detected, rows, _) = rows(text, &Reading::default(), piece.max(40));
            assert_eq!(detected.header_row, 3);
            let expected = [
                (4, vec!["1", "S"]),
                (8, vec!["2\n", "N"]),
                (9, vec!["3", "S"]),
            ];
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(number, cells)| (number, cells.into_iter().map(str::to_owned).collect()))
                .collect();
            assert_eq!(rows, expected);
        }
    }

    #[test]
    fn lines_of_another_encoding_are_read_and_told() {
        let filler = "1;ñ\n".repeat(400_000);
        let text = [b"CUST_CODE;VPT\n", filler.as_bytes(), b"2;\xf1\n3;x\n"].concat();
        let (detected, rows, remarks) = rows(&text, &Reading::default(), 1 << 18);
        assert_eq!(detected.encoding, Some(Encoding::Utf8));
        assert_eq!(rows[400_000].1[1], "ñ");
        assert_eq!(rows.len(), 400_002);
        assert!(remarks[0].starts_with("1 filas"), "{remarks:?}");
    }

    #[test]
    fn compressed_text_and_old_line_ends() {
        let text = b"CUST_CODE;VPT\r1;S\r2;N\r";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).unwrap();
        let gzip = gzip.finish().unwrap();
        let zstd = zstd::encode_all(&text[..], 0).unwrap();
        for (bytes, name) in [
            (&text[..], None),
            (&gzip, Some("gzip")),
            (&zstd, Some("zstd")),
        ] {
            let (detected, rows, _) = rows(bytes, &Reading::default(), 1000);
            assert_eq!(detected.compression, name);
            assert_eq!(rows.len(), 2);
            assert_eq!(rows[1], (3, vec!["2".to_owned(), "N".to_owned()]));
        }
    }

    proptest! {
        /// However long the pieces are, the rows are the same.
        #[test]
        fn whatever_the_pieces(
            body in prop::collection::vec("[ab;\"\nñ]{0,12}", 0..12),
            crlf in any::<bool>(),
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let text = format!("CUST_CODE;VPT{end}{}", body.join(end));
            let whole = rows(text.as_bytes(), &Reading::default(), 1 << 18).1;
            // The first piece must hold the header.
            for piece in [20, 21, 33, 64] {
                prop_assert_eq!(&rows(text.as_bytes(), &Reading::default(), piece).1, &whole, "{}", piece);
            }
        }
    }
}
