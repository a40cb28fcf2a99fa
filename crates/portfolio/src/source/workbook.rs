//! Excel workbooks, a sheet read from its first row to its last.
//!
//! The reader borrows the workbook, so both live on a thread of their own, which sends rows as they are asked for.

mod cell;
mod sheet_rows;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Reader, Xlsx, XlsxError};

use super::{Detected, Piece, Source};
use crate::batch::{Batch, CellKind};
use crate::error::PortfolioError;
use crate::known_columns::KnownColumns;
use crate::request::{Format, Reading};
pub(super) use cell::boolean;
use sheet_rows::{SheetCell, SheetRows};

/// Rows among which the header is looked for.
const FIRST_ROWS: u32 = 50;

/// Rows that are sent at once.
const ROWS: usize = 2_000;

/// Batches that wait.
const AHEAD: usize = 4;

type Workbook = Xlsx<BufReader<File>>;

/// The things that the thread sends: rows, and `None` behind the last.
type Sent = Result<Option<Batch>, PortfolioError>;

/// A sheet of a workbook.
struct WorkbookSource {
    header: Vec<String>,
    detected: Detected,
    path: PathBuf,
    rows: Receiver<Sent>,
    is_over: bool,
    n_rows: u64,
    total: Option<u64>,
}

/// Opens a workbook: the sheet that was named, or the first with a row that names inputs.
pub(super) fn open(
    path: &Path,
    reading: &Reading,
    known: &dyn KnownColumns,
) -> Result<Box<dyn Source>, PortfolioError> {
    let mut workbook: Workbook =
        calamine::open_workbook(path).map_err(|error| cannot_open(path, &error))?;
    let mut best: Option<(String, Header)> = None;
    for sheet in candidates(&workbook, reading.sheet.as_deref(), path)? {
        let found = Header::find(&mut workbook, &sheet, reading.header_row, known);
        let Some(header) = found.map_err(|error| cannot_read(path, &sheet, &error))? else {
            continue;
        };
        let is_better = best
            .as_ref()
            .is_none_or(|(_, best)| best.n_matched == 0 && header.n_matched > 0);
        if is_better {
            best = Some((sheet, header));
        }
    }
    let (sheet, header) = best.ok_or_else(|| no_header(path))?;
    let (sender, rows) = sync_channel(AHEAD);
    let source = WorkbookSource::new(path, &sheet, &header, rows);
    let job = Job {
        path: path.to_owned(),
        sheet,
        header,
        sender,
    };
    drop(std::thread::spawn(move || job.run(workbook)));
    Ok(Box::new(source))
}

/// Names the sheets that the clients may be in: the one that is wanted, or all of them.
fn candidates(
    workbook: &Workbook,
    wanted: Option<&str>,
    path: &Path,
) -> Result<Vec<String>, PortfolioError> {
    let names = workbook.sheet_names();
    let Some(wanted) = wanted else {
        return Ok(names);
    };
    let wanted = wanted.trim().to_lowercase();
    let found = names
        .iter()
        .find(|name| name.trim().to_lowercase() == wanted);
    match found {
        Some(name) => Ok(vec![name.clone()]),
        None => Err(no_sheet(path, &names)),
    }
}

impl WorkbookSource {
    fn new(path: &Path, sheet: &str, header: &Header, rows: Receiver<Sent>) -> Self {
        let (first, last) = (u64::from(header.row), header.last_row.map(u64::from));
        Self {
            header: header.cells.clone(),
            detected: Detected {
                format: Format::Xlsx,
                compression: None,
                encoding: None,
                separator: None,
                decimal: None,
                crlf: None,
                sheet: Some(sheet.to_owned()),
                header_row: first + 1,
            },
            path: path.to_owned(),
            rows,
            is_over: false,
            n_rows: 0,
            total: last.map(|last| last.saturating_sub(first)),
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
        let sent = self.rows.recv().unwrap_or_else(|_| {
            let problem = (
                "su hoja no se ha podido leer hasta el final; guárdelo otra vez en Excel",
                "its sheet could not be read to the end; save it again in Excel",
            );
            Err(PortfolioError::unreadable(&self.path, problem))
        });
        let Some(batch) = sent? else {
            self.is_over = true;
            return Ok(None);
        };
        self.n_rows += batch.n_rows() as u64;
        Ok(Some(Piece::Rows(batch)))
    }

    fn position(&self) -> (u64, Option<u64>) {
        (self.n_rows, self.total)
    }
}

/// The row with the columns' names, counted from 0.
struct Header {
    row: u32,
    first_column: u32,
    cells: Vec<String>,
    n_matched: usize,
    last_row: Option<u32>,
}

impl Header {
    fn find(
        workbook: &mut Workbook,
        sheet: &str,
        wanted: Option<u32>,
        known: &dyn KnownColumns,
    ) -> Result<Option<Self>, XlsxError> {
        let mut rows = match SheetRows::of(workbook, sheet) {
            Ok(rows) => rows,
            // A sheet of charts has no cells.
            Err(XlsxError::WorksheetNotFound(_) | XlsxError::NotAWorksheet(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let end = rows.last_row();
        let mut best: Option<Self> = None;
        let last = wanted.unwrap_or(FIRST_ROWS);
        while let Some(row) = rows.next()? {
            if row.number >= last {
                break;
            }
            if wanted.is_some_and(|wanted| row.number + 1 != wanted) {
                continue;
            }
            let header = Self::of(row.number, &row.cells, known);
            if best
                .as_ref()
                .is_none_or(|best| header.n_matched > best.n_matched)
            {
                best = Some(header);
            }
        }
        Ok(best.map(|header| Self {
            last_row: (end > header.row).then_some(end),
            ..header
        }))
    }

    fn of(row: u32, cells: &[SheetCell], known: &dyn KnownColumns) -> Self {
        let first_column = cells.first().map_or(0, |cell| cell.column);
        let last = cells.last().map_or(0, |cell| cell.column);
        let mut names = vec![String::new(); (last - first_column) as usize + 1];
        for cell in cells {
            names[(cell.column - first_column) as usize].clone_from(&cell.text);
        }
        Self {
            n_matched: known.count(&names),
            row,
            first_column,
            cells: names,
            last_row: None,
        }
    }
}

/// The thread's work.
struct Job {
    path: PathBuf,
    sheet: String,
    header: Header,
    sender: SyncSender<Sent>,
}

impl Job {
    fn run(self, mut workbook: Workbook) {
        let end = match self.send_rows(&mut workbook) {
            Ok(()) => Ok(None),
            Err(error) => Err(cannot_read(&self.path, &self.sheet, &error)),
        };
        // It may be that nobody waits for it any more.
        let _ = self.sender.send(end);
    }

    /// Adds a row's cells, and empty ones between them and behind them.
    fn push(&self, cells: &[SheetCell], batch: &mut Batch) {
        let mut at = self.header.first_column;
        for cell in cells {
            if cell.column < at {
                continue;
            }
            for _ in at..cell.column {
                batch.push("", CellKind::Text);
            }
            batch.push(&cell.text, cell.kind);
            at = cell.column + 1;
        }
        for _ in (at - self.header.first_column) as usize..self.header.cells.len() {
            batch.push("", CellKind::Text);
        }
    }

    fn send_rows(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let mut rows = SheetRows::of(workbook, &self.sheet)?;
        let n_columns = self.header.cells.len();
        let mut batch = Batch::new(n_columns);
        while let Some(row) = rows.next()? {
            if row.number <= self.header.row {
                continue;
            }
            self.push(&row.cells, &mut batch);
            batch.end_row(u64::from(row.number) + 1);
            if batch.n_rows() == ROWS {
                let full = std::mem::replace(&mut batch, Batch::new(n_columns));
                if self.sender.send(Ok(Some(full))).is_err() {
                    return Ok(());
                }
            }
        }
        if batch.n_rows() > 0 {
            // Nobody waits for it any more.
            let _ = self.sender.send(Ok(Some(batch)));
        }
        Ok(())
    }
}

fn no_sheet(path: &Path, names: &[String]) -> PortfolioError {
    let names = names.join(", ");
    let problem = (
        format!("no tiene ninguna hoja con ese nombre; sus hojas son {names}"),
        format!("it has no sheet of that name; its sheets are {names}"),
    );
    PortfolioError::unreadable(path, problem)
}

fn no_header(path: &Path) -> PortfolioError {
    let problem = (
        "no tiene ninguna fila con los nombres de las columnas; --sheet y --header-row dicen dónde está",
        "it has no row with the columns' names; --sheet and --header-row say where it is",
    );
    PortfolioError::unreadable(path, problem)
}

fn cannot_open(path: &Path, error: &XlsxError) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!(
                "no es un libro que se pueda leer ({error}); ábralo en Excel y guárdelo como .xlsx sin contraseña"
            ),
            format!(
                "it is no workbook that can be read ({error}); open it in Excel and save it as .xlsx without a password"
            ),
        ),
    )
}

fn cannot_read(path: &Path, sheet: &str, error: &XlsxError) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!("su hoja {sheet} no se puede leer ({error}); guárdelo otra vez en Excel"),
            format!("its sheet {sheet} cannot be read ({error}); save it again in Excel"),
        ),
    )
}
