//! JSON records: an array of objects, or an object a line, as pandas and APIs write them.
//!
//! The file is gone through twice: a record may have a key that none before it had, and a table's columns must be known
//! before its first row.

mod objects;
mod record;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::bytes::{Bytes, becomes_too_much};
use super::encoding::Text;
use super::{Detected, Piece, Source};
use crate::batch::{Batch, CellKind};
use crate::error::PortfolioError;
use crate::limits::Padding;
use crate::request::{Encoding, Format, Limits, Reading};
use objects::Objects;
use record::Record;

/// Rows of a batch.
const ROWS: usize = 2_000;

struct JsonSource {
    path: PathBuf,
    header: Vec<String>,
    /// The place of each of its names.
    places: HashMap<String, usize>,
    detected: Detected,
    objects: Objects,
    limits: Limits,
    padding: Padding,
    n_rows: u64,
}

/// Opens a file of records. It lies at `path`, whatever it is called.
pub(super) fn open(path: &Path, reading: &Reading) -> Result<Box<dyn Source>, PortfolioError> {
    let mut header: Vec<String> = Vec::new();
    let mut places = HashMap::new();
    let mut objects = Objects::new(text(path, reading)?, reading.limits);
    let mut n_records = 0;
    while let Some(object) = objects.next()? {
        n_records += 1;
        let record = Record::read(object).map_err(|fault| fault.at(path, n_records))?;
        for (key, _) in record.cells {
            if !places.contains_key(&*key) {
                places.insert(key.clone().into_owned(), header.len());
                header.push(key.into_owned());
            }
        }
        if header.len() > reading.limits.columns {
            return Err(super::text::too_wide(
                path,
                header.len(),
                reading.limits.columns,
            ));
        }
    }
    let text = text(path, reading)?;
    Ok(Box::new(JsonSource {
        path: path.to_owned(),
        header,
        places,
        detected: Detected {
            format: Format::JsonLines,
            compression: text.bytes().compression,
            encoding: Some(text.encoding),
            separator: None,
            decimal: reading.decimal,
            crlf: None,
            sheet: None,
            header_row: 1,
        },
        objects: Objects::new(text, reading.limits),
        limits: reading.limits,
        padding: Padding::default(),
        n_rows: 0,
    }))
}

fn text(path: &Path, reading: &Reading) -> Result<Text, PortfolioError> {
    let bytes = Bytes::open(Some(path), reading.limits)?;
    // JSON is in UTF-8, or in UTF-16 where a mark says so (RFC 8259, 8.1).
    Text::new(bytes, Some(reading.encoding.unwrap_or(Encoding::Utf8)))
}

impl Source for JsonSource {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn detected(&self) -> &Detected {
        &self.detected
    }

    fn next(&mut self) -> Result<Option<Piece>, PortfolioError> {
        let mut batch = Batch::new(self.header.len());
        while let Some(object) = self.objects.next()? {
            self.n_rows += 1;
            let record = Record::read(object).map_err(|fault| fault.at(&self.path, self.n_rows))?;
            let n_columns = self.header.len();
            if !self.padding.add(record.cells.len(), n_columns) {
                return Err(becomes_too_much(&self.path));
            }
            // Keys may come in another order in each record.
            let mut cells: Vec<_> = record.cells.iter().collect();
            cells.sort_by_key(|(key, _)| self.places.get(&**key));
            let mut at = 0;
            for (key, cell) in cells {
                let place = self.places.get(&**key).copied().unwrap_or(at);
                (at..place).for_each(|_| batch.push("", CellKind::Text));
                batch.push(&cell.text, cell.kind);
                at = place + 1;
            }
            batch.end_row_of(self.n_rows, n_columns);
            let n_cells = batch.n_rows() * n_columns;
            if batch.n_rows() == ROWS || self.limits.is_full(batch.n_bytes(), n_cells) {
                break;
            }
        }
        Ok((batch.n_rows() > 0).then_some(Piece::Rows(batch)))
    }

    fn position(&self) -> (u64, Option<u64>) {
        self.objects.position()
    }
}
