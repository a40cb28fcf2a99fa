//! Excel workbooks, a sheet read from its first row to its last.
//!
//! The reader borrows the workbook, so both live on a thread of their own, which sends rows as they are asked for.

mod cell;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Reader, Xlsx, XlsxError};

use super::{Detected, Piece, Source};
use crate::batch::{Batch, CellKind};
use crate::columns::ColumnMatcher;
use crate::error::PortfolioError;
use crate::request::{Format, Reading};
pub(super) use cell::boolean;
use cell::text_of;

/// Rows among which the header is looked for.
const FIRST_ROWS: u32 = 50;

/// Rows that are sent at once.
const ROWS: usize = 2_000;

/// Batches that wait.
const AHEAD: usize = 4;

type Workbook = Xlsx<BufReader<File>>;

/// What the thread sends: rows, and `None` behind the last.
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
    matcher: &ColumnMatcher<'_>,
) -> Result<Box<dyn Source>, PortfolioError> {
    let mut workbook: Workbook =
        calamine::open_workbook(path).map_err(|error| cannot_open(path, &error))?;
    let names = workbook.sheet_names();
    let candidates: Vec<String> = match &reading.sheet {
        None => names,
        Some(wanted) => {
            let wanted = wanted.trim().to_lowercase();
            let found = names
                .iter()
                .find(|name| name.trim().to_lowercase() == wanted);
            let problem = || {
                let names = names.join(", ");
                (
                    format!("no tiene ninguna hoja con ese nombre; sus hojas son {names}"),
                    format!("it has no sheet of that name; its sheets are {names}"),
                )
            };
            vec![
                found
                    .cloned()
                    .ok_or_else(|| PortfolioError::unreadable(path, problem()))?,
            ]
        }
    };
    let mut best: Option<(String, Header)> = None;
    for name in candidates {
        let Some(header) = Header::find(&mut workbook, &name, reading.header_row, matcher)
            .map_err(|error| cannot_read(path, &name, &error))?
        else {
            continue;
        };
        let is_better = best
            .as_ref()
            .is_none_or(|(_, best)| best.n_matched == 0 && header.n_matched > 0);
        if is_better {
            best = Some((name, header));
        }
    }
    let (sheet, header) = best.ok_or_else(|| {
        let problem = (
            "no tiene ninguna fila con los nombres de las columnas; --sheet y --header-row dicen dónde está",
            "it has no row with the columns' names; --sheet and --header-row say where it is",
        );
        PortfolioError::unreadable(path, problem)
    })?;
    let (sender, rows) = sync_channel(AHEAD);
    let total = header
        .last_row
        .map(|row| u64::from(row).saturating_sub(u64::from(header.row)));
    let source = WorkbookSource {
        detected: Detected {
            format: Format::Xlsx,
            compression: None,
            encoding: None,
            separator: None,
            decimal: None,
            crlf: None,
            sheet: Some(sheet.clone()),
            header_row: u64::from(header.row) + 1,
        },
        header: header.cells.clone(),
        path: path.to_owned(),
        rows,
        is_over: false,
        n_rows: 0,
        total,
    };
    let job = Job {
        path: path.to_owned(),
        sheet,
        header,
        sender,
    };
    drop(std::thread::spawn(move || job.run(workbook)));
    Ok(Box::new(source))
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
        matcher: &ColumnMatcher<'_>,
    ) -> Result<Option<Self>, XlsxError> {
        let mut rows = match SheetRows::of(workbook, sheet) {
            Ok(rows) => rows,
            // A sheet of charts has no cells.
            Err(XlsxError::WorksheetNotFound(_) | XlsxError::NotAWorksheet(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let end = rows.cells.dimensions().end.0;
        let mut best: Option<Self> = None;
        let last = wanted.unwrap_or(FIRST_ROWS);
        while let Some((row, cells)) = rows.next()? {
            if row >= last {
                break;
            }
            if cells.is_empty() || wanted.is_some_and(|wanted| row + 1 != wanted) {
                continue;
            }
            let header = Self::of(row, &cells, matcher);
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

    fn of(row: u32, cells: &[(u32, String, CellKind)], matcher: &ColumnMatcher<'_>) -> Self {
        let first_column = cells.first().map_or(0, |(column, ..)| *column);
        let last = cells.last().map_or(0, |(column, ..)| *column);
        let mut names = vec![String::new(); (last - first_column) as usize + 1];
        for (column, text, _) in cells {
            names[(column - first_column) as usize].clone_from(text);
        }
        Self {
            n_matched: matcher.count(names.iter().map(String::as_str)),
            row,
            first_column,
            cells: names,
            last_row: None,
        }
    }
}

/// What the thread does.
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

    fn send_rows(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let mut rows = SheetRows::of(workbook, &self.sheet)?;
        let n_columns = self.header.cells.len();
        let mut batch = Batch::new(n_columns);
        while let Some((row, cells)) = rows.next()? {
            if row <= self.header.row || cells.is_empty() {
                continue;
            }
            let mut at = self.header.first_column;
            for (column, text, kind) in cells {
                if column < at {
                    continue;
                }
                for _ in at..column {
                    batch.push("", CellKind::Text);
                }
                batch.push(&text, kind);
                at = column + 1;
            }
            for _ in (at - self.header.first_column) as usize..n_columns {
                batch.push("", CellKind::Text);
            }
            batch.end_row(u64::from(row) + 1);
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

/// The rows of a sheet that have cells.
struct SheetRows<'w> {
    cells: calamine::XlsxCellReader<'w, BufReader<File>>,
    /// The first cell of the next row.
    next: Option<(u32, u32, String, CellKind)>,
    /// Behind the last cell the reader must not be asked again.
    is_over: bool,
}

impl<'w> SheetRows<'w> {
    fn of(workbook: &'w mut Workbook, sheet: &str) -> Result<Self, XlsxError> {
        Ok(Self {
            cells: workbook.worksheet_cells_reader(sheet)?,
            next: None,
            is_over: false,
        })
    }
}

/// A row's number, from 0, and its cells that are not empty, with their columns.
type SheetRow = (u32, Vec<(u32, String, CellKind)>);

impl SheetRows<'_> {
    fn next(&mut self) -> Result<Option<SheetRow>, XlsxError> {
        let Some((row, column, text, kind)) = self
            .next
            .take()
            .map_or_else(|| self.cell(), |cell| Ok(Some(cell)))?
        else {
            return Ok(None);
        };
        let mut cells = vec![(column, text, kind)];
        while let Some((next_row, column, text, kind)) = self.cell()? {
            if next_row != row {
                self.next = Some((next_row, column, text, kind));
                break;
            }
            cells.push((column, text, kind));
        }
        Ok(Some((row, cells)))
    }

    /// The next cell that is not empty.
    fn cell(&mut self) -> Result<Option<(u32, u32, String, CellKind)>, XlsxError> {
        while !self.is_over {
            let Some(cell) = self.cells.next_cell()? else {
                self.is_over = true;
                break;
            };
            let (row, column) = cell.get_position();
            let (text, kind) = text_of(cell.get_value());
            if !text.is_empty() {
                return Ok(Some((row, column, text, kind)));
            }
        }
        Ok(None)
    }
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
