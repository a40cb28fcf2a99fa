//! `.xlsx`: a zip of XML, which calamine reads cell by cell.

mod parts;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};

use super::book::{Book, Rows, Sheet, SheetCell, SheetError};
use super::cell::{digits_of, text_of};
use super::problems::cannot_open;
use super::sheet_rows::{Cells, SheetRows};
use crate::error::PortfolioError;
use crate::request::Limits;

/// An Excel workbook.
struct XlsxBook {
    workbook: Xlsx<BufReader<File>>,
    sheets: Vec<Sheet>,
    limits: Limits,
    /// Whether any cell has a formula and no value.
    is_uncalculated: bool,
}

/// Opens a workbook, once its parts are found to be in proportion.
pub(super) fn open(path: &Path, limits: Limits) -> Result<Box<dyn Book>, PortfolioError> {
    let parts = parts::check(path, limits)?;
    let workbook: Xlsx<BufReader<File>> =
        calamine::open_workbook(path).map_err(|error: XlsxError| cannot_open(path, &error))?;
    let sheets = workbook.sheets_metadata().iter().map(|sheet| Sheet {
        name: sheet.name.clone(),
        is_hidden: sheet.visible != SheetVisible::Visible,
    });
    Ok(Box::new(XlsxBook {
        sheets: sheets.collect(),
        workbook,
        limits,
        is_uncalculated: parts.uncalculated > 0,
    }))
}

impl Book for XlsxBook {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn rows(&mut self, sheet: usize) -> Result<Option<Box<dyn Rows + '_>>, SheetError> {
        let Some(sheet) = self.sheets.get(sheet) else {
            return Ok(None);
        };
        let cells = match self.workbook.worksheet_cells_reader(&sheet.name) {
            Ok(cells) => cells,
            // A sheet of charts has no cells.
            Err(XlsxError::WorksheetNotFound(_) | XlsxError::NotAWorksheet(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let cells = XlsxCells {
            digits: cells.styles().iter().map(digits_of).collect(),
            cells,
        };
        Ok(Some(Box::new(SheetRows::of(cells, self.limits))))
    }

    /// Programs that write workbooks leave the values of formulas out, and Excel calculates them when it opens the file.
    fn check_formulas(&mut self, sheet: usize, header_row: u32) -> Result<(), SheetError> {
        let (true, Some(sheet)) = (self.is_uncalculated, self.sheets.get(sheet)) else {
            return Ok(());
        };
        let mut cells = self.workbook.worksheet_cells_reader(&sheet.name)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata()? {
            let has_value = !matches!(cell.value, DataRef::Empty);
            if cell.pos.0 > header_row && cell.formula.is_some() && !has_value {
                return Err(SheetError::NotCalculated(cell.pos.0));
            }
        }
        Ok(())
    }
}

/// The cells of one sheet.
struct XlsxCells<'w> {
    cells: calamine::XlsxCellReader<'w, BufReader<File>>,
    /// The digits that numbers of each style are filled up to with zeros.
    digits: Vec<usize>,
}

impl Cells for XlsxCells<'_> {
    fn next(&mut self) -> Result<Option<SheetCell>, SheetError> {
        let Some((cell, style)) = self.cells.next_cell_with_style_id()? else {
            return Ok(None);
        };
        let (row, column) = cell.get_position();
        let n_digits = self.digits.get(style).copied().unwrap_or(0);
        let (text, kind) = text_of(cell.get_value(), n_digits);
        Ok(Some(SheetCell {
            row,
            column,
            text,
            kind,
            is_uncalculated: false,
        }))
    }

    fn last_row(&self) -> Option<u32> {
        Some(self.cells.dimensions().end.0)
    }
}
