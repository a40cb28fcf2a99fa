//! Clients as lines of CSV, read as `pandas.read_csv` reads them: commas, a header, and its words for what is missing.

use propenso_scoring::{Contract, Raw, Row};

use super::misshapen;
use super::rows::set;
use crate::http::batch::{Client, Clients};
use crate::http::predict_request::{BYTE_ORDER_MARK, MAX_INSTANCES};
use crate::http::problem::Problem;

/// Most cells of a table: each takes eight bytes beside its text.
const MAX_CELLS: usize = 4_000_000;

/// What pandas takes for a missing value.
const MISSING: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// A table of text.
#[derive(Debug)]
pub(in crate::http) struct CsvTable {
    header: csv::StringRecord,
    lines: Vec<csv::StringRecord>,
}

impl CsvTable {
    /// Reads a header, and a line a client.
    ///
    /// # Errors
    ///
    /// 400 for what is no such table, and for one that is too large.
    pub(in crate::http) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().map_err(|error| no_csv(&error))?.clone();
        if header.is_empty() {
            return Err(misshapen("Failed to parse input as CSV: it has no header"));
        }
        let most = MAX_INSTANCES.min(MAX_CELLS / header.len());
        let mut lines = Vec::new();
        for line in reader.into_records() {
            if lines.len() == most {
                return Err(misshapen(format!(
                    "a table of {} columns has at most {most} lines; send fewer at a time, or a portfolio to /v1/portfolios",
                    header.len()
                )));
            }
            lines.push(line.map_err(|error| no_csv(&error))?);
        }
        Ok(Self { header, lines })
    }
}

/// Names the line, and never what stands in it.
fn no_csv(error: &csv::Error) -> Problem {
    let line = error.position().map_or(1, csv::Position::line);
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("it has {len} values, and the header {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => "it cannot be read".to_owned(),
    };
    misshapen(format!("Failed to parse input as CSV: line {line}: {what}"))
}

impl Clients for CsvTable {
    fn count(&self) -> usize {
        self.lines.len()
    }

    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>> {
        let mut client = Client {
            row: Row::new(contract),
            reference: None,
        };
        for (name, cell) in self.header.iter().zip(self.lines.get(place)?) {
            set(&mut client, contract, name, value(cell));
        }
        Some(client)
    }
}

/// What a cell is: what JSON would write as a number is one, and nothing of it is rounded.
fn value(cell: &str) -> Raw<'_> {
    if MISSING.contains(&cell) {
        return Raw::Missing;
    }
    let is_number = cell.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && cell.ends_with(|last: char| last.is_ascii_digit())
        && serde_json::from_str::<&serde_json::value::RawValue>(cell).is_ok();
    match is_number {
        true => Raw::number(cell),
        false => Raw::text(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_pandas_makes_of_them() {
        for missing in MISSING {
            assert_eq!(value(missing), Raw::Missing);
        }
        for number in ["0", "-1", "12.50", "1e400"] {
            assert_eq!(value(number), Raw::number(number));
        }
        for text in ["08029", "NO", "51-65", "1,5", "-", "+1", "1 ", "true"] {
            assert_eq!(value(text), Raw::text(text));
        }
    }

    #[test]
    fn a_table_has_a_header_and_lines_of_its_length() {
        let read = |text: &str| CsvTable::read(text.as_bytes()).map(|table| table.count());
        assert_eq!(read("\u{feff}a,b\n1,2\n3,\"x\ny\"\n").ok(), Some(2));
        assert_eq!(read("a,b\n").ok(), Some(0));
        let said = |text: &str| read(text).unwrap_err().sentence().to_owned();
        assert!(said("").contains("no header"));
        assert!(said("a,b\n1,2\n3\n").contains("line 3: it has 1 values, and the header 2"));
        assert!(CsvTable::read(b"a\n\xff\n").is_err());
        // Of a very wide table, few lines.
        let wide = ",".repeat(MAX_CELLS / 2) + "\n";
        assert!(said(&wide.repeat(3)).contains("at most 1 lines"));
    }
}
