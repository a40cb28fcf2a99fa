//! Excel workbooks: a sheet of clients and a sheet that sums them up.

use std::ops::Range;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::workbook_look::{Formats, Widths, is_sentence, print_on_paper, row_height};
use super::workbook_summary;
use crate::batch::CellKind;
use crate::day;
use crate::error::PortfolioError;
use crate::finished::{FinishedRows, OutputColumns, Role, Slot, Value};
use crate::sink::TableWriter;
use crate::summary::Summary;

/// Rows of a sheet below its header: Excel's limit.
const MOST_ROWS: u32 = 1_048_575;

/// Characters of a cell: Excel's limit.
const MOST_CHARACTERS: usize = 32_767;

/// Original columns among which the ids are still printed beside the added ones.
const NEAR: usize = 4;

/// A workbook that is being written. Rows go to temporary files as they come.
pub(crate) struct WorkbookWriter {
    workbook: Workbook,
    columns: OutputColumns,
    formats: Formats,
    path: PathBuf,
    /// Rows in the last sheet.
    n_rows: u32,
    n_sheets: usize,
    rows_of_sheet: u32,
    /// Those of the last sheet.
    widths: Widths,
}

impl WorkbookWriter {
    /// Begins a workbook that will be written to this path.
    pub(crate) fn create(
        path: &Path,
        columns: &OutputColumns,
    ) -> Result<Box<dyn TableWriter>, PortfolioError> {
        Ok(Box::new(Self::with(path, columns, MOST_ROWS)?))
    }

    fn with(
        path: &Path,
        columns: &OutputColumns,
        rows_of_sheet: u32,
    ) -> Result<Self, PortfolioError> {
        let mut writer = Self {
            workbook: Workbook::new(),
            columns: columns.clone(),
            formats: Formats::new(),
            path: path.to_owned(),
            n_rows: 0,
            n_sheets: 0,
            rows_of_sheet,
            widths: Widths::default(),
        };
        writer.begin_sheet().map_err(|error| failed(path, error))?;
        Ok(writer)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        self.n_sheets += 1;
        self.n_rows = 0;
        self.widths = Widths::default();
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        match self.n_sheets {
            1 => sheet.set_name("Clientes")?,
            number => sheet.set_name(format!("Clientes {number}"))?,
        };
        sheet.set_freeze_panes(1, 0)?;
        print_on_paper(sheet).set_repeat_rows(0, 0)?;
        for (column, slot) in (0..).zip(self.columns.slots()) {
            let name = self.columns.name(slot);
            self.widths.add_name(usize::from(column), name);
            sheet.write_string_with_format(0, column, cut(name), &self.formats.header)?;
        }
        Ok(())
    }

    /// Filters over all rows of the last sheet, and makes its columns as wide as what is in them.
    fn end_sheet(&mut self) -> Result<(), XlsxError> {
        let slots = self.columns.slots();
        let index = |n_columns: usize| u16::try_from(n_columns.saturating_sub(1));
        let last = index(slots.len()).unwrap_or(u16::MAX);
        let is_sentence = |column: usize| match slots.get(column) {
            Some(Slot::Added(at)) => is_sentence(self.columns.added[*at].role),
            _ => false,
        };
        let printed = self.widths.on_paper(self.n_printed(&slots), is_sentence);
        let sheet = self.workbook.worksheet_from_index(self.n_sheets - 1)?;
        self.widths.set(sheet, is_sentence)?;
        if let Some(printed) = index(printed).ok().filter(|printed| *printed < last) {
            sheet.set_print_area(0, 0, self.n_rows, printed)?;
        }
        sheet.autofilter(0, 0, self.n_rows, last).map(drop)
    }

    /// Counts the columns that are printed whatever they take: those up to the ids, with the added ones before them.
    fn n_printed(&self, slots: &[Slot]) -> usize {
        let is_added = |slot: &Slot| matches!(slot, Slot::Added(_));
        let added = slots.iter().take_while(|slot| is_added(slot)).count();
        let ids = self.columns.original.iter().position(|column| column.is_id);
        match ids.filter(|ids| *ids < NEAR) {
            Some(ids) if added > 0 => added + ids + 1,
            _ => added,
        }
    }

    fn write_rows(&mut self, rows: &dyn FinishedRows, some: Range<usize>) -> Result<(), XlsxError> {
        let slots = self.columns.slots();
        for row in some {
            if self.n_rows == self.rows_of_sheet {
                self.end_sheet()?;
                self.begin_sheet()?;
            }
            self.n_rows += 1;
            let mut cells = RowWriter {
                sheet: self.workbook.worksheet_from_index(self.n_sheets - 1)?,
                formats: &self.formats,
                widths: &mut self.widths,
                row: self.n_rows,
                column: 0,
            };
            for slot in &slots {
                match *slot {
                    Slot::Original(at) => {
                        let (text, kind) = (rows.cells().cell(row, at), rows.cells().kind(row, at));
                        cells.original(text, kind, self.columns.original[at].is_number)?;
                    }
                    Slot::Added(at) => {
                        cells.added(rows.added(row, at), self.columns.added[at].role)?;
                    }
                }
            }
            let sentences = self.columns.added.iter().enumerate();
            let sentences = sentences.filter(|(_, column)| is_sentence(column.role));
            let sentences = sentences.filter_map(|(at, _)| match rows.added(row, at) {
                Value::Text(text) => Some(text),
                _ => None,
            });
            if let Some(height) = row_height(sentences) {
                cells.sheet.set_row_height(self.n_rows, height)?;
            }
        }
        Ok(())
    }
}

impl TableWriter for WorkbookWriter {
    fn write(&mut self, rows: &dyn FinishedRows, some: Range<usize>) -> Result<(), PortfolioError> {
        self.write_rows(rows, some)
            .map_err(|error| failed(&self.path, error))
    }

    fn finish(mut self: Box<Self>, summary: &Summary) -> Result<(), PortfolioError> {
        let written = self.end_sheet().and_then(|()| {
            workbook_summary::write(self.workbook.add_worksheet(), summary)?;
            self.workbook.save(&self.path)
        });
        written.map_err(|error| failed(&self.path, error))
    }
}

/// Writes a row's cells from left to right.
struct RowWriter<'w> {
    sheet: &'w mut Worksheet,
    formats: &'w Formats,
    widths: &'w mut Widths,
    row: u32,
    /// Where the next cell goes. Beyond Excel's columns the library complains.
    column: u16,
}

impl RowWriter<'_> {
    /// Writes a cell of the file's own; one of a text file is a number only where its column is one of numbers.
    fn original(&mut self, text: &str, kind: CellKind, is_number: bool) -> Result<(), XlsxError> {
        let formats = self.formats;
        match kind {
            _ if text.is_empty() => self.end_cell(),
            CellKind::Number => {
                let number = text.parse().ok();
                self.number_or_text(number.filter(|number: &f64| number.is_finite()), text)
            }
            CellKind::Date => match day::excel_serial(text) {
                Some(day) if day.fract() == 0.0 => self.formatted(day, &formats.day, 10),
                Some(time) => self.formatted(time, &formats.time, 19),
                None => self.text(text, &formats.text),
            },
            CellKind::Boolean => {
                let is_true = text == "VERDADERO";
                self.sheet.write_boolean_with_format(
                    self.row,
                    self.column,
                    is_true,
                    &formats.text,
                )?;
                self.widths.add_text(self.column.into(), text);
                self.end_cell()
            }
            CellKind::Text => self.number_or_text(plain_number(text).filter(|_| is_number), text),
        }
    }

    /// Writes a cell that was added.
    fn added(&mut self, value: Value<'_>, role: Role) -> Result<(), XlsxError> {
        let formats = self.formats;
        match value {
            Value::Empty => self.end_cell(),
            Value::Text(text) if is_sentence(role) => self.text(text, &formats.sentence),
            Value::Text(text) => self.text(text, &formats.text),
            Value::Number(number) if role == Role::Probability => {
                self.formatted(number, &formats.probability, "100,00 %".len())
            }
            Value::Number(number) => {
                let digits = number.abs().max(1.0).log10() as usize + 1;
                self.formatted(number, &formats.euros, digits + digits / 3 + 4)
            }
            Value::Count(count) => {
                let digits = count.max(1).ilog10() as usize + 1;
                // A count of clients is far below 2^53.
                self.formatted(count as f64, &formats.count, digits)
            }
        }
    }

    fn number_or_text(&mut self, number: Option<f64>, text: &str) -> Result<(), XlsxError> {
        let Some(number) = number else {
            return self.text(text, &self.formats.text);
        };
        self.formatted(number, &self.formats.number, text.len())
    }

    /// Writes a number that takes so many characters in its format.
    fn formatted(&mut self, number: f64, format: &Format, width: usize) -> Result<(), XlsxError> {
        self.sheet
            .write_number_with_format(self.row, self.column, number, format)?;
        self.widths.add(self.column.into(), width);
        self.end_cell()
    }

    fn text(&mut self, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(self.row, self.column, cut(text), format)?;
        self.widths.add_text(self.column.into(), text);
        self.end_cell()
    }

    fn end_cell(&mut self) -> Result<(), XlsxError> {
        self.column = self.column.saturating_add(1);
        Ok(())
    }
}

/// The number that a text is, where nothing of the text is lost: no zeros before it, no blanks, no sign but a minus.
fn plain_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = match unsigned.split_once(['.', ',']) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (unsigned, None),
    };
    let is_digits =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let has_no_zeros_before = whole == "0" || !whole.starts_with('0');
    let is_short = whole.len() + decimals.map_or(0, str::len) <= 15;
    (is_digits(whole) && decimals.is_none_or(is_digits) && has_no_zeros_before && is_short)
        .then(|| text.replace(',', ".").parse().ok())
        .flatten()
}

/// Cuts a text so that it fits a cell.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

fn failed(path: &Path, error: XlsxError) -> PortfolioError {
    PortfolioError::io(path, std::io::Error::other(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_number_beyond_doubt() {
        for (text, number) in [
            ("29151", Some(29_151.0)),
            ("-12,50", Some(-12.5)),
            ("0.5", Some(0.5)),
            ("0", Some(0.0)),
            ("08029", None),
            ("1.845.701", None),
            ("1 000", None),
            ("+5", None),
            ("12€", None),
            ("", None),
            ("-", None),
            (".5", None),
            ("1234567890123456", None),
        ] {
            assert_eq!(plain_number(text), number, "{text}");
        }
    }
}
