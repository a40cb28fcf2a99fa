//! Excel workbooks: a sheet of clients and a sheet that sums them up.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::workbook_summary;
use crate::batch::CellKind;
use crate::day;
use crate::error::PortfolioError;
use crate::finished::{FinishedRows, OutputColumns, Role, Value};
use crate::sink::TableWriter;
use crate::summary::Summary;

/// Rows of a sheet below its header: Excel's limit.
const MOST_ROWS: u32 = 1_048_575;

/// Characters of a cell: Excel's limit.
const MOST_CHARACTERS: usize = 32_767;

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
}

/// How cells look.
struct Formats {
    header: Format,
    day: Format,
    time: Format,
    probability: Format,
    euros: Format,
    count: Format,
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
        };
        writer.begin_sheet().map_err(|error| failed(path, error))?;
        Ok(writer)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        self.n_sheets += 1;
        self.n_rows = 0;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        match self.n_sheets {
            1 => sheet.set_name("Clientes")?,
            number => sheet.set_name(format!("Clientes {number}"))?,
        };
        sheet.set_freeze_panes(1, 0)?;
        let originals = self
            .columns
            .original
            .iter()
            .map(|column| (&column.name, None));
        let added = self
            .columns
            .added
            .iter()
            .map(|column| (&column.name, Some(column.role)));
        for (column, (name, role)) in (0..).zip(originals.chain(added)) {
            sheet.set_column_width(column, width(name, role))?;
            sheet.write_string_with_format(0, column, cut(name), &self.formats.header)?;
        }
        Ok(())
    }

    /// Filters over all rows of the last sheet.
    fn end_sheet(&mut self) -> Result<(), XlsxError> {
        let last = self.columns.original.len() + self.columns.added.len();
        let last = u16::try_from(last.saturating_sub(1)).unwrap_or(u16::MAX);
        let n_rows = self.n_rows;
        self.sheet()?.autofilter(0, 0, n_rows, last).map(drop)
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, XlsxError> {
        self.workbook.worksheet_from_index(self.n_sheets - 1)
    }

    fn write_rows(&mut self, rows: &dyn FinishedRows) -> Result<(), XlsxError> {
        for row in 0..rows.cells().n_rows() {
            if self.n_rows == self.rows_of_sheet {
                self.end_sheet()?;
                self.begin_sheet()?;
            }
            self.n_rows += 1;
            let (at, n_original) = (self.n_rows, self.columns.original.len());
            let sheet = self.workbook.worksheet_from_index(self.n_sheets - 1)?;
            for (index, original) in self.columns.original.iter().enumerate() {
                let cell = (rows.cells().cell(row, index), rows.cells().kind(row, index));
                let place = (at, column_at(index));
                write_cell(sheet, place, cell, (original.is_number, &self.formats))?;
            }
            for (index, added) in self.columns.added.iter().enumerate() {
                let place = (at, column_at(n_original + index));
                write_value(
                    sheet,
                    place,
                    rows.added(row, index),
                    (added.role, &self.formats),
                )?;
            }
        }
        Ok(())
    }
}

impl TableWriter for WorkbookWriter {
    fn write(&mut self, rows: &dyn FinishedRows) -> Result<(), PortfolioError> {
        self.write_rows(rows)
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

impl Formats {
    fn new() -> Self {
        let number = |format: &str| Format::new().set_num_format(format);
        Self {
            header: Format::new()
                .set_bold()
                .set_background_color("#E7ECF3")
                .set_align(FormatAlign::Top),
            day: number("dd/mm/yyyy"),
            time: number("dd/mm/yyyy hh:mm:ss"),
            probability: number("0.0000"),
            euros: number("#,##0.00"),
            count: number("0"),
        }
    }
}

/// Wide enough for the name and for what stands below it.
fn width(name: &str, role: Option<Role>) -> f64 {
    let least: usize = match role {
        Some(Role::Notes | Role::Reason(_)) => 50,
        Some(Role::Label) => 14,
        _ => 10,
    };
    // The filter's button takes some room.
    (name.chars().count() + 4).clamp(least, 60) as f64
}

fn column_at(index: usize) -> u16 {
    // Beyond Excel's columns the library complains.
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    (text, kind): (&str, CellKind),
    (is_number, formats): (bool, &Formats),
) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    match kind {
        CellKind::Number => {
            if let Ok(number) = text.parse::<f64>()
                && number.is_finite()
            {
                return sheet.write_number(row, column, number).map(drop);
            }
        }
        CellKind::Date => {
            if let Some(serial) = day::excel_serial(text) {
                let format = if serial.fract() == 0.0 {
                    &formats.day
                } else {
                    &formats.time
                };
                return sheet
                    .write_number_with_format(row, column, serial, format)
                    .map(drop);
            }
        }
        CellKind::Boolean => {
            return sheet
                .write_boolean(row, column, text == "VERDADERO")
                .map(drop);
        }
        CellKind::Text => {
            if let Some(number) = plain_number(text).filter(|_| is_number) {
                return sheet.write_number(row, column, number).map(drop);
            }
        }
    }
    sheet.write_string(row, column, cut(text)).map(drop)
}

fn write_value(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: Value<'_>,
    (role, formats): (Role, &Formats),
) -> Result<(), XlsxError> {
    match value {
        Value::Empty => Ok(()),
        Value::Text(text) => sheet.write_string(row, column, cut(text)).map(drop),
        Value::Number(number) => {
            let format = match role {
                Role::Probability => &formats.probability,
                _ => &formats.euros,
            };
            sheet
                .write_number_with_format(row, column, number, format)
                .map(drop)
        }
        // A count of clients is far below 2^53.
        Value::Count(count) => sheet
            .write_number_with_format(row, column, count as f64, &formats.count)
            .map(drop),
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

/// A text that fits a cell.
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
