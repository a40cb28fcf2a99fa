//! The dialect of a text file: its separator, the row with the columns' names, and what its numbers have before their
//! decimals.

use super::rows::{Rows, Shape, cells, is_blank};
use crate::decimals::{Decimals, Evidence, Vote, Votes};
use crate::known_columns::KnownColumns;
use crate::request::{Reading, Separator};

/// Rows among which the header is looked for.
const FIRST_ROWS: usize = 50;

/// Rows whose numbers are looked at.
const NUMBER_ROWS: usize = 5_000;

/// The dialect that a text file turned out to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextDialect {
    pub(crate) separator: Separator,
    pub(crate) header: Vec<String>,
    /// The header's row, from 1.
    pub(crate) header_row: u64,
    /// Rows above it that say something.
    pub(crate) n_titles: u64,
    /// Where the row behind the header begins.
    pub(crate) body: usize,
    /// What its first numbers say.
    pub(crate) decimals: Decimals,
    pub(crate) crlf: bool,
}

impl TextDialect {
    /// Finds out the dialect of a file that begins like this. `None` where it has no row that could be a header.
    pub(crate) fn detect(
        sample: &[u8],
        reading: &Reading,
        known: &dyn KnownColumns,
    ) -> Option<Self> {
        let (announced, skipped) = announced_separator(sample);
        let separators = match reading.separator.or(announced) {
            Some(separator) => vec![separator],
            None => Separator::ALL.to_vec(),
        };
        let candidates = separators.into_iter().filter_map(|separator| {
            let header = Header::find(sample, separator, reading.header_row, skipped, known)?;
            Some((separator, header))
        });
        // Of equals the first: those who name no input are told apart by how many cells they have.
        let (separator, header) = candidates
            .enumerate()
            .max_by_key(|(at, (_, header))| {
                (header.n_matched, header.cells.len(), std::cmp::Reverse(*at))
            })?
            .1;
        let body = &sample[header.end..];
        let shape = Shape {
            separator: separator.byte(),
            n_columns: Some(header.cells.len()),
        };
        let first_end = memchr::memchr(b'\n', sample);
        Some(Self {
            decimals: evidence(body, shape, &known.number_columns(&header.cells))
                .decide(reading.decimal),
            crlf: first_end.is_some_and(|end| sample[..end].ends_with(b"\r")),
            separator,
            header: header.cells,
            header_row: header.row,
            n_titles: header.n_titles,
            body: header.end,
        })
    }
}

/// Reads what Excel writes into the first line: `sep=;`. Gives also how many bytes that are.
fn announced_separator(sample: &[u8]) -> (Option<Separator>, usize) {
    let line_end = memchr::memchr(b'\n', sample).unwrap_or(sample.len());
    let line = sample[..line_end].trim_ascii_end();
    let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', byte] = line else {
        return (None, 0);
    };
    let found = Separator::ALL
        .into_iter()
        .find(|separator| separator.byte() == *byte);
    (found, found.map_or(0, |_| line_end + 1))
}

/// A row with the columns' names.
struct Header {
    cells: Vec<String>,
    n_matched: usize,
    row: u64,
    /// Rows above it that say something.
    n_titles: u64,
    /// Where the next row begins.
    end: usize,
}

impl Header {
    /// Finds the row that was named; else the one that names most inputs, or the first that says anything.
    fn find(
        sample: &[u8],
        separator: Separator,
        wanted: Option<u32>,
        skipped: usize,
        known: &dyn KnownColumns,
    ) -> Option<Self> {
        let shape = Shape {
            separator: separator.byte(),
            n_columns: None,
        };
        let mut rows = Rows::new(sample, shape);
        let mut best: Option<Self> = None;
        let (mut row, mut n_said) = (0, 0);
        while let Some(text) = rows.next() {
            row += 1;
            let is_looked_at = match wanted {
                Some(wanted) => row == u64::from(wanted),
                None => row <= FIRST_ROWS as u64 && rows.at > skipped,
            };
            if !is_looked_at {
                if row > FIRST_ROWS as u64 && wanted.is_none_or(|wanted| row > u64::from(wanted)) {
                    break;
                }
                n_said += u64::from(!is_blank(
                    &String::from_utf8_lossy(text.bytes),
                    separator.byte(),
                ));
                continue;
            }
            let text = String::from_utf8_lossy(text.bytes);
            if is_blank(&text, separator.byte()) {
                continue;
            }
            let n_titles = n_said;
            n_said += 1;
            let cells = cells(&text, separator.byte(), usize::MAX);
            let n_matched = known.count(&cells);
            if best.as_ref().is_none_or(|best| n_matched > best.n_matched) {
                best = Some(Self {
                    cells,
                    n_matched,
                    row,
                    n_titles,
                    end: rows.at.min(sample.len()),
                });
            }
        }
        best.map(Self::without_empty_end)
    }

    /// Leaves out the empty cells that Excel writes behind the last that was ever used.
    fn without_empty_end(mut self) -> Self {
        while self.cells.len() > 1 && self.cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            self.cells.pop();
        }
        self
    }
}

/// Asks the numbers of these columns what they have before their decimals.
fn evidence(body: &[u8], shape: Shape, columns: &[usize]) -> Evidence {
    let mut evidence = Evidence::default();
    let most = columns.iter().max().map_or(0, |last| last + 1);
    for row in Rows::new(body, shape)
        .take(NUMBER_ROWS)
        .filter(|row| row.is_whole)
    {
        let text = String::from_utf8_lossy(row.bytes);
        let cells = cells(&text, shape.separator, most);
        for column in columns {
            if let Some(vote) = cells.get(*column).and_then(|cell| Vote::of(cell)) {
                let mut votes = Votes::default();
                votes.add(vote);
                evidence.add(*column, votes);
            }
        }
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ColumnMatcher;
    use crate::request::Decimal;
    use propenso_scoring::Contract;

    fn detect(text: &str) -> TextDialect {
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let matcher = ColumnMatcher::of_contract(&contract);
        TextDialect::detect(text.as_bytes(), &Reading::default(), &matcher).unwrap()
    }

    #[test]
    fn told_by_the_names_of_the_inputs() {
        for (separator, mark) in [
            (Separator::Semicolon, ";"),
            (Separator::Comma, ","),
            (Separator::Tab, "\t"),
            (Separator::Pipe, "|"),
        ] {
            let table = "Cartera, de hoy; y | más\r\n\r\n;;;\r\nCUST_CODE#Deuda Total#\"importe factura\"#VPT##\r\n1#2,5#3,5#S\r\n";
            let found = detect(&table.replace('#', mark));
            assert_eq!(found.separator, separator);
            assert_eq!(
                found.header,
                ["CUST_CODE", "Deuda Total", "importe factura", "VPT"]
            );
            assert_eq!((found.header_row, found.crlf), (4, true));
            assert!(table.replace('#', mark)[found.body..].starts_with("1"));
        }
        let announced = detect("sep=|\na,b|c;d\n1|2\n");
        assert_eq!(
            (announced.separator, announced.header_row),
            (Separator::Pipe, 2)
        );
        assert_eq!(detect("solo\nuno\n").header, ["solo"]);
    }

    #[test]
    fn the_decimal_mark_is_told_by_numbers_that_leave_no_doubt() {
        for (numbers, decimal) in [
            (vec!["1,5", "1.000"], Some(Decimal::Comma)),
            (vec!["1.5", "1,000"], Some(Decimal::Point)),
            (vec!["1.234,50 €", "7"], Some(Decimal::Comma)),
            (vec!["1,234.50", "1,000"], Some(Decimal::Point)),
            (vec!["1.000", "7"], None),
            (vec!["1.5", "1,5"], None),
            (vec!["hola, tú", "1.000"], None),
            (vec!["1.234.567"], Some(Decimal::Comma)),
        ] {
            let rows: String = numbers
                .iter()
                .map(|number| format!("x;{number}\n"))
                .collect();
            let found = detect(&format!("CUST_CODE;DEUDA_TOTAL\n{rows}"));
            assert_eq!(found.decimals.of_file(), decimal, "{numbers:?}");
        }
    }
}
