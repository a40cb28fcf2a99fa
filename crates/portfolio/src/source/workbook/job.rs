//! The thread that reads a workbook's sheets.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use super::book::{Book, SheetCell, SheetError};
use super::choice::Candidate;
use super::problems::cannot_read;
use crate::batch::{Batch, CellKind};
use crate::error::PortfolioError;
use crate::limits::Padding;
use crate::request::Limits;
use crate::source::{Aside, RowNames};

/// Rows that are sent at once.
const ROWS: usize = 2_000;

/// The things that the thread sends.
pub(super) enum Sent {
    Rows(Batch),
    Failed(PortfolioError),
    /// Nothing follows.
    End(Aside),
}

/// The thread's work.
pub(super) struct Job {
    pub(super) path: PathBuf,
    pub(super) limits: Limits,
    /// The file's bytes.
    pub(super) length: u64,
    pub(super) n_columns: usize,
    pub(super) sheets: Vec<Candidate>,
    pub(super) sender: SyncSender<Sent>,
}

/// Nobody waits for rows any more.
struct Unwanted;

impl Job {
    pub(super) fn run(self, mut book: Box<dyn Book>) {
        let mut aside = Aside::default();
        let mut n_read = 0;
        for (index, sheet) in self.sheets.iter().enumerate() {
            let read = SheetReader {
                job: &self,
                sheet,
                index,
                batch: Batch::new(self.n_columns),
                padding: Padding::default(),
                aside: &mut aside,
                n_read: &mut n_read,
            };
            let end = match read.send_rows(&mut *book) {
                Ok(Ok(())) => continue,
                Ok(Err(Unwanted)) => return,
                Err(error) => Sent::Failed(cannot_read(&self.path, &sheet.name, &error)),
            };
            // It may be that nobody waits for it any more.
            let _ = self.sender.send(end);
            return;
        }
        let _ = self.sender.send(Sent::End(aside));
    }
}

/// Reads the rows of one sheet.
struct SheetReader<'j> {
    job: &'j Job,
    sheet: &'j Candidate,
    index: usize,
    batch: Batch,
    padding: Padding,
    aside: &'j mut Aside,
    /// Cells, and bytes of text, that were read of all sheets.
    n_read: &'j mut u64,
}

impl SheetReader<'_> {
    fn send_rows(mut self, book: &mut dyn Book) -> Result<Result<(), Unwanted>, SheetError> {
        let limits = self.job.limits;
        let header = &self.sheet.header;
        let Some(mut rows) = book.rows(self.sheet.sheet)? else {
            return Ok(Ok(()));
        };
        let mut last = header.row;
        self.aside.headers += 1;
        self.aside.titles += header.n_titles;
        self.aside.empty += u64::from(header.row) - header.n_titles;
        while let Some(row) = rows.next()? {
            if row.number <= header.row {
                continue;
            }
            self.aside.empty += u64::from(row.number - last - 1);
            last = row.number;
            if row.cells.iter().any(|cell| cell.is_uncalculated) {
                return Err(SheetError::NotCalculated(row.number));
            }
            if row.is_blank() {
                self.aside.empty += 1;
                continue;
            }
            self.push(&row.cells, u64::from(row.number) + 1)?;
            let n_columns = self.job.n_columns;
            let is_full = self.batch.n_rows() == ROWS
                || limits.is_full(self.batch.n_bytes(), self.batch.n_rows() * n_columns);
            if is_full {
                let full = std::mem::replace(&mut self.batch, Batch::new(n_columns));
                if self.job.sender.send(Sent::Rows(full)).is_err() {
                    return Ok(Err(Unwanted));
                }
            }
        }
        if self.batch.n_rows() > 0 && self.job.sender.send(Sent::Rows(self.batch)).is_err() {
            return Ok(Err(Unwanted));
        }
        Ok(Ok(()))
    }

    /// Adds a row's cells, and empty ones between them.
    fn push(&mut self, cells: &[SheetCell], row: u64) -> Result<(), SheetError> {
        let n_bytes = cells.iter().map(|cell| cell.text.len() as u64 + 1);
        *self.n_read += n_bytes.sum::<u64>();
        if !self.job.limits.may_become(self.job.length, *self.n_read) {
            return Err(SheetError::Huge);
        }
        let first = self.sheet.header.first_column;
        let mut at = first;
        for cell in cells.iter().filter(|cell| cell.column >= first) {
            for _ in at..cell.column {
                self.batch.push("", CellKind::Text);
            }
            self.batch.push(&cell.text, cell.kind);
            at = cell.column + 1;
        }
        let found = ((at - first) as usize).max(self.job.n_columns);
        if !self.padding.add(cells.len(), found) {
            return Err(SheetError::Sparse);
        }
        self.batch
            .end_row_of(RowNames::number(self.index, row), found);
        Ok(())
    }
}
