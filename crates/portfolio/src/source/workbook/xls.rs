//! `.xls`: Excel 97–2003, records in a stream of a compound file ([MS-XLS]).
//!
//! calamine reads it too, and makes tables as large as the farthest cells ask for, of all sheets, before anything is known of
//! them. This reader goes from record to record, keeps the workbook's texts and one row, and knows how numbers are shown.

mod cells;
mod compound;
mod globals;
mod records;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::book::{Book, Rows, Sheet, SheetError};
use super::problems::{cannot_open, encrypted, no_workbook, too_many_sheets, too_old};
use super::sheet_rows::SheetRows;
use crate::error::PortfolioError;
use crate::request::Limits;
use cells::XlsCells;
pub(in crate::source) use compound::MAGIC;
use compound::{Compound, Stream};
use globals::{Globals, Refusal};
use records::Records;

/// The stream that Excel and LibreOffice write beside the workbook.
const SUMMARY: &str = "\u{5}SummaryInformation";

/// Bytes that are read ahead.
const AHEAD: usize = 1 << 16;

/// A workbook of Excel 97–2003.
struct XlsBook {
    stream: BufReader<Stream>,
    globals: Globals,
    limits: Limits,
    /// Bytes of records that may be read.
    left: u64,
}

/// Opens a workbook.
pub(super) fn open(path: &Path, limits: Limits) -> Result<Box<dyn Book>, PortfolioError> {
    let file = File::open(path).map_err(|error| PortfolioError::io(path, error))?;
    let compound = Compound::open(file).map_err(|error| cannot_open(path, &error))?;
    // An .xlsx with a password is such a file.
    if compound.has("EncryptedPackage") {
        return Err(encrypted(path));
    }
    // What came before Excel 97 had its stream under another name.
    let (is_workbook, is_old) = (compound.has("Workbook"), compound.has("Book"));
    if !is_workbook {
        return Err(if is_old {
            too_old(path)
        } else {
            no_workbook(path)
        });
    }
    // Programs that write no more than the workbook calculate nothing.
    let is_uncalculated = !compound.has(SUMMARY);
    let stream = compound
        .stream("Workbook")
        .map_err(|error| cannot_open(path, &error))?;
    let stream = stream.ok_or_else(|| no_workbook(path))?;
    // Every sheet is read twice: for its header, and for its rows.
    let mut left = 3 * stream.length() + AHEAD as u64;
    let mut stream = BufReader::with_capacity(AHEAD, stream);
    let read = Records::from(&mut stream, &mut left, 0)
        .map_err(Refusal::from)
        .and_then(|mut records| Globals::read(&mut records, limits));
    let globals = read.map_err(|refusal| match refusal {
        Refusal::Old => too_old(path),
        Refusal::Encrypted => encrypted(path),
        Refusal::Sheets => too_many_sheets(path),
        Refusal::Other(error) => cannot_open(path, &error),
    })?;
    Ok(Box::new(XlsBook {
        stream,
        globals: Globals {
            is_uncalculated,
            ..globals
        },
        limits,
        left,
    }))
}

impl Book for XlsBook {
    fn sheets(&self) -> &[Sheet] {
        &self.globals.sheets
    }

    fn rows(&mut self, sheet: usize) -> Result<Option<Box<dyn Rows + '_>>, SheetError> {
        let Some(place) = self.globals.places.get(sheet).copied().flatten() else {
            return Ok(None);
        };
        let records = Records::from(&mut self.stream, &mut self.left, place)?;
        let cells = XlsCells::of(records, &self.globals)?;
        Ok(Some(Box::new(SheetRows::of(cells, self.limits))))
    }
}
