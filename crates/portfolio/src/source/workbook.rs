//! Excel workbooks, their sheets read from the first row to the last.
//!
//! The reader borrows the workbook, so both live on a thread of their own, which sends rows as they are asked for.

mod cell;
mod choice;
mod header;
mod parts;
mod sheet_rows;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Reader, SheetVisible, Xlsx, XlsxError};

use super::guarded::guarded;
use super::row_names::RowNames;
use super::{Aside, Detected, Piece, Source};
use crate::batch::{Batch, CellKind};
use crate::error::PortfolioError;
use crate::known_columns::KnownColumns;
use crate::limits::Padding;
use crate::request::{Format, Limits, Reading};
pub(super) use cell::boolean;
use choice::{Candidate, Choice, Rivals, choose};
use header::Header;
use parts::Parts;
use sheet_rows::{SheetCell, SheetError, SheetRows};

/// Rows that are sent at once.
const ROWS: usize = 2_000;

/// Batches that wait.
const AHEAD: usize = 4;

type Workbook = Xlsx<BufReader<File>>;

/// The things that the thread sends.
enum Sent {
    Rows(Batch),
    Failed(PortfolioError),
    /// Nothing follows.
    End(Aside),
}

/// Sheets of a workbook, read one after the other.
struct WorkbookSource {
    header: Vec<String>,
    detected: Detected,
    row_names: RowNames,
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
    reading: &Reading,
    known: &dyn KnownColumns,
) -> Result<Box<dyn Source>, PortfolioError> {
    let parts = parts::check(path, reading.limits)?;
    let opened = guarded(|| begin(path, reading, known, parts));
    opened.unwrap_or_else(|| Err(not_to_the_end(path)))
}

fn begin(
    path: &Path,
    reading: &Reading,
    known: &dyn KnownColumns,
    parts: Parts,
) -> Result<Box<dyn Source>, PortfolioError> {
    let mut workbook: Workbook =
        calamine::open_workbook(path).map_err(|error| cannot_open(path, &error))?;
    let candidates = candidates(&mut workbook, reading, path, known)?;
    let choice = choose(candidates).map_err(|Rivals(sheets)| not_clear(path, &sheets))?;
    let choice = choice.ok_or_else(|| no_header(path))?;
    if parts.uncalculated > 0 {
        for sheet in &choice.sheets {
            check_formulas(&mut workbook, sheet, path)?;
        }
    }
    let (sender, sent) = sync_channel(AHEAD);
    let source = WorkbookSource::new(path, reading, &choice, sent);
    let job = Job {
        path: path.to_owned(),
        limits: reading.limits,
        n_columns: source.header.len(),
        sheets: choice.sheets,
        sender,
    };
    drop(std::thread::spawn(move || job.run(workbook)));
    Ok(Box::new(source))
}

/// Finds the sheets that the clients may be in: the one that is wanted, or all that have rows.
fn candidates(
    workbook: &mut Workbook,
    reading: &Reading,
    path: &Path,
    known: &dyn KnownColumns,
) -> Result<Vec<Candidate>, PortfolioError> {
    let mut sheets = workbook.sheets_metadata().to_vec();
    if let Some(wanted) = &reading.sheet {
        let wanted = wanted.trim().to_lowercase();
        let names = workbook.sheet_names();
        sheets.retain(|sheet| sheet.name.trim().to_lowercase() == wanted);
        if sheets.is_empty() {
            return Err(no_sheet(path, &names));
        }
    }
    let mut candidates = Vec::new();
    for sheet in sheets {
        let found = Header::find(workbook, &sheet.name, reading, known);
        if let Some(header) = found.map_err(|error| cannot_read(path, &sheet.name, &error))? {
            candidates.push(Candidate {
                // A sheet that was asked for may be hidden.
                is_hidden: sheet.visible != SheetVisible::Visible && reading.sheet.is_none(),
                name: sheet.name,
                header,
            });
        }
    }
    Ok(candidates)
}

/// Refuses a sheet with formulas that were never calculated: programs that write workbooks leave their values out, and
/// Excel calculates them when it opens the file.
fn check_formulas(
    workbook: &mut Workbook,
    sheet: &Candidate,
    path: &Path,
) -> Result<(), PortfolioError> {
    let failed = |error| cannot_read(path, &sheet.name, &SheetError::Reader(error));
    let mut cells = workbook
        .worksheet_cells_reader(&sheet.name)
        .map_err(failed)?;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(failed)? {
        let is_below = cell.pos.0 > sheet.header.row;
        let has_value = !matches!(cell.value, calamine::DataRef::Empty);
        if is_below && cell.formula.is_some() && !has_value {
            return Err(not_calculated(path, &sheet.name, cell.pos.0 + 1));
        }
    }
    Ok(())
}

impl WorkbookSource {
    fn new(path: &Path, reading: &Reading, choice: &Choice, sent: Receiver<Sent>) -> Self {
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
                format: Format::Xlsx,
                compression: None,
                encoding: None,
                separator: None,
                decimal: reading.decimal,
                crlf: None,
                sheet: Some(names.join(", ")),
                header_row: header.map_or(0, |header| u64::from(header.row)) + 1,
            },
            row_names: RowNames::of_sheets(names),
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

    fn position(&self) -> (u64, Option<u64>) {
        (self.n_rows, self.total)
    }
}

/// The thread's work.
struct Job {
    path: PathBuf,
    limits: Limits,
    n_columns: usize,
    sheets: Vec<Candidate>,
    sender: SyncSender<Sent>,
}

/// Nobody waits for rows any more.
struct Unwanted;

impl Job {
    fn run(self, mut workbook: Workbook) {
        let mut aside = Aside::default();
        for (index, sheet) in self.sheets.iter().enumerate() {
            let read = SheetReader {
                job: &self,
                sheet,
                index,
                batch: Batch::new(self.n_columns),
                padding: Padding::default(),
                aside: &mut aside,
            };
            let end = match read.send_rows(&mut workbook) {
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
}

impl SheetReader<'_> {
    fn send_rows(mut self, workbook: &mut Workbook) -> Result<Result<(), Unwanted>, SheetError> {
        let limits = self.job.limits;
        let header = &self.sheet.header;
        let mut rows = SheetRows::of(workbook, &self.sheet.name, limits)?;
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

/// The reader broke on a damaged sheet.
fn not_to_the_end(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "su hoja no se ha podido leer hasta el final; guárdelo otra vez en Excel",
            "its sheet could not be read to the end; save it again in Excel",
        ),
    )
}

/// There are several sheets, and it is not clear which one is meant.
fn not_clear(path: &Path, sheets: &[String]) -> PortfolioError {
    let names: Vec<String> = sheets.iter().map(|name| format!("«{name}»")).collect();
    let names = names.join(", ");
    PortfolioError::unreadable(
        path,
        (
            format!(
                "varias hojas pueden ser la cartera, y sus columnas no son las mismas: {names}; indique una con --sheet, o ponga los clientes en una sola"
            ),
            format!(
                "several sheets may be the portfolio, and their columns are not the same: {names}; name one with --sheet, or put the clients into one"
            ),
        ),
    )
}

fn not_calculated(path: &Path, sheet: &str, row: u32) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!(
                "su hoja «{sheet}» tiene fórmulas que nadie ha calculado, la primera en la fila {row}; ábralo en Excel, guárdelo y vuelva a intentarlo"
            ),
            format!(
                "its sheet «{sheet}» has formulas that were never calculated, the first one in row {row}; open it in Excel, save it and try again"
            ),
        ),
    )
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

fn cannot_read(path: &Path, sheet: &str, error: &SheetError) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!("su hoja {sheet} no se puede leer ({error}); guárdelo otra vez en Excel"),
            format!("its sheet {sheet} cannot be read ({error}); save it again in Excel"),
        ),
    )
}
