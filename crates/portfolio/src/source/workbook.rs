//! Workbooks: their sheets, read from the first row to the last.
//!
//! Three forms have three readers, each a [`Book`]. Which sheets are read, and what is told of them, is the same for all.
//! Readers borrow their workbook, so both live on a thread of their own, which sends rows as they are asked for.

mod book;
mod cell;
mod choice;
mod header;
mod job;
mod look;
mod ods;
mod problems;
mod sheet_rows;
mod xls;
mod xlsx;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use super::guarded::guarded;
use super::row_names::RowNames;
use super::{Aside, Detected, Piece, Source};
use crate::error::PortfolioError;
use crate::known_columns::KnownColumns;
use crate::request::{Format, Reading};
use book::Book;
use choice::{Candidate, Choice, Rivals, choose};
use header::Header;
use job::{Job, Sent};
pub(super) use ods::{CONTENT, ENCRYPTED};
use problems::{cannot_read, no_header, no_sheet, not_clear, not_to_the_end};
pub(super) use xls::MAGIC;

/// Batches that wait.
const AHEAD: usize = 4;

/// Names of sheets that are told.
const MOST_TOLD: usize = 20;

/// Sheets of a workbook, read one after the other.
struct WorkbookSource {
    header: Vec<String>,
    detected: Detected,
    row_names: RowNames,
    /// All sheets' names, read or not.
    sheets: Vec<String>,
    remarks: Vec<String>,
    path: PathBuf,
    sent: Receiver<Sent>,
    is_over: bool,
    n_rows: u64,
    total: Option<u64>,
    aside: Aside,
}

/// Opens a workbook: the sheet that was named, or those that name most inputs.
pub(super) fn open(
    path: &Path,
    format: Format,
    reading: &Reading,
    known: &dyn KnownColumns,
) -> Result<Box<dyn Source>, PortfolioError> {
    let opened = guarded(|| {
        let book = match format {
            Format::Ods => ods::open(path, reading.limits),
            Format::Xls => xls::open(path, reading.limits),
            _ => xlsx::open(path, reading.limits),
        };
        begin(path, format, reading, known, book?)
    });
    opened.unwrap_or_else(|| Err(not_to_the_end(path)))
}

fn begin(
    path: &Path,
    format: Format,
    reading: &Reading,
    known: &dyn KnownColumns,
    mut book: Box<dyn Book>,
) -> Result<Box<dyn Source>, PortfolioError> {
    let candidates = candidates(&mut *book, reading, path, known)?;
    let choice = choose(candidates).map_err(|Rivals(sheets)| not_clear(path, sheets))?;
    let choice = choice.ok_or_else(|| no_header(path))?;
    for sheet in &choice.sheets {
        let checked = book.check_formulas(sheet.sheet, sheet.header.row);
        checked.map_err(|error| cannot_read(path, &sheet.name, &error))?;
    }
    let length = path.metadata().map_or(0, |metadata| metadata.len());
    let (sender, sent) = sync_channel(AHEAD);
    let mut source = WorkbookSource::new(path, format, reading, &choice, sent);
    source.sheets = book
        .sheets()
        .iter()
        .map(|sheet| sheet.name.clone())
        .collect();
    let job = Job {
        path: path.to_owned(),
        limits: reading.limits,
        length,
        n_columns: source.header.len(),
        sheets: choice.sheets,
        sender,
    };
    drop(std::thread::spawn(move || job.run(book)));
    Ok(Box::new(source))
}

/// Finds the sheets that the clients may be in: the one that is wanted, or all that have rows.
fn candidates(
    book: &mut dyn Book,
    reading: &Reading,
    path: &Path,
    known: &dyn KnownColumns,
) -> Result<Vec<Candidate>, PortfolioError> {
    let wanted = reading.sheet.as_deref().map(plain);
    let sheets = book.sheets().to_vec();
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| plain(name) == *wanted);
    if !sheets.iter().any(|sheet| is_wanted(&sheet.name)) && wanted.is_some() {
        let names = sheets.iter().map(|sheet| sheet.name.as_str());
        let names: Vec<&str> = names.take(MOST_TOLD).collect();
        return Err(no_sheet(path, &names.join(", ")));
    }
    let mut candidates = Vec::new();
    for (at, sheet) in sheets.into_iter().enumerate() {
        if !is_wanted(&sheet.name) {
            continue;
        }
        let failed = |error| cannot_read(path, &sheet.name, &error);
        let Some(mut rows) = book.rows(at).map_err(failed)? else {
            continue;
        };
        if let Some(header) = Header::find(&mut *rows, reading, known).map_err(failed)? {
            candidates.push(Candidate {
                sheet: at,
                // A sheet that was asked for may be hidden.
                is_hidden: sheet.is_hidden && reading.sheet.is_none(),
                name: sheet.name,
                header,
            });
        }
    }
    Ok(candidates)
}

/// A sheet's name without what people do not mind.
fn plain(name: &str) -> String {
    name.trim().to_lowercase()
}

impl WorkbookSource {
    fn new(
        path: &Path,
        format: Format,
        reading: &Reading,
        choice: &Choice,
        sent: Receiver<Sent>,
    ) -> Self {
        let sheets = &choice.sheets;
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        let header = sheets.first().map(|sheet| &sheet.header);
        let totals = sheets.iter().map(|sheet| {
            let last = sheet.header.last_row?;
            Some(u64::from(last.saturating_sub(sheet.header.row)))
        });
        let mut cells = header.map_or_else(Vec::new, |header| header.cells.clone());
        while cells.len() > 1 && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        Self {
            header: cells,
            detected: Detected {
                format,
                compression: None,
                encoding: None,
                separator: None,
                decimal: reading.decimal,
                crlf: None,
                sheet: Some(names.join(", ")),
                header_row: header.map_or(0, |header| u64::from(header.row)) + 1,
            },
            row_names: RowNames::of_sheets(names),
            sheets: Vec::new(),
            remarks: choice.remarks.clone(),
            path: path.to_owned(),
            sent,
            is_over: false,
            n_rows: 0,
            total: totals.sum(),
            aside: Aside::default(),
        }
    }
}

impl Source for WorkbookSource {
    fn header(&self) -> &[String] {
        &self.header
    }

    fn detected(&self) -> &Detected {
        &self.detected
    }

    fn next(&mut self) -> Result<Option<Piece>, PortfolioError> {
        if self.is_over {
            return Ok(None);
        }
        // A thread that ends without a word has not read everything.
        let sent = self
            .sent
            .recv()
            .unwrap_or_else(|_| Sent::Failed(not_to_the_end(&self.path)));
        match sent {
            Sent::Rows(batch) => {
                self.n_rows += batch.n_rows() as u64;
                Ok(Some(Piece::Rows(batch)))
            }
            Sent::Failed(error) => {
                self.is_over = true;
                Err(error)
            }
            Sent::End(aside) => {
                self.is_over = true;
                self.aside = aside;
                Ok(None)
            }
        }
    }

    fn remarks(&self) -> Vec<String> {
        self.remarks.clone()
    }

    fn aside(&self) -> Aside {
        self.aside
    }

    fn row_names(&self) -> RowNames {
        self.row_names.clone()
    }

    fn sheets(&self) -> &[String] {
        &self.sheets
    }

    fn position(&self) -> (u64, Option<u64>) {
        (self.n_rows, self.total)
    }
}
